"""Rules about what an operation needs and its step does not give: parameters, the body and its content type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from arazzo_runner import diagnostics as codes
from arazzo_runner.description import BoundStep, BoundWorkflow, Description
from arazzo_runner.diagnostics import Diagnostic, Severity
from arazzo_runner.expressions.nodes import Constant
from arazzo_runner.loader.nearest import listed
from arazzo_runner.model import Parameter
from arazzo_runner.sources import Argument
from arazzo_runner.sources.openapi.media import best, media_type
from arazzo_runner.sources.openapi.operation import OpenAPIOperation
from arazzo_runner.sources.openapi.parameters import key_of
from arazzo_runner.validation.certainty import failing
from arazzo_runner.validation.claims import statuses
from arazzo_runner.validation.parameters import NEVER_DECLARED, declared_elsewhere
from arazzo_runner.validation.visiting import finding, workflows

_NO_BODY: Final = frozenset({"GET", "HEAD", "DELETE", "OPTIONS", "TRACE"})


def steps_with_operations(description: Description) -> Iterator[tuple[BoundWorkflow, int, BoundStep, OpenAPIOperation]]:
    """Every step that calls an OpenAPI operation, with its workflow and its place in it."""
    for _, workflow in workflows(description):
        for index, step in enumerate(workflow.steps):
            if isinstance(step.operation, OpenAPIOperation):
                yield workflow, index, step, step.operation


def probes(step: BoundStep) -> bool:
    """Whether a step wants to be refused: what it lacks or sends wrongly is then meant."""
    wanted = [code for criterion in step.step.success_criteria for code in statuses(criterion)]
    return bool(wanted) and all(code >= 400 for code in wanted)


def required_parameters(description: Description) -> Iterator[Diagnostic]:
    """Every parameter that an operation requires is given by its step or by the workflow."""
    for workflow, index, step, operation in steps_with_operations(description):
        given = _given(step, operation)
        for place, name in _required(operation):
            if key_of(place, name) not in given and (place == "path" or not probes(step)):
                yield _missing(place, name, workflow, index, step, operation)


def _required(operation: OpenAPIOperation) -> Iterator[tuple[str, str]]:
    for name in dict.fromkeys(operation.path_groups):
        yield "path", name
    for parameter in operation.parameters():
        if not parameter.required or parameter.place == "path" or parameter.key in operation.spots:
            continue
        if parameter.place != "header" or parameter.name.lower() not in NEVER_DECLARED:
            yield parameter.place, parameter.name


def _given(step: BoundStep, operation: OpenAPIOperation) -> set[tuple[str, str]]:
    """The places and names that a step fills, and those that it means to fill and misses (another finding)."""
    given = set[tuple[str, str]]()
    for parameter in step.parameters:
        if parameter.value == Constant(None):
            continue
        place = operation.place_of(Argument(parameter.name, None, parameter.in_))
        given.add(key_of(place, parameter.name))
        meant = declared_elsewhere(operation, parameter) if _is_own(parameter, step) else None
        if meant is not None:
            given.add(meant.key)
    return given


def _is_own(parameter: Parameter, step: BoundStep) -> bool:
    return any(parameter is own for own in step.step.parameters)


def _missing(
    place: str, name: str, workflow: BoundWorkflow, index: int, step: BoundStep, operation: OpenAPIOperation
) -> Diagnostic:
    message = f"step '{step.step.step_id}' does not give the {place} parameter '{name}', which {_requires(operation)}"
    severity = failing(workflow, index) if place == "path" else Severity.WARNING
    origin = step.step.origin.at("parameters") if step.step.parameters else step.step.origin
    return finding(
        codes.MISSING_PARAMETER, origin, message, f"add name: {name}, in: {place}, value: ...", severity=severity
    )


def _requires(operation: OpenAPIOperation) -> str:
    return f"'{operation.label}' requires"


def misplaced_parameters(description: Description) -> Iterator[Diagnostic]:
    """A step's parameters stand in the places that its operation declares for their names."""
    for workflow, index, step, operation in steps_with_operations(description):
        for parameter in step.step.parameters:
            meant = declared_elsewhere(operation, parameter)
            if meant is None:
                continue
            message = (
                f"step '{step.step.step_id}' gives '{parameter.name}' in the {parameter.in_}, "
                f"but '{operation.label}' takes it in the {meant.place}"
            )
            lacking = meant.place == "path" and meant.name in operation.path_groups
            severity = failing(workflow, index) if lacking else Severity.WARNING
            origin = parameter.origin.at("in")
            yield finding(codes.MISPLACED_PARAMETER, origin, message, f"write in: {meant.place}", severity=severity)


def bodies(description: Description) -> Iterator[Diagnostic]:
    """A step gives the body that its operation requires, and none to an operation that takes none."""
    for workflow, index, step, operation in steps_with_operations(description):
        declared, body = operation.request_body(), step.step.request_body
        name = step.step.step_id
        if probes(step):
            continue
        if declared is None:
            if body is not None and operation.method in _NO_BODY:
                message = f"step '{name}' gives a request body, but '{operation.label}' declares none"
                yield finding(codes.UNDECLARED_BODY, body.origin, message, "it is sent all the same")
            continue
        if not declared.required:
            continue
        message = f"step '{name}' gives no request body, which {_requires(operation)}"
        hint = f"add requestBody with a payload of {listed(declared.contents, 'or')}" if declared.contents else None
        if body is None:
            yield finding(codes.MISSING_BODY, step.step.origin, message, hint)
        elif body.payload is None:
            severity = failing(workflow, index)
            yield finding(codes.MISSING_BODY, body.origin, message, "add payload", severity=severity)


def content_types(description: Description) -> Iterator[Diagnostic]:
    """The `contentType` of a step's body is one that its operation takes."""
    for _, _, step, operation in steps_with_operations(description):
        body, declared = step.step.request_body, operation.request_body()
        if body is None or body.content_type is None or declared is None or not declared.contents or probes(step):
            continue
        kind = media_type(body.content_type)
        if kind is None or kind.is_range or best(kind, declared.contents) is not None or _is_any(operation):
            continue
        names = listed(declared.contents, "or")
        message = f"step '{step.step.step_id}' sends '{body.content_type}', but '{operation.label}' takes {names}"
        yield finding(codes.UNDECLARED_CONTENT_TYPE, body.origin.at("contentType"), message, f"write {names}")


def _is_any(operation: OpenAPIOperation) -> bool:
    """Whether an OpenAPI 2.0 operation does not say what it consumes."""
    if operation.version[0] != 2:
        return False
    return not operation.raw.get("consumes") and not operation.references.root.get("consumes")
