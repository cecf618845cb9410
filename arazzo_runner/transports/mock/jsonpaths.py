"""Changes a value so that a JSONPath query selects something in it, or nothing.

Walks the query as `jsonpath-rfc9535` reads it (imported with this module, so import this module when first needed).
It proposes and does not judge: what it cannot follow stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from jsonpath_rfc9535 import JSONPathEnvironment, JSONPathError, selectors
from jsonpath_rfc9535 import filter_expressions as filters
from jsonpath_rfc9535 import segments as parsed

from arazzo_runner.records import dataclass
from arazzo_runner.transports.mock.generate import generate
from arazzo_runner.transports.mock.places import child, lengthened, reach
from arazzo_runner.transports.mock.schemas import Resolve, plain
from arazzo_runner.transports.mock.values import MIRRORED, NEGATED, sized, values_for
from arazzo_runner.values import JSON, MISSING, Missing

#: What should stand at the selected place, given what stands there and its schema.
Make: TypeAlias = Callable[["JSON | Missing", JSON], JSON]

_Segments: TypeAlias = Sequence[parsed.JSONPathSegment]
_ENVIRONMENT = JSONPathEnvironment()


def selecting(query: str, node: JSON, schema: JSON, resolve: Resolve, make: Make, pick: int = 0) -> JSON:
    """The node (changed in place where it can be) in which the query selects what ``make`` gives.

    ``pick`` chooses among values that would do for the comparisons in filters.
    """
    return _Mender(resolve, pick).walk(_segments(query), node, schema, make, root=True)


def emptied(query: str, node: JSON, schema: JSON, resolve: Resolve, pick: int = 0) -> JSON:
    """The node in which the query selects nothing."""
    return _Mender(resolve, pick).empty(_segments(query), node, schema)


def present(resolve: Resolve, name: str) -> Make:
    """Keeps what is there, else invents it."""

    def make(value: JSON | Missing, schema: JSON) -> JSON:
        return generate(schema, resolve, name=name, nodes=200) if value is MISSING or value is None else value

    return make


def _segments(query: str) -> _Segments:
    try:
        return tuple(_ENVIRONMENT.compile(query).segments)
    except (JSONPathError, ValueError, IndexError, RecursionError):
        return ()


@dataclass(slots=True)
class _Mender:
    resolve: Resolve
    pick: int

    def walk(self, segments: _Segments, node: JSON | Missing, schema: JSON, make: Make, *, root: bool = False) -> JSON:
        if not segments:
            return make(node, schema)
        segment, rest = segments[0], segments[1:]

        def inner(below: JSON | Missing, its: JSON) -> JSON:
            return self.walk(rest, below, its, make)

        selector = segment.selectors[0]
        if isinstance(segment, parsed.JSONPathRecursiveDescentSegment):
            return self.descend(selector, node, schema, inner)
        return self.select(selector, node, schema, inner, root=root)

    def select(
        self,
        selector: selectors.JSONPathSelector,
        node: JSON | Missing,
        schema: JSON,
        inner: Make,
        *,
        root: bool = False,
    ) -> JSON:
        match selector:
            case selectors.NameSelector(name=name):
                return self.member(node, name, schema, inner)
            case selectors.IndexSelector(index=index):
                return self.item(node, index, schema, inner)
            case selectors.SliceSelector(slice=part):
                return self.item(node, part.start or 0, schema, inner)
            case selectors.FilterSelector(expression=expression):
                return self.filtered(expression, node, schema, inner, root=root)
            case _:
                if isinstance(node, dict) and node:
                    return self.member(node, next(iter(node)), schema, inner)
                return self.item(node, 0, schema, inner)

    def member(self, node: JSON | Missing, name: str, schema: JSON, inner: Make) -> JSON:
        result = node if isinstance(node, dict) else {}
        result[name] = inner(result.get(name, MISSING), child(schema, name, self.resolve))
        return result

    def item(self, node: JSON | Missing, index: int, schema: JSON, inner: Make) -> JSON:
        items = node if isinstance(node, list) else []
        items = lengthened(items, index + 1 if index >= 0 else -index, schema, self.resolve)
        if -len(items) <= index < len(items):
            items[index] = inner(items[index], child(schema, index, self.resolve))
        return items

    def filtered(
        self, expression: filters.Expression, node: JSON | Missing, schema: JSON, inner: Make, *, root: bool
    ) -> JSON:
        """Where the whole context is an object, the filter is asked of it (S20)."""

        def make(below: JSON | Missing, its: JSON) -> JSON:
            return inner(self.hold(expression, below, its, want=True), its)

        if isinstance(node, dict) and (root or not node):
            return make(node, schema)
        if isinstance(node, dict):
            return self.member(node, next(iter(node)), schema, make)
        return self.item(node, 0, schema, make)

    def descend(self, selector: selectors.JSONPathSelector, node: JSON | Missing, schema: JSON, inner: Make) -> JSON:
        """Below the first object that has the name already; else at the top."""
        if isinstance(selector, selectors.NameSelector) and (found := _owner(node, selector.name)) is not None:
            found[selector.name] = inner(found[selector.name], True)
            return node if not isinstance(node, Missing) else found
        if isinstance(node, list) and isinstance(selector, selectors.NameSelector):
            return self.item(node, 0, schema, lambda below, its: self.select(selector, below, its, inner))
        return self.select(selector, node, schema, inner, root=True)

    def hold(self, expression: filters.Expression, node: JSON | Missing, schema: JSON, *, want: bool) -> JSON:
        """The node on which the filter holds, or does not."""
        value: JSON = None if isinstance(node, Missing) else node
        match expression:
            case filters.FilterExpression(expression=inner):
                return self.hold(inner, value, schema, want=want)
            case filters.PrefixExpression(right=right):
                return self.hold(right, value, schema, want=not want)
            case filters.LogicalExpression(left=left, operator=operator, right=right):
                value = self.hold(left, value, schema, want=want)
                return self.hold(right, value, schema, want=want) if (operator == "&&") == want else value
            case filters.ComparisonExpression(left=left, operator=operator, right=right):
                if isinstance(left, filters.FilterExpressionLiteral):
                    left, operator, right = right, MIRRORED[operator], left
                operator = operator if want else NEGATED[operator]
                literal = right.value if isinstance(right, filters.FilterExpressionLiteral) else MISSING
                return self.compare(left, operator, literal, value, schema)
            case filters.FunctionExtension(name="match" | "search", args=(text, pattern)):
                literal = pattern.value if isinstance(pattern, filters.FilterExpressionLiteral) else ""
                return self.compare(text, "matches" if want else "differs", literal, value, schema)
            case filters.RelativeFilterQuery(query=query):
                if want:
                    return self.walk(query.segments, value, schema, present(self.resolve, "value"))
                return self.empty(query.segments, value, schema)
            case _:
                return value

    def compare(
        self, left: filters.Expression, operator: str, wanted: JSON | Missing, node: JSON, schema: JSON
    ) -> JSON:
        measured = isinstance(left, filters.FunctionExtension) and left.name in ("length", "count")
        if isinstance(left, filters.FunctionExtension) and left.args:
            left = left.args[0]
        if not isinstance(left, filters.RelativeFilterQuery) or isinstance(wanted, Missing):
            return node
        segments = left.query.segments
        if measured:
            if segments and isinstance(segments[-1].selectors[0], selectors.WildcardSelector):
                segments = segments[:-1]
            return self.walk(segments, node, schema, lambda value, its: self.sized(value, its, operator, wanted))
        return self.walk(segments, node, schema, lambda value, its: self.compared(value, its, operator, wanted))

    def compared(self, value: JSON | Missing, schema: JSON, operator: str, wanted: JSON) -> JSON:
        candidates = values_for(operator, wanted, value, plain(schema, self.resolve), self.resolve)
        return candidates[min(self.pick, len(candidates) - 1)] if candidates else wanted

    def sized(self, value: JSON | Missing, schema: JSON, operator: str, wanted: JSON) -> JSON:
        return of_size(value, schema, self.resolve, operator, wanted)

    def empty(self, segments: _Segments, node: JSON, schema: JSON) -> JSON:
        """The node in which the segments lead nowhere: filters fail on all items, members and items are taken out."""
        for i, segment in enumerate(segments):
            selector = segment.selectors[0]
            if isinstance(selector, selectors.FilterSelector):
                return self.failing(selector.expression, segments[:i], node, schema)
        if not segments:
            return node
        holder, last = segments[:-1], segments[-1].selectors[0]
        tokens = [_token(segment.selectors[0]) for segment in holder]
        found = reach(node, [token for token in tokens if token is not None])
        match last, found:
            case selectors.NameSelector(name=name), dict() if name in found:
                del found[name]
            case _, list() | dict():
                found.clear()
        return node

    def failing(self, expression: filters.Expression, holder: _Segments, node: JSON, schema: JSON) -> JSON:
        def make(value: JSON | Missing, its: JSON) -> JSON:
            if isinstance(value, list):
                items: list[JSON] = [
                    self.hold(expression, item, child(its, i, self.resolve), want=False) for i, item in enumerate(value)
                ]
                return items if self.pick == 0 else []
            return self.hold(expression, value, its, want=False)

        return self.walk(holder, node, schema, make)


def of_size(value: JSON | Missing, schema: JSON, resolve: Resolve, operator: str, wanted: JSON) -> JSON:
    """A text or array whose length compares so."""
    number = wanted if isinstance(wanted, int | float) else 0
    now = len(value) if isinstance(value, str | list | dict) else 0
    length = max(
        0, int({">": number + 1, "<": number - 1, "!=": now if now != number else number + 1}.get(operator, number))
    )
    if (operator == ">=" and now >= number) or (operator == ">" and now > number):
        length = now
    result = sized(value, length)
    if result is not None:
        return result
    return lengthened(value if isinstance(value, list) else [], length, schema, resolve)


def _token(selector: selectors.JSONPathSelector) -> str | int | None:
    match selector:
        case selectors.NameSelector(name=name):
            return str(name)
        case selectors.IndexSelector(index=index):
            return int(index)
        case _:
            return 0


def _owner(node: JSON | Missing, name: str) -> dict[str, JSON] | None:
    """The first object at or below the node that has a member of this name."""
    pending: list[JSON | Missing] = [node]
    for _ in range(10_000):
        if not pending:
            return None
        found = pending.pop(0)
        if isinstance(found, dict):
            if name in found:
                return found
            pending.extend(found.values())
        elif isinstance(found, list):
            pending.extend(found)
    return None
