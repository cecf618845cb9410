"""JSONPath of RFC 9535: `jsonpath-rfc9535` reads the query, and what it read is bound into closures here, once.

A selector is a function that gives the keys which it selects in a container; a segment is a function from nodes to the
nodes that its selectors select; a filter is a predicate of a node. Asking is not left to the library, because it has no
bounds (a query may visit every node for every node), reads ``$`` in a nested filter as the filtered node, and cannot
descend more than 100 levels.
This module is imported when a query first needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

from jsonpath_rfc9535 import JSONPathEnvironment, selectors
from jsonpath_rfc9535 import filter_expressions as filters
from jsonpath_rfc9535 import segments as parsed
from jsonpath_rfc9535.exceptions import JSONPathError
from jsonpath_rfc9535.query import JSONPathQuery as ParsedQuery

from arazzo_runner.expressions.selectors.query import Place, QueryError
from arazzo_runner.expressions.selectors.regex import matches
from arazzo_runner.values import JSON, MISSING, Missing

#: Nodes that one query may visit; a 64 MiB answer has fewer, so only products of sizes reach it.
MAX_VISITS: Final = 20_000_000

_ENVIRONMENT: Final = JSONPathEnvironment()
_CONTAINER: Final = (dict, list)  #: named once: writing ``dict | list`` where nodes are visited makes it anew each time
_NUMBER: Final = (int, float)


class _Asking:
    """One question to one document: its root, and how many nodes may still be visited."""

    __slots__ = ("left", "root")

    def __init__(self, root: JSON) -> None:
        self.root = root
        self.left = MAX_VISITS

    def visit(self, nodes: int) -> None:
        self.left -= nodes
        if self.left < 0:
            raise QueryError(f"the query visits more than {MAX_VISITS} nodes of this document")


_Container: TypeAlias = "dict[str, Any] | list[Any]"
_Keys: TypeAlias = Callable[[_Container, _Asking], Iterable[Any]]
_Nodes: TypeAlias = Callable[[JSON, _Asking], list[JSON]]
_Value: TypeAlias = Callable[[JSON, _Asking], "JSON | Missing"]
_Holds: TypeAlias = Callable[[JSON, _Asking], bool]
_Segment: TypeAlias = Callable[[list[JSON], _Asking], list[JSON]]


class FullQuery:
    """A compiled query of any form."""

    __slots__ = ("_descends", "_keys", "_segments")

    def __init__(self, query: ParsedQuery) -> None:
        self._segments = _segments(query)
        last = query.segments[-1:]
        self._descends = any(map(_descends, last))
        self._keys = [_selector(selector) for segment in last for selector in segment.selectors]

    def select(self, context: JSON) -> list[JSON]:
        try:
            return _walk(self._segments, context, _Asking(context))
        except RecursionError:
            raise QueryError("the query is nested too deeply") from None

    def holds(self, context: JSON) -> bool:
        return bool(self.select(context))

    def places(self, document: JSON) -> list[Place]:
        """Where the selected values stand."""
        if not self._segments:
            return []
        asking = _Asking(document)
        nodes = _walk(self._segments[:-1], document, asking)
        containers = [
            node for node in (_descend(nodes, asking) if self._descends else nodes) if isinstance(node, dict | list)
        ]
        return [(node, key) for node in containers for keys in self._keys for key in keys(node, asking)]


def compile_rfc9535(text: str) -> FullQuery:
    """Read a query; raises `QueryError` with the column of what is wrong."""
    try:
        return FullQuery(_ENVIRONMENT.compile(text))
    except JSONPathError as error:
        raise QueryError(f"not a JSONPath query: {_reason(error)}", _column(error, text)) from None
    except RecursionError:
        raise QueryError("not a JSONPath query: it is nested too deeply") from None
    except (ValueError, IndexError) as error:  # the library's own slips: a bare surrogate, an escape at the end
        raise QueryError(f"not a JSONPath query: {error}") from None


def _reason(error: JSONPathError) -> str:
    return str(error.args[0]) if error.args else "it cannot be read"


def _column(error: JSONPathError, text: str) -> int:
    token = error.token
    return len(text) + 1 if token is None or token.index < 0 else token.index + 1


# --- nodes ------------------------------------------------------------------------------------------------------------
def _segments(query: ParsedQuery) -> tuple[_Segment, ...]:
    return tuple(map(_segment, query.segments))


def _segment(segment: parsed.JSONPathSegment) -> _Segment:
    """A segment; most are one name or one filter, which find their values without keys."""
    match segment.selectors:
        case [selectors.NameSelector(name=name)] if not _descends(segment):
            return _members(name)
        case [selectors.FilterSelector(expression=expression)] if not _descends(segment):
            return _filtered(_logical(expression))
    return _any_segment(tuple(map(_selector, segment.selectors)), descends=_descends(segment))


def _descends(segment: parsed.JSONPathSegment) -> bool:
    return isinstance(segment, parsed.JSONPathRecursiveDescentSegment)


def _members(name: str) -> _Segment:
    def found(nodes: list[JSON], asking: _Asking) -> list[JSON]:
        asking.visit(len(nodes))
        return [node[name] for node in nodes if isinstance(node, dict) and name in node]

    return found


def _filtered(holds: _Holds) -> _Segment:
    def found(nodes: list[JSON], asking: _Asking) -> list[JSON]:
        passing: list[JSON] = []
        for node in nodes:
            if isinstance(node, _CONTAINER):
                asking.visit(len(node) + 1)
                values = node.values() if isinstance(node, dict) else node
                passing += [value for value in values if holds(value, asking)]
        return passing

    return found


def _any_segment(chosen: tuple[_Keys, ...], *, descends: bool) -> _Segment:
    def found(nodes: list[JSON], asking: _Asking) -> list[JSON]:
        selected: list[JSON] = []
        for node in _descend(nodes, asking) if descends else nodes:
            if isinstance(node, _CONTAINER):
                for keys in chosen:
                    selected.extend([node[key] for key in keys(node, asking)])
        asking.visit(len(selected) + len(nodes))
        return selected

    return found


def _walk(segments: tuple[_Segment, ...], start: JSON, asking: _Asking) -> list[JSON]:
    nodes = [start]
    for segment in segments:
        nodes = segment(nodes, asking)
    return nodes


def _descend(nodes: list[JSON], asking: _Asking) -> Iterable[JSON]:
    """The containers among the nodes and below them, each before what it holds."""
    pending = nodes[::-1]
    while pending:
        node = pending.pop()
        if isinstance(node, _CONTAINER):
            asking.visit(len(node) + 1)
            yield node
            pending.extend(
                [child for child in reversed(node.values() if isinstance(node, dict) else node) if _holds_more(child)]
            )


def _holds_more(value: JSON) -> bool:
    return isinstance(value, _CONTAINER)


# --- selectors --------------------------------------------------------------------------------------------------------
def _selector(selector: selectors.JSONPathSelector) -> _Keys:
    match selector:
        case selectors.NameSelector(name=name):
            return lambda node, _: (name,) if isinstance(node, dict) and name in node else ()
        case selectors.IndexSelector(index=index):
            return lambda node, _: (index,) if isinstance(node, list) and -len(node) <= index < len(node) else ()
        case selectors.SliceSelector(slice=part):
            return lambda node, _: _slice(node, part)
        case selectors.WildcardSelector():
            return lambda node, _: _every(node)
        case selectors.FilterSelector(expression=expression):
            return _filter(_logical(expression))
        case _:
            raise TypeError(f"unknown selector {selector!r}")


def _every(node: _Container) -> Iterable[Any]:
    return node if isinstance(node, dict) else range(len(node))


def _slice(node: _Container, part: slice) -> Iterable[int]:
    return range(*part.indices(len(node))) if isinstance(node, list) and part.step != 0 else ()


def _filter(holds: _Holds) -> _Keys:
    def keys(node: _Container, asking: _Asking) -> list[Any]:
        asking.visit(len(node))
        members = node.items() if isinstance(node, dict) else enumerate(node)
        return [key for key, value in members if holds(value, asking)]

    return keys


# --- filters ----------------------------------------------------------------------------------------------------------
def _logical(expression: filters.Expression) -> _Holds:
    match expression:
        case filters.FilterExpression(expression=inner):
            return _logical(inner)
        case filters.LogicalExpression(left=left, operator=operator, right=right):
            return (
                _both(_logical(left), _logical(right)) if operator == "&&" else _either(_logical(left), _logical(right))
            )
        case filters.PrefixExpression(right=right):
            return _not(_logical(right))
        case filters.ComparisonExpression(
            left=left, operator="==", right=filters.FilterExpressionLiteral(value=str() | bool() | None as literal)
        ):
            return _is(_value(left), literal)
        case filters.ComparisonExpression(left=left, operator=operator, right=right):
            return _comparison(operator, _value(left), _value(right))
        case filters.FilterQuery(query=query) if query.singular_query():
            value = _value(expression)
            return lambda node, asking: value(node, asking) is not MISSING
        case filters.FilterQuery():
            nodes = _nodes(expression)
            return lambda node, asking: bool(nodes(node, asking))
        case filters.FunctionExtension(name="match" | "search" as name, args=(text, pattern)):
            return _matching(_value(text), _value(pattern), whole=name == "match")
        case _:
            raise TypeError(f"unknown filter {expression!r}")


def _both(left: _Holds, right: _Holds) -> _Holds:
    return lambda node, asking: left(node, asking) and right(node, asking)


def _either(left: _Holds, right: _Holds) -> _Holds:
    return lambda node, asking: left(node, asking) or right(node, asking)


def _not(inner: _Holds) -> _Holds:
    return lambda node, asking: not inner(node, asking)


def _matching(text: _Value, pattern: _Value, *, whole: bool) -> _Holds:
    def holds(node: JSON, asking: _Asking) -> bool:
        subject, expected = text(node, asking), pattern(node, asking)
        if subject is MISSING or expected is MISSING:
            return False
        return matches(subject, expected, whole=whole)

    return holds


def _value(expression: filters.Expression) -> _Value:
    match expression:
        case filters.FilterExpressionLiteral(value=literal):
            return lambda *_: literal
        case filters.FilterQuery(query=query) if query.singular_query():
            return _singular(query, from_root=isinstance(expression, filters.RootFilterQuery))
        case filters.FunctionExtension(name="value", args=(nodes,)):
            return _single(_nodes(nodes))
        case filters.FunctionExtension(name="count", args=(nodes,)):
            counted = _nodes(nodes)
            return lambda node, asking: len(counted(node, asking))
        case filters.FunctionExtension(name="length", args=(argument,)):
            measured = _value(argument)
            return lambda node, asking: _length(measured(node, asking))
        case _:
            raise TypeError(f"unknown filter operand {expression!r}")


def _nodes(expression: filters.Expression) -> _Nodes:
    if not isinstance(expression, filters.FilterQuery):
        raise TypeError(f"unknown filter query {expression!r}")
    segments = _segments(expression.query)
    if isinstance(expression, filters.RootFilterQuery):
        return lambda _, asking: _walk(segments, asking.root, asking)
    return lambda node, asking: _walk(segments, node, asking)


def _singular(query: ParsedQuery, *, from_root: bool) -> _Value:
    """The value of a query that selects one node or none; most filters ask nothing else."""
    steps = [segment.selectors[0] for segment in query.segments]
    names = [step.name if isinstance(step, selectors.NameSelector) else step.index for step in steps]  # type: ignore[attr-defined]  # singular: no other kinds
    match names:
        case [str() as member] if not from_root:
            return lambda node, _: node.get(member, MISSING) if isinstance(node, dict) else MISSING

    def value(node: JSON, asking: _Asking) -> JSON | Missing:
        found = asking.root if from_root else node
        for name in names:
            if isinstance(name, str):
                if not isinstance(found, dict) or name not in found:
                    return MISSING
                found = found[name]
            else:
                if not isinstance(found, list) or not -len(found) <= name < len(found):
                    return MISSING
                found = found[name]
        return found

    return value


def _single(nodes: _Nodes) -> _Value:
    def value(node: JSON, asking: _Asking) -> JSON | Missing:
        found = nodes(node, asking)
        return found[0] if len(found) == 1 else MISSING

    return value


def _length(value: JSON | Missing) -> int | Missing:
    return len(value) if isinstance(value, str | list | dict) else MISSING


# --- comparisons (RFC 9535, 2.3.5.2.2) --------------------------------------------------------------------------------
def _comparison(operator: str, left: _Value, right: _Value) -> _Holds:
    compare = _COMPARE[operator]
    return lambda node, asking: compare(left(node, asking), right(node, asking), asking)


def _is(value: _Value, literal: str | bool | None) -> _Holds:
    """Equality with what equals nothing else, unlike a number."""
    if isinstance(literal, str):
        return lambda node, asking: value(node, asking) == literal
    return lambda node, asking: value(node, asking) is literal


def _less(left: JSON | Missing, right: JSON | Missing) -> bool:
    if isinstance(left, str):
        return isinstance(right, str) and left < right
    return _is_number(left) and _is_number(right) and left < right  # type: ignore[operator]  # both are numbers


def _is_number(value: JSON | Missing) -> bool:
    return isinstance(value, _NUMBER) and not isinstance(value, bool)


def _equal(left: JSON | Missing, right: JSON | Missing, asking: _Asking) -> bool:
    if not isinstance(left, _CONTAINER):
        return left is right if isinstance(left, bool) or isinstance(right, bool) else left == right
    pending: list[tuple[JSON | Missing, JSON | Missing]] = [(left, right)]
    while pending:
        one, other = pending.pop()
        if isinstance(one, dict) and isinstance(other, dict):
            if one.keys() != other.keys():
                return False
            asking.visit(len(one))
            pending.extend((value, other[name]) for name, value in one.items())
        elif isinstance(one, list) and isinstance(other, list):
            if len(one) != len(other):
                return False
            asking.visit(len(one))
            pending.extend(zip(one, other, strict=True))
        elif isinstance(one, bool) or isinstance(other, bool):
            if one is not other:
                return False
        elif one != other:
            return False
    return True


_COMPARE: Final[dict[str, Callable[[JSON | Missing, JSON | Missing, _Asking], bool]]] = {
    "==": _equal,
    "!=": lambda one, other, asking: not _equal(one, other, asking),
    "<": lambda one, other, _: _less(one, other),
    ">": lambda one, other, _: _less(other, one),
    "<=": lambda one, other, asking: _less(one, other) or _equal(one, other, asking),
    ">=": lambda one, other, asking: _less(other, one) or _equal(one, other, asking),
}
