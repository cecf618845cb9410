"""The JSON Schemas of workflow inputs: references resolved, names declared, secrets found, keywords of the wrong shape.

Knows JSON Schema 2020-12 as a structure; validating values against it is the engine's concern (S7).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias
from urllib.parse import unquote

from arazzo_runner import diagnostics as codes
from arazzo_runner.diagnostics import OriginReport
from arazzo_runner.loader.cycles import find_cycle
from arazzo_runner.loader.nearest import suggestion
from arazzo_runner.loader.shape import kind, say
from arazzo_runner.secrecy import is_secret_name, is_secret_schema
from arazzo_runner.values import JSON, MISSING, Missing

Schema: TypeAlias = "dict[str, JSON] | Mapping[str, JSON] | bool | None"

_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
_ONE = (
    *("additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then"),
    *("unevaluatedItems", "unevaluatedProperties"),
)
_LIST = ("allOf", "anyOf", "oneOf", "prefixItems")
_MAP = ("$defs", "definitions", "dependentSchemas", "patternProperties", "properties")
_SAME_LEVEL_ONE = ("then", "else")
_SAME_LEVEL_LIST = ("allOf", "anyOf", "oneOf")
_ANNOTATIONS = frozenset({"title", "description", "default", "examples", "deprecated", "readOnly", "$comment"})
_DEEPEST = 200
#: How many different references a schema may lead to; resolving them calls itself once for each.
MAX_REFERENCES = 100


def point(document: JSON, pointer: str) -> JSON | Missing:
    """What a JSON Pointer leads to."""
    for token in pointer.split("/")[1:]:
        token = token.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict) and token in document:
            document = document[token]
        elif isinstance(document, list) and token.isdecimal() and int(token) < len(document):
            document = document[int(token)]
        else:
            return MISSING
    return document


def find(reference: str, root: dict[str, JSON], home: JSON) -> JSON | Missing:
    """What a ``$ref`` of an inputs schema means: a pointer into the document (failing that, the schema), an anchor."""
    if not reference.startswith("#"):
        return MISSING
    fragment = unquote(reference[1:])
    if fragment and not fragment.startswith("/"):
        components = root.get("components")
        places = (home, components.get("inputs") if isinstance(components, dict) else None)
        return next((found for place in places for found in _anchored(place, fragment, 0)), MISSING)
    found = point(root, fragment)
    return found if found is not MISSING and fragment else point(home, fragment)


def _anchored(value: JSON, name: str, depth: int) -> Iterator[JSON]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        if value.get("$anchor") == name:
            yield value
        for member in value.values():
            yield from _anchored(member, name, depth + 1)
    elif isinstance(value, list):
        for member in value:
            yield from _anchored(member, name, depth + 1)


def subschemas(schema: Mapping[str, JSON]) -> Iterator[tuple[tuple[str | int, ...], JSON]]:
    """The schemas directly below one, each with its place."""
    for keyword, value in schema.items():
        if keyword in _ONE:
            yield (keyword,), value
        elif keyword in _LIST and isinstance(value, list):
            yield from (((keyword, index), member) for index, member in enumerate(value))
        elif keyword in _MAP and isinstance(value, dict):
            yield from (((keyword, name), member) for name, member in value.items())


def resolve_schema(schema: Schema, root: dict[str, JSON]) -> Schema:
    """The schema with every ``$ref`` replaced by what it means; recursive ones lead to ``#/$defs`` of the result.

    A reference that leads nowhere stays, and references without end give a schema that allows everything
    (`check_inputs` reports them).
    """
    if not isinstance(schema, dict) or not any(_references(schema, 0)):
        return schema
    needs = _same_value(schema, root)
    if needs is None or find_cycle(needs):
        return True
    try:
        return _resolved(schema, root)
    except RecursionError:
        return True


def _resolved(schema: dict[str, JSON], root: dict[str, JSON]) -> Schema:
    resolver = _Resolver(root, schema)
    resolved = resolver.resolve(schema, ())
    if not resolver.recursive or not isinstance(resolved, dict):
        return resolved if isinstance(resolved, dict | bool) else None
    kept = resolved.get("$defs")
    definitions = {**(kept if isinstance(kept, dict) else {}), **resolver.definitions()}
    return {**resolved, "$defs": definitions}


class _Resolver:
    def __init__(self, root: dict[str, JSON], home: JSON) -> None:
        self.root = root
        self.home = home
        self.done: dict[str, JSON] = {}
        self.recursive: dict[str, str] = {}  #: reference to its name in ``$defs``

    def resolve(self, schema: JSON, inside: tuple[str, ...]) -> JSON:
        if not isinstance(schema, dict) or len(inside) > _DEEPEST:
            return schema
        members = {key: self._keyword(key, value, inside) for key, value in schema.items()}
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return members
        target = self._target(reference, inside)
        if target is MISSING:
            return members
        del members["$ref"]
        if isinstance(target, dict) and (not members or ("$ref" not in target and members.keys() <= _ANNOTATIONS)):
            return {**target, **members}
        return {**members, "allOf": [target, *_as_list(members.get("allOf"))]} if members else target

    def definitions(self) -> dict[str, JSON]:
        return {name: self.done[reference] for reference, name in self.recursive.items()}

    def _keyword(self, keyword: str, value: JSON, inside: tuple[str, ...]) -> JSON:
        if keyword in _ONE:
            return self.resolve(value, inside)
        if keyword in _LIST and isinstance(value, list):
            return [self.resolve(member, inside) for member in value]
        if keyword in _MAP and isinstance(value, dict):
            return {name: self.resolve(member, inside) for name, member in value.items()}
        return value

    def _target(self, reference: str, inside: tuple[str, ...]) -> JSON | Missing:
        if reference in inside:
            name = self.recursive.setdefault(reference, f"recursive-{len(self.recursive) + 1}")
            return {"$ref": f"#/$defs/{name}"}
        if reference not in self.done:
            found = find(reference, self.root, self.home)
            if found is MISSING:
                return MISSING
            self.done[reference] = self.resolve(found, (*inside, reference))
        return self.done[reference]


def _as_list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []


def _references(value: JSON, depth: int) -> Iterator[str]:
    if isinstance(value, dict) and depth < _DEEPEST:
        reference = value.get("$ref")
        if isinstance(reference, str):
            yield reference
        for _, below in subschemas(value):
            yield from _references(below, depth + 1)


def component_pointers(schema: JSON, root: dict[str, JSON]) -> frozenset[str]:
    """The pointers of the components that a schema refers to, directly or through others."""
    found: set[str] = set()
    waiting = list(_references(schema, 0))
    while waiting:
        reference = waiting.pop()
        parts = unquote(reference).split("/")
        if reference.startswith("#/components/inputs/") and len(parts) > 3:
            pointer = "/".join(("", *parts[1:4]))
            if pointer not in found:
                found.add(pointer)
                target = point(root, pointer)
                waiting.extend(_references(None if target is MISSING else target, 0))
    return frozenset(found)


def _levels(schema: object, also: tuple[str, ...] = ()) -> Iterator[dict[str, JSON]]:
    """A schema and those applied to the same value, each once however often it is shared."""
    waiting, seen = [schema], set[int]()
    while waiting:
        here = waiting.pop(0)
        if not isinstance(here, dict) or id(here) in seen:
            continue
        seen.add(id(here))
        yield here
        for keyword in _SAME_LEVEL_LIST:
            waiting.extend(_as_list(here.get(keyword)))
        waiting.extend(here.get(keyword) for keyword in (*_SAME_LEVEL_ONE, *also))
        dependent = here.get("dependentSchemas")
        waiting.extend(dependent.values() if isinstance(dependent, dict) else ())


def properties(schema: Schema) -> dict[str, list[JSON]]:
    """The properties that a resolved schema declares, through `allOf` and the like, each with its schemas."""
    declared: dict[str, list[JSON]] = {}
    for level in _levels(schema):
        members = level.get("properties")
        for name, member in members.items() if isinstance(members, dict) else ():
            declared.setdefault(name, []).append(member)
    return declared


def known_names(schema: Schema) -> frozenset[str] | None:
    """The names of the properties of a resolved schema; None when others may be given too and cannot be known."""
    if schema is False:
        return frozenset()
    levels = list(_levels(schema))
    if not levels or any(_is_open(level) for level in levels):
        return None
    return frozenset(properties(schema)) if any("properties" in level for level in levels) else None


def _is_open(level: Mapping[str, JSON]) -> bool:
    extra = (level.get("additionalProperties", False), level.get("unevaluatedProperties", False))
    return any(value is not False for value in extra) or "patternProperties" in level or "$ref" in level


def secret_names(schema: Schema) -> frozenset[str]:
    """The properties of a resolved schema that are secrets by their name or their schema (S10)."""
    return frozenset(
        name
        for name, schemas in properties(schema).items()
        if is_secret_name(name) or any(map(is_secret_schema, schemas))
    )


def check_inputs(schema: JSON, report: OriginReport, root: dict[str, JSON]) -> None:
    """Report what is wrong with a schema of inputs and with its references."""
    check_schema(schema, report, root, schema)
    if not isinstance(schema, dict):
        return
    needs = _same_value(schema, root)
    if needs is None:
        message = f"the schema leads to more than {MAX_REFERENCES} references"
        say(report, codes.INVALID_SCHEMA, message, "write some of them out")
    elif cycle := find_cycle(needs):
        chain = " -> ".join(f"'{reference}'" for reference in cycle)
        say(report, codes.INVALID_SCHEMA, f"'$ref' goes round in a circle: {chain}", "a schema cannot be its own part")
    elif _too_deep(schema, root):
        say(report, codes.INVALID_SCHEMA, "the references of the schema lead too deep", "make it flatter")


def _too_deep(schema: dict[str, JSON], root: dict[str, JSON]) -> bool:
    try:
        _resolved(schema, root)
    except RecursionError:
        return True
    return False


def _same_value(schema: dict[str, JSON], root: dict[str, JSON]) -> dict[str, set[str]] | None:
    """For each reference of a schema, those that apply to the same value as what it leads to; None for too many."""
    found: dict[str, set[str]] = {}
    waiting = list(_references(schema, 0))
    while waiting:
        reference = waiting.pop()
        if reference in found:
            continue
        if len(found) == MAX_REFERENCES:
            return None
        target = find(reference, root, schema)
        levels = _levels(target, ("not", "if"))
        found[reference] = {below for level in levels if isinstance(below := level.get("$ref"), str)}
        waiting.extend(_references(None if target is MISSING else target, 0))
    return found


def check_schema(schema: JSON, report: OriginReport, root: dict[str, JSON], home: JSON) -> None:
    """Report keywords of the wrong shape and references that lead nowhere. (A metaschema would cost a library.)"""
    if isinstance(schema, bool):
        return
    if not isinstance(schema, dict):
        say(report, codes.INVALID_SCHEMA, f"a schema must be an object or a boolean, not {kind(schema)}")
        return
    for keyword, value in schema.items():
        wrong = _wrong(keyword, value)
        if wrong:
            say(report.at(keyword), codes.INVALID_SCHEMA, f"'{keyword}' of a schema {wrong}", _HINTS.get(keyword))
    reference = schema.get("$ref")
    if isinstance(reference, str) and find(reference, root, home) is MISSING:
        _lost(reference, report.at("$ref"), root)
    for place, below in subschemas(schema):
        check_schema(below, report.at(*place), root, home)


_HINTS = {"required": "list the names of required properties beside 'properties'"}


_TEXTS = (
    *("$ref", "$anchor", "$comment", "$id", "$schema", "title", "description"),
    *("contentEncoding", "contentMediaType", "format", "pattern"),
)
_COUNTS = (
    "maxLength",
    "minLength",
    "maxItems",
    "minItems",
    "maxContains",
    "minContains",
    "maxProperties",
    "minProperties",
)
_NUMBERS = ("maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum", "multipleOf")
_BOOLEANS = ("uniqueItems", "readOnly", "writeOnly", "deprecated")


def _wrong(keyword: str, value: JSON) -> str | None:
    """What is wrong with the value of a keyword, in words that follow its name."""
    if keyword == "type":
        return _wrong_type(value)
    if keyword == "required":
        return None if _is_texts(value) else f"must be an array of different strings, not {_shown(value)}"
    if keyword == "dependentRequired":
        fits = isinstance(value, dict) and all(map(_is_texts, value.values()))
        return None if fits else "must be an object of arrays of different strings"
    number = isinstance(value, int | float) and not isinstance(value, bool)
    count = number and isinstance(value, int | float) and value >= 0 and float(value).is_integer()
    if keyword == "multipleOf" and number and isinstance(value, int | float) and value <= 0:
        return f"must be greater than 0, not {value}"
    for keywords, fits, expected in (
        (_MAP, isinstance(value, dict), "an object"),
        (_LIST, isinstance(value, list) and len(value) > 0, "an array with at least one entry"),
        (("enum", "examples"), isinstance(value, list), "an array"),
        (_TEXTS, isinstance(value, str), "a string"),
        (_COUNTS, count, "a whole number that is not negative"),
        (_NUMBERS, number, "a number"),
        (_BOOLEANS, isinstance(value, bool), "a boolean"),
    ):
        if keyword in keywords and not fits:
            return f"must be {expected}, not {_shown(value)}"
    return None


def _wrong_type(value: JSON) -> str | None:
    names = value if isinstance(value, list) else [value]
    bad = [name for name in names if name not in _TYPES]
    if bad:
        return f"has {bad[0]!r}; it must be one of {', '.join(_TYPES)}"
    return None if names and len(set(map(str, names))) == len(names) else "must name at least one type, each once"


def _is_texts(value: JSON) -> bool:
    """Whether a value is an array of strings that differ."""
    return (
        isinstance(value, list)
        and all(isinstance(text, str) for text in value)
        and len({*map(str, value)}) == len(value)
    )


def _shown(value: JSON) -> str:
    """What was found, for a message."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else kind(value)


def _lost(reference: str, report: OriginReport, root: dict[str, JSON]) -> None:
    if not reference.startswith("#"):
        message = f"'{reference}' leads out of the document; inputs schemas can refer to '#/components/inputs/...' only"
        say(report, codes.INVALID_SCHEMA, message, "put the schema into 'components'")
        return
    inputs = point(root, "/components/inputs")
    names = inputs if isinstance(inputs, dict) else {}
    hint = suggestion(reference.rpartition("/")[2], names)
    say(report, codes.UNKNOWN_COMPONENT, f"'{reference}' leads nowhere", hint)
