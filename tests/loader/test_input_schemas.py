"""The schemas of workflow inputs: references, names, secrets (S7, S10)."""

import pytest
from loading import load, read, workflow

from arazzo_runner.diagnostics import errors
from arazzo_runner.loader.schemas import known_names, resolve_schema

STEPS = "\nsteps: [{stepId: a, operationId: listItems}]"


def bound(inputs: str, components: str = "{}"):
    text = workflow(f"inputs: {inputs}{STEPS}") + f"components: {{inputs: {components}}}\n"
    return load(text).workflow("w")


def test_a_reference_to_components_is_resolved() -> None:
    """S7"""
    found = bound("{$ref: '#/components/inputs/page'}", "{page: {type: object, properties: {size: {type: integer}}}}")
    assert found.inputs_schema == {"type": "object", "properties": {"size": {"type": "integer"}}}
    assert found.input_names == {"size"}
    assert found.workflow.components == {"/components/inputs/page"}


def test_all_of_adds_names_and_references_lead_on() -> None:
    found = bound(
        "{allOf: [{$ref: '#/components/inputs/a'}, {properties: {x: {}}}], properties: {y: {}}}",
        "{a: {properties: {z: {$ref: '#/components/inputs/b'}}}, b: {type: string}}",
    )
    assert found.input_names == {"x", "y", "z"}
    assert found.workflow.components == {"/components/inputs/a", "/components/inputs/b"}


def test_an_anchor_is_a_name_for_a_schema() -> None:
    """Resolving URI Fragments: plain-name fragments, defined by `$anchor`."""
    found = bound("{$ref: '#page'}", "{p: {$anchor: page, properties: {size: {}}}}")
    assert found.input_names == {"size"}


def test_annotations_beside_a_reference_are_kept() -> None:
    root = read("components: {inputs: {a: {type: string, title: old}}}")
    schema = read("{properties: {x: {$ref: '#/components/inputs/a', title: new, default: d}}}")
    resolved = {"type": "string", "title": "new", "default": "d"}
    assert resolve_schema(schema, root) == {"properties": {"x": resolved}}


def test_other_keywords_beside_a_reference_hold_too() -> None:
    root = read("components: {inputs: {a: {minLength: 1}}}")
    schema = read("{$ref: '#/components/inputs/a', minLength: 2}")
    assert resolve_schema(schema, root) == {"minLength": 2, "allOf": [{"minLength": 1}]}


def test_a_recursive_schema_ends_in_definitions() -> None:
    import jsonschema

    found = bound(
        "{$ref: '#/components/inputs/tree'}",
        "{tree: {type: object, properties: {name: {type: string}, below: {type: array, items:"
        " {$ref: '#/components/inputs/tree'}}}}}",
    )
    validator = jsonschema.Draft202012Validator(found.inputs_schema)
    assert validator.is_valid({"below": [{"below": [{"name": "leaf"}]}]})
    assert not validator.is_valid({"below": [{"below": [{"name": 5}]}]})
    assert found.input_names == {"name", "below"}


def test_references_that_multiply_do_not_explode() -> None:
    """Sixty schemas, each of which uses the next one twice: shared, not copied."""
    schemas = ", ".join(f"s{n}: {{allOf: [{{$ref: {_ref(n + 1)}}}, {{$ref: {_ref(n + 1)}}}]}}" for n in range(60))
    found = bound(f"{{$ref: {_ref(0)}}}", f"{{{schemas}, s60: {{properties: {{a: {{}}}}}}}}")
    assert found.input_names == {"a"}


def _ref(number: int) -> str:
    return f"'#/components/inputs/s{number}'"


CIRCLES = {
    "itself": ("{$ref: '#/workflows/0/inputs'}", "{}"),
    "a part of itself": ("{allOf: [{$ref: '#'}]}", "{}"),
    "two components": (
        "{$ref: '#/components/inputs/a'}",
        "{a: {$ref: '#/components/inputs/b'}, b: {not: {$ref: '#/components/inputs/a'}}}",
    ),
    "a long way": (
        f"{{$ref: {_ref(0)}}}",
        "{" + ", ".join(f"s{n}: {{properties: {{a: {{$ref: {_ref(n + 1)}}}}}}}" for n in range(2000)) + ", s2000: {}}",
    ),
}


@pytest.mark.parametrize(("inputs", "components"), CIRCLES.values(), ids=CIRCLES.keys())
def test_references_without_end_are_errors(inputs: str, components: str) -> None:
    text = workflow(f"inputs: {inputs}{STEPS}") + f"components: {{inputs: {components}}}\n"
    assert {problem.code.name for problem in errors(load(text).diagnostics)} == {"invalid-schema"}


@pytest.mark.parametrize(
    ("schema", "names"),
    [
        ("{type: object, properties: {a: {}}}", {"a"}),
        ("{type: object, properties: {a: {}}, additionalProperties: false}", {"a"}),
        ("{type: object, properties: {a: {}}, additionalProperties: true}", None),
        ("{type: object, properties: {a: {}}, additionalProperties: {type: string}}", None),
        ("{type: object, properties: {a: {}}, patternProperties: {b: {}}}", None),
        ("{oneOf: [{properties: {a: {}}}, {properties: {b: {}}}]}", {"a", "b"}),
        ("{type: object}", None),
        ("true", None),
        ("false", set()),
        ("{properties: {}}", set()),
    ],
)
def test_which_names_are_known(schema: str, names: set[str] | None) -> None:
    assert known_names(read(schema)) == names


def test_secrets_are_known_by_name_and_by_schema() -> None:
    """S10"""
    found = bound(
        "{properties: {apiToken: {}, API-Key: {}, pin: {format: password}, code: {writeOnly: true}, user: {},"
        " key: {$ref: '#/components/inputs/key'}}}",
        "{key: {type: string, format: password}}",
    )
    assert found.secret_inputs == {"apiToken", "API-Key", "pin", "code", "key"}


@pytest.mark.parametrize(
    ("inputs", "code", "pointer"),
    [
        ("{type: strin}", "invalid-schema", "/type"),
        ("{properties: {a: {required: true}}}", "invalid-schema", "/properties/a/required"),
        ("{properties: [a]}", "invalid-schema", "/properties"),
        ("{properties: {a: 5}}", "invalid-schema", "/properties/a"),
        ("{allOf: {}}", "invalid-schema", "/allOf"),
        ("{$ref: other.yaml#/x}", "invalid-schema", "/$ref"),
        ("{$ref: '#/components/inputs/nothing'}", "unknown-component", "/$ref"),
        ("5", "invalid-schema", ""),
    ],
)
def test_schemas_of_the_wrong_shape(inputs: str, code: str, pointer: str) -> None:
    problems = errors(load(workflow(f"inputs: {inputs}{STEPS}")).diagnostics)
    assert [(problem.code.name, problem.origin.pointer) for problem in problems] == [
        (code, f"/workflows/0/inputs{pointer}")
    ]
