"""What breaks a JSON Schema 2020-12, in words. Knows the jsonschema library, which is loaded when it is first needed.

References to other hosts are never followed, and patterns are searched in bounded time: a document is not trusted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from arazzo_runner.inputs.formats import FORMATS  # before jsonschema

# isort: split
from jsonschema import Draft202012Validator, ValidationError, validators
from jsonschema.exceptions import UnknownType
from referencing import Registry
from referencing.exceptions import Unresolvable

from arazzo_runner.inputs.patterns import searches
from arazzo_runner.secrecy import is_secret_name, is_secret_schema
from arazzo_runner.sources import FileContent
from arazzo_runner.values import JSON

_MOST: Final = 100
_LONGEST: Final = 60


def violations(schema: Mapping[str, JSON], values: Mapping[str, JSON]) -> list[str]:
    """Every violation, in the order of the schema; one says so when the schema itself cannot be used."""
    validator = _Validator(schema, registry=Registry(), format_checker=FORMATS)
    found: list[str] = []
    try:
        for error in validator.iter_errors(_plain(values)):
            found.extend(_said(error))
            if len(found) >= _MOST:
                break
    except RecursionError:
        return ["the schema of the inputs refers to itself without end"]
    except UnknownType as error:
        return [f"the schema of the inputs cannot be used: it has no type {error.type!r}"]
    except (Unresolvable, AttributeError, KeyError, TypeError, ValueError) as error:
        return [f"the schema of the inputs cannot be used: {error}"]
    return list(dict.fromkeys(found))


def _plain(value: object) -> Any:
    """A value as JSON Schema sees it: files and bytes are text."""
    match value:
        case FileContent(content=content):
            return content.decode("latin-1")
        case bytes():
            return value.decode("latin-1")
        case Mapping():
            return {name: _plain(member) for name, member in value.items()}
        case list():
            return [_plain(item) for item in value]
        case _:
            return value


def _pattern(_validator: Any, pattern: object, instance: object, _schema: object) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not searches(pattern, instance):
        yield ValidationError(f"does not match the pattern {pattern!r}")


def _pattern_properties(validator: Any, patterns: Any, instance: object, _schema: object) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    for pattern, subschema in patterns.items():
        for name, value in instance.items():
            if searches(pattern, name):
                yield from validator.descend(value, subschema, path=name, schema_path=pattern)


def _additional_properties(validator: Any, allowed: Any, instance: object, schema: Any) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    properties, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    for name, value in instance.items():
        if name in properties or any(searches(pattern, name) for pattern in patterns):
            continue
        if allowed is False:
            yield ValidationError(f"{name!r} is not declared")
        elif allowed is not True:
            yield from validator.descend(value, allowed, path=name)


_Validator = validators.extend(  # type: ignore[no-untyped-call]  # of jsonschema
    Draft202012Validator,
    {
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
    },
)


# --- in words ---------------------------------------------------------------------------------------------------------
def _said(error: ValidationError) -> list[str]:
    if error.validator in ("anyOf", "oneOf") and error.context:
        reasons = "; ".join(dict.fromkeys(text for inner in error.context for text in _said(inner)))
        return [f"{_place(error)}fits none of the alternatives: {reasons}"]
    return [_place(error) + _words(error)]


def _place(error: ValidationError) -> str:
    text = ""
    for token in error.absolute_path:
        text += f"[{token}]" if isinstance(token, int) else f".{token}" if text else str(token)
    return f"'{text}': " if text else ""


def _words(error: ValidationError) -> str:
    say = _WORDS.get(str(error.validator))
    if say is not None:
        return say(error.validator_value, error)
    return error.message if not _is_secret(error) else f"breaks `{error.validator}` of its schema"


def _required(_wanted: Any, error: ValidationError) -> str:
    name = error.message.rpartition(" is a required property")[0]
    place = _place(error).rstrip(": ")
    return f"missing required {'member' if place else 'input'} {name}"


def _type(wanted: Any, error: ValidationError) -> str:
    names = wanted if isinstance(wanted, list) else [wanted]
    kinds = " or ".join(_KINDS.get(name, str(name)) for name in names)
    return f"expected {kinds}, found {_shown(error)}"


def _enum(wanted: Any, error: ValidationError) -> str:
    return f"expected one of {', '.join(_json(value) for value in wanted)}, found {_shown(error)}"


def _bound(words: str) -> Callable[[Any, ValidationError], str]:
    return lambda wanted, error: f"expected {words.format(wanted)}, found {_shown(error)}"


_KINDS: Final = {
    "string": "text", "integer": "an integer", "number": "a number", "boolean": "true or false",
    "array": "an array", "object": "an object", "null": "null",
}  # fmt: skip

_WORDS: Final[Mapping[str, Callable[[Any, ValidationError], str]]] = {
    "required": _required,
    "type": _type,
    "enum": _enum,
    "const": lambda wanted, error: f"expected {_json(wanted)}, found {_shown(error)}",
    "format": _bound("the format '{}'"),
    "pattern": _bound("a match of the pattern '{}'"),
    "minLength": _bound("at least {} characters"),
    "maxLength": _bound("at most {} characters"),
    "minimum": _bound("at least {}"),
    "maximum": _bound("at most {}"),
    "exclusiveMinimum": _bound("more than {}"),
    "exclusiveMaximum": _bound("less than {}"),
    "multipleOf": _bound("a multiple of {}"),
    "minItems": _bound("at least {} elements"),
    "maxItems": _bound("at most {} elements"),
    "additionalProperties": lambda _, error: error.message,
    "not": lambda _, error: f"{_shown(error)} is not allowed",
}


def _shown(error: ValidationError) -> str:
    if _is_secret(error):
        return "another value (a secret, not shown)"
    value = error.instance
    kind = {str: "the text ", bool: "", int: "", float: "", list: "the array ", dict: "the object "}.get(
        type(value), ""
    )
    return kind + _json(value)


def _is_secret(error: ValidationError) -> bool:
    named = any(is_secret_name(token) for token in error.absolute_path if isinstance(token, str))
    return named or (isinstance(error.schema, dict) and is_secret_schema(error.schema))


def _json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
