"""S4: every name that is referred to exists, or a rule says so where it stands and what was meant."""

import pytest
from rule_cases import HEAD, described, rules, workflow

from arazzo_runner.validation import check

STEPS = """
inputs: {{type: object, properties: {{id: {{type: string}}}}}}
steps:
- {{stepId: first, operationId: listItems, outputs: {{items: $response.body}}}}
- {{stepId: second, operationId: createItem, {field}}}
"""

AT = "/workflows/0/steps/1"

CASES = {
    "input": ("requestBody: {payload: {x: [$inputs.idd]}}", "unknown-input", "/requestBody/payload/x/0"),
    "step": ("requestBody: {payload: $steps.furst.outputs.items}", "unknown-step", "/requestBody/payload"),
    "step output": ("requestBody: {payload: '{$steps.first.outputs.item}'}", "unknown-output", "/requestBody/payload"),
    "in a parameter": (
        "parameters: [{name: p, in: query, value: $inputs.no}]",
        "unknown-input",
        "/parameters/0/value",
    ),
    "in a condition": (
        "successCriteria: [{condition: $statusCode == $inputs.no}]",
        "unknown-input",
        "/successCriteria/0/condition",
    ),
    "in an action": (
        "onSuccess: [{name: n, type: end, criteria: [{condition: $steps.no.outputs.x == 1}]}]",
        "unknown-step",
        "/onSuccess/0/criteria/0/condition",
    ),
    "in an output": ("outputs: {x: $steps.no.outputs.x}", "unknown-step", "/outputs/x"),
    "in a selector": (
        "outputs: {x: {context: $steps.no.outputs.x, selector: $.a, type: jsonpath}}",
        "unknown-step",
        "/outputs/x/context",
    ),
    "own output": ("outputs: {x: $outputs.no}", "unknown-output", "/outputs/x"),
    "workflow": ("outputs: {x: $workflows.v.outputs.x}", "unknown-workflow", "/outputs/x"),
    "workflow's output": ("outputs: {x: $workflows.w.outputs.x}", "unknown-output", "/outputs/x"),
    "workflow's input": ("outputs: {x: $workflows.w.inputs.x}", "unknown-input", "/outputs/x"),
    "source": ("outputs: {x: $sourceDescriptions.shp.url}", "unknown-source", "/outputs/x"),
    "component": ("outputs: {x: $components.parameters.no}", "unknown-component", "/outputs/x"),
    "goto": ("onSuccess: [{name: n, type: goto, stepId: furst}]", "unknown-step", "/onSuccess/0/stepId"),
    "retry": ("onFailure: [{name: n, type: retry, stepId: furst}]", "unknown-step", "/onFailure/0/stepId"),
    "dependsOn": ("dependsOn: [furst]", "unknown-step", "/dependsOn/0"),
    "dependsOn of a workflow": ("dependsOn: [$workflows.v.steps.first]", "unknown-step", "/dependsOn/0"),
    "dependsOn in a workflow": ("dependsOn: [$workflows.w.steps.no]", "unknown-step", "/dependsOn/0"),
}


@pytest.mark.parametrize(("field", "code", "pointer"), CASES.values(), ids=CASES.keys())
def test_names_that_do_not_exist(field: str, code: str, pointer: str) -> None:
    assert rules(workflow(STEPS.format(field=field))) == [(code, AT + pointer)]


GOOD = {
    "input": "requestBody: {payload: $inputs.id}",
    "step output": "requestBody: {payload: $steps.first.outputs.items#/0}",
    "source field": "outputs: {x: $sourceDescriptions.shop.url}",
    "workflow's input": "outputs: {x: $workflows.w.inputs.id}",
    "dependsOn": "dependsOn: [first, $workflows.w.steps.first]",
    "goto": "onFailure: [{name: n, type: goto, stepId: first}]",
}


@pytest.mark.parametrize("field", GOOD.values(), ids=GOOD.keys())
def test_names_that_exist(field: str) -> None:
    assert rules(workflow(STEPS.format(field=field))) == []


def test_a_finding_has_words_a_hint_and_a_place() -> None:
    finding = check(workflow(STEPS.format(field="outputs: {x: $steps.furst.outputs.items}")))[0]
    assert finding.message == "'$steps.furst.outputs.items': the workflow has no step 'furst'"
    assert finding.hint == "did you mean 'first'?"
    assert finding.span is not None
    assert finding.span.line == 11


@pytest.mark.parametrize("inputs", ["{type: object, additionalProperties: true, properties: {a: {}}}", "true", "null"])
def test_inputs_that_are_not_all_declared_may_have_any_name(inputs: str) -> None:
    declared = f"inputs: {inputs}\n" if inputs != "null" else ""
    text = declared + "steps: [{stepId: a, operationId: createItem, requestBody: {payload: $inputs.any}}]"
    assert rules(workflow(text)) == []


def test_names_that_are_declared_are_listed_in_the_same_order_every_time() -> None:
    declared = "inputs: {type: object, properties: {user: {}, region: {}, limit: {}, zone: {}, colour: {}}}\n"
    steps = "steps: [{stepId: a, operationId: createItem, requestBody: {payload: $inputs.xxxxxx}}]"
    (finding,) = check(workflow(declared + steps))
    assert finding.hint == "its inputs are 'colour', 'limit', 'region', 'user' and 'zone'"


CALLING = """workflows:
- workflowId: parent
  steps:
  - {{stepId: call, workflowId: child, {field}}}
  - {{stepId: after, operationId: createItem, requestBody: {{payload: $steps.call.outputs.{output}}}}}
- workflowId: child
  steps: [{{stepId: s, operationId: listItems, outputs: {{x: $response.body}}}}]
  outputs: {{result: $steps.s.outputs.x}}
"""


@pytest.mark.parametrize(
    ("field", "output", "expected"),
    [
        ("x-: 1", "result", []),
        ("x-: 1", "other", ["unknown-output"]),
        ("outputs: {mine: $outputs.result}", "mine", []),
        ("outputs: {mine: $outputs.result}", "result", ["unknown-output"]),
        ("outputs: {mine: $outputs.other}", "mine", ["unknown-output"]),
        ("successCriteria: [{condition: $outputs.result == 1}]", "result", []),
        ("successCriteria: [{condition: $outputs.other == 1}]", "result", ["unknown-output"]),
    ],
)
def test_a_step_that_calls_a_workflow_has_its_outputs(field: str, output: str, expected: list[str]) -> None:
    """S34"""
    assert [code for code, _ in rules(described(HEAD + CALLING.format(field=field, output=output)))] == expected


OTHER = HEAD + "workflows: [{workflowId: o, steps: [{stepId: s, operationId: listItems}]}]\n"


@pytest.mark.parametrize(
    ("dependency", "expected"),
    [
        ("$sourceDescriptions.other.o.steps.s", []),
        ("$sourceDescriptions.other.o.steps.z", ["unknown-step"]),
        ("$sourceDescriptions.other.p.steps.s", ["unknown-workflow"]),
        ("$sourceDescriptions.another.o.steps.s", ["unknown-source"]),
        ("$sourceDescriptions.shop.o.steps.s", ["unknown-workflow"]),
    ],
)
def test_a_step_may_wait_for_one_of_another_document(dependency: str, expected: list[str]) -> None:
    sources = HEAD.replace("openapi}]", "openapi}, {name: other, url: other.yaml, type: arazzo}]")
    steps = f"workflows: [{{workflowId: w, steps: [{{stepId: a, operationId: listItems, dependsOn: [{dependency}]}}]}}]"
    description = described(sources + steps, {"other.yaml": OTHER})
    assert [found.code.name for found in (*description.diagnostics, *check(description))] == expected


@pytest.mark.parametrize(("pattern", "column"), [("(a", 16), ("a[", 16), ("a", None)])
def test_a_literal_pattern_after_matches_is_a_regular_expression(pattern: str, column: int | None) -> None:
    criterion = f"{{condition: \"$url matches '{pattern}'\"}}"
    steps = f"steps: [{{stepId: a, operationId: listItems, successCriteria: [{criterion}]}}]"
    found = [each for each in workflow(steps).diagnostics if each.code.name == "invalid-regex"]
    assert [each.inner[0] for each in found if each.inner] == ([] if column is None else [column])
