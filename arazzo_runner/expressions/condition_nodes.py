"""The syntax tree of a simple condition, and its value for given values of its runtime expressions (S18).

It knows no text and no scope: `conditions` reads the one and evaluates the expressions on the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Final, TypeAlias

from arazzo_runner.expressions.comparing import compare, equal, holds
from arazzo_runner.expressions.evaluate import child
from arazzo_runner.expressions.nodes import ExpressionType
from arazzo_runner.expressions.text import to_text
from arazzo_runner.expressions.verdicts import described, shown
from arazzo_runner.records import dataclass
from arazzo_runner.values import JSON, MISSING, Missing

#: The values of a condition's runtime expressions, in the order in which they are written.
Values: TypeAlias = "Sequence[JSON | Missing]"

#: A node, bound once to a function of those values. It may raise `NotEvaluable`.
Decide: TypeAlias = "Callable[[Values], JSON | Missing]"

_REGEX: Final = ExpressionType("regex")


@dataclass(frozen=True, slots=True)
class Literal:
    """A string, number, boolean, null, or a list of them after ``in``."""

    text: str
    value: JSON


@dataclass(frozen=True, slots=True)
class Reference:
    """A runtime expression: the one of this index."""

    text: str
    index: int


@dataclass(frozen=True, slots=True)
class Text:
    """A string with runtime expressions in it, given by their indexes."""

    text: str
    parts: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Property:
    """``.name`` and ``[index]`` after an operand in parentheses or a literal."""

    text: str
    of: Node
    steps: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Length:
    """``.length`` after an operand (`condition-words`); a member of that name wins."""

    text: str
    of: Node


@dataclass(frozen=True, slots=True)
class Not:
    """``!``"""

    text: str
    of: Node


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two operands and ``== != < <= > >=``, ``contains``, ``in`` or ``matches``."""

    text: str
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class All:
    """``&&``"""

    text: str
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """``||``"""

    text: str
    parts: tuple[Node, ...]


Node: TypeAlias = "Literal | Reference | Text | Property | Length | Not | Comparison | All | Either"


class NotEvaluable(Exception):
    """The condition cannot be evaluated on these values; the message says why."""


def value_of(node: Node, values: Values) -> JSON | Missing:
    """The value of a node; a comparison's is true or false. Raises `NotEvaluable`."""
    return bind_node(node)(values)


def bind_node(node: Node) -> Decide:
    """`value_of` as a function of the values."""
    match node:
        case Comparison():
            return _bind_comparison(node)
        case Reference(index=index):
            return itemgetter(index)
        case Literal(value=fixed):
            return lambda _: fixed
        case All(parts=parts):
            every = [bind_node(part) for part in parts]
            return lambda values: all(holds(part(values)) for part in every)
        case Either(parts=parts):
            some = [bind_node(part) for part in parts]
            return lambda values: any(holds(part(values)) for part in some)
        case Not(of=of):
            denied = bind_node(of)
            return lambda values: not holds(denied(values))
        case Text(parts=words):
            return lambda values: _text(words, values)
        case Property(of=of, steps=steps):
            whole = bind_node(of)
            return lambda values: _below(whole(values), steps)
        case Length(of=of):
            measured = bind_node(of)
            return lambda values: _length(measured(values))


def why_not(node: Node, values: Values) -> str:
    """Why the node fails, if it does: which operand has what value."""
    match node:
        case Comparison():
            left, right = _side(node.left, values), value_of(node.right, values)
            expected = node.right.text if isinstance(node.right, Literal) else described(node.right.text, right)
            return f"{left}, expected {node.operator} {expected}"
        case All():
            return "; ".join(why_not(part, values) for part in node.parts if not holds(value_of(part, values)))
        case Either():
            return "; ".join(why_not(part, values) for part in node.parts)
        case Not():
            return f"{_side(node.of, values)}, expected it not to hold"
    return _side(node, values)


def _side(node: Node, values: Values) -> str:
    value = value_of(node, values)
    if isinstance(node, Literal) and value is not MISSING:
        return shown(value)
    return described(node.text, value)


def _bind_comparison(node: Comparison) -> Decide:
    operator, left, right = node.operator, bind_node(node.left), bind_node(node.right)
    match operator:
        case "==":
            return lambda values: equal(left(values), right(values))
        case "contains":
            return lambda values: _contains(left(values), right(values))
        case "in":
            return lambda values: _contains(right(values), left(values))
        case "matches":
            return lambda values: _matches(left(values), right(values))
    return lambda values: compare(operator, left(values), right(values))


def _below(value: JSON | Missing, steps: tuple[str | int, ...]) -> JSON | Missing:
    for step in steps:
        value = child(value, step)
    return value


def _contains(whole: JSON | Missing, part: JSON | Missing) -> bool:
    """An array has an equal item, an object has a member of that name, text has that text in it."""
    match whole:
        case list():
            return any(equal(item, part) for item in whole)
        case dict():
            return isinstance(part, str) and part in whole
        case str():
            return holds(part) and part is not MISSING and to_text(part).casefold() in whole.casefold()
    return False


def _matches(value: JSON | Missing, pattern: JSON | Missing) -> bool:
    """As a criterion of type regex does (S19). Raises `NotEvaluable`."""
    from arazzo_runner.expressions.selectors import QueryError, compile_query

    if value is MISSING or value is None or not isinstance(pattern, str):
        return False
    try:
        return compile_query(_REGEX, pattern).holds(value)
    except QueryError as error:
        raise NotEvaluable(f"'{pattern}': {error}") from None


def _length(value: JSON | Missing) -> JSON | Missing:
    match value:
        case {"length": own}:
            return own
        case None | Missing():
            return 0
        case str() | list() | dict() | bytes():
            return len(value)
    return MISSING


def _text(parts: tuple[str | int, ...], values: Values) -> JSON | Missing:
    words: list[str] = []
    for part in parts:
        value = part if isinstance(part, str) else values[part]
        if value is MISSING:
            return MISSING
        words.append(to_text(value))
    return "".join(words)
