"""Where the expressions are in a text that is not one itself (S11): in braces, or bare (`bare-expression`).

It finds and reads them; what becomes of them is for templates, conditions and criteria to say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import field, replace
from typing import Final

from arazzo_runner.diagnostics import BARE_EXPRESSION, Finding, Report
from arazzo_runner.expressions import dialect
from arazzo_runner.expressions.near_misses import has_near_root
from arazzo_runner.expressions.nodes import Expression, Invalid
from arazzo_runner.expressions.parser import NotAnExpression, corrected_text, read_expression
from arazzo_runner.expressions.scope import Names
from arazzo_runner.patterns import rare
from arazzo_runner.records import dataclass

_START: Final = re.compile(rf"\{{\$|\$(?:{dialect.ROOTS})\.")
_CALCULATED: Final = rare(rf"\$(?:{dialect.ROOTS})\.[\w.#/\[\]-]+\s*(?:\|\|?|\?\??|&&|==|!=)")
_MOST_BRACES: Final = 5  #: in a declared name
_LONGEST: Final = 2000  #: characters of an expression in braces


@dataclass(frozen=True, slots=True)
class Found:
    """An expression in a text, from ``start`` to ``end`` (exclusive, braces included), and what to report about it."""

    expression: Expression
    start: int
    end: int
    braces: bool
    findings: list[Finding] = field(default_factory=list)


def find_expressions(text: str, names: Names) -> Iterator[Found]:
    """The expressions in the text, in order. Braces that hold none are text, and so is a ``$`` of anything else."""
    at = 0
    while start := _START.search(text, at):
        read = _in_braces if start[0] == "{$" else _bare
        found = read(text, start.start(), names)
        if found is None:
            at = start.start() + 1
        else:
            yield found
            at = found.end


def declared_ends(text: str, at: int, names: Names) -> Iterator[int]:
    """Where references end that begin here and name something declared, whatever its characters (S14)."""
    for start, declared in _declared(text, at, names):
        yield from (start + len(name) for name in declared or () if name and text.startswith(name, start))


def shifted(finding: Finding, offset: int) -> Finding:
    """The finding, about a part of a text that begins at ``offset``."""
    end = None if finding.end is None else finding.end + offset
    return replace(finding, start=finding.start + offset, end=end)


def report_all(findings: Collection[Finding], report: Report) -> None:
    """Report each of them."""
    for finding in findings:
        report(finding)


def _declared(text: str, at: int, names: Names) -> Iterator[tuple[int, Collection[str] | None]]:
    """Where in the text a declared name may stand, for a reference that begins at ``at``, and those that it may be."""
    if text.startswith("$inputs.", at):
        yield at + len("$inputs."), names.inputs
    elif text.startswith("$outputs.", at):
        yield at + len("$outputs."), names.outputs
    elif text.startswith("$steps.", at) and names.steps:
        for step_id, start in _owners(text, at + len("$steps."), ".outputs."):
            yield start, names.steps.get(step_id)
    elif text.startswith("$workflows.", at) and names.workflows:
        for place, field_ in enumerate((".inputs.", ".outputs.")):
            for workflow_id, start in _owners(text, at + len("$workflows."), field_):
                yield start, names.workflows[workflow_id][place] if workflow_id in names.workflows else None


def _owners(text: str, at: int, field_: str) -> Iterator[tuple[str, int]]:
    """Each text from ``at`` that a field follows, which may be an id (ids may have dots), and where the field ends."""
    end = text.find(field_, at)
    while end >= 0:
        yield text[at:end], end + len(field_)
        end = text.find(field_, end + 1)


def _in_braces(text: str, at: int, names: Names) -> Found | None:
    """``embedded-expression = "{" expression "}"``"""
    end = at
    for _ in range(_MOST_BRACES):
        end = text.find("}", end + 1, at + _LONGEST)
        if end < 0:
            break
        try:
            expression, findings = read_expression(text[at + 1 : end], names)
        except NotAnExpression:
            continue
        return Found(expression, at, end + 1, True, [shifted(finding, at + 1) for finding in findings])
    return _spoilt(text, at, names)


def _spoilt(text: str, at: int, names: Names) -> Found | None:
    """Braces that hold what was meant as an expression: a near miss, or a calculation with one."""
    content, closed, _ = text[at + 1 : at + _LONGEST].partition("}")
    if not closed:
        return None
    if _CALCULATED.match(content):
        problem: NotAnExpression | None = NotAnExpression("an expression has no operators", 0)
    else:
        problem = _near_miss(content, names)
    if problem is None:
        return None
    finding = problem.finding(content, names)
    return Found(Invalid(content, finding.message), at, at + len(content) + 2, True, [shifted(finding, at + 1)])


def _near_miss(content: str, names: Names) -> NotAnExpression | None:
    if any(character.isspace() for character in content) or not has_near_root(content):
        return None
    try:
        read_expression(content, names)
    except NotAnExpression as problem:
        return problem if corrected_text(content, names) is not None else None
    return None


def _bare(text: str, at: int, names: Names) -> Found | None:
    end = _bare_end(text, at, names)
    if end is None:
        return None
    try:
        expression, findings = read_expression(text[at:end], names)
    except NotAnExpression:
        return None
    written = text[at:end]
    message = f"'{written}' stands in text without braces; it is read as an expression"
    finding = Finding(BARE_EXPRESSION, message, f"write {{{written}}}", start=at, end=end)
    return Found(expression, at, end, False, [finding, *(shifted(inner, at) for inner in findings)])


def _bare_end(text: str, at: int, names: Names) -> int | None:
    """Where the bare expression ends: as the dialect says, or where a longer declared name does."""
    usual = dialect.bare_expression_end(text, at)
    declared = {end for end in declared_ends(text, at, names) if not text[end : end + 1].isalnum()}
    longest = max(declared, default=0)
    if longest > (usual or 0):
        return dialect.bare_access_end(text, longest)
    if usual is not None and text[usual - 1] in "-_" and usual not in declared:
        trimmed = len(text[:usual].rstrip("-_"))  # `$inputs.year-$inputs.month`
        return trimmed if trimmed in declared else usual
    return usual
