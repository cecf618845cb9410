"""The dialect `jsonpath-comparison`: ``$.state == "running" && $.items.length > 0`` as a condition of type jsonpath.

JSONPath has no comparison outside a filter, but many documents write one. This module knows what such a condition
means (S18); `comparison_reader.py` knows how it is written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Literal, TypeAlias

from arazzo_runner.expressions.comparing import compare, equal, holds
from arazzo_runner.expressions.selectors.jsonpath import RFC, compile_jsonpath, read_singular
from arazzo_runner.expressions.selectors.query import Query
from arazzo_runner.expressions.text import to_text
from arazzo_runner.expressions.verdicts import Operand
from arazzo_runner.records import dataclass
from arazzo_runner.values import JSON, MISSING, Missing

_Values: TypeAlias = "Mapping[str, JSON | Missing]"


# --- operands ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Fixed:
    """A number, a word or text without expressions."""

    text: str
    value: JSON


@dataclass(frozen=True, slots=True)
class Looked:
    """A runtime expression."""

    text: str
    expression: str


@dataclass(frozen=True, slots=True)
class Filled:
    """Text with expressions in braces: literal parts and expressions in turn, as a template is split."""

    text: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Path:
    """A JSONPath query, of which the value or the length counts; literals with expressions stand in between."""

    text: str
    parts: tuple[str | Looked | Filled, ...]
    length: bool


@dataclass(frozen=True, slots=True)
class List:
    """Values to be `in`."""

    text: str
    items: tuple[Term, ...]


Term: TypeAlias = "Fixed | Looked | Filled | Path | List"


# --- conditions -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Relation:
    left: Term
    operator: str
    right: Term


@dataclass(frozen=True, slots=True)
class Truth:
    operand: Term


@dataclass(frozen=True, slots=True)
class Not:
    inner: Condition


@dataclass(frozen=True, slots=True)
class Joined:
    how: Literal["&&", "||"]
    conditions: tuple[Condition, ...]


Condition: TypeAlias = "Relation | Truth | Not | Joined"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A condition over JSONPath operands. ``expressions`` are the runtime expressions whose values it needs."""

    text: str
    expressions: tuple[str, ...]
    condition: Condition
    terms: tuple[Term, ...]  #: its operands, each once

    def judge(self, context: JSON, values: _Values) -> tuple[bool, tuple[Operand, ...]]:
        """Whether it passes on this context, and what each path and expression in it was.

        ``values`` holds the values of `expressions` by their text. A null context never passes, as for any JSONPath
        condition. Raises `QueryError` when a path cannot be asked of the context.
        """
        found = {term.text: _value(term, context, values) for term in self.terms}
        seen = tuple([Operand(term.text, _shown(found[term.text])) for term in self.terms if _is_looked_up(term)])
        return context is not None and _passes(self.condition, found), seen


# --- judging ----------------------------------------------------------------------------------------------------------
def _passes(condition: Condition, found: _Values) -> bool:
    """``found`` holds the operands' values by their text, which says all of an operand."""
    match condition:
        case Relation(left, "in", right):
            listed = found[right.text]
            return isinstance(listed, list) and any(equal(found[left.text], item) for item in listed)
        case Relation(left, operator, right):
            return compare(operator, found[left.text], found[right.text])
        case Joined("||", conditions):
            return any(_passes(inner, found) for inner in conditions)
        case Joined(_, conditions):
            return all(_passes(inner, found) for inner in conditions)
        case Not(inner):
            return not _passes(inner, found)
        case Truth(operand):
            return holds(found[operand.text])


def _value(operand: Term, context: JSON, values: _Values) -> JSON | Missing:
    match operand:
        case Fixed(value=value):
            return value
        case Looked(expression=expression):
            return values.get(expression, MISSING)
        case Filled(parts=parts):
            return _filled(parts, values)
        case List(items=items):
            return [_shown(_value(item, context, values)) for item in items]
        case Path(parts=parts, length=length):
            return _selected("".join([_written(part, values) for part in parts]), context, length=length)


def _selected(query: str, context: JSON, *, length: bool) -> JSON:
    """What a path is: nothing is null, one node its value, several an array; the length of nothing is 0."""
    nodes = _query(query).select(context) if context is not None else []
    if length:
        return _length(nodes) if read_singular(query) is not None else len(nodes)
    return (nodes[0] if len(nodes) == 1 else nodes) if nodes else None


@lru_cache(maxsize=512)
def _query(text: str) -> Query:
    return compile_jsonpath(RFC, text)


def _length(nodes: list[JSON]) -> JSON:
    match nodes:
        case [{"length": own}]:
            length: JSON = own
            return length
        case [str() | list() | dict() as value]:
            return len(value)
        case [] | [None]:
            return 0
        case _:
            return None


def _written(part: str | Looked | Filled, values: _Values) -> str:
    """A part of a query, with an expression's value as a literal of its type."""
    if isinstance(part, str):
        return part
    value = _shown(_value(part, None, values))
    literal = to_text(value) if isinstance(value, dict | list | bytes) else value
    return json.dumps(literal, ensure_ascii=False)


def _filled(parts: tuple[str, ...], values: _Values) -> str:
    """Every second part is an expression."""
    return "".join(to_text(_shown(values.get(part, MISSING))) if at % 2 else part for at, part in enumerate(parts))


def _shown(value: JSON | Missing) -> JSON:
    return None if value is MISSING else value


def _is_looked_up(operand: Term) -> bool:
    return isinstance(operand, Path | Looked | Filled)


def operands(condition: Condition) -> Iterator[Term]:
    """The operands in the order in which they are written."""
    match condition:
        case Joined(conditions=conditions):
            for inner in conditions:
                yield from operands(inner)
        case Not(inner):
            yield from operands(inner)
        case Truth(operand):
            yield operand
        case Relation(left, _, right):
            yield left
            yield right


def expressions(operand: Term) -> Iterator[str]:
    match operand:
        case Looked(expression=expression):
            yield expression
        case Filled(parts=parts):
            yield from parts[1::2]
        case List(items=parts) | Path(parts=parts):
            for part in parts:
                if not isinstance(part, str):
                    yield from expressions(part)
        case Fixed():
            pass
