"""A workflow's inputs: text converted by the declared type, defaults, the environment, and what violates the schema.

Knows JSON Schema (2020-12, with formats) and `BoundWorkflow`; knows no terminal, no files and no engine (S7-S10).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from math import isinf
from typing import Final

from arazzo_runner.description import BoundWorkflow
from arazzo_runner.errors import InvalidInputs
from arazzo_runner.inputs.patterns import searches
from arazzo_runner.patterns import rare
from arazzo_runner.secrecy import is_secret_name, is_secret_schema, secret_values
from arazzo_runner.values import JSON

Schema = Mapping[str, JSON] | bool | None

ENVIRONMENT_PREFIX: Final = "ARAZZO_INPUT_"
_INTEGER = rare(r"[+-]?\d{1,4000}")
_NUMBER = rare(r"[+-]?(\d{1,4000}(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


# --- what a schema declares -------------------------------------------------------------------------------------------
def declared(schema: Schema) -> dict[str, JSON]:
    """The properties that an `inputs` schema declares, those inside ``allOf`` included."""
    if not isinstance(schema, Mapping):
        return {}
    found: dict[str, JSON] = {}
    for part in _parts(schema):
        properties = part.get("properties")
        if isinstance(properties, Mapping):
            found.update(properties)
    return found


def required(schema: Schema) -> tuple[str, ...]:
    """The names that an `inputs` schema requires, in its order."""
    names: dict[str, None] = {}
    for part in _parts(schema):
        wanted = part.get("required")
        names.update(
            dict.fromkeys(name for name in wanted if isinstance(name, str)) if isinstance(wanted, list) else {}
        )
    return tuple(names)


def missing(schema: Schema, values: Mapping[str, object]) -> tuple[str, ...]:
    """The required inputs that were not given and have no default."""
    known = declared(schema)
    return tuple(name for name in required(schema) if name not in values and not _has_default(known.get(name)))


def secrets_among(bound: BoundWorkflow, values: Mapping[str, JSON]) -> Iterator[str]:
    """The texts among a workflow's inputs that must not be shown (S10)."""
    schemas = declared(bound.inputs_schema)
    for name, value in values.items():
        yield from secret_values(value, schemas.get(name), "secret" if name in bound.secret_inputs else name)


def _parts(schema: object, depth: int = 0) -> Iterator[Mapping[str, JSON]]:
    if isinstance(schema, Mapping) and depth < 16:
        yield schema
        parts = schema.get("allOf")
        for part in parts if isinstance(parts, list) else ():
            yield from _parts(part, depth + 1)


def _has_default(schema: JSON) -> bool:
    return isinstance(schema, Mapping) and "default" in schema


# --- defaults (S7) ----------------------------------------------------------------------------------------------------
def with_defaults(schema: Schema, values: Mapping[str, JSON]) -> dict[str, JSON]:
    """The values with the schema's defaults for those that are absent, also inside given objects."""
    completed = dict(values)
    for name, property_ in declared(schema).items():
        value = completed.get(name)
        if name not in completed:
            if isinstance(property_, Mapping) and "default" in property_:
                completed[name] = deepcopy(property_["default"])
        elif isinstance(value, dict) and isinstance(property_, Mapping):
            completed[name] = with_defaults(property_, value)
    return completed


# --- names (S8) -------------------------------------------------------------------------------------------------------
def undeclared(bound: BoundWorkflow, names: Iterable[str]) -> list[str]:
    """A message for each name that the workflow does not declare; none where its schema allows others explicitly."""
    schema = bound.inputs_schema
    known = sorted({*declared(schema), *bound.input_names})
    unknown = [name for name in names if name not in known and not _allows(schema, name)]
    return [_unknown_input(name, known, bound.key.workflow_id) for name in unknown]


def _allows(schema: Schema, name: str) -> bool:
    for part in _parts(schema):
        if part.get("additionalProperties", False) is not False:
            return True
        patterns = part.get("patternProperties")
        if isinstance(patterns, Mapping) and any(searches(pattern, name) for pattern in patterns):
            return True
    return schema is True


def _unknown_input(name: str, known: Sequence[str], workflow_id: str) -> str:
    if not known:
        return f"'{name}': workflow '{workflow_id}' declares no inputs"
    from difflib import get_close_matches

    folded = {_folded(one): one for one in known}
    near = get_close_matches(_folded(name), folded, n=1, cutoff=0.6)
    advice = f"; did you mean '{folded[near[0]]}'?" if near else f"; it declares {_listed(known)}"
    return f"'{name}' is not an input of workflow '{workflow_id}'{advice}"


def _folded(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")


# --- text to value (S8) -----------------------------------------------------------------------------------------------
def convert(schema: Schema, name: str, text: str) -> JSON:
    """The value that ``text`` means for the input ``name``. Raises ValueError with what was expected."""
    property_ = declared(schema).get(name)
    types = _types(property_)
    if not types:
        return _by_enumeration(property_, text)
    for type_ in sorted(types, key=_ORDER.index):
        value = _as_type(type_, text)
        if not isinstance(value, _Not):
            return value
    secret = is_secret_name(name) or is_secret_schema(property_)
    found = "another text (a secret, not shown)" if secret else f"the text {json.dumps(text, ensure_ascii=False)}"
    raise ValueError(f"'{name}' takes {_kinds(types)}, found {found}{_tip(name, types)}")


_ORDER: Final = ("null", "boolean", "integer", "number", "array", "object", "string")
_KINDS: Final = {
    "null": "null", "boolean": "true or false", "integer": "an integer", "number": "a number",
    "array": "a JSON array", "object": "a JSON object", "string": "text",
}  # fmt: skip


class _Not:
    pass


_NOT = _Not()


def _as_type(type_: str, text: str) -> JSON | _Not:
    match type_:
        case "string":
            return text
        case "integer" if _INTEGER.fullmatch(text):
            return int(text)
        case "number" if _NUMBER.fullmatch(text):
            number = int(text) if _INTEGER.fullmatch(text) else float(text)
            return _NOT if isinstance(number, float) and isinf(number) else number
        case "boolean" if text.lower() in ("true", "false"):
            return text.lower() == "true"
        case "null" if text == "null":
            return None
        case "array" | "object":
            value = _from_json(text)
            return value if isinstance(value, list if type_ == "array" else dict) else _NOT
        case _:
            return _NOT


def _refuse(constant: str) -> JSON:
    raise ValueError(f"{constant} is not JSON")


def _from_json(text: str) -> JSON:
    try:
        value: JSON = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return value


def _types(schema: JSON, depth: int = 0) -> set[str]:
    """The types that a schema names, those of its alternatives included; none when it leaves the type open."""
    if not isinstance(schema, Mapping) or depth > 8:
        return set()
    named = schema.get("type")
    if named is not None:
        return {name for name in (named if isinstance(named, list) else [named]) if name in _KINDS}
    inner: set[str] = set()
    for keyword in ("anyOf", "oneOf", "allOf"):
        alternatives = schema.get(keyword)
        for alternative in alternatives if isinstance(alternatives, list) else ():
            inner |= _types(alternative, depth + 1)
    return inner


def _by_enumeration(schema: JSON, text: str) -> JSON:
    """Without a type, the allowed value that is written so, else the text."""
    if isinstance(schema, Mapping):
        enum = schema.get("enum")
        allowed: list[JSON] = [
            *(enum if isinstance(enum, list) else ()),
            *([schema["const"]] if "const" in schema else ()),
        ]
        for value in allowed:
            if not isinstance(value, str) and json.dumps(value) == text and text not in allowed:
                return value
    return text


def _kinds(types: set[str]) -> str:
    return " or ".join(_KINDS[type_] for type_ in _ORDER if type_ in types)


def _tip(name: str, types: set[str]) -> str:
    if "array" in types:
        return f""", as in {name}='["a", "b"]'"""
    return f""", as in {name}='{{"a": 1}}'""" if "object" in types else ""


# --- the environment (S9) ---------------------------------------------------------------------------------------------
def variables(name: str) -> tuple[str, ...]:
    """The environment variables that can hold an input, in the order in which they are looked at."""
    upper = ENVIRONMENT_PREFIX + re.sub(r"[^A-Z0-9]", "_", name.upper())
    return tuple(dict.fromkeys((ENVIRONMENT_PREFIX + name, upper)))


def from_environment(schema: Schema, given: Mapping[str, object], environment: Mapping[str, str]) -> dict[str, JSON]:
    """The required inputs that were not given and that the environment has. Raises `InvalidInputs`."""
    found: dict[str, JSON] = {}
    violations: list[str] = []
    for name in required(schema):
        variable = next((variable for variable in variables(name) if variable in environment), None)
        if name in given or variable is None:
            continue
        try:
            found[name] = convert(schema, name, environment[variable])
        except ValueError as error:
            violations.append(f"{variable}: {error}")
    if violations:
        raise InvalidInputs(violations)
    return found


# --- validation (S7) --------------------------------------------------------------------------------------------------
def accept(bound: BoundWorkflow, given: Mapping[str, JSON]) -> tuple[dict[str, JSON], list[str]]:
    """The inputs with defaults applied, and every violation of the workflow's schema, in words."""
    values = with_defaults(bound.inputs_schema, given)
    return values, validate_inputs(bound.inputs_schema, values)


def validate_inputs(schema: Schema, values: Mapping[str, JSON]) -> list[str]:
    """Every violation of an `inputs` schema, in words; the values of secrets are not among them."""
    if schema is None or schema is True:
        return []
    if isinstance(schema, bool):
        return ["the workflow takes no inputs (its schema is `false`)"]
    if _plainly_valid(schema, values):
        return []
    from arazzo_runner.inputs.violations import violations  # jsonschema is loaded when a plain look is not enough

    return violations(schema, values)


_PLAIN: Final = frozenset(
    {"type", "properties", "required", "title", "description", "default", "example", "examples", "deprecated",
     "readOnly", "writeOnly", "enum", "$schema", "$id", "$comment", "additionalProperties", "items",
     "minLength", "maxLength", "minimum", "maximum"}
)  # fmt: skip


def _plainly_valid(schema: Mapping[str, JSON] | JSON, value: object) -> bool:
    """True when a schema that uses only the simplest keywords accepts the value; False says nothing."""
    if not isinstance(schema, Mapping):
        return schema is True
    known = schema.keys() <= _PLAIN or (schema.get("format") == "password" and schema.keys() <= _PLAIN | {"format"})
    return (
        known
        and _plainly_typed(schema.get("type"), value)
        and _plainly_listed(schema.get("enum"), value)
        and _plainly_bounded(schema, value)
        and _plain_members(schema, value)
    )


def _plain_members(schema: Mapping[str, JSON], value: object) -> bool:
    if isinstance(value, list):
        return all(_plainly_valid(schema.get("items", True), item) for item in value)
    properties, wanted = schema.get("properties", {}), schema.get("required", [])
    if not isinstance(properties, Mapping) or not isinstance(wanted, list):
        return False
    if not isinstance(value, Mapping):
        return True
    if schema.get("additionalProperties", True) is not True and not value.keys() <= properties.keys():
        return False
    return all(name in value for name in wanted) and all(
        _plainly_valid(below, value[name]) for name, below in properties.items() if name in value
    )


def _plainly_bounded(schema: Mapping[str, JSON], value: object) -> bool:
    match value:
        case str():
            least, most, size = schema.get("minLength", 0), schema.get("maxLength", len(value)), float(len(value))
        case int() | float() if not isinstance(value, bool):
            least, most, size = schema.get("minimum", value), schema.get("maximum", value), value
        case _:
            return True
    return isinstance(least, int | float) and isinstance(most, int | float) and least <= size <= most


def _plainly_typed(type_: JSON | None, value: object) -> bool:
    match type_:
        case None:
            return True
        case "string":
            return isinstance(value, str)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "object":
            return isinstance(value, Mapping)
        case "array":
            return isinstance(value, list)
        case _:
            return False


def _plainly_listed(enum: JSON | None, value: object) -> bool:
    return enum is None or (isinstance(enum, list) and isinstance(value, str) and value in enum)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"'{name}'" for name in names[:12])
    return f"{shown} and {len(names) - 12} more" if len(names) > 12 else shown
