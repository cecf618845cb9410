"""The value of a compiled expression on a scope (S13-S16): total, cheap, and *missing* where it leads nowhere.

It parses nothing and knows no text; a name that holds dots and is not there whole is followed as a path (S14).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

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
from arazzo_runner.expressions.scope import Scope
from arazzo_runner.values import JSON, MISSING, Missing

_LONGEST_INDEX: Final = 15  #: digits; no array is longer, and Python refuses to read integers of some thousands
_NOTHING: Final[Mapping[str, JSON]] = {}


def evaluate(expression: Expression, scope: Scope) -> JSON | Missing:
    """The value of the expression, or missing. Never raises."""
    return _EVALUATE[type(expression)](expression, scope)


def _simple(expression: Simple, scope: Scope) -> JSON | Missing:
    if expression.root == "self":
        return MISSING if scope.self_uri is None else scope.self_uri
    exchange = scope.exchange
    if exchange is None:
        return MISSING
    if expression.root == "statusCode":
        return MISSING if exchange.status_code is None else exchange.status_code
    return exchange.url if expression.root == "url" else exchange.method


def _message_part(expression: MessagePart, scope: Scope) -> JSON | Missing:
    exchange = scope.exchange
    if exchange is None or expression.root == "message":
        return MISSING  # messages are AsyncAPI's
    sent = expression.root == "request"
    match expression.source:
        case "body" | "payload":
            return _follow(exchange.request_body if sent else exchange.response_body, expression.access)
        case "header":
            headers = exchange.request_headers if sent else exchange.response_headers
            return headers.get(expression.name, MISSING)
        case "query":
            return exchange.query.get(expression.name, MISSING) if sent else MISSING
        case "path":
            return exchange.path.get(expression.name, MISSING) if sent else MISSING


def _named(expression: Named, scope: Scope) -> JSON | Missing:
    return _member(scope.inputs if expression.root == "inputs" else scope.outputs, expression.name, expression.access)


def _step_output(expression: StepOutput, scope: Scope) -> JSON | Missing:
    return _member(scope.steps.get(expression.step_id, _NOTHING), expression.name, expression.access)


def _workflow_field(expression: WorkflowField, scope: Scope) -> JSON | Missing:
    values = scope.workflows.get(expression.workflow_id)
    if values is None:
        return MISSING
    return _member(
        values.inputs if expression.field == "inputs" else values.outputs, expression.name, expression.access
    )


def _source_reference(expression: SourceReference, scope: Scope) -> JSON | Missing:
    return scope.sources.get(expression.name, _NOTHING).get(expression.reference, MISSING)


def _component_reference(expression: ComponentReference, scope: Scope) -> JSON | Missing:
    return scope.components.get(expression.type, _NOTHING).get(expression.name, MISSING)


def _invalid(_expression: Invalid, _scope: Scope) -> Missing:
    return MISSING


_EVALUATE: Final[dict[type, Callable[[Any, Scope], JSON | Missing]]] = {
    Simple: _simple,
    MessagePart: _message_part,
    Named: _named,
    StepOutput: _step_output,
    WorkflowField: _workflow_field,
    SourceReference: _source_reference,
    ComponentReference: _component_reference,
    Invalid: _invalid,
}


def _member(values: Mapping[str, JSON], name: str, access: Access) -> JSON | Missing:
    """A named value and what follows the name; the exact whole name wins over a path into a shorter one (S14)."""
    if isinstance(access, Path):
        whole = values.get(name + access.text, MISSING)
        if whole is not MISSING:
            return whole
    value = values.get(name, MISSING)
    if value is MISSING and "." in name:
        value = _dotted(values, name)
    return value if access is None else _follow(value, access)


def _dotted(values: Mapping[str, JSON], name: str) -> JSON | Missing:
    first, _, rest = name.partition(".")
    value = values.get(first, MISSING)
    for step in rest.split("."):
        value = child(value, step)
    return value


def _follow(value: JSON | Missing, access: Access) -> JSON | Missing:
    if access is None or value is MISSING:
        return value
    return _at_pointer(value, access) if isinstance(access, Pointer) else _along(value, access)


def _at_pointer(value: JSON | Missing, pointer: Pointer) -> JSON | Missing:
    for token in pointer.tokens:
        found = _referenced(value, token)
        if found is MISSING and pointer.lenient:
            found = _leniently(value, token)
        if found is MISSING:
            return MISSING
        value = found
    return value


def _referenced(value: JSON | Missing, token: str) -> JSON | Missing:
    """One reference token of RFC 6901: a member's name, or an array index without leading zeros."""
    if isinstance(value, dict):
        return value.get(token, MISSING)
    if isinstance(value, list) and _is_index(token):
        return value[int(token)] if int(token) < len(value) else MISSING
    return MISSING


def _leniently(value: JSON | Missing, token: str) -> JSON | Missing:
    """A token that is no member's name, as a path: ``a.b``, ``items[0]``, ``[0].id`` (`pointer-shape`)."""
    path = read_path(token if token.startswith("[") else f".{token}")
    return MISSING if path is None else _along(value, path)


def _along(value: JSON | Missing, path: Path) -> JSON | Missing:
    if path.select is not None:
        return MISSING if isinstance(value, Missing) else _selected(path, path.select(value))
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
