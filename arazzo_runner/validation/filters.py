"""The rule about JSONPath filters that are asked of an object, not an array (dialect `jsonpath-object-filter`)."""

from __future__ import annotations

from collections.abc import Iterator

from arazzo_runner import diagnostics as codes
from arazzo_runner.description import BoundStep, BoundWorkflow, Description
from arazzo_runner.diagnostics import Diagnostic, Origin
from arazzo_runner.expressions.criteria import Criterion
from arazzo_runner.expressions.dialect import filters_the_root
from arazzo_runner.model import Action
from arazzo_runner.validation.claims import Asked
from arazzo_runner.validation.places import answers, spot_of
from arazzo_runner.validation.schemas import Resolve, expanded, reach, types_of
from arazzo_runner.validation.visiting import finding, workflows
from arazzo_runner.values import JSON


def filters_on_objects(description: Description) -> Iterator[Diagnostic]:
    """A filter at the root of a JSONPath condition chooses from an array: on an object it is tried on itself (S20)."""
    for _, workflow in workflows(description):
        for step in workflow.steps:
            for criterion, origin in _criteria(step):
                if criterion.type.type == "jsonpath" and filters_the_root(criterion.condition):
                    yield from _on_object(criterion, origin, step, workflow)


def _criteria(step: BoundStep) -> Iterator[tuple[Criterion, Origin]]:
    for index, criterion in enumerate(step.step.success_criteria):
        yield criterion, step.step.origin.at("successCriteria", index, "condition")
    actions: tuple[Action, ...] = (*step.step.on_success, *step.step.on_failure)
    for action in actions:
        for index, criterion in enumerate(action.criteria):
            yield criterion, action.origin.at("criteria", index, "condition")


def _on_object(criterion: Criterion, origin: Origin, step: BoundStep, workflow: BoundWorkflow) -> Iterator[Diagnostic]:
    spot = spot_of(Asked(criterion.context), step, workflow) if criterion.context is not None else None
    known = answers(spot.step, spot.operation) if spot is not None else None
    if spot is None or known is None or known.is_xml:
        return
    schemas = [reach(schema, spot.tokens, known.resolve).schema for schema in known.schemas]
    if schemas and all(_is_object(schema, known.resolve) for schema in schemas):
        message = f"'{criterion.condition}' filters an array, and {criterion.context} of '{known.label}' is an object"
        hint = "address an array in it, such as $.items[?...]; or compare a value in a simple condition"
        yield finding(codes.JSONPATH_OBJECT_FILTER, origin, message, hint)


def _is_object(schema: JSON, resolve: Resolve) -> bool:
    """Whether a schema says that it describes objects and nothing else."""
    said = [types_of(level) for level in expanded(schema, resolve)]
    return any("object" in types and types <= {"object", "null"} for types in said)
