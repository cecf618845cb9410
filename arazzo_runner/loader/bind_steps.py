"""Step Objects: which of their fields go together, bound; what they refer to is resolved later."""

from __future__ import annotations

import re
from dataclasses import replace

from arazzo_runner import diagnostics as codes
from arazzo_runner.diagnostics import OriginReport
from arazzo_runner.expressions.nodes import Value
from arazzo_runner.loader import shape
from arazzo_runner.loader.bind_actions import bind_actions
from arazzo_runner.loader.bind_values import (
    Purpose,
    bind_criteria,
    bind_outputs,
    bind_parameters,
    bind_request_body,
    bind_value,
)
from arazzo_runner.loader.components import Place
from arazzo_runner.loader.declared import OutputsOf
from arazzo_runner.loader.nearest import listed
from arazzo_runner.loader.shape import Fields, open_object, say
from arazzo_runner.model import FailureAction, Step, SuccessAction
from arazzo_runner.patterns import rare
from arazzo_runner.values import JSON

_TARGETS = ("operationId", "operationPath", "channelPath", "workflowId")
_DEPENDENCY = rare(r"(?!\$).+|\$workflows\..+\.steps\..+|\$sourceDescriptions\..+\..+\.steps\..+", re.DOTALL)


def bind_step(raw: JSON, report: OriginReport, place: Place, outputs_of: OutputsOf) -> Step | None:
    """One Step Object; None when it is no object."""
    written = raw.get("stepId") if isinstance(raw, dict) else None
    position = report.origin.pointer.rpartition("/")[2]
    step_id = written if isinstance(written, str) else f"#{position}"
    what = f"step '{step_id}'" if isinstance(written, str) else f"step number {int(position) + 1}"
    fields = open_object(raw, report, shape.STEP, what, place.version)
    if fields is None:
        return None
    fields.text("stepId")
    if isinstance(written, str):
        shape.check_name(written, fields.at("stepId"), "stepId")
    targets = _targets(fields)
    _check_message_fields(fields)
    inner = _place_within(fields, place, outputs_of)
    body = fields.get("requestBody")
    return Step(
        step_id=step_id,
        description=fields.text("description"),
        operation_id=targets.get("operationId"),
        operation_path=targets.get("operationPath"),
        channel_path=targets.get("channelPath"),
        workflow_id=targets.get("workflowId"),
        parameters=bind_parameters(fields, place, _purpose(fields)),
        request_body=bind_request_body(body, fields.at("requestBody"), what, place)
        if "requestBody" in fields
        else None,
        success_criteria=bind_criteria(fields, "successCriteria", inner, at_least_one=True),
        on_success=bind_actions(fields, "onSuccess", SuccessAction, inner, step_id=step_id),
        on_failure=bind_actions(fields, "onFailure", FailureAction, inner, step_id=step_id),
        outputs=bind_outputs(fields, inner),
        timeout=fields.integer("timeout"),
        correlation_id=_correlation_id(fields, place),
        action=fields.choice("action", ("send", "receive")),
        depends_on=_depends_on(fields),
        origin=report.origin,
    )


def _targets(fields: Fields) -> dict[str, str]:
    """The field that says what the step calls; of several the first one is kept."""
    given = [name for name in _TARGETS if name in fields]
    if not given:
        message = f"{fields.what} calls nothing: it has none of {listed(_TARGETS)}"
        say(fields.report, codes.MISSING_FIELD, message, "add one of them")
    elif len(given) > 1:
        many = "both" if len(given) == 2 else "all of"
        message = f"{fields.what} has {many} {listed(given)}; keep one"
        say(fields.at(given[1]), codes.CONFLICTING_FIELDS, message, on_key=True)
    values = {name: fields.text(name) for name in given}
    return {name: value for name, value in values.items() if value is not None and name == given[0]}


def _check_message_fields(fields: Fields) -> None:
    """`action` and `correlationId` belong to AsyncAPI steps, and `channelPath` needs `action`."""
    if "channelPath" in fields and "action" not in fields:
        message = f"{fields.what} has 'channelPath' but no 'action'"
        say(fields.report, codes.MISSING_FIELD, message, "add 'action: send' or 'action: receive'")
    if "correlationId" in fields and fields.get("action") != "receive":
        message = f"'correlationId' of {fields.what} goes with 'action: receive' only"
        say(fields.at("correlationId"), codes.CONFLICTING_FIELDS, message, on_key=True)
    if "action" in fields and ("workflowId" in fields or "operationPath" in fields):
        other = "workflowId" if "workflowId" in fields else "operationPath"
        message = f"{fields.what} has 'action', which is for AsyncAPI steps, and '{other}'; keep one"
        say(fields.at("action"), codes.CONFLICTING_FIELDS, message, on_key=True)
    if "workflowId" in fields and "requestBody" in fields:
        message = f"'requestBody' of {fields.what} has no effect: the step calls a workflow"
        say(fields.at("requestBody"), codes.IGNORED_FIELD, message, "pass 'parameters' instead", on_key=True)


def _purpose(fields: Fields) -> Purpose:
    if "workflowId" in fields:
        return "workflow"
    return "message" if "action" in fields or "channelPath" in fields else "operation"


def _place_within(fields: Fields, place: Place, outputs_of: OutputsOf) -> Place:
    """What is in sight after the call: ``$outputs`` of a workflow step is the called workflow's (S34)."""
    workflow_id = fields.get("workflowId")
    if not isinstance(workflow_id, str):
        return place
    return place.seeing(replace(place.names, outputs=outputs_of(workflow_id)))


def _correlation_id(fields: Fields, place: Place) -> Value | None:
    if "correlationId" not in fields:
        return None
    fields.text("correlationId")
    return bind_value(fields.get("correlationId"), fields.at("correlationId"), place)


def _depends_on(fields: Fields) -> tuple[str, ...]:
    bound: list[str] = []
    for text, report in fields.texts("dependsOn", at_least_one=True):
        if _DEPENDENCY.fullmatch(text):
            bound.append(text)
            continue
        step_id = text.removeprefix("$steps.").split(".")[0]
        hint = f"write '{step_id}', $workflows.ID.steps.ID or $sourceDescriptions.NAME.ID.steps.ID"
        say(report, codes.INVALID_EXPRESSION, f"'{text}' in 'dependsOn' of {fields.what} does not name a step", hint)
    return tuple(bound)
