"""The value of a compiled expression on a scope (S13-S16): total, cheap, and *missing* where it leads nowhere.

An expression is bound once to a function of the scope, so that only its value is worked out at each step. It parses
nothing and knows no text; a name that holds dots and is not there whole is followed as a path (S14).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from operator import attrgetter
from typing import Any, Final, TypeAlias

from arazzo_runner.expressions.nodes import (
    Access,
    ComponentReference,
    Expression,
    Invalid,
    MessagePart,
    Named,
    Path,
    Pointer,
    Simple,
    SourceReference,
    StepOutput,
    WorkflowField,
)
from arazzo_runner.expressions.paths import read_path
from arazzo_runner.expressions.scope import Exchange, Scope, WorkflowValues
from arazzo_runner.values import JSON, MISSING, Missing

_LONGEST_INDEX: Final = 15  #: digits; no array is longer, and Python refuses to read integers of some thousands
_NOTHING: Final[Mapping[str, JSON]] = {}
_NO_VALUES: Final = WorkflowValues()

#: An expression, or a value with expressions in it, as a function of what it can see.
Bound: TypeAlias = "Callable[[Scope], JSON | Missing]"

#: What follows a name, as a function of the value that it stands behind.
_Follow: TypeAlias = "Callable[[JSON | Missing], JSON | Missing]"


def evaluate(expression: Expression, scope: Scope) -> JSON | Missing:
    """The value of the expression, or missing. Never raises."""
    return bind(expression)(scope)


def bind(expression: Expression) -> Bound:
    """The expression as a function of the scope; what its text fixes is looked at here, once. It never raises."""
    return _BIND[type(expression)](expression)


def _simple(expression: Simple) -> Bound:
    match expression.root:
        case "statusCode":
            return _of_exchange(lambda exchange: MISSING if exchange.status_code is None else exchange.status_code)
        case "url":
            return _of_exchange(lambda exchange: exchange.url)
        case "method":
            return _of_exchange(lambda exchange: exchange.method)
        case "self":
            return lambda scope: MISSING if scope.self_uri is None else scope.self_uri


def _message_part(expression: MessagePart) -> Bound:
    if expression.root == "message":
        return _nowhere  # messages are AsyncAPI's
    name, sent = expression.name, expression.root == "request"
    match expression.source:
        case "body" | "payload":
            return _of_exchange(_body(expression.access, sent=sent))
        case "header" if sent:
            return _of_exchange(lambda exchange: exchange.request_headers.get(name, MISSING))
        case "header":
            return _of_exchange(lambda exchange: exchange.response_headers.get(name, MISSING))
        case "query" if sent:
            return _of_exchange(lambda exchange: exchange.query.get(name, MISSING))
        case "path" if sent:
            return _of_exchange(lambda exchange: exchange.path.get(name, MISSING))
    return _nowhere


def _of_exchange(part: Callable[[Exchange], JSON | Missing]) -> Bound:
    """A part of the exchange; missing where there is none."""

    def bound(scope: Scope) -> JSON | Missing:
        exchange = scope.exchange
        return MISSING if exchange is None else part(exchange)

    return bound


def _body(access: Access, *, sent: bool) -> Callable[[Exchange], JSON | Missing]:
    whole: Callable[[Exchange], JSON | Missing] = attrgetter("request_body" if sent else "response_body")
    if access is None:
        return whole
    follow = _following(access)
    return lambda exchange: follow(whole(exchange))


def _named(expression: Named) -> Bound:
    member = _member(expression.name, expression.access)
    if expression.root == "inputs":
        return lambda scope: member(scope.inputs)
    return lambda scope: member(scope.outputs)


def _step_output(expression: StepOutput) -> Bound:
    step_id, member = expression.step_id, _member(expression.name, expression.access)
    return lambda scope: member(scope.steps.get(step_id, _NOTHING))


def _workflow_field(expression: WorkflowField) -> Bound:
    workflow_id, member = expression.workflow_id, _member(expression.name, expression.access)
    if expression.field == "inputs":
        return lambda scope: member(scope.workflows.get(workflow_id, _NO_VALUES).inputs)
    return lambda scope: member(scope.workflows.get(workflow_id, _NO_VALUES).outputs)


def _source_reference(expression: SourceReference) -> Bound:
    name, reference = expression.name, expression.reference
    return lambda scope: scope.sources.get(name, _NOTHING).get(reference, MISSING)


def _component_reference(expression: ComponentReference) -> Bound:
    type_, name = expression.type, expression.name
    return lambda scope: scope.components.get(type_, _NOTHING).get(name, MISSING)


def _invalid(_expression: Invalid) -> Bound:
    return _nowhere


def _nowhere(_scope: Scope) -> Missing:
    return MISSING


_BIND: Final[dict[type, Callable[[Any], Bound]]] = {
    Simple: _simple,
    MessagePart: _message_part,
    Named: _named,
    StepOutput: _step_output,
    WorkflowField: _workflow_field,
    SourceReference: _source_reference,
    ComponentReference: _component_reference,
    Invalid: _invalid,
}


def _member(name: str, access: Access) -> Callable[[Mapping[str, JSON]], JSON | Missing]:
    """Finds a named value and what follows the name; the exact whole name wins over a path into a shorter one (S14)."""
    find = _dotted(name) if "." in name else lambda values: values.get(name, MISSING)
    if access is None:
        return find
    follow = _following(access)
    if isinstance(access, Pointer):
        return lambda values: follow(find(values))
    whole = name + access.text

    def found(values: Mapping[str, JSON]) -> JSON | Missing:
        value = values.get(whole, MISSING)
        return follow(find(values)) if value is MISSING else value

    return found


def _dotted(name: str) -> Callable[[Mapping[str, JSON]], JSON | Missing]:
    first, *rest = name.split(".")

    def found(values: Mapping[str, JSON]) -> JSON | Missing:
        value = values.get(name, MISSING)
        if value is MISSING:
            value = values.get(first, MISSING)
            for step in rest:
                value = child(value, step)
        return value

    return found


def _following(access: Pointer | Path) -> _Follow:
    return _at_pointer(access) if isinstance(access, Pointer) else partial(_along, path=access)


def _at_pointer(pointer: Pointer) -> _Follow:
    tokens, lenient = pointer.tokens, pointer.lenient

    def follow(value: JSON | Missing) -> JSON | Missing:
        for token in tokens:
            found = value.get(token, MISSING) if isinstance(value, dict) else _item(value, token)
            if found is MISSING and lenient:
                found = _leniently(value, token)
            if found is MISSING:
                return MISSING
            value = found
        return value

    return follow


def _item(value: JSON | Missing, token: str) -> JSON | Missing:
    """The item at an array index of RFC 6901: digits without leading zeros."""
    if isinstance(value, list) and _is_index(token) and int(token) < len(value):
        return value[int(token)]
    return MISSING


def _leniently(value: JSON | Missing, token: str) -> JSON | Missing:
    """A token that is no member's name, as a path: ``a.b``, ``items[0]``, ``[0].id`` (`pointer-shape`)."""
    path = read_path(token if token.startswith("[") else f".{token}")
    return MISSING if path is None else _along(value, path)


def _along(value: JSON | Missing, path: Path) -> JSON | Missing:
    if value is MISSING:
        return MISSING
    if path.select is not None:
        return _selected(path, path.select(value))
    for step in path.steps:
        value = child(value, step)
    return value


def _selected(path: Path, nodes: list[JSON]) -> JSON | Missing:
    """The first match of ``[n]`` and ``[]``, every match of ``[*]``, else as a Selector Object would (S44)."""
    if path.first:
        return nodes[0] if nodes else MISSING
    if "[*]" in path.text:
        return nodes
    return one_or_all(nodes)


def one_or_all(nodes: list[JSON]) -> JSON | Missing:
    """No node is missing, one node is its value, several are an array (S44)."""
    if not nodes:
        return MISSING
    return nodes[0] if len(nodes) == 1 else nodes


def child(value: JSON | Missing, step: str | int) -> JSON | Missing:
    """A member by its name, or an item by its index; text of digits is an index of an array."""
    if isinstance(value, dict):
        return value.get(step, MISSING) if isinstance(step, str) else MISSING
    if isinstance(value, list):
        index = int(step) if isinstance(step, int) or _is_index(step) else None
        if index is not None and -len(value) <= index < len(value):
            return value[index]
    return MISSING


def _is_index(token: str) -> bool:
    return token.isascii() and token.isdigit() and (token == "0" or token[0] != "0") and len(token) <= _LONGEST_INDEX
