"""Reusable Objects and components."""

import pytest
from loading import load, workflow

from arazzo_runner.diagnostics import errors
from arazzo_runner.expressions.nodes import Constant, Whole

COMPONENTS = """
components:
  parameters:
    page: {name: page, in: query, value: 1}
    own: {name: own, in: query, value: $inputs.a.b}
  successActions:
    done: {name: done, type: end}
  failureActions:
    again: {name: again, type: retry, retryAfter: 2}
"""


def test_a_reference_stands_for_its_component() -> None:
    description = load(
        workflow(
            """
            parameters: [{reference: $components.parameters.page}]
            successActions: [{reference: $components.successActions.done}]
            failureActions: [{reference: $components.failureActions.again}]
            steps: [{stepId: a, operationId: listItems}]
            """
        )
        + COMPONENTS
    )
    assert description.diagnostics == ()
    step = description.workflow("w").steps[0]
    assert [(parameter.name, parameter.in_) for parameter in step.parameters] == [("page", "query")]
    assert step.on_success[0].action.type == "end"
    assert step.on_failure[0].action.retry_after == 2
    assert description.workflow("w").workflow.components == {
        "/components/parameters/page",
        "/components/successActions/done",
        "/components/failureActions/again",
    }


@pytest.mark.parametrize(("value", "expected"), [("7", 7), ("null", None), ("[1]", [1])])
def test_a_value_overrides_that_of_the_parameter(value: str, expected: object) -> None:
    text = f"""
    steps:
    - stepId: a
      operationId: listItems
      parameters: [{{reference: $components.parameters.page, value: {value}}}]
    """
    parameter = load(workflow(text) + COMPONENTS).workflow("w").steps[0].parameters[0]
    assert parameter.value == Constant(expected)
    assert parameter.origin.pointer == "/workflows/0/steps/0/parameters/0"


def test_a_component_is_read_with_the_names_of_where_it_is_used() -> None:
    """S14: an input that is declared with a dot in its name wins."""
    text = """
    inputs: {type: object, properties: {a.b: {type: string}}}
    steps: [{stepId: a, operationId: listItems, parameters: [{reference: $components.parameters.own}]}]
    """
    value = load(workflow(text) + COMPONENTS).workflow("w").steps[0].parameters[0].value
    assert isinstance(value, Whole)
    assert value.expression.name == "a.b"


PROBLEMS = {
    "no such component": ("{reference: $components.parameters.pages}", "unknown-component", "did you mean 'page'?"),
    "of another kind": ("{reference: $components.successActions.done}", "unknown-component", None),
    "as in OpenAPI": ("{$ref: '#/components/parameters/page'}", "invalid-expression", "reference:"),
    "as text": ("$components.parameters.page", "wrong-type", "reference:"),
    "not text": ("{reference: 5}", "wrong-type", None),
}


@pytest.mark.parametrize(("reference", "code", "hint"), PROBLEMS.values(), ids=PROBLEMS.keys())
def test_references_that_are_wrong(reference: str, code: str, hint: str | None) -> None:
    text = f"""
    steps: [{{stepId: a, operationId: listItems, parameters: [{reference}]}}]
    """
    problems = errors(load(workflow(text) + COMPONENTS).diagnostics)
    assert [problem.code.name for problem in problems] == [code]
    assert hint is None or hint in str(problems[0].hint)


def test_a_broken_component_is_reported_once_where_it_stands() -> None:
    text = workflow(
        """
        steps:
        - {stepId: a, operationId: listItems, parameters: [{reference: $components.parameters.bad}]}
        - {stepId: b, operationId: listItems, parameters: [{reference: $components.parameters.bad}]}
        """
    )
    problems = errors(load(text + "components: {parameters: {bad: {name: bad, in: query}}}\n").diagnostics)
    assert [problem.origin.pointer for problem in problems] == ["/components/parameters/bad"]
