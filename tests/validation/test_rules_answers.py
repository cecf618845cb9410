"""What a step expects of an answer, against what the operation says that it answers."""

import pytest
from contract_cases import findings, names, step, told

RUN = "operationId: getRun, parameters: [{name: id, in: path, value: x}]"

PATHS = {
    "a member": ("$response.body#/id", None),
    "another": ("$response.body#/idd", "did you mean 'id'?"),
    "a dotted path": ("$response.body.score.vale", "did you mean 'value'?"),
    "through allOf": ("$response.body#/score/note", None),
    "an item of alternatives": ("$response.body#/parts/0/kind", None),
    "none of the alternatives": ("$response.body#/parts/0/kin", "did you mean 'kind'?"),
    "one level down": ("$response.body#/value", "it is one level down, as 'score.value' or 'parts[0].value'"),
    "one level down, in an array": ("$response.body#/kind", "it is one level down, as 'parts[0].kind'"),
    "below what is one level down": (
        "$response.body#/next/value",
        "it is one level down, as 'next.score.value' or 'next.parts[0].value'",
    ),
    "a name in an array": ("$response.body#/parts/kind", "name one of its items by an index, such as 0"),
    "a member of text": ("$response.body#/id/x", None),
    "an object without properties": ("$response.body#/free/x", None),
    "members of any name": ("$response.body#/labels/x", None),
    "an open object": ("$response.body#/open/y", None),
    "a schema in itself": ("$response.body#/next/next/next/id", None),
    "every item": ("$response.body.parts[*].kind", None),
    "a name of every item": ("$response.body.parts[*].kin", "did you mean 'kind'?"),
}
FINE = {"a member", "through allOf", "an item of alternatives", "an object without properties", "every item"} | {
    "members of any name",
    "an open object",
    "a schema in itself",
}


@pytest.mark.parametrize("name", PATHS)
def test_paths_into_answers(name: str) -> None:
    path, hint = PATHS[name]
    found = [each for each in step(f"{RUN}, outputs: {{x: '{path}'}}") if not each.code.dialect]
    if name in FINE:
        assert found == []
    else:
        assert told(found) == [("undeclared-member", "warning", "steps/0/outputs/x")]
        assert found[0].hint == hint


def test_what_is_closed_says_so() -> None:
    closed, open_ = (
        step(f"{RUN}, outputs: {{x: {path}}}")[0].message
        for path in ("$response.body#/parts/0/x", "$response.body#/idd")
    )
    assert open_ == "'$response.body#/idd': the answer of 'GET /runs/{id}' declares no 'idd'"
    assert "'parts[0]' in the answer of 'GET /runs/{id}' declares no 'x'" in closed


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ("outputs: {x: {context: $response.body, selector: $.idd, type: jsonpath}}", "outputs/x/selector"),
        ("outputs: {x: {context: $response.body, selector: /idd, type: jsonpointer}}", "outputs/x/selector"),
        ("successCriteria: [{condition: $response.body#/idd != null}]", "successCriteria/0/condition"),
        (
            "successCriteria: [{context: $response.body, condition: '$[?@.idd]', type: jsonpath}]",
            "successCriteria/0/condition",
        ),
        (
            "successCriteria: [{context: $response.body, condition: '$.parts[?@.kin]', type: jsonpath}]",
            "successCriteria/0/condition",
        ),
        (
            "onSuccess: [{name: n, type: end, criteria: [{condition: $response.body#/idd == 1}]}]",
            "onSuccess/0/criteria/0/condition",
        ),
    ],
)
def test_wherever_they_stand(fields: str, where: str) -> None:
    found = [each for each in step(f"{RUN}, {fields}") if not each.code.dialect]
    assert told(found) == [("undeclared-member", "warning", f"steps/0/{where}")]


def test_after_a_failure_the_answer_may_be_an_error() -> None:
    body = "operationId: startRun, requestBody: {payload: {name: a}}"
    action = "onFailure: [{{name: n, type: end, criteria: [{{condition: $response.body#/{name} == 'x'}}]}}]"
    assert step(f"{body}, {action.format(name='message')}") == []
    assert names(step(f"{body}, {action.format(name='massage')}")) == ["undeclared-member"]


def test_through_the_outputs_of_other_steps_each_mistake_is_told_once() -> None:
    steps = """
steps:
- stepId: a
  operationId: getRun
  parameters: [{name: id, in: path, value: x}]
  outputs: {good: $response.body#/score, bad: $response.body#/x}
- stepId: b
  operationId: startRun
  requestBody: {payload: {name: a, x: $steps.a.outputs.good#/vale, y: $steps.a.outputs.bad#/z}}
"""
    assert [where for _, _, where in told(findings(steps))] == [
        "steps/0/outputs/bad",
        "steps/1/requestBody/payload/x",
    ]


@pytest.mark.parametrize("path", ["$response.body#/rss/channel", "$response.body.rss"])
def test_paths_for_json_into_xml(path: str) -> None:
    """S15"""
    found = [each for each in step(f"operationId: getFeed, outputs: {{x: {path}}}") if not each.code.dialect]
    assert names(found) == ["pointer-into-xml"]
    assert "xpath" in str(found[0].hint)


def test_whole_answers_and_other_media_types_are_left_alone() -> None:
    accept = "parameters: [{name: Accept, in: header, value: application/json}]"
    assert step("operationId: getFeed, outputs: {x: $response.body}") == []
    assert step(f"operationId: getFeed, {accept}, outputs: {{x: $response.body#/a}}") == []
    assert step("operationId: dropFeed, outputs: {x: $response.body#/a}") == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("successCriteria: [{condition: $statusCode == 200}]", []),
        ("successCriteria: [{condition: $statusCode == 202}]", ["warning"]),
        ("successCriteria: [{condition: $statusCode == 200 || $statusCode == 202}]", ["info"]),
        ("onSuccess: [{name: n, type: end, criteria: [{condition: $statusCode == 202}]}]", ["info"]),
        ("onFailure: [{name: n, type: end, criteria: [{condition: $statusCode == 503}]}]", []),
    ],
)
def test_statuses_that_are_not_documented(fields: str, expected: list[str]) -> None:
    found = told(step(f"{RUN}, {fields}"))
    assert [(name, severity) for name, severity, _ in found] == [("undocumented-status", each) for each in expected]


def test_ranges_and_defaults_document_statuses() -> None:
    body = "operationId: startRun, requestBody: {payload: {name: a}}"
    assert step(f"{body}, successCriteria: [{{condition: $statusCode == 409}}]") == []
    form = "operationId: putForm, parameters: [{name: id, in: path, value: 3}]"
    assert step(f"{form}, successCriteria: [{{condition: $statusCode == 299}}]") == []


@pytest.mark.parametrize(
    ("criterion", "unknown"),
    [
        ("{condition: $response.body#/state == 'running'}", False),
        ("{condition: $response.body#/state == 'RUNNING'}", False),  # S18
        ("{condition: $response.body#/state == null}", False),
        ("{condition: $response.body#/state == 'runing'}", True),
        ("{condition: \"'runing' != $response.body#/state\"}", True),
        ("{condition: $response.body#/id == 'runing'}", False),
        ("{context: $response.body, condition: \"$[?@.state == 'runing']\", type: jsonpath}", True),
        ("{context: $response.body, condition: \"$[?@.state == 'running']\", type: jsonpath}", False),
        ("{context: $response.body, condition: \"$.state == 'runing'\", type: jsonpath}", True),
    ],
)
def test_values_that_the_schema_does_not_list(criterion: str, unknown: bool) -> None:
    found = [each for each in step(f"{RUN}, successCriteria: [{criterion}]") if not each.code.dialect]
    assert names(found) == (["unknown-enum-value"] if unknown else [])
    if unknown:
        assert found[0].hint == "did you mean 'running'?"


def test_values_are_known_through_outputs() -> None:
    steps = f"""
steps:
- {{stepId: a, {RUN}, outputs: {{state: $response.body#/state}}}}
- {{stepId: b, operationId: dropFeed, successCriteria: [{{condition: $steps.a.outputs.state == 'canceld'}}]}}
"""
    found = findings(steps)
    assert names(found) == ["unknown-enum-value"]
    assert found[0].hint == "did you mean 'canceling'?"
