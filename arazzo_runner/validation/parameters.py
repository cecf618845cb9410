"""Rules about what a step gives to its OpenAPI operation, held against what the operation declares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from arazzo_runner import diagnostics as codes
from arazzo_runner.description import BoundStep, Description
from arazzo_runner.diagnostics import Diagnostic
from arazzo_runner.loader.nearest import suggestion
from arazzo_runner.model import Parameter
from arazzo_runner.sources import Argument
from arazzo_runner.sources.openapi.operation import OpenAPIOperation
from arazzo_runner.validation.visiting import finding, workflows

#: Headers that an OpenAPI description does not declare as parameters (Parameter Object, `name`).
_NEVER_DECLARED: Final = frozenset({"accept", "authorization", "content-type", "cookie"})


def undeclared_parameters(description: Description) -> Iterator[Diagnostic]:
    """A step's parameters are those that its operation declares (dialect `undeclared-parameter`)."""
    for _, workflow in workflows(description):
        for bound in workflow.steps:
            for parameter in bound.step.parameters:
                if isinstance(bound.operation, OpenAPIOperation):
                    yield from _undeclared(bound, bound.operation, parameter)


def _undeclared(bound: BoundStep, operation: OpenAPIOperation, parameter: Parameter) -> Iterator[Diagnostic]:
    place = operation.place_of(Argument(parameter.name, None, parameter.in_))
    key = (place, parameter.name.lower() if place == "header" else parameter.name)
    if operation.parameter(place, parameter.name) is not None or key in operation.spots:
        return
    if place == "header" and parameter.name.lower() in _NEVER_DECLARED:
        return
    declared = [known.name for known in operation.parameters()]
    hint = suggestion(parameter.name, declared, otherwise="declare it in the OpenAPI description")
    message = (
        f"step '{bound.step.step_id}' gives the {place} parameter '{parameter.name}', "
        f"which '{operation.label}' does not declare; it is sent all the same"
    )
    yield finding(codes.UNDECLARED_PARAMETER, parameter.origin.at("name"), message, hint)
