"""A run message by message, as it happens: each request and answer whole, how it was judged, and what follows."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from arazzo_runner.effects import Headers, Request, Response
from arazzo_runner.engine.events import (
    ActionTaken,
    AttemptFinished,
    Event,
    RequestSent,
    ResponseReceived,
    StepStarted,
    Waiting,
    WorkflowStarted,
)
from arazzo_runner.engine.results import TakenAction
from arazzo_runner.expressions.criteria import Verdict
from arazzo_runner.expressions.verdicts import shown
from arazzo_runner.reports.bodies import excerpt
from arazzo_runner.reports.lines import Line, Paper, duration, line
from arazzo_runner.reports.run_table import Heading, heading_line
from arazzo_runner.reports.screens import Screen
from arazzo_runner.reports.step_rows import depth
from arazzo_runner.reports.waits import Pause, Waits

#: The lines of a body that are shown, and the characters of a line.
_LINES: Final = 100
_CHARACTERS: Final = 1000


class Transcript:
    """An observer that says every message."""

    def __init__(self, screen: Screen, waits: Waits) -> None:
        self._screen = screen
        self._waits = waits

    def __call__(self, event: Event) -> None:
        paper = self._screen.paper
        match event:
            case WorkflowStarted(workflow_id=workflow_id, reason=reason):
                self._screen.show(heading_line(Heading(event.path, workflow_id, reason), paper))
            case StepStarted():
                self._screen.show(_step_line(event, paper))
            case Waiting() if isinstance(self._waits.current, Pause):
                self._say(event, [line(self._waits.current.begun())])
            case RequestSent(request=request, attempt=attempt):
                again = f"   (attempt {attempt})" if attempt > 1 else ""
                head = line((f"> {request.method} {request.url}", "strong"), (again, "dim"))
                self._say(event, [head, *_message_lines(request, paper)])
            case ResponseReceived(response=response, duration=seconds):
                head = line((f"< {status_text(response.status_code)}", "strong"), (f"   {duration(seconds)}", "dim"))
                self._say(event, [head, *_message_lines(response, paper)])
            case AttemptFinished():
                self._say(event, _judgement_lines(event, paper))
            case ActionTaken(action=action):
                self._say(event, [line((f"{paper.symbols.arrow} {action_text(action)}", "dim"))])
            case _:
                pass

    def _say(self, event: Event, lines: list[Line]) -> None:
        indent = "  " * (depth(event.path) + 2)
        self._screen.show(*(line(indent, *one.pieces) for one in lines))


def _step_line(event: StepStarted, paper: Paper) -> Line:
    about = event.operation or (f"{paper.symbols.arrow} {event.workflow_id}" if event.workflow_id else "")
    visit = f"   (visit {event.visit})" if event.visit > 1 else ""
    served = f"   (for a retry of '{event.served}')" if event.served else ""
    return line("  " * (depth(event.path) + 1), (event.step_id, "strong"), f"  {about}", (f"{visit}{served}", "dim"))


def _message_lines(message: Request | Response, paper: Paper) -> list[Line]:
    fields = [line("  ", (f"{name}: ", "dim"), value) for name, value in message.headers.fields]
    return [*fields, *(line("  ", text) for text in body_lines(message.headers, message.content, paper))]


def body_lines(headers: Headers, content: bytes, paper: Paper) -> list[str]:
    """A body, cut where it is very long."""
    return [paper.cut(text, _CHARACTERS) for text in excerpt(headers, content, _LINES, paper.symbols.cut)]


def _judgement_lines(event: AttemptFinished, paper: Paper) -> list[Line]:
    lines = [one for verdict in event.verdicts for one in verdict_lines(verdict, paper)]
    if event.error is not None:
        lines.append(line((f"{paper.symbols.bad} {event.error.code}", "bad"), f": {event.error.message}"))
    return [*lines, *(line(("! ", "warn"), note) for note in event.notes)]


def verdict_lines(verdict: Verdict, paper: Paper) -> list[Line]:
    """``✗ $statusCode == 200``, and below it why."""
    sign = paper.symbols.ok if verdict.passed else paper.symbols.bad
    language = "" if verdict.type == "simple" else f"   ({verdict.type})"
    head = line((f"{sign} ", "ok" if verdict.passed else "bad"), verdict.condition, (language, "dim"))
    return [head, *(line(" " * (len(sign) + 1), text) for text in reasons(verdict))]


def reasons(verdict: Verdict) -> list[str]:
    """Why a criterion does not hold, and the values of what it looked at; nothing for one that holds."""
    if verdict.passed:
        return []
    why = [verdict.why] if verdict.why else []
    values = [f"{one.text} is {shown(one.value)}" for one in verdict.operands if one.text not in (verdict.why or "")]
    return [*why, *values]


def status_text(code: int) -> str:
    """``409 Conflict``."""
    try:
        return f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        return str(code)


def action_text(action: TakenAction) -> str:
    """``action 'notReady': goto waitUntilRunning``."""
    target = action.step_id or (f"workflow {action.workflow_id}" if action.workflow_id else "")
    return f"action '{action.name}': {action.type} {target}".rstrip()
