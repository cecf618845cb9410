"""The mock invents values that suit their schemas, the same each time and never too large."""

from __future__ import annotations

import json
from collections.abc import Mapping
from time import monotonic
from typing import Any

import jsonschema
import pytest

from arazzo_runner.transports.mock import patterns, strings
from arazzo_runner.transports.mock.fits import fits
from arazzo_runner.transports.mock.generate import generate
from arazzo_runner.transports.mock.inputs import mock_inputs
from arazzo_runner.transports.mock.xml import to_xml


def resolver(root: Mapping[str, Any]) -> Any:
    def resolve(reference: Mapping[str, Any]) -> Any:
        node: Any = root
        for token in reference["$ref"][1:].split("/")[1:]:
            node = node[token]
        return node

    return resolve


def nowhere(reference: Mapping[str, Any]) -> Any:
    raise LookupError(reference)


SCHEMAS: dict[str, Any] = {
    "every format": {
        "type": "object",
        "required": ["a"],
        "properties": {
            name: {"type": "string", "format": name}
            for name in [
                "date-time",
                "date",
                "time",
                "duration",
                "uuid",
                "uri",
                "uri-reference",
                "email",
                "hostname",
                "ipv4",
                "ipv6",
                "json-pointer",
                "regex",
                "a",
            ]
        },
    },
    "bounds": {
        "type": "object",
        "properties": {
            "low": {"type": "integer", "minimum": 18},
            "high": {"type": "number", "maximum": -2.5},
            "between": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.001},
            "step": {"type": "integer", "multipleOf": 7, "minimum": 15},
            "short": {"type": "string", "maxLength": 2},
            "long": {"type": "string", "minLength": 40},
            "many": {"type": "array", "items": {"type": "string"}, "minItems": 3, "uniqueItems": True},
            "some": {"type": "object", "minProperties": 2, "additionalProperties": {"type": "integer"}},
            "few": {"type": "object", "maxProperties": 1, "properties": {"a": {}, "b": {}}},
        },
    },
    "allOf merges": {
        "allOf": [
            {"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "enum": ["x", "y"]}}},
            {"required": ["b"], "properties": {"a": {"enum": ["y"]}, "b": {"type": "integer", "minimum": 3}}},
        ]
    },
    "oneOf, exactly one": {
        "oneOf": [
            {"type": "object", "required": ["k"], "properties": {"k": {"type": "string"}, "a": {"type": "string"}}},
            {"type": "object", "required": ["k", "b"], "properties": {"k": {"const": "b"}, "b": {"type": "integer"}}},
        ]
    },
    "oneOf whose first alternative is also the second": {
        "oneOf": [{"type": "number"}, {"type": "integer"}, {"type": "string"}]
    },
    "anyOf beside properties": {
        "type": "object",
        "properties": {"a": {"type": "integer"}},
        "anyOf": [{"type": "null"}, {"required": ["c"], "properties": {"c": {"type": "boolean"}}}],
    },
    "tuple": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": False, "minItems": 2},
    "patternProperties": {
        "type": "object",
        "patternProperties": {"^x-[a-z]{3}$": {"type": "integer"}},
        "minProperties": 1,
        "additionalProperties": False,
    },
    "an example that does not suit": {"type": "integer", "example": "abc", "minimum": 2},
    "type as a list": {"type": ["null", "string"], "minLength": 1},
    "false member": {"type": "object", "properties": {"never": False, "a": {"type": "string"}}},
}


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_a_value_validates_against_its_schema(schema: Any) -> None:
    value = generate(schema, nowhere)
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(schema, format_checker=checker).validate(value)
    assert fits(value, schema, nowhere)
    assert generate(schema, nowhere) == value


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "default": "d", "enum": ["e", "d"]}, "d"),
        ({"type": "string", "enum": ["e", "f"]}, "e"),
        ({"const": 5}, 5),
        ({"type": "string", "example": "x", "default": "d"}, "x"),
        ({"type": "string", "examples": ["x1", "x2"]}, "x1"),
        ({"type": "array", "default": [], "items": {"type": "integer"}}, [1]),
        ({"type": "string", "nullable": True, "default": None, "format": "date"}, "2026-01-15"),
        ({"type": "string", "enum": [1, 2]}, 1),
        ({"type": "null"}, None),
        ({"minimum": 3, "exclusiveMinimum": True, "type": "integer"}, 4),
        ({}, {}),
        (True, {}),
    ],
)
def test_the_schemas_own_word_comes_first(schema: Any, expected: Any) -> None:
    assert generate(schema, nowhere) == expected


def test_a_response_has_what_is_read_only_and_lacks_what_is_write_only() -> None:
    schema = {
        "type": "object",
        "required": ["colour"],
        "properties": {
            "id": {"type": "string", "readOnly": True},
            "colour": {"type": "string", "writeOnly": True},
            "note": {"type": "string"},
        },
    }
    assert generate(schema, nowhere) == {"id": "id-1", "note": "note"}
    assert generate(schema, nowhere, direction="request") == {"id": "id-1", "colour": "colour", "note": "note"}


def test_s10_an_invented_secret_is_no_word_that_reports_would_hide_elsewhere() -> None:
    schema = {"type": "object", "required": ["apiToken"], "properties": {"apiToken": {"type": "string"}}}
    invented = str(mock_inputs(schema)["apiToken"])
    assert "token" not in invented.lower()
    assert mock_inputs(schema) == {"apiToken": invented}


def test_a_schema_that_contains_itself_ends() -> None:
    root = {
        "Node": {
            "type": "object",
            "required": ["name", "next"],
            "properties": {
                "name": {"type": "string"},
                "next": {"$ref": "#/Node"},
                "children": {"type": "array", "items": {"$ref": "#/Node"}},
            },
        },
        "Loop": {"$ref": "#/Loop"},
    }
    value = generate({"$ref": "#/Node"}, resolver(root))
    assert isinstance(value, dict)
    assert value["children"] == []
    assert len(json.dumps(value)) < 5000
    assert generate({"$ref": "#/Loop"}, resolver(root)) == {}


def test_a_schema_that_explodes_is_kept_small() -> None:
    root: dict[str, Any] = {"S30": {"type": "string"}}
    for i in range(30):
        properties = {name: {"$ref": f"#/S{i + 1}"} for name in "abcdefgh"}
        root[f"S{i}"] = {"type": "object", "required": list(properties), "properties": properties}
    started = monotonic()
    assert len(json.dumps(generate({"$ref": "#/S0"}, resolver(root)))) < 1_000_000
    assert monotonic() - started < 20


def test_members_come_before_depth_where_a_schema_is_large() -> None:
    deep: Any = {"type": "string"}
    for _ in range(6):
        deep = {"type": "object", "properties": {f"p{i}": deep for i in range(8)}}
    value = generate({"type": "object", "properties": {"first": deep, "last": {"type": "string"}}}, nowhere)
    assert isinstance(value, dict)
    assert value["last"] == "last"


def test_the_discriminator_names_the_branch() -> None:
    root = {"Cat": {"type": "object", "properties": {"kind": {"type": "string"}, "lives": {"type": "integer"}}}}
    schema = {
        "oneOf": [{"$ref": "#/Cat"}],
        "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat"}},
    }
    assert generate(schema, resolver(root)) == {"kind": "cat", "lives": 1}


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[A-Z]{3}-\d{4}$",
        r"^(foo|bar)+$",
        r"^\+?[1-9]\d{1,14}$",
        r"^[a-z0-9]+(?:-[a-z0-9]+)*$",
        r"^#[0-9a-fA-F]{6}$",
        r"^(?<year>\d{4})$",
        r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$",
        r"^\p{L}+$",
        r"^arn:aws:[\w-]+:\d{12}$",
        r"[\]\-]",
        r"^\u0041$",
        r"",
    ],
)
def test_a_simple_pattern_is_matched(pattern: str) -> None:
    text = patterns.text_for(pattern)
    assert text is not None
    assert patterns.matches(pattern, text)


@pytest.mark.parametrize("pattern", [r"(?=a)b", r"(a)\1", "(", "[", "a{x}", "*", "\\", "(?P<n", "a|*", "(" * 5000])
def test_what_is_not_simple_gives_none(pattern: str) -> None:
    assert patterns.text_for(pattern) is None


def test_a_pattern_reaches_a_length() -> None:
    assert patterns.text_for("^[a-z]+$", 12) == "a" * 12
    assert patterns.text_for("^[a-z]{2,4}$", 12) == "aaaa"


def test_a_pattern_from_a_stranger_costs_little() -> None:
    started = monotonic()
    patterns.text_for("^((a{0,4096}){0,4096}){4096}$")
    patterns.matches("^(a+)+$", "a" * 4000 + "b")
    assert monotonic() - started < 3


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("email", "ada@example.com"),
        ("contactEmail", "ada@example.com"),
        ("id", "id-1"),
        ("order_id", "order_id-1"),
        ("scenarioId", "scenarioId-1"),
        ("valid", "valid"),
        ("callbackUrl", "https://example.com/callbackUrl"),
        ("createdAt", "2026-01-15T09:30:00Z"),
        ("", "text"),
    ],
)
def test_a_name_suggests_a_text(name: str, expected: str) -> None:
    assert strings.by_name(name) == expected


def test_inputs_are_invented_where_required() -> None:
    schema: dict[str, Any] = {
        "type": "object",
        "required": ["email", "limit", "pageSize"],
        "properties": {
            "email": {"type": "string"},
            "limit": {"type": "integer", "minimum": 10},
            "pageSize": {"type": "integer", "default": 5},
            "note": {"type": "string"},
        },
    }
    assert mock_inputs(schema) == {"email": "ada@example.com", "limit": 10}
    assert mock_inputs(schema, {"email": "b@c.de"}) == {"limit": 10}
    assert mock_inputs(schema, everything=True) == {
        "email": "ada@example.com",
        "limit": 10,
        "pageSize": 5,
        "note": "note",
    }
    assert mock_inputs(None) == mock_inputs(True) == {}


def test_xml_follows_the_xml_keywords() -> None:
    schema = {
        "type": "object",
        "xml": {"name": "pet", "namespace": "http://example.com/p", "prefix": "p"},
        "properties": {
            "id": {"type": "integer", "xml": {"attribute": True}},
            "tags": {"type": "array", "xml": {"wrapped": True}, "items": {"type": "string", "xml": {"name": "tag"}}},
            "alias": {"type": "array", "items": {"type": "string"}},
            "note": {"type": "string", "example": "a < b"},
        },
    }
    text = to_xml(generate(schema, nowhere), schema, nowhere)
    assert text.splitlines()[1] == (
        '<p:pet xmlns:p="http://example.com/p" id="1"><tags><tag>tag</tag></tags>'
        "<alias>alias</alias><note>a &lt; b</note></p:pet>"
    )
