"""Invents a value for a schema, the same each time and never too large.

Knows the schemas of OpenAPI 2.0 to 3.2; must not know operations, media types or Arazzo. Both required and optional
members are filled, as far as a share of the size allows; a schema that contains itself ends where it first does.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import field
from typing import Final, Literal, TypeAlias

from arazzo_runner.records import dataclass
from arazzo_runner.transports.mock import patterns, strings
from arazzo_runner.transports.mock.fits import fits_plain, is_number, matching, number_fits
from arazzo_runner.transports.mock.schemas import Plain, Resolve, members, merged, plain, required
from arazzo_runner.values import JSON, MISSING, Missing

Direction: TypeAlias = Literal["response", "request"]

_NODES: Final = 800  #: what a value's members and items add up to, about
_MOST_NODES: Final = 4_000  #: what required members may make of it
_DEEPEST: Final = 24
_BRANCHES: Final = 8
_ITEMS: Final = 50


def generate(
    schema: JSON, resolve: Resolve, *, name: str = "", direction: Direction = "response", nodes: int = _NODES
) -> JSON:
    """A value for the schema.

    ``name`` is what the value is called where it stands. In a response, members that are ``writeOnly`` are left out.
    """
    return _Generator(resolve, direction).value(schema, name, _Place(nodes))


def example_of(schema: Plain, resolve: Resolve) -> JSON | Missing:
    """The schema's own word about its value, where that suits it: const, example, default, or the first of its enum."""
    for value in _said(schema):
        if value in (None, "", [], {}) or (
            isinstance(value, str) and not strings.of_format(value, schema.keywords.get("format"))
        ):
            continue
        if fits_plain(value, schema, resolve):
            return copy.deepcopy(value)
    return _contradicted(schema.keywords.get("enum"))


def _said(schema: Plain) -> Iterable[JSON]:
    keywords = schema.keywords
    examples, listed = keywords.get("examples"), keywords.get("enum")
    for key in ("const", "example", "x-example"):
        if key in keywords:
            yield keywords[key]
    yield from examples if isinstance(examples, list) else ()
    if "default" in keywords:
        yield keywords["default"]
    yield from listed if isinstance(listed, list) else ()


def _contradicted(listed: JSON) -> JSON | Missing:
    """The first of an enum that no value of the schema's type is in."""
    values = [value for value in listed if value not in (None, "")] if isinstance(listed, list) else []
    return copy.deepcopy(values[0]) if values else MISSING


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the value we are: what it may still weigh, how deep it is, and the references above it."""

    nodes: int
    depth: int = 0
    above: tuple[str, ...] = ()

    def below(self, share: int, references: tuple[str, ...] = ()) -> _Place:
        return _Place(max(0, (self.nodes - 1) // max(1, share)), self.depth + 1, self.above + references)

    def inside(self, schema: Plain) -> bool:
        """Whether the schema contains itself and we have come round."""
        return any(reference in self.above for reference in schema.references)


@dataclass(slots=True)
class _Generator:
    resolve: Resolve
    direction: Direction
    made: int = field(default=0)

    def value(self, schema: JSON, name: str, place: _Place) -> JSON:
        return self.from_plain(plain(schema, self.resolve), name, place)

    def from_plain(self, schema: Plain, name: str, place: _Place) -> JSON:
        self.made += 1
        if (example := example_of(schema, self.resolve)) is not MISSING:
            return example
        if place.depth > _DEEPEST or self.made > _MOST_NODES:
            return _smallest(schema)
        if schema.choices:
            return self.chosen(schema, name, place)
        types = schema.types()
        match types[0] if types else "null" if schema.nullable else "any":
            case "object":
                return self.object(schema, place)
            case "array":
                return self.array(schema, name, place)
            case "string" | "file":
                return strings.text(schema.keywords, name)
            case "integer" | "number" as type_:
                return _number(schema, whole=type_ == "integer")
            case "boolean":
                return True
            case "null":
                return None
            case _:
                return strings.text(schema.keywords, name) if name else {}

    def chosen(self, schema: Plain, name: str, place: _Place) -> JSON:
        """The first alternative that gives a value which suits it and no other; else the first at all."""
        branches, others = schema.choices[0], schema.choices[1:]
        base = Plain(schema.keywords, others, schema.references)
        fallback: JSON | Missing = MISSING
        best = len(branches) + 1
        for branch in self.candidates(branches, place):
            found = plain(branch, self.resolve)
            value = self.from_plain(merged(base, found), name, place)
            self.discriminate(value, schema, found)
            count = matching(value, branches, self.resolve) if len(branches) > 1 else 1
            if count == 1:
                return value
            if fallback is MISSING or 0 < count < best:
                fallback, best = value, count or best
        return fallback if not isinstance(fallback, Missing) else _smallest(base)

    def candidates(self, branches: list[JSON], place: _Place) -> list[JSON]:
        """Alternatives in the order of trying: those that are not null, and do not lead round again, come first."""

        def rank(branch: JSON) -> int:
            found = plain(branch, self.resolve)
            return 4 * found.impossible + 2 * place.inside(found) + (found.nullable and not found.types())

        return sorted(branches, key=rank)[:_BRANCHES]

    def discriminate(self, value: JSON, schema: Plain, branch: Plain) -> None:
        """Write the discriminator's name for the branch, where the branch itself leaves it open."""
        discriminator = schema.keywords.get("discriminator")
        if not isinstance(discriminator, dict) or not isinstance(value, dict) or not branch.references:
            return
        property_, mapping = discriminator.get("propertyName"), discriminator.get("mapping")
        declared = plain(members(branch.keywords).get(str(property_), {}), self.resolve).keywords
        if isinstance(property_, str) and "enum" not in declared and "const" not in declared:
            value[property_] = _mapped(branch.references[0], mapping)

    def object(self, schema: Plain, place: _Place) -> dict[str, JSON]:
        keywords = schema.keywords
        declared, wanted = members(keywords), required(keywords)
        names = self.names(declared, wanted, keywords, place, place.inside(schema))
        below = place.below(len(names), schema.references)
        result: dict[str, JSON] = {}
        for name in names:
            member = plain(declared.get(name, self.undeclared(keywords)), self.resolve)
            if self.left_out(member, name, wanted, below):
                continue
            result[name] = self.from_plain(member, name, below)
        self.fill_up(result, keywords, below)
        return result

    def names(
        self, declared: dict[str, JSON], wanted: list[str], keywords: dict[str, JSON], place: _Place, round_again: bool
    ) -> list[str]:
        optional = [] if round_again or place.nodes < len(wanted) + 1 else [n for n in declared if n not in wanted]
        room = max(0, place.nodes - len(wanted))
        most = keywords.get("maxProperties")
        chosen = {*wanted, *optional[:room]}
        ordered = [name for name in declared if name in chosen] + [name for name in wanted if name not in declared]
        if isinstance(most, int) and len(ordered) > most:
            ordered.sort(key=lambda name: name not in wanted)
            del ordered[max(0, most) :]
        return ordered

    def left_out(self, member: Plain, name: str, wanted: list[str], place: _Place) -> bool:
        if member.impossible or (self.direction == "response" and member.keywords.get("writeOnly") is True):
            return True
        return name not in wanted and place.inside(member)

    @staticmethod
    def undeclared(keywords: dict[str, JSON]) -> JSON:
        others = keywords.get("additionalProperties")
        return others if isinstance(others, dict) else {}

    def fill_up(self, result: dict[str, JSON], keywords: dict[str, JSON], place: _Place) -> None:
        """Members that only `additionalProperties`, `patternProperties` or `minProperties` speak of."""
        least = keywords.get("minProperties")
        missing = (min(least, _ITEMS) if isinstance(least, int) else 0) - len(result)
        matched = keywords.get("patternProperties")
        others = keywords.get("additionalProperties")
        if not result and not members(keywords) and place.nodes and (isinstance(others, dict) or matched):
            missing = max(missing, 1)
        for i in range(missing):
            name = f"key{i + 1}"
            schema: JSON = others if isinstance(others, dict) else {}
            if isinstance(matched, dict) and matched and others in (None, False):
                pattern, schema = next(iter(matched.items()))
                name = patterns.text_for(pattern, i) or name
            result[name] = self.value(schema, name, place)

    def array(self, schema: Plain, name: str, place: _Place) -> list[JSON]:
        keywords = schema.keywords
        first, items = keywords.get("prefixItems"), keywords.get("items", {})
        if isinstance(items, list):  # drafts before 2020-12
            first, items = items, {}
        least, most = keywords.get("minItems"), keywords.get("maxItems")
        count = max(least if isinstance(least, int) else 0, 0 if self.ends(items, schema, place) else 1)
        count = min(count, most if isinstance(most, int) else _ITEMS, _ITEMS)
        schemas = [*first, *[items] * count][: max(count, len(first))] if isinstance(first, list) else [items] * count
        below = place.below(len(schemas), schema.references)
        values = [self.value(each, _singular(name), below) for each in schemas if each is not False]
        return _distinct(values, plain(items, self.resolve)) if keywords.get("uniqueItems") is True else values

    def ends(self, items: JSON, schema: Plain, place: _Place) -> bool:
        below = place.below(1, schema.references)
        return place.nodes < 1 or items is False or below.inside(plain(items, self.resolve))


def _smallest(schema: Plain) -> JSON:
    if schema.nullable:
        return None
    types = schema.types()
    empty: dict[str, JSON] = {"object": {}, "array": [], "integer": 1, "number": 1, "boolean": True}
    return empty.get(types[0], "text") if types else {}


def _mapped(reference: str, mapping: JSON) -> str:
    last = reference.rsplit("/", 1)[-1]
    for key, target in mapping.items() if isinstance(mapping, dict) else ():
        if isinstance(target, str) and target.rsplit("/", 1)[-1] == last:
            return key
    return last


def _singular(name: str) -> str:
    return name[:-1] if name.endswith("s") and not name.endswith(("ss", "us", "is", "as")) else name


def _number(schema: Plain, *, whole: bool) -> int | float:
    """1, or the number nearest to a bound that the schema allows."""
    keywords = schema.keywords
    said = [keywords.get(key) for key in ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")]
    numbers = [bound for bound in said if is_number(bound)]
    step = keywords.get("multipleOf")
    unit = step if is_number(step) and step > 0 else 1
    multiples = [round(base / unit + shift) * unit for base in (*numbers, 0) for shift in (0, 1, -1) if base or shift]
    near = [base + shift for base in numbers for shift in (0, 0.5, -0.5, 0.01, -0.01)]
    candidates = [1, *multiples, *near, *([sum(numbers[:2]) / 2] if len(numbers) > 1 else [])]
    for value in candidates:
        if number_fits(value, keywords) and (not whole or value == int(value)):
            return int(value) if whole or value == int(value) else value
    return 1


def _distinct(values: list[JSON], items: Plain) -> list[JSON]:
    """Different values in place of equal ones, where the items are texts, numbers or listed."""
    listed = items.keywords.get("enum")
    if isinstance(listed, list):
        return copy.deepcopy(listed[: len(values)])
    result: list[JSON] = []
    for i, value in enumerate(values):
        if value in result:
            value = f"{value}-{i + 1}" if isinstance(value, str) else value + i if is_number(value) else value
        result.append(value)
    return result
