"""What can stand at a place below a JSON Schema of an OpenAPI description: declared, not declared, or unknown.

Knows the schema objects of OpenAPI 2.0 to 3.2; not operations or expressions. It decides in favour of the document:
what a schema leaves open in any way is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from functools import reduce
from typing import Final, Literal, TypeAlias

from arazzo_runner.records import dataclass
from arazzo_runner.values import JSON

#: Follows `$ref`: gives the node itself or what it stands for; raises ValueError where that leads nowhere.
Resolve: TypeAlias = Callable[[JSON], JSON]


class Every(Enum):
    """The token for every item of an array."""

    EVERY = "*"

    def __repr__(self) -> str:
        return "*"


EVERY: Final = Every.EVERY

#: A member's name, an index, or every item. Text of digits is an index of an array.
Token: TypeAlias = "str | int | Every"

_DEEPEST: Final = 30
_MOST: Final = 3000  #: schemas that one question may look at
_TYPES: Final = frozenset({"string", "number", "integer", "boolean", "array", "object", "null"})


@dataclass(frozen=True, slots=True)
class Reached:
    """Where tokens lead in a schema; for "no", after how many tokens, and what is declared there."""

    verdict: Literal["yes", "no", "unknown"]
    schema: JSON = True
    depth: int = 0
    names: tuple[str, ...] = ()
    types: frozenset[str] = frozenset()
    closed: bool = False  #: nothing but ``names`` is allowed there


@dataclass(frozen=True, slots=True)
class _Below:
    verdict: Literal["yes", "open", "no", "silent"]
    schema: JSON = True
    names: tuple[str, ...] = ()
    types: frozenset[str] = frozenset()
    closed: bool = False


@dataclass(slots=True)
class _Walk:
    """One question: how references are followed, and how many schemas may still be looked at."""

    resolve: Resolve
    left: int = _MOST

    def enters(self, depth: int) -> bool:
        """Whether one more schema may be looked at."""
        self.left -= 1
        return self.left >= 0 and depth <= _DEEPEST

    def target(self, schema: JSON) -> JSON:
        """What a Reference Object refers to; None where it leads nowhere."""
        try:
            found = self.resolve(schema)
        except (ValueError, LookupError, RecursionError):
            return None
        return None if found is schema else found


_SILENT: Final = _Below("silent")
_OPEN: Final = _Below("open")


def reach(schema: JSON, tokens: Sequence[Token], resolve: Resolve) -> Reached:
    """Where the tokens lead below a schema."""
    walk = _Walk(resolve)
    for depth, token in enumerate(tokens):
        below = _below(schema, token, walk, 0)
        if below.verdict == "no":
            return Reached("no", schema, depth, below.names, below.types, below.closed)
        if below.verdict != "yes":
            return Reached("unknown", depth=depth)
        schema = below.schema
    return Reached("yes", schema, len(tokens))


def enumerated(schema: JSON, resolve: Resolve) -> list[JSON] | None:
    """The only values that a schema allows; None where it does not list them."""
    return _enumerated(schema, _Walk(resolve), 0)


def expanded(schema: JSON, resolve: Resolve) -> Iterator[dict[str, JSON]]:
    """The schema and what it refers to and combines by `allOf`: all of these hold."""
    walk, waiting = _Walk(resolve, 100), [schema]
    while waiting and walk.enters(0):
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(_list(node.get("allOf")))
            if "$ref" in node:
                waiting.append(walk.target(node))


def types_of(schema: Mapping[str, JSON]) -> frozenset[str]:
    """The types that a schema names itself; none where it names none, or one that there is not."""
    said = schema.get("type")
    names = frozenset(name for name in (said if isinstance(said, list) else [said]) if isinstance(name, str))
    if not names or not names <= _TYPES:
        return frozenset()
    return names | {"null"} if schema.get("nullable") is True or schema.get("x-nullable") is True else names


def properties_of(schema: Mapping[str, JSON]) -> dict[str, JSON]:
    """Its `properties`."""
    found = schema.get("properties")
    return found if isinstance(found, dict) else {}


# --- one token --------------------------------------------------------------------------------------------------------
def _below(schema: JSON, token: Token, walk: _Walk, depth: int) -> _Below:
    if schema is False:
        return _Below("no", closed=True)
    if not isinstance(schema, dict):
        return _SILENT
    if not walk.enters(depth) or "$dynamicRef" in schema or "$recursiveRef" in schema:
        return _OPEN
    parts = [_own(schema, token)]
    if "$ref" in schema:
        parts.append(_referenced(schema, token, walk, depth))
    parts += [_below(part, token, walk, depth + 1) for part in _list(schema.get("allOf"))]
    for key in ("oneOf", "anyOf"):
        if branches := _list(schema.get(key)):
            parts.append(_either([_below(branch, token, walk, depth + 1) for branch in branches]))
    parts += _conditional(schema, token, walk, depth)
    if "discriminator" in schema and "oneOf" not in schema and "anyOf" not in schema:
        parts.append(_OPEN)  # others extend this schema and add to it
    return reduce(_both, parts)


def _referenced(schema: dict[str, JSON], token: Token, walk: _Walk, depth: int) -> _Below:
    target = walk.target(schema)
    return _OPEN if target is None else _below(target, token, walk, depth + 1)


def _conditional(schema: dict[str, JSON], token: Token, walk: _Walk, depth: int) -> Iterator[_Below]:
    for key in ("then", "else"):
        if key in schema:
            below = _below(schema[key], token, walk, depth + 1)
            if below.verdict in ("yes", "open"):
                yield _either([below, _SILENT])


def _own(schema: dict[str, JSON], token: Token) -> _Below:
    """What the schema's own keywords say of a token."""
    types, properties = types_of(schema), properties_of(schema)
    if isinstance(token, str) and token in properties:
        return _Below("yes", properties[token])
    array = "array" in types or (not types and ("items" in schema or "prefixItems" in schema))
    if array and is_index(token):
        return _Below("yes", _item(schema, token))
    if "object" in types or (not types and properties):
        found = _other_member(schema, token, properties)
        return found if not array or found.verdict != "no" else _Below("no", names=found.names, types=types)
    if types:
        return _Below("no", types=types - {"null"})
    return _SILENT


def _other_member(schema: dict[str, JSON], token: Token, properties: Mapping[str, JSON]) -> _Below:
    if not isinstance(token, str):
        return _OPEN if token is EVERY else _Below("no", names=tuple(properties), types=frozenset({"object"}))
    others = schema.get("additionalProperties", schema.get("unevaluatedProperties"))
    if schema.get("patternProperties") or others is True or others == {}:
        return _OPEN
    if isinstance(others, dict):
        return _Below("yes", others)
    if properties or others is False:
        closed = others is False
        return _Below("no", names=tuple(properties), types=frozenset({"object"}), closed=closed)
    return _SILENT


def _item(schema: dict[str, JSON], token: Token) -> JSON:
    first, items = _list(schema.get("prefixItems")), schema.get("items")
    if first:
        index = int(token) if isinstance(token, int | str) else -1
        if 0 <= index < len(first):
            return first[index]
        return True
    return items if isinstance(items, dict) else True


def is_index(token: Token) -> bool:
    """Whether a token can name an item of an array."""
    return not isinstance(token, str) or (token.isascii() and token.isdigit() and len(token) < 10)


def _both(first: _Below, second: _Below) -> _Below:
    """What two schemas say that both hold."""
    for verdict in ("yes", "open", "no"):
        found = [each for each in (first, second) if each.verdict == verdict]
        if len(found) == 2:
            schema: JSON = {"allOf": [first.schema, second.schema]}
            names = tuple(dict.fromkeys((*first.names, *second.names)))
            return _Below(verdict, schema, names, first.types | second.types, first.closed or second.closed)
        if found:
            return found[0]
    return _SILENT


def _either(branches: Sequence[_Below]) -> _Below:
    """What schemas say of which one holds."""
    found: list[JSON] = [each.schema for each in branches if each.verdict == "yes"]
    open_ = any(each.verdict in ("open", "silent") for each in branches)
    if found:
        return _Below("yes", {"anyOf": [*found, True]} if open_ else {"anyOf": found})
    if open_:
        return _OPEN
    names = tuple(dict.fromkeys(name for each in branches for name in each.names))
    types = frozenset(type_ for each in branches for type_ in each.types)
    return _Below("no", names=names, types=types, closed=all(each.closed for each in branches))


# --- enumerations -----------------------------------------------------------------------------------------------------
def _enumerated(schema: JSON, walk: _Walk, depth: int) -> list[JSON] | None:
    if not isinstance(schema, dict) or not walk.enters(depth):
        return None
    if schema.get("type") == "null":
        return [None]
    found = _list(schema.get("enum")) or ([schema["const"]] if "const" in schema else [])
    if found:
        return [*found, None] if schema.get("nullable") is True else found
    for part in (*_list(schema.get("allOf")), *([walk.target(schema)] if "$ref" in schema else [])):
        if (inner := _enumerated(part, walk, depth + 1)) is not None:
            return inner
    for key in ("oneOf", "anyOf"):
        if branches := _list(schema.get(key)):
            return _joined(_enumerated(branch, walk, depth + 1) for branch in branches)
    return None


def _joined(branches: Iterable[list[JSON] | None]) -> list[JSON] | None:
    found: list[JSON] = []
    for values in branches:
        if values is None:
            return None
        found += values
    return found


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []
