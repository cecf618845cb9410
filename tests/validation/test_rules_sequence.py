"""S24: what a step uses has run before it; and notes on what a branch can skip."""

import pytest
from rule_cases import rules, workflow

FORWARD = {
    "of a later step": (
        """
        - {stepId: a, operationId: createItem, requestBody: {payload: $steps.b.outputs.x}}
        - {stepId: b, operationId: listItems, outputs: {x: $response.body}}
        """,
        ["forward-reference"],
    ),
    "a goto leads back from there": (
        """
        - {stepId: a, operationId: createItem, requestBody: {payload: $steps.b.outputs.x}}
        - {stepId: b, operationId: listItems, outputs: {x: $response.body},
           onSuccess: [{name: n, type: goto, stepId: a, criteria: [{condition: $response.body#/more}]}]}
        """,
        [],
    ),
    "a goto leads back from behind it": (
        """
        - {stepId: start, operationId: listItems}
        - {stepId: a, operationId: createItem, requestBody: {payload: $steps.b.outputs.x}}
        - {stepId: b, operationId: listItems, outputs: {x: $response.body}}
        - {stepId: c, operationId: listItems, onFailure: [{name: n, type: goto, stepId: start}]}
        """,
        [],
    ),
    "a goto leads back from before it": (
        """
        - {stepId: a, operationId: createItem, requestBody: {payload: $steps.c.outputs.x}}
        - {stepId: b, operationId: listItems,
           onSuccess: [{name: n, type: goto, stepId: a, criteria: [{condition: $response.body#/more}]}]}
        - {stepId: c, operationId: listItems, outputs: {x: $response.body}}
        """,
        ["forward-reference"],
    ),
    "a retry runs it first": (
        """
        - {stepId: a, operationId: createItem, requestBody: {payload: $steps.b.outputs.x},
           onFailure: [{name: n, type: retry, stepId: b}]}
        - {stepId: b, operationId: listItems, outputs: {x: $response.body}}
        """,
        [],
    ),
    "dependsOn puts it first": (
        """
        - {stepId: a, operationId: createItem, dependsOn: [b], requestBody: {payload: $steps.b.outputs.x}}
        - {stepId: b, operationId: listItems, outputs: {x: $response.body}}
        """,
        [],
    ),
    "its own output, in the request": (
        "- {stepId: a, operationId: createItem, requestBody: {payload: $steps.a.outputs.x}, outputs: {x: $url}}",
        ["forward-reference"],
    ),
    "its own output, in a loop": (
        "- {stepId: a, operationId: createItem, requestBody: {payload: $steps.a.outputs.x}, outputs: {x: $url},"
        " onSuccess: [{name: n, type: goto, stepId: a, criteria: [{condition: $response.body#/more}]}]}",
        [],
    ),
    "its own output, in an action": (
        "- {stepId: a, operationId: createItem, outputs: {x: $url},"
        " onSuccess: [{name: n, type: end, criteria: [{condition: $steps.a.outputs.x == 1}]}]}",
        [],
    ),
}


@pytest.mark.parametrize(("steps", "expected"), FORWARD.values(), ids=FORWARD.keys())
def test_forward_references(steps: str, expected: list[str]) -> None:
    found = rules(workflow("steps:" + ("\n" if not steps.startswith("\n") else "") + steps))
    assert [code for code, _ in found] == expected


BRANCHES = """
outputs: {{result: $steps.b.outputs.x}}
steps:
- {{stepId: a, operationId: listItems, {branch}}}
- {{stepId: b, operationId: createItem, outputs: {{x: $url}}}}
- {{stepId: c, operationId: createItem, requestBody: {{payload: {payload}}}}}
"""

OUTPUT = ("skippable-reference", "/workflows/0/outputs/result")
REQUEST = ("skippable-reference", "/workflows/0/steps/2/requestBody/payload")


@pytest.mark.parametrize(
    ("branch", "payload", "expected"),
    [
        ("x-: 1", "$steps.b.outputs.x", []),
        ("onSuccess: [{name: n, type: goto, stepId: c}]", "1", [OUTPUT]),
        ("onFailure: [{name: n, type: goto, stepId: c}]", "$steps.b.outputs.x", [OUTPUT, REQUEST]),
        ("onSuccess: [{name: n, type: goto, stepId: b}]", "$steps.b.outputs.x", []),
        ("onSuccess: [{name: n, type: end, criteria: [{condition: $statusCode == 204}]}]", "1", [OUTPUT]),
        ("onFailure: [{name: n, type: end}]", "$steps.b.outputs.x", []),
        ("onFailure: [{name: n, type: retry}]", "$steps.b.outputs.x", []),
    ],
)
def test_what_a_branch_can_skip_is_noted(branch: str, payload: str, expected: list[tuple[str, str]]) -> None:
    found = rules(workflow(BRANCHES.format(branch=branch, payload=payload)))
    assert sorted(each for each in found if each[0] == "skippable-reference") == expected
