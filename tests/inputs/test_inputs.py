"""S7-S9: inputs are converted by their declared type, completed, taken from the environment, and validated."""

from __future__ import annotations

import subprocess
import sys
from typing import ClassVar

import pytest

from arazzo_runner import inputs
from arazzo_runner.description import BoundWorkflow, WorkflowKey
from arazzo_runner.errors import InvalidInputs
from arazzo_runner.model import Workflow
from arazzo_runner.sources import FileContent

SCHEMA = {
    "type": "object",
    "required": ["name", "count"],
    "properties": {
        "name": {"type": "string", "minLength": 2},
        "count": {"type": "integer", "minimum": 1},
        "ratio": {"type": "number"},
        "dry": {"type": "boolean", "default": False},
        "tags": {"type": "array", "items": {"type": "string"}},
        "customer": {
            "type": "object",
            "required": ["id"],
            "properties": {"id": {"type": "string"}, "vip": {"default": True}},
        },
        "maybe": {"type": ["integer", "null"]},
        "either": {"anyOf": [{"type": "integer"}, {"type": "boolean"}]},
        "level": {"enum": [1, 2, "3"]},
        "open": {},
        "mail": {"type": "string", "format": "email"},
        "apiToken": {"type": "string", "minLength": 8},
        "secretNumber": {"type": "integer"},
    },
}


def bound(schema: object) -> BoundWorkflow:
    return BoundWorkflow(WorkflowKey("d", "w"), Workflow(workflow_id="w", steps=()), (), {}, inputs_schema=schema)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("name", "12", "12"),
        ("name", "", ""),
        ("count", "12", 12),
        ("count", "-3", -3),
        ("ratio", "1.5e3", 1500.0),
        ("ratio", "2", 2),
        ("dry", "true", True),
        ("dry", "False", False),
        ("tags", '["a"]', ["a"]),
        ("customer", '{"id": "c"}', {"id": "c"}),
        ("maybe", "null", None),
        ("maybe", "4", 4),
        ("either", "true", True),
        ("level", "2", 2),
        ("level", "3", "3"),
        ("open", "12", "12"),
        ("unknown", "12", "12"),
    ],
)
def test_s8_text_becomes_the_declared_type(name: str, text: str, value: object) -> None:
    converted = inputs.convert(SCHEMA, name, text)
    assert converted == value
    assert type(converted) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("count", "twelve", """'count' takes an integer, found the text "twelve\""""),
        ("count", "1.5", "takes an integer"),
        ("count", "9" * 5000, "takes an integer"),
        ("dry", "yes", "takes true or false"),
        ("maybe", "x", "takes null or an integer"),
        ("tags", "a,b", """takes a JSON array, found the text "a,b", as in tags='["a", "b"]'"""),
        ("customer", "[1]", "takes a JSON object"),
    ],
)
def test_s8_text_that_is_not_of_the_type_is_refused(name: str, text: str, message: str) -> None:
    with pytest.raises(ValueError, match="takes") as caught:
        inputs.convert(SCHEMA, name, text)
    assert message in str(caught.value)


def test_s10_the_text_of_a_secret_is_not_in_the_message() -> None:
    with pytest.raises(ValueError, match="not shown"):
        inputs.convert(SCHEMA, "secretNumber", "hunter2")


class TestUndeclaredNames:
    """S8: an undeclared name is an error with a suggestion."""

    @pytest.mark.parametrize("name", ["api_token", "apitoken", "apiTokn"])
    def test_the_nearest_name_is_suggested(self, name: str) -> None:
        assert inputs.undeclared(bound(SCHEMA), [name]) == [
            f"'{name}' is not an input of workflow 'w'; did you mean 'apiToken'?"
        ]

    def test_without_a_near_one_the_names_are_listed(self) -> None:
        (message,) = inputs.undeclared(bound({"properties": {"a": {}, "b": {}}}), ["zzz"])
        assert message == "'zzz' is not an input of workflow 'w'; it declares 'a', 'b'"

    def test_a_workflow_without_inputs(self) -> None:
        assert inputs.undeclared(bound(None), ["x"]) == ["'x': workflow 'w' declares no inputs"]

    @pytest.mark.parametrize(
        "schema",
        [
            {"additionalProperties": True},
            {"additionalProperties": {"type": "string"}},
            {"patternProperties": {"^x": {}}},
            True,
        ],
    )
    def test_a_schema_may_allow_others_explicitly(self, schema: object) -> None:
        assert inputs.undeclared(bound(schema), ["x1"]) == []

    @pytest.mark.parametrize("schema", [{"additionalProperties": False}, {}, {"patternProperties": {"^y": {}}}])
    def test_or_not(self, schema: object) -> None:
        assert len(inputs.undeclared(bound(schema), ["x1"])) == 1

    def test_properties_inside_all_of_are_declared(self) -> None:
        assert inputs.undeclared(bound({"allOf": [{"properties": {"a": {}}}]}), ["a"]) == []


class TestEnvironment:
    """S9: a required input comes from ARAZZO_INPUT_<name>, then from the name in upper case with underscores."""

    schema: ClassVar = {"required": ["run-count"], "properties": {"run-count": {"type": "integer"}, "other": {}}}

    def test_the_exact_name_comes_first(self) -> None:
        environment = {"ARAZZO_INPUT_run-count": "1", "ARAZZO_INPUT_RUN_COUNT": "2"}
        assert inputs.from_environment(self.schema, {}, environment) == {"run-count": 1}

    def test_then_the_name_that_shells_can_write(self) -> None:
        assert inputs.from_environment(self.schema, {}, {"ARAZZO_INPUT_RUN_COUNT": "2"}) == {"run-count": 2}

    def test_what_was_given_wins(self) -> None:
        assert inputs.from_environment(self.schema, {"run-count": 3}, {"ARAZZO_INPUT_RUN_COUNT": "2"}) == {}

    def test_an_optional_input_does_not_come_from_there(self) -> None:
        assert inputs.from_environment(self.schema, {"run-count": 3}, {"ARAZZO_INPUT_OTHER": "2"}) == {}

    def test_a_value_of_the_wrong_type_names_the_variable(self) -> None:
        with pytest.raises(InvalidInputs, match="ARAZZO_INPUT_RUN_COUNT: 'run-count' takes an integer"):
            inputs.from_environment(self.schema, {}, {"ARAZZO_INPUT_RUN_COUNT": "x"})


class TestDefaults:
    """S7: defaults are applied first."""

    def test_absent_inputs_get_theirs_also_inside_given_objects(self) -> None:
        completed = inputs.with_defaults(SCHEMA, {"customer": {"id": "c"}})
        assert completed == {"customer": {"id": "c", "vip": True}, "dry": False}

    def test_what_was_given_stays_also_null(self) -> None:
        assert inputs.with_defaults(SCHEMA, {"dry": None}) == {"dry": None}

    def test_the_given_mapping_is_not_changed(self) -> None:
        given = {"customer": {"id": "c"}}
        inputs.with_defaults(SCHEMA, given)
        assert given == {"customer": {"id": "c"}}

    def test_a_required_input_with_a_default_is_not_missing(self) -> None:
        assert inputs.missing({"required": ["a", "b"], "properties": {"a": {"default": 1}}}, {}) == ("b",)


class TestValidation:
    """S7: every violation is listed, in words."""

    def test_every_violation_is_listed(self) -> None:
        values = {
            "name": "x",
            "tags": ["a", 2],
            "customer": {},
            "either": "x",
            "level": 4,
            "mail": "nobody",
            "ratio": "much",
        }
        assert inputs.validate_inputs(SCHEMA, values) == [
            "missing required input 'count'",
            """'name': expected at least 2 characters, found the text "x\"""",
            """'ratio': expected a number, found the text "much\"""",
            "'tags[1]': expected text, found 2",
            "'customer': missing required member 'id'",
            """'either': fits none of the alternatives: 'either': expected an integer, found the text "x"; """
            """'either': expected true or false, found the text "x\"""",
            """'level': expected one of 1, 2, "3", found 4""",
            """'mail': expected the format 'email', found the text "nobody\"""",
        ]

    def test_s10_a_secret_is_not_in_the_words(self) -> None:
        (message,) = inputs.validate_inputs(SCHEMA, {"name": "xx", "count": 1, "apiToken": "hunter2"})
        assert "hunter2" not in message
        assert "'apiToken': expected at least 8 characters" in message

    @pytest.mark.parametrize(
        ("schema", "values"),
        [
            (None, {"x": 1}),
            (True, {"x": 1}),
            ({}, {"x": 1}),
            (SCHEMA, {"name": "xx", "count": 1, "maybe": None, "tags": []}),
            ({"properties": {"f": {"type": "string"}}}, {"f": b"\xff"}),
            ({"properties": {"f": {"type": "string", "minLength": 2}}}, {"f": FileContent("f.bin", b"\xff\xfe")}),
            ({"$defs": {"p": {"type": "integer"}}, "properties": {"a": {"$ref": "#/$defs/p"}}}, {"a": 1}),
        ],
    )
    def test_what_is_valid(self, schema: object, values: dict[str, object]) -> None:
        assert inputs.validate_inputs(schema, values) == []

    @pytest.mark.parametrize(
        ("schema", "values"),
        [
            ({"properties": {"a": {"type": "integer"}}}, {"a": True}),
            ({"properties": {"a": {"type": "string", "enum": ["x"]}}}, {"a": "y"}),
            ({"properties": {"a": {}}, "additionalProperties": False}, {"b": 1}),
            ({"properties": {"a": {"type": "object", "required": ["b"]}}}, {"a": {}}),
            ({"properties": {"a": {"type": "array", "minItems": 1}}}, {"a": []}),
            ({"properties": {"a": {"pattern": "^x$"}}}, {"a": "y"}),
            ({"properties": {"a": False}}, {"a": 1}),
            ({"patternProperties": {"^a": {"type": "integer"}}}, {"ab": "x"}),
            ({"minProperties": 1}, {}),
            (False, {}),
        ],
    )
    def test_what_is_not(self, schema: object, values: dict[str, object]) -> None:
        assert len(inputs.validate_inputs(schema, values)) == 1

    def test_a_reference_to_another_host_is_not_followed(self) -> None:
        (message,) = inputs.validate_inputs({"$ref": "http://127.0.0.1:9/schema"}, {})
        assert message.startswith("the schema of the inputs cannot be used")

    def test_a_schema_without_end_is_said_so(self) -> None:
        (message,) = inputs.validate_inputs({"$ref": "#"}, {})
        assert "without end" in message

    def test_a_hostile_pattern_ends_in_time(self) -> None:
        schema = {"properties": {"a": {"pattern": "^(a|a)*$"}}}
        assert len(inputs.validate_inputs(schema, {"a": "a" * 60 + "!"})) == 1


def test_plain_schemas_do_not_need_the_schema_library() -> None:
    """The start of a run is not slowed down by a library that it does not need."""
    code = """
import sys
from typing import ClassVar
from arazzo_runner.inputs import validate_inputs
schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "description": "x"}}}
assert validate_inputs(schema, {"a": "b"}) == []
assert "jsonschema" not in sys.modules
assert validate_inputs(schema, {"a": 1}) == ["'a': expected text, found 1"]
assert "jsonschema" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_no_schema_loads_the_grammar_that_takes_seconds() -> None:
    code = """
import sys
from arazzo_runner.inputs import validate_inputs
schema = {"properties": {"a": {"format": "iri"}}}
assert validate_inputs(schema, {"a": "https://example.com/caf\\u00e9?q=\\u2713"}) == []
assert len(validate_inputs(schema, {"a": "no iri"})) == 1
assert "rfc3987_syntax" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
