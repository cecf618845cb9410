"""Values with expressions in them, from the document's JSON to what is sent (S11-S13, S44).

A text is one expression as a whole (its value keeps its type, S12), or text with expressions in it, or neither. What
becomes of a missing value inside a structure or a text is decided here (S13); of a whole one, by who asks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Final

from arazzo_runner.diagnostics import WHOLE_BRACES, WRONG_VALUE, Finding, Report
from arazzo_runner.errors import CannotSend
from arazzo_runner.expressions.embedded import find_expressions, report_all
from arazzo_runner.expressions.evaluate import Bound, bind, one_or_all
from arazzo_runner.expressions.near_misses import has_near_root, is_spoilt_pointer
from arazzo_runner.expressions.nodes import (
    ArrayValue,
    Constant,
    Expression,
    ExpressionType,
    Invalid,
    ObjectValue,
    Selector,
    Template,
    Value,
    Whole,
)
from arazzo_runner.expressions.parser import NotAnExpression, corrected_text, parse, read_expression
from arazzo_runner.expressions.queries import expression_type, report_query
from arazzo_runner.expressions.scope import Names, Scope
from arazzo_runner.expressions.text import to_text
from arazzo_runner.values import JSON, MISSING, Missing

_DEEPEST: Final = 200  #: levels of a payload
_SELECTOR: Final = frozenset({"context", "selector", "type"})
_SELECTOR_TYPES: Final = frozenset({"jsonpath", "xpath", "jsonpointer"})


def compile_value(raw: JSON, names: Names, report: Report) -> Value:
    """Any JSON with the expressions in it read (S11); what holds none is one `Constant`. Never raises."""
    if isinstance(raw, dict | list) or (isinstance(raw, str) and "$" in raw):
        return _compile(raw, names, report, _DEEPEST)
    return Constant(raw)


def compile_text(text: str, names: Names, report: Report) -> Template | Constant:
    """A text that is never an expression as a whole, such as a selector or the target of a replacement."""
    parts: list[str | Expression] = []
    at = 0
    for found in find_expressions(text, names) if "$" in text else ():
        report_all(found.findings, report)
        parts.extend(part for part in (text[at : found.start], found.expression) if part != "")
        at = found.end
    if not parts:
        return Constant(text)
    if at < len(text):
        parts.append(text[at:])
    return Template(tuple(parts))


def resolve(value: Value, scope: Scope) -> JSON | Missing:
    """The value on this scope, as it is sent (S13). Raises `CannotSend` where text needs what is missing."""
    return bind_value(value)(scope)


def resolve_text(value: Template | Constant, scope: Scope) -> str:
    """The text with its expressions replaced. Raises `CannotSend`, naming the expression, when one is missing."""
    return _bind_text(value)(scope)


def bind_value(value: Value) -> Bound:
    """`resolve` as a function of the scope: its fixed parts are put together here, once."""
    match value:
        case Constant(fixed):
            return lambda _: fixed
        case Whole(expression):
            return bind(expression)
        case Template():
            return _bind_text(value)
        case ObjectValue(members):
            return _bind_object(members)
        case ArrayValue(items):
            reads = [bind_value(item) for item in items]
            return lambda scope: [None if (item := read(scope)) is MISSING else item for read in reads]
        case Selector():
            return _bind_selector(value)


def _bind_text(value: Template | Constant) -> Callable[[Scope], str]:
    if isinstance(value, Constant):
        text = to_text(value.value)
        return lambda _: text
    parts = [part if isinstance(part, str) else _bind_part(part, value) for part in value.parts]
    return lambda scope: "".join([part if isinstance(part, str) else part(scope) for part in parts])


def _bind_part(part: Expression, of: Template) -> Callable[[Scope], str]:
    """An expression in a text, as the text of its value."""
    read = bind(part)

    def text(scope: Scope) -> str:
        found = read(scope)
        if isinstance(found, str):
            return found
        if found is MISSING:
            raise CannotSend("missing-value", f"'{part}' has no value; '{source_text(of)}' needs it")
        try:
            return to_text(found)
        except RecursionError:
            message = f"the value of '{part}' is nested too deeply to be written as text"
            raise CannotSend("too-deep", message) from None

    return text


def _bind_object(members: Sequence[tuple[str, Value]]) -> Bound:
    """An object whose fixed members are there from the start; the others take their places, or leave them (S13)."""
    begun: dict[str, JSON] = {name: value.value if isinstance(value, Constant) else None for name, value in members}
    reads = [(name, bind_value(value)) for name, value in members if not isinstance(value, Constant)]

    def made(scope: Scope) -> dict[str, JSON]:
        found = begun.copy()
        for name, read in reads:
            value = read(scope)
            if value is MISSING:
                del found[name]
            else:
                found[name] = value
        return found

    return made


def source_text(value: Value) -> str:
    """The value as the document has it, for messages."""
    match value:
        case Constant():
            return to_text(value.value)
        case Whole():
            return str(value.expression)
        case Template():
            return "".join(part if isinstance(part, str) else f"{{{part}}}" for part in value.parts)
        case ObjectValue():
            return "{" + ", ".join(f"{json.dumps(name)}: {source_text(of)}" for name, of in value.members) + "}"
        case ArrayValue():
            return "[" + ", ".join(source_text(item) for item in value.items) + "]"
        case Selector():
            return f"{value.type.type} {source_text(value.selector)} of {value.context}"


def _below(raw: JSON, at: str | int, names: Names, report: Report, levels: int) -> Value:
    if isinstance(raw, dict | list) or (isinstance(raw, str) and "$" in raw):
        return _compile(raw, names, report.at(at), levels - 1)
    return Constant(raw)


def _compile(raw: dict[str, JSON] | list[JSON] | str, names: Names, report: Report, levels: int) -> Value:
    if isinstance(raw, str):
        return _compile_text(raw, names, report)
    if levels == 0:
        report(Finding(WRONG_VALUE, f"the value is nested deeper than {_DEEPEST} levels"))
        return Constant(raw)
    if isinstance(raw, list):
        items = tuple(_below(item, index, names, report, levels) for index, item in enumerate(raw))
        return Constant(raw) if all(isinstance(item, Constant) for item in items) else ArrayValue(items)
    if _is_selector(raw):
        return _compile_selector(raw, names, report)
    members = tuple((name, _below(member, name, names, report, levels)) for name, member in raw.items())
    return Constant(raw) if all(isinstance(member, Constant) for _, member in members) else ObjectValue(members)


def _compile_text(text: str, names: Names, report: Report) -> Value:
    """The order of S11: the whole as an expression, then expressions in it, then a slip of the pen, then text."""
    if text.startswith("$"):
        try:
            expression, findings = read_expression(text, names)
        except NotAnExpression as problem:
            value = compile_text(text, names, report) if not is_spoilt_pointer(text) else None
            if isinstance(value, Template) or (value is not None and not _was_meant(text, names)):
                return value
            report(problem.finding(text, names))
            return Whole(Invalid(text, problem.reason))
        report_all(findings, report)
        return Whole(expression)
    value = compile_text(text, names, report)
    match value:
        case Template(parts=(part,)) if not isinstance(part, str | Invalid):
            report(
                Finding(WHOLE_BRACES, "a value in braces is text, whatever its type was", f"write {part}", 0, len(text))
            )
    return value


def _was_meant(text: str, names: Names) -> bool:
    """Whether text without an expression in it was meant as one: `$input.x`, `$response.status`, not `$HOME`."""
    if any(character.isspace() for character in text) or not has_near_root(text):
        return False
    return corrected_text(text, names) is not None or text.startswith(_KNOWN)


_KNOWN: Final = ("$inputs.", "$outputs.", "$steps.", "$workflows.", "$response.", "$request.", "$components.")


def _is_selector(raw: dict[str, JSON]) -> bool:
    """Whether an object is a Selector Object; a payload may have members of these names that are none."""
    type_ = raw.get("type")
    if isinstance(type_, dict):
        type_ = type_.get("type")
    context = raw.get("context")
    return (
        {name for name in raw if not name.startswith("x-")} == _SELECTOR
        and isinstance(context, str)
        and context.startswith("$")
        and isinstance(raw["selector"], str)
        and isinstance(type_, str)
        and type_ in _SELECTOR_TYPES
    )


def _compile_selector(raw: dict[str, JSON], names: Names, report: Report) -> Selector:
    context = parse(str(raw["context"]), names, report.at("context"))
    type_ = expression_type(raw["type"], report.at("type"), default="jsonpath")
    selector = compile_text(str(raw["selector"]), names, report.at("selector"))
    select = None
    if isinstance(selector, Constant):
        select = _static(type_, str(raw["selector"]), report.at("selector"))
    return Selector(context, selector, type_, select)


def _static(type_: ExpressionType, text: str, report: Report) -> Callable[[JSON], JSON | Missing] | None:
    from arazzo_runner.expressions.selectors import QueryError, compile_query

    try:
        query = compile_query(type_, text)
    except QueryError as error:
        report_query(error.message, error.column, type_, text, report)
        return None
    return lambda context: one_or_all(query.select(context))


def _bind_selector(value: Selector) -> Bound:
    """What a Selector Object selects (S44); its text is known only later when it holds expressions (S22)."""
    from arazzo_runner.expressions.selectors import QueryError, compile_query

    read, text, select = bind(value.context), _bind_text(value.selector), value.select

    def selected(scope: Scope) -> JSON | Missing:
        context = read(scope)
        if context is MISSING or context is None:
            return MISSING
        try:
            if select is not None:
                return select(context)
            return one_or_all(compile_query(value.type, text(scope)).select(context))
        except QueryError as error:
            raise CannotSend("invalid-selector", f"'{source_text(value)}' cannot be evaluated: {error}") from None

    return selected
