"""An outline for people: as text and as Markdown. Knows the shape of `outline` only, and no chart but as text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from arazzo_runner.reports.lines import Symbols, cut, printable, wrapped
from arazzo_runner.reports.markdown_text import Quotes

_PLAIN = Symbols()
_code = Quotes(str).code


# --- text -------------------------------------------------------------------------------------------------------------
def as_text(outline: Mapping[str, Any], width: int | None, *, auth: bool) -> str:
    """The outline in columns."""
    head = f"{outline['title']} {outline['documentVersion']}  (arazzo {outline['arazzo']})"
    lines = [*wrapped(printable(head), width)]
    sources = [[source["name"], source["type"] or "", source["url"]] for source in outline["sources"]]
    lines += _table(sources, width)
    for workflow in outline["workflows"]:
        lines += ["", *(_auth_text(workflow, width) if auth else _workflow_text(workflow, width))]
    return "\n".join(lines) + "\n"


def _workflow_text(workflow: Mapping[str, Any], width: int | None) -> Iterator[str]:
    yield printable(workflow["workflowId"])
    about = workflow["summary"] or workflow["description"]
    if about:
        yield from wrapped(printable(" ".join(about.split())), width, "  ")
    if workflow["dependsOn"]:
        yield printable(f"  after {', '.join(workflow['dependsOn'])}")
    if workflow["inputs"]:
        yield "  inputs"
        yield from _table([_input_row(one) for one in workflow["inputs"]], width, "    ")
    yield "  steps"
    numbered = enumerate(workflow["steps"], 1)
    yield from _table([[f"{number}", *_step_row(step)] for number, step in numbered], width, "    ")
    if workflow["outputs"]:
        yield "  outputs"
        yield from _table([[name, text] for name, text in workflow["outputs"].items()], width, "    ")
    if workflow["credentials"]:
        names = dict.fromkeys(one["scheme"] for one in workflow["credentials"])
        yield from wrapped(f"credentials: {', '.join(names)} (see --auth)", width, "  ")


def _auth_text(workflow: Mapping[str, Any], width: int | None) -> Iterator[str]:
    yield printable(workflow["workflowId"])
    if not workflow["credentials"]:
        yield "  wants no credentials"
    for one in workflow["credentials"]:
        yield printable(f"  {one['scheme']}  {one['type']}")
        yield from wrapped(f"set {' or '.join(one['variables'])}", width, "    ")
        yield from wrapped(f"for {', '.join(one['steps'])}", width, "    ")


def _input_row(one: Mapping[str, Any]) -> list[str]:
    facts = [text for text, holds in (("required", one["required"]), ("secret", one["secret"])) if holds]
    if one["default"] is not None:
        facts.append(f"default {json.dumps(one['default'], ensure_ascii=False)}")
    if one["enum"]:
        facts.append("one of " + ", ".join(map(str, one["enum"])))
    return [one["name"], type_text(one["type"]), ", ".join(facts), " ".join((one["description"] or "").split())]


def type_text(type_: object) -> str:
    """A schema's type: one name, or several with a bar."""
    return " | ".join(map(str, type_)) if isinstance(type_, list) else str(type_ or "any")


def _step_row(step: Mapping[str, Any]) -> list[str]:
    return [step["stepId"], calls(step), "  ".join(leads(step))]


def calls(step: Mapping[str, Any]) -> str:
    """What a step calls: method and path, another workflow, or an operation that was not found."""
    if step["operation"]:
        return str(step["operation"])
    if step["workflowId"]:
        return f"workflow {step['workflowId']}"
    return f"{step['operationId'] or '?'} (not found)"


def leads(step: Mapping[str, Any]) -> list[str]:
    """Where a step's actions lead."""
    return [f"{sign} {_target(action, step)}" for sign, action in _actions(step)]


def _actions(step: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return [*(("✓", one) for one in step["onSuccess"]), *(("✗", one) for one in step["onFailure"])]


def _target(action: Mapping[str, Any], step: Mapping[str, Any]) -> str:
    target = action["stepId"] or action["workflowId"]
    match action["type"]:
        case "end":
            return "end"
        case "retry":
            return f"retry after {target}" if target and target != step["stepId"] else "retry"
        case _:
            return f"→ {target}"


def _table(rows: Sequence[Sequence[str]], width: int | None, indent: str = "  ") -> Iterator[str]:
    """Rows in columns. Where the width is small the last column goes to a line of its own, or is wrapped."""
    columns = max((len(row) for row in rows), default=0)
    sizes = [max(len(row[index]) for row in rows) for index in range(columns)]
    for row in rows:
        cells = [printable(cell).ljust(size) for cell, size in zip(row, sizes, strict=True)]
        text = indent + "  ".join(cells).rstrip()
        if width is None or len(text) <= width:
            yield text
            continue
        head = indent + "  ".join(cells[:-1]).rstrip()
        room = width - len(indent) - 2
        if width - len(head) > 30:
            first, *rest = wrapped(cells[-1].rstrip(), width - len(indent + "  ".join(cells[:-1])) - 2)
            yield f"{indent}{'  '.join(cells[:-1])}  {first}"
            yield from (" " * (len(indent + "  ".join(cells[:-1])) + 2) + one for one in rest)
        else:
            yield cut(head, width, _PLAIN)
            yield from wrapped(cells[-1].rstrip(), room, f"{indent}  ") if cells[-1].strip() else ()


# --- Markdown ---------------------------------------------------------------------------------------------------------
def as_markdown(outline: Mapping[str, Any], charts: Mapping[str, str]) -> str:
    """The outline as a Markdown document; ``charts`` are the workflows' Mermaid texts by their ids."""
    lines = [f"# {_md(outline['title'])}", ""]
    if outline["summary"]:
        lines += [_md(outline["summary"]), ""]
    for workflow in outline["workflows"]:
        lines += _workflow_markdown(workflow, charts.get(workflow["workflowId"]))
    return "\n".join(lines).rstrip() + "\n"


def _workflow_markdown(workflow: Mapping[str, Any], chart: str | None) -> list[str]:
    lines = [f"## {_md(workflow['workflowId'])}", ""]
    for text in (workflow["summary"], workflow["description"]):
        if text:
            lines += [_md(" ".join(text.split())), ""]
    if chart is not None:
        lines += ["```mermaid", *chart.splitlines(), "```", ""]
    inputs = [_input_row(one) for one in workflow["inputs"]]
    lines += _md_table("Inputs", ["name", "type", "", "description"], inputs)
    steps = [[_code(step["stepId"]), _code(calls(step)), _md("; ".join(leads(step)))] for step in workflow["steps"]]
    lines += _md_table("Steps", ["step", "calls", "then"], steps, raw=True)
    outputs = [[_code(name), _code(text)] for name, text in workflow["outputs"].items()]
    lines += _md_table("Outputs", ["name", "value"], outputs, raw=True)
    wanted = [[one["scheme"], one["type"], ", ".join(one["variables"])] for one in workflow["credentials"]]
    return lines + _md_table("Credentials", ["scheme", "type", "environment variables"], wanted)


def _md_table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]], *, raw: bool = False) -> list[str]:
    if not rows:
        return []
    lines = [f"### {title}", "", f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(row if raw else map(_md, row))} |" for row in rows]
    return [*lines, ""]


def _md(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>|&~$])", r"\\\1", printable(" ".join(text.split())))
