"""What an operation needs and a step does not give; literal values that their schemas do not allow (S38, S39)."""

import pytest
from contract_cases import findings, names, step, told

GIVEN = "parameters: [{name: since, in: query, value: 1}, {name: x-tenant, in: header, value: t}]"


def test_what_is_required_is_given() -> None:
    """Security schemes and the headers that OpenAPI ignores are not asked for."""
    assert step(f"operationId: listRuns, {GIVEN}") == []


def test_required_parameters_that_are_not_given() -> None:
    found = step("operationId: listRuns")
    assert told(found) == [("missing-parameter", "warning", "steps/0")] * 2
    assert ["'since'" in found[0].message, "'X-Tenant'" in found[1].message] == [True, True]
    assert found[0].hint == "add name: since, in: query, value: ..."


def test_a_path_without_its_parameter_stops_a_run_that_is_certain_to_fail() -> None:
    """S13: a missing path parameter fails the step before it is sent."""
    assert told(step("operationId: getRun")) == [("missing-parameter", "error", "steps/0")]


@pytest.mark.parametrize(
    "fields",
    [
        "steps: [{stepId: s, operationId: getRun, onFailure: [{name: n, type: end}]}]",
        "steps: [{stepId: a, operationId: dropFeed, onSuccess: [{name: n, type: end, "
        "criteria: [{condition: $statusCode == 204}]}]}, {stepId: s, operationId: getRun}]",
    ],
)
def test_it_is_a_warning_where_a_run_may_do_without(fields: str) -> None:
    assert [(name, severity) for name, severity, _ in told(findings(fields))] == [("missing-parameter", "warning")]


def test_the_workflow_may_give_it() -> None:
    """S25"""
    given = "parameters: [{name: id, in: path, value: x}]\nsteps: [{stepId: s, operationId: getRun}]"
    assert findings(given) == []


def test_a_parameter_in_another_place() -> None:
    found = step("operationId: getRun, parameters: [{name: id, in: query, value: x}]")
    assert told(found) == [("misplaced-parameter", "error", "steps/0/parameters/0/in")]
    assert found[0].hint == "write in: path"
    assert names(step(f"operationId: listRuns, {GIVEN[:-1]}, {{name: order, in: header, value: up}}]")) == [
        "misplaced-parameter"
    ]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("operationId: startRun", [("missing-body", "warning", "steps/0")]),
        ("operationId: startRun, requestBody: {contentType: application/json}", "error"),
        ("operationId: dropFeed, requestBody: {payload: {}}", [("undeclared-body", "info", "steps/0/requestBody")]),
        (
            "operationId: startRun, requestBody: {contentType: text/csv, payload: a}",
            [("undeclared-content-type", "warning", "steps/0/requestBody/contentType")],
        ),
    ],
)
def test_bodies(fields: str, expected: object) -> None:
    found = told(step(fields))
    assert (found[0][1] if expected == "error" else found) == expected


PAYLOADS = {
    "sound": ("{name: abc, size: 3, mode: fast, tags: [a], way: 3}", []),
    "readOnly members are not asked for": ("{name: abc}", []),
    "null where it is allowed": ("{name: abc, size: null}", []),
    "expressions are left alone": ("{name: $url, size: $url, mode: $url, tags: $url, box: {value: $url}}", []),
    "text around expressions, too": ("{name: 'A {$url}', mode: '{$url}'}", []),
    "a required member": ("{mode: $url}", [("missing-member", "")]),
    "a type": ("{name: abc, size: '3'}", [("value-mismatch", "/size")]),
    "a number for text": ("{name: 3}", [("value-mismatch", "/name")]),
    "a truth value is no integer": ("{name: abc, size: true}", [("value-mismatch", "/size")]),
    "null": ("{name: null}", [("value-mismatch", "/name")]),
    "an enumeration": ("{name: abc, mode: fsat}", [("value-mismatch", "/mode")]),
    "a pattern": ("{name: ABC}", [("value-mismatch", "/name")]),
    "an item": ("{name: abc, tags: [a, 2]}", [("value-mismatch", "/tags/1")]),
    "an object for an array": ("{name: abc, tags: {a: $url}}", [("value-mismatch", "/tags")]),
    "a member that is not allowed": ("{name: abc, box: {vale: 1}}", [("value-mismatch", "/box/vale")]),
    "a member that is not declared may be": ("{name: abc, more: 1}", []),
    "none of the alternatives": ("{name: abc, way: up}", [("value-mismatch", "/way")]),
    "an alternative in part": ("{name: abc, way: {}}", [("missing-member", "/way")]),
    "text that is JSON": ("'{\"name\": 3}'", [("value-mismatch", "")]),
    "text that holds expressions": ("'{\"name\": {$url}}'", []),
}


@pytest.mark.parametrize(("payload", "expected"), PAYLOADS.values(), ids=PAYLOADS.keys())
def test_literal_payloads(payload: str, expected: list[tuple[str, str]]) -> None:
    found = told(step(f"operationId: startRun, requestBody: {{payload: {payload}}}"))
    assert found == [(name, "warning", f"steps/0/requestBody/payload{where}") for name, where in expected]


def test_a_payload_with_replacements_is_left_alone() -> None:
    body = "{payload: {name: 3}, replacements: [{target: /name, value: abc}]}"
    assert step(f"operationId: startRun, requestBody: {body}") == []


def test_a_violation_has_words_and_a_hint() -> None:
    found = step("operationId: startRun, requestBody: {payload: {name: abc, mode: fsat, size: '3'}}")
    assert [(each.message, each.hint) for each in found] == [
        ("'mode' in the payload is \"fsat\", which its schema does not list", "did you mean 'fast'?"),
        ("'size' in the payload is the text \"3\", but its schema wants an integer or null", "drop the quotes"),
    ]


@pytest.mark.parametrize(
    ("value", "expected"), [("1", []), ("'1'", []), ("abc", ["value-mismatch"]), ("1.5", ["value-mismatch"])]
)
def test_what_is_sent_as_text_is_judged_as_text(value: str, expected: list[str]) -> None:
    """S38: a number and its text are sent alike."""
    body = f"requestBody: {{payload: {{n: {value}}}}}"
    assert names(step(f"operationId: putForm, parameters: [{{name: id, in: path, value: 3}}], {body}")) == expected
    parameters = f"[{{name: since, in: query, value: {value}}}, {{name: X-Tenant, in: header, value: t}}]"
    assert names(step(f"operationId: listRuns, parameters: {parameters}")) == expected


def test_secrets_are_not_shown() -> None:
    """S10"""
    api = """
    openapi: 3.1.0
    info: {title: t, version: "1"}
    paths:
      /login:
        post:
          operationId: login
          requestBody: {content: {application/json: {schema: {properties: {password: {type: integer}}}}}}
          responses: {}
    """
    found = findings("steps: [{stepId: s, operationId: login, requestBody: {payload: {password: hidden}}}]", api)
    assert names(found) == ["value-mismatch"]
    assert "hidden" not in str(found[0])


def test_a_step_that_wants_to_be_refused_may_break_the_contract() -> None:
    """A workflow that tests an API sends what the API must not take."""
    wanted = "successCriteria: [{condition: $statusCode == 422}]"
    assert step(f"operationId: startRun, {wanted}, requestBody: {{payload: {{name: 3}}}}") == []
    assert step(f"operationId: startRun, {wanted}") == []
    assert names(step(f"operationId: getRun, {wanted}")) == ["missing-parameter", "undocumented-status"]
