"""The event stream as JSON Lines: one object a line, as it happens.

Every object has ``event`` (the event's class), ``seq`` (from 0 in a run), ``time`` (RFC 3339) and ``path`` (workflow
and step ids from the asked-for workflow down). What else it has:

=================  ====================================================================================================
WorkflowStarted    ``document workflowId inputs stepIds reason`` (asked, step, dependency, retry, goto)
StepStarted        ``stepId operation workflowId visit for``
Waiting            ``stepId waitMs reason`` (poll, retry) ``detail``
RequestSent        ``stepId attempt request``
ResponseReceived   ``stepId attempt response durationMs``
AttemptFinished    ``stepId attempt succeeded criteria error notes``; criteria with ``operands``, each ``text value``
ActionTaken        ``stepId action``
StepFinished       ``stepId status attempts`` (their number) ``action outputs durationMs``
WorkflowFinished   ``document workflowId status outputs error startedAt durationMs diagnostics``
Note               ``stepId message``
=================  ====================================================================================================

``request``, ``response``, ``criteria``, ``action`` and ``error`` are those of the JSON report. What earlier lines said
is not said again: the lines of a run together hold what its report holds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from arazzo_runner.engine.events import (
    ActionTaken,
    AttemptFinished,
    Event,
    Note,
    RequestSent,
    ResponseReceived,
    StepFinished,
    StepStarted,
    Waiting,
    WorkflowFinished,
    WorkflowStarted,
)
from arazzo_runner.engine.results import RunResult, StepResult
from arazzo_runner.expressions.criteria import Verdict
from arazzo_runner.reports.bodies import compact, encodable
from arazzo_runner.reports.json_report import (
    action_value,
    attempt_error_value,
    milliseconds,
    note_value,
    notes_of,
    request_value,
    response_value,
    run_error_value,
    timestamp,
    verdict_value,
)
from arazzo_runner.reports.places import Locate, nowhere


class JsonLines:
    """An observer that writes each event as a line of JSON; after the first error it writes no more, and `check` tells.

    An observer must not raise in a run, which would go on without it and end as if all had been written.
    """

    def __init__(self, write: Callable[[str], object], locate: Locate = nowhere) -> None:
        self._write = write
        self._locate = locate
        self._failed: Exception | None = None

    def __call__(self, event: Event) -> None:
        if self._failed is None:
            try:
                self._write(compact(event_value(event, self._locate)))
            except Exception as error:
                self._failed = error

    def check(self) -> None:
        """Raise the first error of writing, if there was one."""
        if self._failed is not None:
            raise self._failed


def event_value(event: Event, locate: Locate = nowhere) -> dict[str, Any]:
    """An event as JSON."""
    head = {
        "event": type(event).__name__,
        "seq": event.seq,
        "time": timestamp(event.time),
        "path": list(event.path),
    }
    return head | _facts(event, locate)


def _facts(event: Event, locate: Locate) -> dict[str, Any]:
    match event:
        case WorkflowStarted():
            return {
                "document": event.document,
                "workflowId": event.workflow_id,
                "inputs": encodable(event.inputs),
                "stepIds": list(event.step_ids),
                "reason": event.reason,
            }
        case StepStarted():
            return {
                "stepId": event.step_id,
                "operation": event.operation,
                "workflowId": event.workflow_id,
                "visit": event.visit,
                "for": event.served,
            }
        case Waiting(step_id=step_id, seconds=seconds, reason=reason, detail=detail):
            return {"stepId": step_id, "waitMs": milliseconds(seconds), "reason": reason, "detail": detail}
        case RequestSent(step_id=step_id, attempt=attempt, request=request):
            return {"stepId": step_id, "attempt": attempt, "request": request_value(request)}
        case ResponseReceived(step_id=step_id, attempt=attempt, response=response, duration=duration):
            return {
                "stepId": step_id,
                "attempt": attempt,
                "response": response_value(response),
                "durationMs": milliseconds(duration),
            }
        case AttemptFinished():
            return {
                "stepId": event.step_id,
                "attempt": event.attempt,
                "succeeded": event.succeeded,
                "criteria": [_criterion(verdict) for verdict in event.verdicts],
                "error": attempt_error_value(event.error),
                "notes": list(event.notes),
            }
        case ActionTaken(step_id=step_id, action=action):
            return {"stepId": step_id, "action": action_value(action)}
        case StepFinished(step=step):
            return _step(step)
        case WorkflowFinished(result=result):
            return _workflow(result, locate)
        case Note(message=message, step_id=step_id):
            return {"stepId": step_id, "message": message}
        case _:
            return {}


def _criterion(verdict: Verdict) -> dict[str, Any]:
    operands = [{"text": operand.text, "value": encodable(operand.value)} for operand in verdict.operands]
    return verdict_value(verdict) | {"operands": operands}


def _step(step: StepResult) -> dict[str, Any]:
    return {
        "stepId": step.step_id,
        "status": step.status,
        "attempts": len(step.attempts),
        "action": action_value(step.action),
        "outputs": encodable(step.outputs),
        "durationMs": milliseconds(step.duration),
    }


def _workflow(result: RunResult, locate: Locate) -> dict[str, Any]:
    return {
        "document": result.document,
        "workflowId": result.workflow_id,
        "status": result.status,
        "outputs": encodable(result.outputs),
        "error": run_error_value(result.error, locate),
        "startedAt": timestamp(result.started_at),
        "durationMs": milliseconds(result.duration),
        "diagnostics": [note_value(note) for note in notes_of(result)],
    }
