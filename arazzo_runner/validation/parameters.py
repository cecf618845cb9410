"""Rules about single parameters: that the operation declares them, and where."""

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
from arazzo_runner.sources.openapi.parameters import Parameter as DeclaredParameter
from arazzo_runner.validation.visiting import finding, workflows

#: Headers that an OpenAPI description does not declare as parameters (Parameter Object, `name`).
NEVER_DECLARED: Final = frozenset({"accept", "authorization", "content-type", "cookie"})


def undeclared_parameters(description: Description) -> Iterator[Diagnostic]:
    """A step's parameters are those that its operation declares (dialect `undeclared-parameter`)."""
    for _, workflow in workflows(description):
        for bound in workflow.steps:
            for parameter in bound.step.parameters:
                if isinstance(bound.operation, OpenAPIOperation):
                    yield from _undeclared(bound, bound.operation, parameter)


def is_known(operation: OpenAPIOperation, parameter: Parameter) -> bool:
    """Whether the operation takes a parameter of that name in that place."""
    place = operation.place_of(Argument(parameter.name, None, parameter.in_))
    key = (place, parameter.name.lower() if place == "header" else parameter.name)
    if operation.parameter(place, parameter.name) is not None or key in operation.spots:
        return True
    if place == "path" and parameter.name in operation.path_names:
        return True
    return place == "header" and parameter.name.lower() in NEVER_DECLARED


def declared_elsewhere(operation: OpenAPIOperation, parameter: Parameter) -> DeclaredParameter | None:
    """The declared parameter of the same name in another place than the step's, where that place has none."""
    if parameter.in_ is None or is_known(operation, parameter):
        return None
    return next((known for known in operation.parameters() if known.name == parameter.name), None)


def _undeclared(bound: BoundStep, operation: OpenAPIOperation, parameter: Parameter) -> Iterator[Diagnostic]:
    if is_known(operation, parameter) or declared_elsewhere(operation, parameter) is not None:
        return
    place = operation.place_of(Argument(parameter.name, None, parameter.in_))
    declared = [known.name for known in operation.parameters()]
    hint = suggestion(parameter.name, declared, otherwise="declare it in the OpenAPI description")
    message = (
        f"step '{bound.step.step_id}' gives the {place} parameter '{parameter.name}', "
        f"which '{operation.label}' does not declare; it is sent all the same"
    )
    yield finding(codes.UNDECLARED_PARAMETER, parameter.origin.at("name"), message, hint)
