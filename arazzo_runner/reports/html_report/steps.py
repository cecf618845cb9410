"""The list of a run's steps, which is its diagram: one row a step, with all its visits inside.

Rows are in the order of the document. Gives fragments one after the other: a visit is read from the store when its turn
comes. Knows no page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from arazzo_runner.records import dataclass
from arazzo_runner.reports.flow import Edge, EdgeKind, Flow, Node
from arazzo_runner.reports.html_report.chart import Chart, chart
from arazzo_runner.reports.html_report.markup import Fragment, Ours, each, element
from arazzo_runner.reports.html_report.record import Run, Slice, Store, Visit
from arazzo_runner.reports.html_report.states import (
    State,
    badge,
    failing,
    failure,
    heading,
    row_state,
    run_state,
    sign,
    visit_state,
    word,
)
from arazzo_runner.reports.html_report.ways import chip, ways_list
from arazzo_runner.reports.lines import count, duration

#: Writes a nested run: the run, its key in the page, the level of its heading, and the id of the failure in it.
Nested = Callable[[Run, str, int, "str | None"], Iterator[Fragment]]


@dataclass(frozen=True, slots=True)
class Rows:
    """What the rows of a run are made of. ``key`` begins the ids of their elements."""

    run: Run
    key: str
    level: int
    store: Store
    nested: Nested
    mark: str | None  #: the id of the failure, when it is in this run

    def written(self, flow: Flow | None) -> Iterator[Fragment]:
        """The list."""
        flow = flow or _plain_flow(self.run)
        drawn = chart(flow, {key: times for key, (_, times) in self.run.taken.items()})
        nodes = [node for node in flow.nodes if node.kind == "step"]
        visits = self._visits()
        yield (Ours(f'<ol class="steps lanes-{drawn.width}">'),)
        for row, node in enumerate(nodes):
            yield from self._row(row, node, drawn, visits.get(node.title, []))
        state = run_state(self.run)
        last = failure(self.run)
        where = f" at step {last.step_id}" if last is not None else ""
        visited = (
            f" after {count(len(self.run.visits), 'visit')} of steps" if self.run.visits else " before its first step"
        )
        text = f"{word(state)}{where}{visited}"
        body = element("p", sign(state), text, class_="end-text")
        yield element("li", drawn.end(state), body, class_=f"row end {state}")
        yield (Ours("</ol>"),)

    def _visits(self) -> Mapping[str, list[Visit]]:
        """The visits of each row; a workflow that a retry ran first stands in the row of the step that it served."""
        known = set(self.run.step_ids)
        found: dict[str, list[Visit]] = defaultdict(list)
        for visit in self.run.visits:
            found[visit.step_id if visit.step_id in known else visit.served or visit.step_id].append(visit)
        return found

    def _row(self, row: int, node: Node, drawn: Chart, visits: Sequence[Visit]) -> Iterator[Fragment]:
        state = row_state(self.run, visits)
        fatal = failure(self.run) if self.mark else None
        is_open = " open" if fatal in visits else ""
        yield (Ours(f'<li class="row {state}" id="{self.key}s{row + 1}" data-states="{_states(self.run, visits)}">'),)
        yield drawn.gutter(row, state)
        yield (Ours(f'<details class="step"{is_open}>'),)
        yield self._head(row, node, drawn, visits, state)
        yield (Ours('<div class="inside">'),)
        if not visits:
            yield element("p", "The run did not come here.", class_="dim")
        for visit in visits:
            yield from self._visit(visit, folded=len(visits) > 1, fatal=visit is fatal)
        yield ways_list(drawn.ways[row], self.key, counted=True) or ()
        yield (Ours("</div></details></li>"),)

    def _head(self, row: int, node: Node, drawn: Chart, visits: Sequence[Visit], state: State) -> Fragment:
        name = heading(self.level + 1, element("code", node.title), class_="name")
        ways = [chip(way) for way in drawn.ways[row] if way.taken and way.edge.kind != "next"]
        jumps = element("span", *ways, class_="chips") if ways else None
        facts = element("span", each(_facts(visits)), class_="facts")
        return element("summary", badge(state), name, _operation(node, visits), jumps, facts, _when(self.run, visits))

    def _visit(self, visit: Visit, *, folded: bool, fatal: bool) -> Iterator[Fragment]:
        deeper = fatal and _last_run(visit) is not None
        mark = f' id="{self.mark}" tabindex="-1"' if fatal and not deeper else ""
        tag = "details" if folded else "div"
        state = visit_state(self.run, visit)
        yield (Ours(f'<{tag} class="visit {state}"{mark}{" open" if folded and fatal else ""}>'),)
        if folded:
            yield self._visit_head(visit, state)
        for number, part in enumerate(visit.parts):
            if isinstance(part, Slice):
                yield self.store.get(part)
            else:
                mark_below = self.mark if deeper and part is _last_run(visit) else None
                yield from self.nested(part, f"{self.key}v{visit.number}n{number}", self.level + 2, mark_below)
        yield (Ours(f"</{tag}>"),)

    def _visit_head(self, visit: Visit, state: State) -> Fragment:
        known = visit.step_id in self.run.step_ids
        what = f"Visit {visit.number}" if known else f"Workflow {visit.step_id}"
        served = f", before a retry of {visit.served}" if visit.served else ""
        went = f" → {visit.action.step_id or visit.action.workflow_id or visit.action.type}" if visit.action else None
        title = element("span", what + served, class_="title")
        facts = element("span", each(_facts([visit])), class_="facts")
        after = visit.started - self.run.started
        began = element("span", f"after {duration(after)}", class_="dim") if visit.started else None
        return element("summary", badge(state), title, began, element("span", went, class_="chips"), facts)


def _last_run(visit: Visit) -> Run | None:
    """The nested run at whose failure a visit failed."""
    runs = [part for part in visit.parts if isinstance(part, Run)]
    return runs[-1] if runs and failing(runs[-1]) else None


def _operation(node: Node, visits: Sequence[Visit]) -> Fragment | None:
    if node.method is not None:
        method = element("b", node.method, class_="method")
        return element("span", method, " ", element("span", node.path or "", class_="path"), class_="operation")
    called = visits[-1] if visits else None
    text = node.note or (called.operation if called else None)
    if text is None and called is not None and called.workflow_id is not None:
        text = f"workflow {called.workflow_id}"
    return element("span", text, class_="operation") if text else None


def _facts(visits: Sequence[Visit]) -> Iterator[Fragment]:
    """Answer, visits, retries, time: each a piece of the line."""
    if not visits:
        return
    last = visits[-1]
    if last.answer:
        yield element("span", last.answer, class_="answer")
    if len(visits) > 1:
        yield element("span", f"{len(visits)} visits", class_="times")
    retries = sum(max(visit.attempts - 1, 0) for visit in visits)
    if retries:
        yield element("span", "1 retry" if retries == 1 else f"{retries} retries", class_="times")
    waited = sum(visit.waited for visit in visits)
    if waited:
        yield element("span", f"waited {duration(waited)}", class_="dim")
    yield element("span", duration(sum(visit.duration for visit in visits)), class_="time")


def _states(run: Run, visits: Sequence[Visit]) -> str:
    """What the filter finds a row by: the states of its visits, and whether there were retries."""
    words = dict.fromkeys(visit_state(run, visit) for visit in visits) or {"unreached": None}
    retried = any(visit.attempts > 1 for visit in visits)
    return " ".join([*words, *(["retried"] if retried else [])])


def _when(run: Run, visits: Sequence[Visit]) -> Fragment | None:
    """A strip of the run's time with its visits in it."""
    whole = run.result.duration if run.result is not None else 0.0
    if not whole or not visits:
        return None
    spans = []
    for visit in visits:
        start = max(0, min(990, round((visit.started - run.started) / whole * 1000))) if visit.started else 0
        width = max(4, min(1000 - start, round(visit.duration / whole * 1000)))
        spans.append(f"M{start} 0h{width}v8h-{width}z")
    strip = element("path", d="".join(dict.fromkeys(spans)))
    return element("svg", strip, class_="when", viewBox="0 0 1000 8", preserveAspectRatio="none", aria_hidden="true")


def _plain_flow(run: Run) -> Flow:
    """The steps in a row, with the jumps that were taken, where there is no chart of the workflow."""
    nodes = tuple(Node(f"step:{step_id}", "step", step_id) for step_id in run.step_ids)
    ends = [*(node.id for node in nodes[1:]), "end:succeeded"]
    edges = [Edge(node.id, after, "next") for node, after in zip(nodes, ends, strict=bool(nodes))]
    for (step_id, succeeded, name), (action, _) in run.taken.items():
        if action is not None:
            target = f"step:{action.step_id or step_id}" if action.type != "end" else "end:succeeded"
            target = f"workflow:{action.workflow_id}" if action.workflow_id else target
            kind: EdgeKind = "success" if succeeded else "retry" if action.type == "retry" else "failure"
            edges.append(Edge(f"step:{step_id}", target, kind, name))
    return Flow(run.document, run.workflow_id, nodes, tuple(edges))
