"""The expressions of a bound document, each with the place where it stands and the moment at which it is evaluated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from arazzo_runner import expressions
from arazzo_runner.description import Moment, Use
from arazzo_runner.diagnostics import Origin
from arazzo_runner.expressions.criteria import Criterion
from arazzo_runner.expressions.nodes import ArrayValue, ObjectValue, Selector, Value
from arazzo_runner.model import Action, Parameter, Step, Workflow


def uses_in_value(value: Value, origin: Origin, moment: Moment) -> Iterator[Use]:
    """The expressions of a value, at the members and elements where they stand."""
    match value:
        case ObjectValue(members=members):
            for name, member in members:
                yield from uses_in_value(member, origin.at(name), moment)
        case ArrayValue(items=items):
            for index, item in enumerate(items):
                yield from uses_in_value(item, origin.at(index), moment)
        case Selector(context=context):
            yield Use(context, origin.at("context"), moment)
            yield from (
                Use(found, origin.at("selector"), moment)
                for found in expressions.expressions_in(value)
                if found != context
            )
        case _:
            yield from (Use(found, origin, moment) for found in expressions.expressions_in(value))


def uses_in_parameters(parameters: Iterable[Parameter], moment: Moment) -> Iterator[Use]:
    """The expressions of parameters."""
    for parameter in parameters:
        yield from uses_in_value(parameter.value, parameter.origin.at("value"), moment)


def uses_in_criteria(criteria: Iterable[Criterion], origin: Origin, moment: Moment) -> Iterator[Use]:
    """The expressions of criteria, at the list that holds them."""
    for index, criterion in enumerate(criteria):
        for found in expressions.expressions_in(criterion):
            place = "context" if found == criterion.context else "condition"
            yield Use(found, origin.at(index, place), moment)


def uses_in_actions(actions: Iterable[Action]) -> Iterator[Use]:
    """The expressions of actions."""
    for action in actions:
        yield from uses_in_criteria(action.criteria, action.origin.at("criteria"), "actions")
        yield from uses_in_parameters(action.parameters, "actions")


def uses_in_step(step: Step) -> Iterator[Use]:
    """The expressions of a step's own fields."""
    yield from uses_in_parameters(step.parameters, "request")
    if step.request_body is not None:
        body = step.request_body
        if body.payload is not None:
            yield from uses_in_value(body.payload, body.origin.at("payload"), "request")
        for replacement in body.replacements:
            yield from uses_in_value(replacement.target, replacement.origin.at("target"), "request")
            yield from uses_in_value(replacement.value, replacement.origin.at("value"), "request")
    if step.correlation_id is not None:
        yield from uses_in_value(step.correlation_id, step.origin.at("correlationId"), "request")
    yield from uses_in_criteria(step.success_criteria, step.origin.at("successCriteria"), "criteria")
    yield from uses_in_actions((*step.on_success, *step.on_failure))
    for name, value in step.outputs.items():
        yield from uses_in_value(value, step.origin.at("outputs", name), "outputs")


def common_uses(workflow: Workflow) -> Iterator[Use]:
    """The expressions of what a workflow gives to all of its steps."""
    yield from uses_in_parameters(workflow.parameters, "request")
    yield from uses_in_actions((*workflow.success_actions, *workflow.failure_actions))


def output_uses(workflow: Workflow) -> Iterator[Use]:
    """The expressions of a workflow's outputs."""
    for name, value in workflow.outputs.items():
        yield from uses_in_value(value, workflow.origin.at("outputs", name), "outputs")
