"""Success and Failure Action Objects: what happens after a step, bound; their targets are resolved later."""

from __future__ import annotations

from typing import Literal, TypeVar

from arazzo_runner import diagnostics as codes
from arazzo_runner.diagnostics import OriginReport
from arazzo_runner.loader import shape
from arazzo_runner.loader.bind_values import bind_criteria, bind_parameters
from arazzo_runner.loader.components import Place, dereference
from arazzo_runner.loader.shape import Fields, Unique, open_object, say
from arazzo_runner.model import Action, FailureAction, SuccessAction
from arazzo_runner.values import JSON

A = TypeVar("A", SuccessAction, FailureAction)

_COMPONENTS = {SuccessAction: "successActions", FailureAction: "failureActions"}


def bind_actions(fields: Fields, name: str, of: type[A], place: Place, *, step_id: str | None = None) -> tuple[A, ...]:
    """A list of actions of one kind: none may occur twice. ``step_id`` is the step that they belong to, if one."""
    unique = Unique(f"in '{name}' of {fields.what}, action")
    bound: list[A] = []
    for raw, report in fields.items(name):
        located = dereference(raw, _COMPONENTS[of], report, place)
        if located is None:
            continue
        action = bind_action(located.raw, located.report, of, place, step_id=step_id)
        if action is not None and unique.check(action.name, action.name, report):
            bound.append(action)
    return tuple(bound)


def bind_action(raw: JSON, report: OriginReport, of: type[A], place: Place, *, step_id: str | None = None) -> A | None:
    """One Success or Failure Action Object."""
    written = raw if isinstance(raw, dict) else {}
    name, type_ = written.get("name"), written.get("type")
    what = f"action '{name}'" if isinstance(name, str) else "action"
    retries = type_ == "retry" or of is FailureAction
    known = shape.FAILURE_ACTION if of is FailureAction else shape.SUCCESS_RETRY if retries else shape.SUCCESS_ACTION
    fields = open_object(raw, report, known, what, place.version)
    if fields is None:
        return None
    chosen = _type(fields, of)
    workflow_id, target = _target(fields, chosen, step_id)
    parameters = bind_parameters(fields, place, "action")
    criteria = bind_criteria(fields, "criteria", place)
    retry_after, retry_limit = fields.number("retryAfter"), fields.integer("retryLimit")
    _report_ineffective(fields, chosen)
    if chosen is None:
        return None
    return of(
        name=fields.text("name") or report.origin.pointer,
        type=chosen,
        workflow_id=workflow_id,
        step_id=target,
        parameters=parameters,
        criteria=criteria,
        retry_after=retry_after,
        retry_limit=retry_limit,
        origin=report.origin,
    )


def _type(fields: Fields, of: type[Action]) -> Literal["end", "goto", "retry"] | None:
    type_ = fields.choice("type", ("end", "goto", "retry") if fields.get("type") == "retry" else _types(of))
    if type_ == "retry" and of is SuccessAction:
        message = f"{fields.what} is a retry after success"
        say(fields.at("type"), codes.RETRY_ON_SUCCESS, message, "use 'goto' with the step's own id")
    match type_:
        case "end" | "goto" | "retry":
            return type_
    return None


def _types(of: type[Action]) -> tuple[str, ...]:
    return ("end", "goto") if of is SuccessAction else ("end", "goto", "retry")


def _target(fields: Fields, type_: str | None, own: str | None) -> tuple[str | None, str | None]:
    """The workflowId and stepId of an action, at most one of them; a retry of the step itself has neither (S30)."""
    workflow_id, step_id = fields.text("workflowId"), fields.text("stepId")
    if "workflowId" in fields and "stepId" in fields:
        message = f"{fields.what} has both 'workflowId' and 'stepId'; keep one"
        say(fields.report, codes.CONFLICTING_FIELDS, message)
        workflow_id = None
    elif type_ == "goto" and "workflowId" not in fields and "stepId" not in fields:
        message = f"{fields.what} is a goto without 'stepId' or 'workflowId'"
        say(fields.report, codes.MISSING_FIELD, message, "say where to go")
    if "parameters" in fields and "workflowId" not in fields:
        message = f"{fields.what} has 'parameters' but no 'workflowId' to pass them to"
        say(fields.at("parameters"), codes.MISSING_FIELD, message, "add 'workflowId' or remove 'parameters'")
    if type_ == "retry" and own is not None and step_id == own:
        message = f"{fields.what} of step '{own}' names the step itself"
        say(fields.at("stepId"), codes.RETRY_SELF, message, "drop 'stepId': a retry repeats the step anyway")
        step_id = None
    return (None, None) if type_ == "end" else (workflow_id, step_id)


def _report_ineffective(fields: Fields, type_: str | None) -> None:
    """Warn of fields that have no effect with this type."""
    ineffective = {"end": ("workflowId", "stepId", "retryAfter", "retryLimit"), "goto": ("retryAfter", "retryLimit")}
    for name in ineffective.get(type_ or "", ()):
        if name in fields:
            message = f"'{name}' of {fields.what} has no effect: its type is '{type_}'"
            say(fields.at(name), codes.IGNORED_FIELD, message, "remove it", on_key=True)
