"""Whether a value suits a schema, well enough to trust an example or to choose among alternatives.

A small judge, not a validator: the keywords that matter for invented values, bounded in depth, no formats.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeGuard

from arazzo_runner.transports.mock import patterns
from arazzo_runner.transports.mock.schemas import Plain, Resolve, members, plain, required
from arazzo_runner.values import JSON

_DEEPEST: Final = 12
_TYPES: Final[Mapping[str, Callable[[JSON], bool]]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: (
        not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))
    ),
    "null": lambda value: value is None,
    "file": lambda value: isinstance(value, str),
}


def fits(value: JSON, schema: JSON, resolve: Resolve, depth: int = 0) -> bool:
    """Whether the value satisfies the schema, as far as this module looks."""
    return depth > _DEEPEST or fits_plain(value, plain(schema, resolve), resolve, depth)


def fits_plain(value: JSON, schema: Plain, resolve: Resolve, depth: int = 0) -> bool:
    """`fits`, for a schema made plain."""
    if schema.impossible:
        return False
    if value is None and schema.nullable:
        return True
    keywords = schema.keywords
    return (
        _type_fits(value, keywords)
        and _listed(value, keywords)
        and _not_excluded(value, keywords, resolve, depth)
        and _contents_fit(value, keywords, resolve, depth)
        and all(_chosen(value, branches, resolve, depth) for branches in schema.choices)
    )


def matching(value: JSON, branches: list[JSON], resolve: Resolve, depth: int = 0) -> int:
    """How many of the branches the value satisfies."""
    return sum(fits(value, branch, resolve, depth + 1) for branch in branches)


def _chosen(value: JSON, branches: list[JSON], resolve: Resolve, depth: int) -> bool:
    return any(fits(value, branch, resolve, depth + 1) for branch in branches)


def _type_fits(value: JSON, keywords: Mapping[str, JSON]) -> bool:
    said = keywords.get("type")
    names = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    return not names or any(_TYPES[name](value) for name in names if isinstance(name, str) and name in _TYPES)


def _listed(value: JSON, keywords: Mapping[str, JSON]) -> bool:
    if "const" in keywords and not _same(value, keywords["const"]):
        return False
    listed = keywords.get("enum")
    return not isinstance(listed, list) or any(_same(value, each) for each in listed)


def _same(first: JSON, second: JSON) -> bool:
    return first == second and isinstance(first, bool) == isinstance(second, bool)


def _not_excluded(value: JSON, keywords: Mapping[str, JSON], resolve: Resolve, depth: int) -> bool:
    return "not" not in keywords or not fits(value, keywords["not"], resolve, depth + 1)


def _contents_fit(value: JSON, keywords: Mapping[str, JSON], resolve: Resolve, depth: int) -> bool:
    match value:
        case bool() | None | bytes():
            return True
        case int() | float():
            return number_fits(value, keywords)
        case str():
            pattern = keywords.get("pattern")
            return _within(len(value), keywords, "Length") and (
                not isinstance(pattern, str) or patterns.matches(pattern, value)
            )
        case list():
            return _within(len(value), keywords, "Items") and _items_fit(value, keywords, resolve, depth)
        case dict():
            return _within(len(value), keywords, "Properties") and _members_fit(value, keywords, resolve, depth)


def number_fits(value: float, keywords: Mapping[str, JSON]) -> bool:
    """Whether a number keeps its bounds, exclusive ones as a number (3.1) or as a flag (3.0)."""
    low, high, step = keywords.get("minimum"), keywords.get("maximum"), keywords.get("multipleOf")
    above, below = keywords.get("exclusiveMinimum"), keywords.get("exclusiveMaximum")
    if isinstance(low, int | float) and (value <= low if above is True else value < low):
        return False
    if isinstance(high, int | float) and (value >= high if below is True else value > high):
        return False
    if (is_number(above) and value <= above) or (is_number(below) and value >= below):
        return False
    return not is_number(step) or not step or abs(value / step - round(value / step)) < 1e-9


def is_number(value: JSON) -> TypeGuard[int | float]:
    """Whether the value is a JSON number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _within(size: int, keywords: Mapping[str, JSON], noun: str) -> bool:
    least, most = keywords.get(f"min{noun}"), keywords.get(f"max{noun}")
    return not ((is_number(least) and size < least) or (is_number(most) and size > most))


def _items_fit(value: list[JSON], keywords: Mapping[str, JSON], resolve: Resolve, depth: int) -> bool:
    items = keywords.get("items")
    if keywords.get("uniqueItems") is True and any(item in value[:i] for i, item in enumerate(value[:100])):
        return False
    return not isinstance(items, dict) or all(fits(item, items, resolve, depth + 1) for item in value)


def _members_fit(value: dict[str, JSON], keywords: Mapping[str, JSON], resolve: Resolve, depth: int) -> bool:
    declared = members(keywords)
    others = keywords.get("additionalProperties", True)
    if any(name not in value and not _write_only(declared.get(name), resolve) for name in required(keywords)):
        return False
    if others is False and not keywords.get("patternProperties") and any(name not in declared for name in value):
        return False
    for name, member in value.items():
        schema = declared[name] if name in declared else others if isinstance(others, dict) else True
        if not fits(member, schema, resolve, depth + 1):
            return False
    return True


def _write_only(schema: JSON, resolve: Resolve) -> bool:
    return isinstance(schema, dict) and plain(schema, resolve).keywords.get("writeOnly") is True
