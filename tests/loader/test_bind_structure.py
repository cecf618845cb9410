"""The tables of fixed fields of the specification: what is not as they say is a diagnostic, and the rest is bound."""

import pytest
from loading import HEAD, found, load, steps, workflow

from arazzo_runner.diagnostics import Origin, OriginReport, errors
from arazzo_runner.errors import InvalidDescription
from arazzo_runner.loader.bind import bind

GOOD = steps("- {stepId: a, operationId: listItems}")


def test_a_good_document_has_no_findings() -> None:
    description = load(GOOD)
    assert description.diagnostics == ()
    assert description.workflow_ids == ("w",)
    assert description.workflow("w").steps[0].operation is not None


STEP_PROBLEMS = {
    "unknown field": ("- {stepId: a, operationId: listItems, sucessCriteria: []}", "unknown-field", "/sucessCriteria"),
    "no stepId": ("- {operationId: listItems}", "missing-field", ""),
    "no target": ("- {stepId: a}", "missing-field", ""),
    "two targets": ("- {stepId: a, operationId: listItems, workflowId: w}", "conflicting-fields", "/workflowId"),
    "channel without action": ("- {stepId: a, channelPath: x}", "missing-field", ""),
    "a number for a string": ("- {stepId: a, operationId: 5}", "wrong-type", "/operationId"),
    "an object for a list": ("- {stepId: a, operationId: listItems, parameters: {}}", "wrong-type", "/parameters"),
    "null for a list": ("- {stepId: a, operationId: listItems, onFailure: null}", "wrong-type", "/onFailure"),
    "negative timeout": ("- {stepId: a, operationId: listItems, timeout: -1}", "wrong-value", "/timeout"),
    "timeout in parts": ("- {stepId: a, operationId: listItems, timeout: 1.5}", "wrong-type", "/timeout"),
    "no criteria": ("- {stepId: a, operationId: listItems, successCriteria: []}", "wrong-value", "/successCriteria"),
    "no dependsOn": ("- {stepId: a, operationId: listItems, dependsOn: []}", "wrong-value", "/dependsOn"),
    "odd dependsOn": ("- {stepId: a, operationId: listItems, dependsOn: [$steps.a]}", "invalid-expression", None),
    "action on a workflow step": ("- {stepId: a, workflowId: w, action: send}", "conflicting-fields", "/action"),
    "correlationId of send": (
        "- {stepId: a, channelPath: x, action: send, correlationId: c}",
        "conflicting-fields",
        None,
    ),
    "a number as output": ("- {stepId: a, operationId: listItems, outputs: {x: 5}}", "wrong-type", "/outputs/x"),
    "a selector of no language": (
        "- {stepId: a, operationId: listItems, outputs: {x: {context: $url, selector: $.a, type: jmespath}}}",
        "wrong-value",
        "/outputs/x/type",
    ),
    "a selector without an expression": (
        "- {stepId: a, operationId: listItems, outputs: {x: {context: body, selector: $.a, type: jsonpath}}}",
        "invalid-expression",
        "/outputs/x/context",
    ),
    "half a selector": (
        "- {stepId: a, operationId: listItems, outputs: {x: {context: $response.body, selector: $.a}}}",
        "missing-field",
        "/outputs/x",
    ),
    "in: body": (
        "- {stepId: a, operationId: listItems, parameters: [{name: b, in: body, value: 1}]}",
        "wrong-value",
        "/parameters/0/in",
    ),
    "parameter twice": (
        "- {stepId: a, operationId: listItems, parameters: [{name: b, in: query, value: 1},"
        " {name: b, in: query, value: 2}]}",
        "duplicate-name",
        "/parameters/1",
    ),
    "header twice": (
        "- {stepId: a, operationId: listItems, parameters: [{name: X-A, in: header, value: 1},"
        " {name: x-a, in: header, value: 2}]}",
        "duplicate-name",
        "/parameters/1",
    ),
    "parameter without value": (
        "- {stepId: a, operationId: listItems, parameters: [{name: b, in: query}]}",
        "missing-field",
        "/parameters/0",
    ),
    "regex without context": (
        "- {stepId: a, operationId: listItems, successCriteria: [{condition: x, type: regex}]}",
        "missing-field",
        "/successCriteria/0",
    ),
    "jsonpointer as a condition": (
        "- {stepId: a, operationId: listItems, successCriteria:"
        " [{condition: x, context: $response.body, type: {type: jsonpointer, version: rfc6901}}]}",
        "wrong-value",
        "/successCriteria/0/type",
    ),
    "unknown language": (
        "- {stepId: a, operationId: listItems, successCriteria: [{condition: x, context: $url, type: jmespath}]}",
        "wrong-value",
        "/successCriteria/0/type",
    ),
    "goto nowhere": (
        "- {stepId: a, operationId: listItems, onSuccess: [{name: n, type: goto}]}",
        "missing-field",
        "/onSuccess/0",
    ),
    "goto with two targets": (
        "- {stepId: a, operationId: listItems, onSuccess: [{name: n, type: goto, stepId: a, workflowId: w}]}",
        "conflicting-fields",
        "/onSuccess/0",
    ),
    "action twice": (
        "- {stepId: a, operationId: listItems, onSuccess: [{name: n, type: end}, {name: n, type: end}]}",
        "duplicate-name",
        "/onSuccess/1",
    ),
    "unknown action type": (
        "- {stepId: a, operationId: listItems, onFailure: [{name: n, type: again}]}",
        "wrong-value",
        "/onFailure/0/type",
    ),
    "in of an action's parameter": (
        "- {stepId: a, operationId: listItems, onSuccess:"
        " [{name: n, type: goto, workflowId: w, parameters: [{name: p, in: query, value: 1}]}]}",
        "conflicting-fields",
        "/onSuccess/0/parameters/0/in",
    ),
    "parameters for no workflow": (
        "- {stepId: a, operationId: listItems, onSuccess:"
        " [{name: n, type: goto, stepId: a, parameters: [{name: p, value: 1}]}]}",
        "missing-field",
        "/onSuccess/0/parameters",
    ),
    "a string for an action": (
        "- {stepId: a, operationId: listItems, onSuccess: [again]}",
        "wrong-type",
        "/onSuccess/0",
    ),
    "retryLimit in parts": (
        "- {stepId: a, operationId: listItems, onFailure: [{name: n, type: retry, retryLimit: 1.5}]}",
        "wrong-type",
        "/onFailure/0/retryLimit",
    ),
}


@pytest.mark.parametrize(("text", "code", "pointer"), STEP_PROBLEMS.values(), ids=STEP_PROBLEMS.keys())
def test_problems_of_steps(text: str, code: str, pointer: str | None) -> None:
    problems = errors(load(steps(text)).diagnostics)
    assert [problem.code.name for problem in problems] == [code]
    if pointer is not None:
        assert problems[0].origin.pointer == f"/workflows/0/steps/0{pointer}"
    assert problems[0].span is not None


DOCUMENT_PROBLEMS = {
    "not supported (S1)": (GOOD.replace("1.1.0", "2.0.0"), ["unsupported-version"]),
    "a version that is no string": (GOOD.replace("1.1.0", "1.1"), ["wrong-type"]),
    "no version": (GOOD.replace("arazzo: 1.1.0", ""), ["missing-field"]),
    "no info": (GOOD.replace('info: {title: t, version: "1"}', ""), ["missing-field"]),
    "info without version": (GOOD.replace(', version: "1"', ""), ["missing-field"]),
    "no sources": (GOOD.replace("[{name: shop, url: shop.yaml, type: openapi}]", "[]"), None),
    "no workflows": (HEAD + "workflows: []\n", ["wrong-value"]),
    "no steps": (HEAD + "workflows: [{workflowId: w, steps: []}]\n", ["wrong-value"]),
    "workflow without id": (GOOD.replace("workflowId: w", "summary: w"), ["missing-field"]),
    "$self with a fragment": ("$self: https://a.example/x#y\n" + GOOD, ["wrong-value"]),
    "source of unknown type": (GOOD.replace("type: openapi", "type: raml"), ["wrong-value"]),
    "stepId twice": (
        steps("- {stepId: a, operationId: listItems}\n- {stepId: a, operationId: listItems}"),
        ["duplicate-name"],
    ),
    "source twice": (
        GOOD.replace("type: openapi}", "type: openapi}, {name: shop, url: shop.yaml}"),
        ["duplicate-name"],
    ),
    "inputs of the wrong shape": (
        workflow(
            "inputs: {type: object, properties: {a: {type: text}}, required: true}\n"
            + "steps: [{stepId: a, operationId: listItems}]"
        ),
        ["invalid-schema", "invalid-schema"],
    ),
    "reference of inputs that leads nowhere": (
        workflow("inputs: {$ref: '#/components/inputs/x'}\nsteps: [{stepId: a, operationId: listItems}]"),
        ["unknown-component"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), DOCUMENT_PROBLEMS.values(), ids=DOCUMENT_PROBLEMS.keys())
def test_problems_of_documents(text: str, expected: list[str] | None) -> None:
    problems = [problem.code.name for problem in errors(load(text).diagnostics)]
    assert problems == expected if expected is not None else problems


@pytest.mark.parametrize(
    ("text", "says"),
    [("- 1\n", "an array"), ("5\n", "a number"), ("{}\n", "neither"), ("openapi: 3.1.0\n", "an OpenAPI description")],
)
def test_what_is_no_arazzo_description_gives_no_model(text: str, says: str) -> None:
    with pytest.raises(InvalidDescription, match=says) as caught:
        load(text)
    assert [problem.code.name for problem in caught.value.diagnostics] == ["not-arazzo"]


def test_all_problems_are_collected_and_the_rest_is_bound() -> None:
    description = load(
        steps(
            """
            - {stepId: a, operationId: listItems, typo: 1, timeout: -1, outputs: {x: 1, y: $response.body}}
            - just text
            - {stepId: b, operationId: createItem, onSuccess: [{type: end}]}
            """
        )
    )
    names = sorted(problem.code.name for problem in errors(description.diagnostics))
    assert names == ["missing-field", "unknown-field", "wrong-type", "wrong-type", "wrong-value"]
    first, second = description.workflow("w").steps
    assert list(first.step.outputs) == ["y"]
    assert second.operation is not None


def test_messages_are_what_a_person_would_write() -> None:
    problem = errors(load(steps("- {stepId: a, operationId: listItems, workflowId: w}")).diagnostics)[0]
    assert problem.message == "step 'a' has both 'operationId' and 'workflowId'; keep one"
    problem = errors(load(steps("- {stepId: a, operationId: listItems, sucessCriteria: []}")).diagnostics)[0]
    assert problem.hint == "did you mean 'successCriteria'?"


def test_extensions_may_stand_everywhere() -> None:
    text = steps(
        """
        - stepId: a
          operationId: createItem
          x-a: 1
          parameters: [{name: b, in: query, value: 1, x-b: 1}]
          requestBody: {payload: {x-y: 1}, x-c: 1, replacements: [{target: /x-y, value: 2, x-d: 1}]}
          successCriteria: [{condition: $statusCode == 201, x-e: 1}]
          onSuccess: [{name: n, type: end, x-f: 1}]
        """
    )
    assert load(text + "x-g: 1\n").diagnostics == ()


@pytest.mark.parametrize("version", ["1.0.0", "1.0.1", "1.0.99", "1.1.0", "1.1.3"])
def test_supported_versions(version: str) -> None:
    """S1: the patch is ignored."""
    assert load(GOOD.replace("1.1.0", version)).diagnostics == ()


def test_a_newer_field_works_and_leaves_a_warning() -> None:
    """S1"""
    description = load(steps("- {stepId: a, operationId: listItems, timeout: 5}").replace("1.1.0", "1.0.1"))
    assert found(description.diagnostics) == ["newer-field"]
    assert description.workflow("w").steps[0].step.timeout == 5
    assert errors(description.diagnostics) == []


def test_retry_needs_no_target() -> None:
    """The prose and the 1.1 schema say so; the official 1.0 JSON Schema is wrong."""
    action = load(steps("- {stepId: a, operationId: listItems, onFailure: [{name: n, type: retry}]}"))
    assert action.diagnostics == ()


def test_simple_needs_no_context() -> None:
    text = "- {stepId: a, operationId: listItems, successCriteria: [{condition: $statusCode == 200, type: simple}]}"
    assert load(steps(text)).diagnostics == ()


WARNINGS = {
    "retry-on-success": "onSuccess: [{name: n, type: retry, retryAfter: 2, retryLimit: 5}]",
    "retry-self": "onFailure: [{name: n, type: retry, stepId: a}]",
    "parameter-without-in": "parameters: [{name: p, value: 1}]",
    "media-type-range": "requestBody: {contentType: application/*+json, payload: {}}",
}


@pytest.mark.parametrize(("code", "field"), WARNINGS.items(), ids=WARNINGS.keys())
def test_dialects_of_structure(code: str, field: str) -> None:
    """They work with a warning, and are errors under --strict."""
    text = steps(f"- {{stepId: a, operationId: createItem, {field}}}")
    assert found(load(text).diagnostics) == [code]
    assert errors(load(text).diagnostics) == []
    assert [problem.code.name for problem in errors(load(text, strict=True).diagnostics)] == [code]


def test_a_retry_of_the_step_itself_is_a_plain_retry() -> None:
    """S30, also where the action is the workflow's."""
    text = workflow(
        """
        failureActions: [{name: again, type: retry, stepId: a}]
        steps:
        - {stepId: a, operationId: listItems}
        - {stepId: b, operationId: listItems}
        """
    )
    first, second = load(text).workflow("w").steps
    assert first.on_failure[0].action.step_id is None
    assert second.on_failure[0].action.step_id == "a"


def test_fields_without_effect_leave_a_warning() -> None:
    text = steps("- {stepId: a, operationId: listItems, onFailure: [{name: n, type: goto, stepId: a, retryAfter: 2}]}")
    assert found(load(text).diagnostics) == ["ignored-field"]


def test_names_outside_their_pattern_leave_a_warning() -> None:
    description = load(steps("- {stepId: a b, operationId: listItems, outputs: {'x y': $url}}"))
    assert found(description.diagnostics) == ["invalid-name", "invalid-name"]


SCALARS = [None, True, 0, -1.5, "text", [], {}, [[]], {"a": None}]


def _mutations(value: object) -> list[object]:
    """The value with each of its parts replaced, one at a time, by something else."""
    found: list[object] = list(SCALARS)
    if isinstance(value, dict):
        for key, member in value.items():
            found += [{**value, key: other} for other in _mutations(member)]
            found.append({name: kept for name, kept in value.items() if name != key})
    elif isinstance(value, list):
        for index, member in enumerate(value):
            found += [[*value[:index], other, *value[index + 1 :]] for other in _mutations(member)]
    return found


def test_binding_is_total() -> None:
    """Whatever stands where: findings, never an exception."""
    document = {
        "arazzo": "1.1.0",
        "$self": "x",
        "info": {"title": "t", "version": "1"},
        "sourceDescriptions": [{"name": "s", "url": "u", "type": "openapi"}],
        "components": {
            "inputs": {"i": {"type": "object", "properties": {"p": {"$ref": "#/components/inputs/i"}}}},
            "parameters": {"p": {"name": "p", "in": "query", "value": "$inputs.p"}},
            "successActions": {"s": {"name": "s", "type": "end"}},
            "failureActions": {"f": {"name": "f", "type": "retry", "retryAfter": 1}},
        },
        "workflows": [
            {
                "workflowId": "w",
                "inputs": {"$ref": "#/components/inputs/i", "allOf": [{"required": ["p"]}]},
                "dependsOn": ["v"],
                "parameters": [{"reference": "$components.parameters.p", "value": 1}],
                "failureActions": [{"reference": "$components.failureActions.f"}],
                "outputs": {"o": "$steps.a.outputs.x"},
                "steps": [
                    {
                        "stepId": "a",
                        "operationId": "op",
                        "dependsOn": ["b"],
                        "requestBody": {
                            "payload": {"k": "$inputs.p"},
                            "replacements": [{"target": "/k", "targetSelectorType": "jsonpointer", "value": 1}],
                        },
                        "successCriteria": [
                            {"condition": "$.x", "context": "$url", "type": {"type": "jsonpath", "version": "rfc9535"}}
                        ],
                        "onSuccess": [{"name": "n", "type": "goto", "stepId": "a", "criteria": [{"condition": "1"}]}],
                        "outputs": {"x": {"context": "$response.body", "selector": "$.a", "type": "jsonpath"}},
                    }
                ],
            }
        ],
    }
    mutations = _mutations(document)
    assert len(mutations) > 500
    for mutation in mutations:
        bind(mutation, OriginReport(Origin("m.yaml"), []))
