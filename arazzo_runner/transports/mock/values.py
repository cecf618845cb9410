"""Values that would make a comparison hold, the likeliest first. Knows S18's comparisons and schemas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from arazzo_runner.transports.mock import patterns
from arazzo_runner.transports.mock.fits import fits_plain, is_number
from arazzo_runner.transports.mock.generate import generate
from arazzo_runner.transports.mock.schemas import Plain, Resolve
from arazzo_runner.values import JSON, MISSING, Missing

#: Operators of wishes; those after the comparisons are this package's own.
NEGATED: Final = {
    "==": "!=",
    "!=": "==",
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
    "truthy": "falsy",
    "falsy": "truthy",
    "contains": "lacks",
    "lacks": "contains",
    "in": "not in",
    "not in": "in",
    "matches": "differs",
    "differs": "matches",
}
MIRRORED: Final = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}

_ENOUGH: Final = 8


def values_for(
    operator: str, wanted: JSON | Missing, present: JSON | Missing, schema: Plain, resolve: Resolve
) -> list[JSON]:
    """Values for the left side of ``left operator wanted``; those that the schema allows come first."""
    said = None if isinstance(wanted, Missing) else wanted
    now = None if isinstance(present, Missing) else present
    candidates: list[JSON] = []
    for value in _values(operator, said, now, schema, resolve):
        if not any(value == other and type(value) is type(other) for other in candidates):
            candidates.append(value)
        if len(candidates) >= _ENOUGH:
            break
    return sorted(candidates, key=lambda value: not fits_plain(value, schema, resolve))


def _values(operator: str, wanted: JSON, present: JSON, schema: Plain, resolve: Resolve) -> Iterator[JSON]:
    match operator:
        case "==" | "in":
            yield from _equal(
                wanted if operator == "==" or not isinstance(wanted, list) else wanted[0] if wanted else None
            )
        case "!=" | "not in":
            yield from _other(
                wanted if isinstance(wanted, list) and operator == "not in" else [wanted], present, schema
            )
        case "<" | ">" | "<=" | ">=":
            yield from _ordered(operator, wanted, schema)
        case "truthy":
            yield _known(generate(_raw(schema), resolve))
            yield from (True, "text", 1)
        case "falsy":
            yield from (False, None)
        case "contains":
            yield [*present, wanted] if isinstance(present, list) else f"{present or ''!s}{wanted!s}"
            yield [wanted]
            yield wanted
        case "matches":
            text = patterns.text_for(_without_slashes(str(wanted)))
            yield from (text,) if text is not None else ()
        case _:  # lacks, differs
            yield from ("", [], "-", None)


def _raw(schema: Plain) -> JSON:
    branches: list[JSON] = [{"anyOf": choice} for choice in schema.choices]
    return {**schema.keywords, **({"allOf": branches} if branches else {})}


def _known(value: JSON) -> JSON:
    return True if value in (None, False, {}) else value


def _equal(wanted: JSON) -> Iterator[JSON]:
    yield wanted
    match wanted:
        case str() if wanted.strip().lstrip("-").replace(".", "", 1).isdigit() and wanted.isascii():
            yield float(wanted) if "." in wanted else int(wanted)
        case str() if wanted.lower() in ("true", "false"):
            yield wanted.lower() == "true"
        case bool():
            yield "true" if wanted else "false"
        case int() | float():
            yield str(wanted)
        case _:
            return


def _other(unwanted: list[JSON], present: JSON, schema: Plain) -> Iterator[JSON]:
    """Something else than the unwanted values: listed ones, then a value of the same kind."""
    listed = schema.keywords.get("enum")
    yield from (value for value in (listed if isinstance(listed, list) else []) if value not in unwanted)
    first = unwanted[0] if unwanted else present
    types = schema.types()
    if is_number(first):
        yield first + 1
        yield first - 1
    elif isinstance(first, bool):
        yield not first
    elif isinstance(first, str) and (not types or "string" in types):
        yield f"not-{first}" if first else "text"
    elif first is None:
        yield present
        if "integer" in types or "number" in types:
            yield 1
        yield from ("text", True, 1, {}, [])
    yield from ("other", None)


def _ordered(operator: str, wanted: JSON, schema: Plain) -> Iterator[JSON]:
    bound = wanted
    if isinstance(bound, str):
        try:
            bound = float(bound) if "." in bound else int(bound)
        except ValueError:
            yield wanted if "=" in operator else f"{wanted!s}~" if operator == ">" else str(wanted)[:-1]
            return
    if is_number(bound):
        sign = 1 if ">" in operator else -1
        steps = (0, 1) if "=" in operator else (1, 0.5, 0.01)
        for step in steps:
            yield bound + sign * step
        if "string" in schema.types():
            yield str(bound + sign * steps[-1])


def _without_slashes(pattern: str) -> str:
    """A pattern written as `/.../flags`."""
    body, slash, flags = pattern[1:].rpartition("/")
    return body if pattern.startswith("/") and slash and flags.isalpha() | (not flags) else pattern


def sized(value: JSON | Missing, length: int) -> JSON | None:
    """The text or array with this length, as far as cutting goes; None where it has to grow."""
    if isinstance(value, str):
        return value[:length] if len(value) >= length else value + "x" * (length - len(value))
    if isinstance(value, list):
        return value[:length] if len(value) >= length else None
    return [] if value in (None, MISSING) and length == 0 else None
