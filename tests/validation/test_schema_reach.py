"""What a schema says of a place below it: declared, not declared, or unknown; in bounded time."""

from typing import Any

import pytest

from arazzo_runner.validation.constants import Checker
from arazzo_runner.validation.schemas import EVERY, enumerated, reach
from arazzo_runner.values import JSON

NAMED: dict[str, Any] = {
    "#/a": {"type": "object", "properties": {"x": {"type": "string"}}},
    "#/self": {"anyOf": [{"$ref": "#/self"}, {"$ref": "#/self"}], "properties": {"x": {}}},
    "#/circle": {"$ref": "#/circle"},
    **{f"#/d{n}": {"oneOf": [{"$ref": f"#/d{n + 1}"}, {"$ref": f"#/d{n + 1}"}]} for n in range(40)},
}


def resolve(node: JSON) -> JSON:
    if isinstance(node, dict) and "$ref" in node:
        if node["$ref"] not in NAMED:
            raise ValueError(node["$ref"])
        found: JSON = NAMED[str(node["$ref"])]
        return found
    return node


CASES: list[tuple[JSON, list[Any], str]] = [
    ({"$ref": "#/a"}, ["x"], "yes"),
    ({"$ref": "#/a"}, ["y"], "no"),
    ({"$ref": "#/nothing"}, ["y"], "unknown"),
    ({}, ["y"], "unknown"),
    (True, ["y"], "unknown"),
    (False, ["y"], "no"),
    ({"type": "object"}, ["y"], "unknown"),
    ({"type": "object", "additionalProperties": False}, ["y"], "no"),
    ({"properties": {"x": {}}, "patternProperties": {"^z": {}}}, ["y"], "unknown"),
    ({"properties": {"x": {}}, "unevaluatedProperties": False}, ["y"], "no"),
    ({"anyOf": [{"$ref": "#/a"}, {"type": "null"}]}, ["y"], "no"),
    ({"anyOf": [{"$ref": "#/a"}, {"type": "object"}]}, ["y"], "unknown"),
    ({"allOf": [{"$ref": "#/a"}, {"type": "object"}]}, ["y"], "no"),
    ({"allOf": [{"$ref": "#/a"}, {"properties": {"y": {}}}]}, ["y"], "yes"),
    ({"properties": {"x": {}}, "then": {"properties": {"y": {}}}}, ["y"], "yes"),
    ({"properties": {"x": {}}, "discriminator": {"propertyName": "x"}}, ["y"], "unknown"),
    ({"type": "array", "items": {"$ref": "#/a"}}, ["0", "x"], "yes"),
    ({"type": "array", "items": {"$ref": "#/a"}}, [EVERY, "y"], "no"),
    ({"type": "array", "items": {"$ref": "#/a"}}, ["x"], "no"),
    ({"type": "array", "prefixItems": [{"$ref": "#/a"}]}, [0, "y"], "no"),
    ({"type": ["string", "null"]}, ["y"], "no"),
    ({"type": "file"}, ["y"], "unknown"),
    ({"$ref": "#/circle"}, ["y"], "unknown"),
    ({"$ref": "#/d0"}, ["y"], "unknown"),
]


@pytest.mark.parametrize(("schema", "tokens", "verdict"), CASES)
def test_what_is_reached(schema: JSON, tokens: list[Any], verdict: str) -> None:
    assert reach(schema, tokens, resolve).verdict == verdict


@pytest.mark.parametrize(
    ("schema", "values"),
    [
        ({"enum": ["a", "b"]}, ["a", "b"]),
        ({"const": 1}, [1]),
        ({"allOf": [{"enum": ["a"]}, {"type": "string"}]}, ["a"]),
        ({"anyOf": [{"enum": ["a"]}, {"type": "null"}]}, ["a", None]),
        ({"anyOf": [{"enum": ["a"]}, {"type": "string"}]}, None),
        ({"type": "string"}, None),
        ({"$ref": "#/d0"}, None),
    ],
)
def test_values_that_a_schema_lists(schema: JSON, values: list[JSON] | None) -> None:
    assert enumerated(schema, resolve) == values


@pytest.mark.parametrize("reference", ["#/self", "#/circle", "#/d0"])
def test_schemas_that_multiply_end(reference: str) -> None:
    from arazzo_runner.expressions.nodes import Constant

    reach({"$ref": reference}, ["x"] * 50, resolve)
    enumerated({"$ref": reference}, resolve)
    assert Checker(resolve, as_text=False).violations(Constant({"x": 1}), {"$ref": reference}) == []
