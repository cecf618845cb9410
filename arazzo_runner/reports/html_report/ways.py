"""The ways out of a step in words, for those who do not see the diagram. Knows the chart of a workflow and no run."""

from __future__ import annotations

from collections.abc import Sequence

from arazzo_runner.reports.html_report.chart import Way
from arazzo_runner.reports.html_report.markup import Fragment, each, element, joined


def ways_list(ways: Sequence[Way], key: str, *, counted: bool) -> Fragment | None:
    """Where a step leads, and how often each way was taken where that was ``counted``; None for the next step alone."""
    if all(way.edge.kind == "next" for way in ways):
        return None
    rows = each(_way(way, key, counted=counted, alone=ways[0] is way) for way in ways)
    return element("div", element("strong", "Where it leads"), element("ul", rows), class_="ways")


def _way(way: Way, key: str, *, counted: bool, alone: bool) -> Fragment:
    edge = way.edge
    words = {"next": "on success", "success": "on success", "failure": "on failure", "retry": "on failure, retry"}
    on = words[edge.kind] if alone or edge.kind != "next" else "otherwise"
    target: Fragment = (place(edge.target),)
    if way.target is not None:
        target = element("a", place(edge.target), href=f"#{key}s{way.target + 1}")
    action = joined(" by ", element("code", edge.action)) if edge.action else None
    conditions = (
        joined(" and " if number else " when ", element("code", one)) for number, one in enumerate(edge.criteria)
    )
    detail = f" ({edge.detail})" if edge.detail else None
    taken = joined(": ", _taken(way.taken)) if counted else None
    seen = "taken" if way.taken or not counted else None
    return element("li", f"{on} → ", target, action, each(conditions), detail, taken, class_=seen)


def _taken(times: int) -> Fragment:
    if not times:
        return element("span", "not taken", class_="dim")
    return element("strong", "taken once" if times == 1 else f"taken {times} times")


def chip(way: Way) -> Fragment:
    """A jump on the line of its step, with how often it was taken."""
    edge = way.edge
    again = edge.kind == "retry" or edge.target == edge.source
    arrow = "↻" if again else "■" if edge.target.startswith("end:") else "→"
    times = f" ×{way.taken}" if way.taken > 1 else ""
    target = "retry" if edge.kind == "retry" else "again" if again else place(edge.target)
    look = "chip failing" if way.on_failure else "chip"
    when = " and ".join(edge.criteria) or None
    return element("span", element("span", arrow, aria_hidden="true"), f" {target}{times}", class_=look, title=when)


def place(node_id: str) -> str:
    """A node of the chart by name: the step, the workflow, or how the workflow ends."""
    kind, _, name = node_id.partition(":")
    return f"workflow {name}" if kind == "workflow" else name
