"""A value that a document writes out, held against a JSON Schema of an OpenAPI description.

Clear violations only: types, listed values, patterns, required members, members that are not allowed. What holds
expressions is judged as far as it is written out. Knows no operations and no diagnostics.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from arazzo_runner.expressions.nodes import ArrayValue, Constant, ExpressionType, ObjectValue, Value
from arazzo_runner.expressions.selectors import QueryError, compile_query
from arazzo_runner.expressions.text import to_text
from arazzo_runner.loader.nearest import listed, suggestion
from arazzo_runner.records import dataclass
from arazzo_runner.validation.schemas import Resolve, expanded, properties_of, types_of
from arazzo_runner.values import JSON

_DEEPEST: Final = 40
_MOST: Final = 20_000  #: schemas that one value may be held against
_LONGEST: Final = 60
_REGEX: Final = ExpressionType("regex")


@dataclass(frozen=True, slots=True)
class Violation:
    """Where below a value its schema is broken, and how."""

    tokens: tuple[str | int, ...]
    message: str
    hint: str | None = None
    missing: bool = False


class Checker:
    """Holds a value against its schema; ``as_text`` says that it is sent as text, where `5` and `'5'` are the same."""

    __slots__ = ("_as_text", "_left", "_resolve")

    def __init__(self, resolve: Resolve, *, as_text: bool) -> None:
        self._resolve = resolve
        self._as_text = as_text
        self._left = _MOST

    def violations(self, value: Value, schema: JSON) -> list[Violation]:
        """What the value certainly breaks."""
        return list(self._value(value, schema, (), 0, combined=False))

    def _value(
        self, value: Value, schema: JSON, at: tuple[str | int, ...], depth: int, *, combined: bool
    ) -> Iterator[Violation]:
        self._left -= 1
        if not isinstance(schema, dict) or depth > _DEEPEST or self._left < 0:
            return
        if not isinstance(value, Constant | ObjectValue | ArrayValue):
            return
        yield from self._own(value, schema, at, depth, combined=combined or "allOf" in schema)
        if "$ref" in schema:
            yield from self._value(value, self._target(schema), at, depth + 1, combined=combined)
        for part in _list(schema.get("allOf")):
            yield from self._value(value, part, at, depth + 1, combined=True)
        for key in ("oneOf", "anyOf"):
            if branches := _list(schema.get(key)):
                yield from self._either(value, branches, at, depth)

    def _target(self, schema: dict[str, JSON]) -> JSON:
        try:
            target = self._resolve(schema)
        except (ValueError, LookupError, RecursionError):
            return None
        return None if target is schema else target

    def _either(self, value: Value, branches: list[JSON], at: tuple[str | int, ...], depth: int) -> Iterator[Violation]:
        found = []
        for branch in branches:
            found.append(list(self._value(value, branch, at, depth + 1, combined=True)))
            if not found[-1]:
                return
        nearest = min(found, key=_distance)
        if len(branches) == 1 or all(len(each) == 1 and each == nearest for each in found):
            yield from nearest
            return
        first = nearest[0]
        message = f"fits none of {len(branches)} alternatives of its schema; nearest: {first.message}"
        yield Violation(first.tokens, message, first.hint, first.missing)

    def _own(
        self, value: Value, schema: dict[str, JSON], at: tuple[str | int, ...], depth: int, *, combined: bool
    ) -> Iterator[Violation]:
        wrong = self._type(value, schema) or self._listed(value, schema) or self._pattern(value, schema)
        if wrong:
            yield Violation(at, *wrong)
            return
        members = _members(value)
        if members is not None:
            yield from self._members(members, schema, at, depth, combined=combined)
        items = schema.get("items")
        for index, item in enumerate(_items(value) or ()):
            if isinstance(items, dict) and "prefixItems" not in schema:
                yield from self._value(item, items, (*at, index), depth + 1, combined=False)

    def _type(self, value: Value, schema: dict[str, JSON]) -> tuple[str, str | None] | None:
        types = types_of(schema)
        if not types or _kinds(value) & types:
            return None
        if isinstance(value, Constant) and self._as_text and _reads_as(value.value, types):
            return None
        if isinstance(value, Constant) and value.value is None and schema.get("enum") == [None]:
            return None
        wanted = " or ".join(_NOUNS[type_] for type_ in sorted(types))
        return f"is {_described(value)}, but its schema wants {wanted}", _remedy(value, types)

    def _listed(self, value: Value, schema: dict[str, JSON]) -> tuple[str, str | None] | None:
        allowed = _list(schema.get("enum")) or ([schema["const"]] if "const" in schema else [])
        if not allowed or not isinstance(value, Constant) or any(self._same(value.value, each) for each in allowed):
            return None
        types = types_of(schema)
        if types and not any(_kinds(Constant(each)) & types for each in allowed):
            return None  # the schema contradicts itself
        if value.value is None and (schema.get("nullable") is True or schema.get("x-nullable") is True):
            return None
        texts = [to_text(each) for each in allowed]
        hint = suggestion(to_text(value.value), texts, otherwise=f"write one of {listed(texts, 'or', limit=12)}")
        return f"is {_shown(value.value)}, which its schema does not list", hint

    def _same(self, one: JSON, other: JSON) -> bool:
        if self._as_text:
            return to_text(one) == to_text(other)
        return one == other and isinstance(one, bool) == isinstance(other, bool)

    def _pattern(self, value: Value, schema: dict[str, JSON]) -> tuple[str, str | None] | None:
        pattern = schema.get("pattern")
        if not isinstance(pattern, str) or not isinstance(value, Constant) or not isinstance(value.value, str):
            return None
        try:
            holds = compile_query(_REGEX, pattern).holds(value.value)
        except QueryError:
            return None
        return None if holds else (f"is {_shown(value.value)}, which does not match the pattern '{pattern}'", None)

    def _members(
        self,
        members: dict[str, Value],
        schema: dict[str, JSON],
        at: tuple[str | int, ...],
        depth: int,
        *,
        combined: bool,
    ) -> Iterator[Violation]:
        properties = properties_of(schema)
        for name in _list(schema.get("required")):
            if isinstance(name, str) and name not in members and not self._is_read_only(properties.get(name)):
                yield Violation(at, f"has no member '{name}', which its schema requires", f"add '{name}'", True)
        for name, member in members.items():
            if name in properties:
                yield from self._value(member, properties[name], (*at, name), depth + 1, combined=False)
            elif _is_closed(schema) and not combined:
                hint = suggestion(name, properties, otherwise=f"it allows {listed(properties)}" if properties else None)
                yield Violation((*at, name), "is not allowed by its schema", hint)
            elif isinstance(others := schema.get("additionalProperties"), dict) and "patternProperties" not in schema:
                yield from self._value(member, others, (*at, name), depth + 1, combined=False)

    def _is_read_only(self, schema: JSON) -> bool:
        return any(each.get("readOnly") is True for each in expanded(schema, self._resolve))


def _is_closed(schema: dict[str, JSON]) -> bool:
    combining = ("patternProperties", "oneOf", "anyOf", "allOf", "$ref")
    return schema.get("additionalProperties") is False and not any(key in schema for key in combining)


def _distance(found: list[Violation]) -> tuple[int, int]:
    """How far a value is from an alternative: how much is wrong, and how near to the top."""
    return (0 if all(each.tokens for each in found) else 1, len(found))


def _members(value: Value) -> dict[str, Value] | None:
    match value:
        case ObjectValue(members=members):
            return dict(members)
        case Constant(value=dict() as members_):
            return {name: Constant(member) for name, member in members_.items()}
    return None


def _items(value: Value) -> tuple[Value, ...] | None:
    match value:
        case ArrayValue(items=items):
            return items
        case Constant(value=list() as items_):
            return tuple(Constant(item) for item in items_)
    return None


def _kinds(value: Value) -> frozenset[str]:
    """The types that a value is of."""
    match value:
        case ObjectValue() | Constant(value=dict()):
            return frozenset({"object"})
        case ArrayValue() | Constant(value=list()):
            return frozenset({"array"})
        case Constant(value=None):
            return frozenset({"null"})
        case Constant(value=bool()):
            return frozenset({"boolean"})
        case Constant(value=int()):
            return frozenset({"integer", "number"})
        case Constant(value=float() as number):
            return frozenset({"number", "integer"} if number.is_integer() else {"number"})
        case Constant(value=str()):
            return frozenset({"string"})
    return frozenset(_NOUNS)


def _reads_as(value: JSON, types: frozenset[str]) -> bool:
    """Whether a value that is sent as text can be read as one of these types."""
    if isinstance(value, dict | list | bytes) or value is None:
        return bool({"string", "object", "array"} & types)
    text = to_text(value)
    if {"string", "array", "object"} & types:
        return True
    if "boolean" in types and text.lower() in ("true", "false", "0", "1"):
        return True
    try:
        number = float(text)
    except ValueError:
        return False
    return "number" in types or ("integer" in types and number.is_integer())


_NOUNS: Final = {
    "string": "text", "number": "a number", "integer": "an integer", "boolean": "true or false",
    "array": "an array", "object": "an object", "null": "null",
}  # fmt: skip


def _described(value: Value) -> str:
    match value:
        case ObjectValue() | Constant(value=dict()):
            return "an object"
        case ArrayValue() | Constant(value=list()):
            return "an array"
        case Constant(value=str() as text):
            return f"the text {_shown(text)}"
        case Constant(value=other):
            return _shown(other)
    return "another value"


def _remedy(value: Value, types: frozenset[str]) -> str | None:
    """How a text that holds a number, or a number that is to be text, is written."""
    if not isinstance(value, Constant):
        return None
    if isinstance(value.value, str) and not types & {"object", "array", "string"} and _reads_as(value.value, types):
        return "drop the quotes"
    if isinstance(value.value, bool | int | float) and "string" in types:
        return "put it in quotes"
    return "put it in an array" if types == {"array"} and not isinstance(value.value, dict | None) else None


def _shown(value: JSON) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []
