"""References to workflows, in the same document and in others (S4), merging (S25) and order (S24, S33)."""

import pytest
from loading import HEAD, found, load, steps, workflow

from arazzo_runner.diagnostics import errors
from arazzo_runner.errors import InvalidDescription

CHILD = """
arazzo: 1.1.0
info: {title: child, version: "1"}
sourceDescriptions: [{name: api, url: shop.yaml, type: openapi}, {name: parent, url: main.yaml, type: arazzo}]
components:
  parameters: {page: {name: page, in: query, value: 2}}
workflows:
- workflowId: c
  inputs: {type: object, properties: {id: {type: string}}}
  steps: [{stepId: s, operationId: listItems, parameters: [{reference: $components.parameters.page}]}]
  outputs: {items: $steps.s.outputs.items}
"""

PARENT = HEAD.replace("[{name: shop", "[{name: child, url: child.yaml, type: arazzo}, {name: shop")


def parent(text: str) -> str:
    return PARENT + "workflows:\n- workflowId: w\n  steps:\n  " + text + "\n"


def test_a_workflow_of_another_document_has_its_own_sources_and_components() -> None:
    description = load(parent("- {stepId: a, workflowId: $sourceDescriptions.child.c}"), {"child.yaml": CHILD})
    assert errors(description.diagnostics) == []
    key = description.workflow("w").steps[0].workflow
    assert key is not None
    step = description.workflows[key].steps[0]
    assert step.operation is not None
    assert step.operation.source == "api"
    assert [parameter.name for parameter in step.parameters] == ["page"]
    assert list(description.documents) == [description.entry.uri, key.document]


def test_documents_may_refer_to_each_other_in_circles() -> None:
    text = parent("- {stepId: a, workflowId: $sourceDescriptions.child.c}")
    child = CHILD.replace("operationId: listItems", "workflowId: $sourceDescriptions.parent.w")
    description = load(text, {"child.yaml": child})
    assert errors(description.diagnostics) == []
    assert len(description.documents) == 2


def test_the_outputs_of_a_called_workflow_are_known_when_expressions_are_read() -> None:
    """S14 and S34: an output with a dot in its name, of a workflow in another document."""
    child = CHILD.replace("outputs: {items:", "outputs: {items.all:")
    text = parent(
        "- {stepId: a, workflowId: $sourceDescriptions.child.c}\n"
        "  - {stepId: b, operationId: listItems, outputs: {x: $steps.a.outputs.items.all}}"
    )
    step = load(text, {"child.yaml": child}).workflow("w").steps[1].step
    assert str(step.outputs["x"].expression) == "$steps.a.outputs.items.all"  # type: ignore[union-attr]  # an expression that selects
    assert step.outputs["x"].expression.name == "items.all"  # type: ignore[union-attr]  # an expression that selects


BAD = {
    "none": ("workflowId: nothing", "unknown-workflow", "the document has 'w'"),
    "near": ("workflowId: W", "unknown-workflow", "did you mean 'w'?"),
    "of a source": ("workflowId: c", "unknown-workflow", "write '$sourceDescriptions.child.c'"),
    "not of that source": ("workflowId: $sourceDescriptions.child.d", "unknown-workflow", "it has 'c'"),
    "no such source": ("workflowId: $sourceDescriptions.kid.c", "unknown-source", None),
    "of an OpenAPI source": ("workflowId: $sourceDescriptions.shop.c", "unknown-workflow", "operationId"),
    "a pointer": (
        "workflowId: '$sourceDescriptions.child#/workflows/c'",
        "unknown-workflow",
        "write $sourceDescriptions.child.c",
    ),
    "an expression": ("workflowId: $inputs.x", "unknown-workflow", "write the workflowId itself"),
    "an operation of a workflow source": (
        "operationId: $sourceDescriptions.child.c",
        "unknown-operation",
        "workflowId",
    ),
}


@pytest.mark.parametrize(("reference", "code", "hint"), BAD.values(), ids=BAD.keys())
def test_workflows_that_do_not_exist(reference: str, code: str, hint: str | None) -> None:
    description = load(parent(f"- {{stepId: a, {reference}}}"), {"child.yaml": CHILD})
    problems = errors(description.diagnostics)
    assert [problem.code.name for problem in problems] == [code]
    assert problems[0].origin.pointer.startswith("/workflows/0/steps/0/")
    assert hint is None or hint in str(problems[0].hint)


def test_actions_and_dependencies_refer_to_workflows_too() -> None:
    text = parent(
        "- {stepId: a, operationId: $sourceDescriptions.shop.listItems, onFailure:"
        " [{name: n, type: retry, workflowId: $sourceDescriptions.child.c}, {name: m, type: goto, workflowId: gone}]}"
        "\n  dependsOn: [$sourceDescriptions.child.c, gone]"
    )
    description = load(text, {"child.yaml": CHILD})
    assert sorted(problem.origin.pointer for problem in errors(description.diagnostics)) == [
        "/workflows/0/dependsOn/1",
        "/workflows/0/steps/0/onFailure/1/workflowId",
    ]
    bound = description.workflow("w")
    assert [key.workflow_id for key in bound.depends_on] == ["c"]
    assert bound.steps[0].on_failure[0].workflow == bound.depends_on[0]


def test_a_step_gets_what_its_workflow_gives_unless_it_says_otherwise() -> None:
    """S25: parameters are overridden by name and place, actions by name; the step's own actions come first."""
    text = workflow(
        """
        parameters: [{name: p, in: query, value: 1}, {name: p, in: header, value: 2}, {name: q, in: query, value: 3}]
        successActions: [{name: common, type: end}, {name: same, type: end}]
        failureActions: [{name: f, type: end}]
        steps:
        - stepId: a
          operationId: listItems
          parameters: [{name: P, in: header, value: own}]
          onSuccess: [{name: same, type: goto, stepId: a}, {name: own, type: end}]
        """
    )
    step = load(text).workflow("w").steps[0]
    assert [(parameter.name, parameter.in_) for parameter in step.parameters] == [
        ("p", "query"),
        ("q", "query"),
        ("P", "header"),
    ]
    assert [action.action.name for action in step.on_success] == ["same", "own", "common"]
    assert step.on_success[0].action.type == "goto"
    assert [action.action.name for action in step.on_failure] == ["f"]


def test_a_workflow_step_inherits_only_the_inputs_that_are_declared() -> None:
    """S34"""
    text = PARENT + (
        "workflows:\n- workflowId: w\n"
        "  parameters: [{name: id, in: query, value: 1}, {name: other, in: query, value: 2}]\n"
        "  steps: [{stepId: a, workflowId: $sourceDescriptions.child.c, parameters: [{name: own, value: 3}]}]\n"
    )
    step = load(text, {"child.yaml": CHILD}).workflow("w").steps[0]
    assert [parameter.name for parameter in step.parameters] == ["id", "own"]


def order(text: str) -> list[str]:
    return [bound.step.step_id for bound in load(steps(text)).workflow("w").steps]


def test_steps_run_as_listed() -> None:
    """S24"""
    assert order("- {stepId: b, operationId: listItems}\n- {stepId: a, operationId: listItems}") == ["b", "a"]


def test_depends_on_moves_a_step_behind_what_it_needs_and_no_other() -> None:
    """S24: the order is stable."""
    listed = """
    - {stepId: a, operationId: listItems}
    - {stepId: b, operationId: listItems, dependsOn: [d]}
    - {stepId: c, operationId: listItems}
    - {stepId: d, operationId: listItems}
    - {stepId: e, operationId: listItems}
    """
    assert order(listed) == ["a", "c", "d", "b", "e"]


def test_references_count_as_dependencies_where_depends_on_is_used() -> None:
    """S24: Tools must also treat output references as implicit dependencies."""
    listed = """
    - {stepId: a, operationId: createItem, requestBody: {payload: {x: $steps.c.outputs.x}}}
    - {stepId: b, operationId: listItems, dependsOn: [a]}
    - {stepId: c, operationId: listItems, outputs: {x: $response.body}}
    """
    assert order(listed) == ["c", "a", "b"]


def test_index_is_the_place_in_the_running_order() -> None:
    bound = load(
        steps("- {stepId: a, operationId: listItems, dependsOn: [b]}\n- {stepId: b, operationId: listItems}")
    ).workflow("w")
    assert bound.index == {"b": 0, "a": 1}


@pytest.mark.parametrize("dependencies", [("[a]", "[a]"), ("[b]", "[a]"), ("[b]", "[$workflows.w.steps.a]")])
def test_steps_that_wait_for_each_other_are_an_error(dependencies: tuple[str, str]) -> None:
    """S24"""
    first, second = dependencies
    description = load(
        steps(
            f"- {{stepId: a, operationId: listItems, dependsOn: {first}}}\n"
            f"- {{stepId: b, operationId: listItems, dependsOn: {second}}}"
        )
    )
    assert found(description.diagnostics) == ["dependency-cycle"]
    assert len(description.workflow("w").steps) == 2


def test_workflows_that_wait_for_each_other_are_an_error() -> None:
    """S33"""
    text = (
        HEAD
        + "workflows:\n"
        + "".join(
            f"- {{workflowId: {one}, dependsOn: [{other}], steps: [{{stepId: s, operationId: listItems}}]}}\n"
            for one, other in ("ab", "bc", "ca")
        )
    )
    problem = errors(load(text).diagnostics)[0]
    assert problem.code.name == "dependency-cycle"
    assert problem.message == "workflows wait for each other: 'a' -> 'b' -> 'c' -> 'a'"


def test_an_arazzo_source_that_is_broken_does_not_stop_the_loading() -> None:
    description = load(parent("- {stepId: a, workflowId: $sourceDescriptions.child.c}"), {"child.yaml": "x: ["})
    codes = [problem.code.name for problem in errors(description.diagnostics)]
    assert "source-invalid" in codes
    assert "source-unavailable" in codes
    assert "yaml-syntax" in codes


def test_a_document_without_a_model_is_the_callers_problem() -> None:
    with pytest.raises(InvalidDescription):
        load("[]")
