"""S6: only errors that a run of the chosen workflow can come to stop it."""

from rule_cases import HEAD, described

from arazzo_runner.description import Description, WorkflowKey
from arazzo_runner.validation import checked, reachable_errors, reachable_workflows

DOCUMENT = (
    HEAD.replace("[{", "[{name: gone, url: gone.yaml, type: openapi}, {name: child, url: child.yaml, type: arazzo}, {")
    + """
components:
  parameters: {bad: {name: bad, in: nowhere, value: 1}}
  inputs: {worse: {type: nothing}}
workflows:
- {workflowId: good, steps: [{stepId: s, operationId: $sourceDescriptions.shop.listItems}]}
- {workflowId: lost, steps: [{stepId: s, operationId: $sourceDescriptions.gone.x}]}
- workflowId: wrong
  steps: [{stepId: s, operationId: $sourceDescriptions.shop.listItems, outputs: {x: $steps.no.outputs.x}}]
- {workflowId: calls, steps: [{stepId: s, workflowId: lost}]}
- workflowId: jumps
  steps: [{stepId: s, workflowId: good, onFailure: [{name: n, type: goto, workflowId: wrong}]}]
- {workflowId: waits, dependsOn: [calls], steps: [{stepId: s, workflowId: good}]}
- {workflowId: abroad, steps: [{stepId: s, workflowId: $sourceDescriptions.child.c}]}
- {workflowId: uses, steps: [{stepId: s, workflowId: good, parameters: [{reference: $components.parameters.bad}]}]}
- {workflowId: takes, inputs: {$ref: '#/components/inputs/worse'}, steps: [{stepId: s, workflowId: good}]}
"""
)

CHILD = (
    HEAD
    + """
workflows:
- {workflowId: c, steps: [{stepId: s, operationId: nothing}]}
- {workflowId: d, steps: []}
"""
)


def stopping(description: Description, workflow_id: str) -> list[tuple[str, str]]:
    key = WorkflowKey(description.entry.uri, workflow_id)
    return [(error.code.name, error.origin.document) for error in reachable_errors(checked(description), key)]


def test_errors_elsewhere_do_not_stop_a_run() -> None:
    description = described(DOCUMENT, {"child.yaml": CHILD})
    assert len(description.diagnostics) >= 5
    assert stopping(description, "good") == []


def test_errors_of_what_is_reached_do() -> None:
    description = described(DOCUMENT, {"child.yaml": CHILD})
    expected = {
        "lost": [("source-unavailable", "main.yaml")],
        "wrong": [("unknown-step", "main.yaml")],
        "calls": [("source-unavailable", "main.yaml")],
        "jumps": [("unknown-step", "main.yaml")],
        "waits": [("source-unavailable", "main.yaml")],
        "abroad": [("unknown-operation", "child.yaml")],
        "uses": [("wrong-value", "main.yaml")],
        "takes": [("invalid-schema", "main.yaml")],
    }
    assert {workflow_id: stopping(description, workflow_id) for workflow_id in expected} == expected


def test_errors_of_the_document_as_a_whole_do() -> None:
    description = described(DOCUMENT + "typo: 1\n", {"child.yaml": CHILD})
    assert stopping(description, "good") == [("unknown-field", "main.yaml")]


def test_what_is_reached() -> None:
    description = described(DOCUMENT, {"child.yaml": CHILD})
    found = reachable_workflows(description, WorkflowKey(description.entry.uri, "waits"))
    assert sorted(workflow.key.workflow_id for workflow in found) == ["calls", "good", "lost", "waits"]
