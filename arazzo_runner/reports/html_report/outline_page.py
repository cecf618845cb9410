"""What a document holds as a page: `arazzo show --format html`. Knows the shape of `outline`, and charts; no run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from arazzo_runner.reports.flow import Flow, Node
from arazzo_runner.reports.html_report.chart import Chart, chart
from arazzo_runner.reports.html_report.markup import Child, Fragment, Ours, each, element, joined
from arazzo_runner.reports.html_report.page import bar, facts, page
from arazzo_runner.reports.html_report.states import heading
from arazzo_runner.reports.html_report.ways import chip, ways_list
from arazzo_runner.reports.lines import count
from arazzo_runner.reports.outline_forms import calls, type_text


def outline_page(outline: Mapping[str, Any], flows: Sequence[Flow]) -> Iterator[str]:
    """The page, piece by piece. ``outline`` and ``flows``, one a workflow, are redacted."""
    subtitle = f"{outline['file']}, version {outline['documentVersion']}, arazzo {outline['arazzo']}"
    head = bar(outline["title"], subtitle, (), None)
    return page(f"{outline['title']} - arazzo", head, _body(outline, flows), lambda text: text)


def _body(outline: Mapping[str, Any], flows: Sequence[Flow]) -> Iterator[Fragment]:
    if outline["summary"]:
        yield element("p", outline["summary"], class_="described")
    sources = [[source["name"], source["type"] or "", source["url"]] for source in outline["sources"]]
    yield from _table("Source descriptions", ("name", "type", "location"), sources)
    workflows = outline["workflows"]
    if len(workflows) > 1:
        rows = (_contents_row(number, workflow) for number, workflow in enumerate(workflows, 1))
        yield element(
            "nav", heading(2, "Workflows"), element("ul", each(rows)), aria_label="Workflows", class_="contents"
        )
    for number, (workflow, flow) in enumerate(zip(workflows, flows, strict=True), 1):
        yield from _workflow(workflow, flow, f"w{number}")


def _contents_row(number: int, workflow: Mapping[str, Any]) -> Fragment:
    link = element("a", workflow["workflowId"], href=f"#w{number}")
    return element("li", link, " ", element("span", workflow["summary"] or "", class_="dim"))


def _workflow(workflow: Mapping[str, Any], flow: Flow, key: str) -> Iterator[Fragment]:
    yield (Ours(f'<section class="run" id="{key}">'),)
    yield element("div", heading(2, element("code", workflow["workflowId"])), class_="run-head")
    after = ", ".join(workflow["dependsOn"])
    yield facts([("steps", str(len(workflow["steps"]))), *([("runs after", after)] if after else [])])
    for text in dict.fromkeys((workflow["summary"], workflow["description"])):
        if text:
            yield element("p", text, class_="described")
    yield from _table("Inputs", ("name", "type", "", "description"), [_input(one) for one in workflow["inputs"]])
    yield from _steps(workflow["steps"], flow, key)
    outputs = [[name, element("code", text)] for name, text in workflow["outputs"].items()]
    yield from _table("Outputs", ("name", "value"), outputs)
    wanted = [_credential(one) for one in workflow["credentials"]]
    yield from _table("Credentials", ("scheme", "type", "environment variables", "steps"), wanted)
    yield (Ours("</section>"),)


def _steps(steps: Sequence[Mapping[str, Any]], flow: Flow, key: str) -> Iterator[Fragment]:
    drawn = chart(flow, {})
    nodes = [node for node in flow.nodes if node.kind == "step"]
    yield heading(3, count(len(steps), "step"), class_="steps-title")
    yield (Ours(f'<ol class="steps lanes-{drawn.width}">'),)
    for row, (step, node) in enumerate(zip(steps, nodes, strict=True)):
        yield _row(row, step, node, drawn, key)
    yield element("li", drawn.end("plain"), element("p", "the end", class_="end-text"), class_="row end")
    yield (Ours("</ol>"),)


def _row(row: int, step: Mapping[str, Any], node: Node, drawn: Chart, key: str) -> Fragment:
    name = heading(4, element("code", step["stepId"]), class_="name")
    method = joined(element("b", node.method, class_="method"), " ") if node.method else None
    called = element("span", method, element("span", node.path or calls(step), class_="path"), class_="operation")
    chips = element("span", *(chip(way) for way in drawn.ways[row] if way.edge.kind != "next"), class_="chips")
    inside = [
        element("p", step["description"], class_="described") if step["description"] else None,
        _operation(step),
        _criteria(step["successCriteria"]),
        ways_list(drawn.ways[row], key, counted=False),
        *_table(
            "Outputs", ("name", "value"), [[name, element("code", text)] for name, text in step["outputs"].items()]
        ),
    ]
    summary = element("summary", name, called, chips)
    step_details = element("details", summary, element("div", *inside, class_="inside"), class_="step")
    return element("li", drawn.gutter(row, "plain"), step_details, class_="row", id=f"{key}s{row + 1}", data_states="")


def _operation(step: Mapping[str, Any]) -> Fragment | None:
    pairs = [("operation", step["operationId"]), ("of", step["source"]), ("workflow", step["workflowId"])]
    known = [(name, text) for name, text in pairs if text]
    return facts(known) if known else None


def _criteria(conditions: Sequence[str]) -> Fragment | None:
    if not conditions:
        return None
    rows = each(element("li", element("code", condition)) for condition in conditions)
    return element("div", element("strong", "Succeeds when"), element("ul", rows), class_="part")


def _input(one: Mapping[str, Any]) -> list[Child]:
    about = [word for word in ("required", "secret") if one[word]]
    if one["default"] is not None:
        about.append(f"default {json.dumps(one['default'], ensure_ascii=False)}")
    if one["enum"]:
        about.append(f"one of {', '.join(map(str, one['enum']))}")
    return [one["name"], type_text(one["type"]), ", ".join(about), one["description"] or ""]


def _credential(one: Mapping[str, Any]) -> list[Child]:
    return [one["scheme"], one["type"], element("code", " or ".join(one["variables"])), ", ".join(one["steps"])]


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[Child]]) -> Iterator[Fragment]:
    if not rows:
        return
    titles = each(element("th", text, scope="col") if text else element("td") for text in head)
    cells = (
        element("tr", element("th", row[0], scope="row"), each(element("td", cell) for cell in row[1:])) for row in rows
    )
    table = element(
        "table", element("caption", title), element("thead", element("tr", titles)), element("tbody", *cells)
    )
    yield element("div", table, class_="part")
