"""Schemas made plain: `$ref` followed, `allOf` merged, alternatives laid side by side, the dialects levelled.

Knows the schema objects of OpenAPI 2.0 to 3.2 and JSON Schema; must not invent values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Final, TypeAlias

from arazzo_runner.records import dataclass
from arazzo_runner.values import JSON

#: What a Reference Object (it has `$ref`) names; raises LookupError or ValueError where it leads nowhere.
Resolve: TypeAlias = Callable[[dict[str, JSON]], JSON]
Schema: TypeAlias = Mapping[str, JSON]

_DEEPEST: Final = 40
_LEAST: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_MOST: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_COMBINED: Final = ("properties", "patternProperties")


@dataclass(slots=True)
class Plain:
    """A schema as one object without `$ref` and `allOf`; ``choices`` holds the `oneOf` and `anyOf` that are left."""

    keywords: dict[str, JSON] = field(default_factory=dict)
    choices: list[list[JSON]] = field(default_factory=list)
    references: tuple[str, ...] = ()  #: the `$ref`s that were followed, in order
    impossible: bool = False  #: the schema ``false``

    def types(self) -> tuple[str, ...]:
        """The types it allows, ``null`` left out; where none is said, what its keywords suggest; () for any."""
        said = self.keywords.get("type")
        names = [said] if isinstance(said, str) else said if isinstance(said, list) else []
        known = tuple(name for name in names if isinstance(name, str) and name != "null")
        return known or (() if "null" in names else _suggested(self.keywords))

    @property
    def nullable(self) -> bool:
        """Whether it allows null by its type, `nullable` or `x-nullable`."""
        said = self.keywords.get("type")
        marked = self.keywords.get("nullable") is True or self.keywords.get("x-nullable") is True
        return marked or said == "null" or (isinstance(said, list) and "null" in said)


def plain(schema: JSON, resolve: Resolve) -> Plain:
    """The schema made plain, one level deep: members and items stay as they are written."""
    result = Plain()
    _gather(schema, resolve, result, frozenset(), 0)
    return result


def merged(first: Plain, second: Plain) -> Plain:
    """What both say; ``first`` wins where they contradict each other."""
    result = Plain(dict(first.keywords), [*first.choices, *second.choices], first.references + second.references)
    _merge(result.keywords, second.keywords)
    result.impossible = first.impossible or second.impossible
    return result


def members(keywords: Schema) -> dict[str, JSON]:
    """Its `properties`."""
    found = keywords.get("properties")
    return found if isinstance(found, dict) else {}


def required(keywords: Schema) -> list[str]:
    """Its `required`; the boolean of older drafts says nothing here."""
    found = keywords.get("required")
    return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []


def _gather(schema: JSON, resolve: Resolve, into: Plain, followed: frozenset[str], depth: int) -> None:
    if schema is False:
        into.impossible = True
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return
    own = {key: value for key, value in schema.items() if key not in ("$ref", "allOf", "oneOf", "anyOf")}
    _merge(into.keywords, own)
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference not in followed:
        into.references += (reference,)
        _gather(_target(schema, resolve), resolve, into, followed | {reference}, depth + 1)
    for part in _list(schema.get("allOf")):
        _gather(part, resolve, into, followed, depth + 1)
    into.choices += [branches for key in ("oneOf", "anyOf") if (branches := _list(schema.get(key)))]


def _target(schema: dict[str, JSON], resolve: Resolve) -> JSON:
    try:
        return resolve(schema)
    except (LookupError, ValueError):
        return {}


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []


def _merge(into: dict[str, JSON], more: Schema) -> None:
    for key, value in more.items():
        into[key] = _both(key, into[key], value) if key in into else value


def _both(key: str, first: JSON, second: JSON) -> JSON:
    if key in _COMBINED and isinstance(first, dict) and isinstance(second, dict):
        return first | {name: _all_of(first[name], s) if name in first else s for name, s in second.items()}
    if key == "required" and isinstance(first, list) and isinstance(second, list):
        return [*first, *(name for name in second if name not in first)]
    if key == "enum" and isinstance(first, list) and isinstance(second, list):
        return [value for value in first if value in second] or first
    if key == "type":
        return _common_type(first, second)
    if key in ("items", "additionalProperties"):
        return _all_of(first, second)
    if isinstance(first, int | float) and isinstance(second, int | float) and not isinstance(first, bool):
        return min(first, second) if key in _LEAST else max(first, second) if key in _MOST else first
    return first


def _all_of(first: JSON, second: JSON) -> JSON:
    if first == second or second is True or second == {}:
        return first
    if first is True or first == {}:
        return second
    return False if first is False or second is False else {"allOf": [first, second]}


def _common_type(first: JSON, second: JSON) -> JSON:
    names, others = (value if isinstance(value, list) else [value] for value in (first, second))
    common: list[JSON] = [name for name in names if name in others]
    if not common and {"integer", "number"} <= {str(name) for name in (*names, *others)}:
        return "integer"
    return common or first


def _suggested(keywords: Schema) -> tuple[str, ...]:
    for type_, signs in (
        ("object", ("properties", "additionalProperties", "patternProperties", "required", "minProperties")),
        ("array", ("items", "prefixItems", "minItems", "maxItems", "uniqueItems")),
        ("string", ("pattern", "minLength", "maxLength", "format")),
        ("number", ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")),
    ):
        if any(sign in keywords for sign in signs) and not isinstance(keywords.get("required"), bool):
            return (type_,)
    return ()
