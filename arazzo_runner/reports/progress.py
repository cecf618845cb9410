"""A run for people, as it happens: one line a step, what is being waited for, and why it failed.

An observer of (redacted) events; where lines go and how they look is a `Screen`'s concern.
"""

from __future__ import annotations

from enum import IntEnum

from arazzo_runner.effects import Headers, Request, Response
from arazzo_runner.engine.events import (
    CallPath,
    Event,
    RequestSent,
    ResponseReceived,
    StepFinished,
    StepStarted,
    Waiting,
    WorkflowFinished,
    WorkflowStarted,
)
from arazzo_runner.engine.results import RunResult, StepResult
from arazzo_runner.reports.bodies import body_text
from arazzo_runner.reports.failures import failing_attempt, failure_lines
from arazzo_runner.reports.json_report import notes_of
from arazzo_runner.reports.lines import Line, Role, StepLine, count, duration, line, step_line
from arazzo_runner.reports.places import Places
from arazzo_runner.reports.runs import Runs
from arazzo_runner.reports.screens import Activity, Screen


class Detail(IntEnum):
    """How much is said: only failures; steps; or requests and responses too."""

    ERRORS = 0
    STEPS = 1
    MESSAGES = 2


class Progress:
    """Shows each step as it goes, and at the end the outcome, or what failed and where."""

    def __init__(self, screen: Screen, places: Places, detail: Detail = Detail.STEPS) -> None:
        self._screen = screen
        self._places = places
        self._detail = detail
        self._runs = Runs()
        self._names: dict[CallPath, int] = {}
        self._pending: tuple[CallPath, StepLine] | None = None
        self._visit = 1
        self._current = ""

    def __call__(self, event: Event) -> None:
        self._runs(event)
        if self._detail > Detail.ERRORS:
            self._follow(event)
        match event:
            case WorkflowFinished(result=result) if not self._runs.going and len(event.path) == 1:
                self._finish(result)
            case _:
                pass

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._screen.close()

    def _follow(self, event: Event) -> None:
        match event:
            case WorkflowStarted():
                self._flush()
                self._begin(event)
            case StepStarted():
                self._start_step(event)
            case Waiting(seconds=seconds, reason=reason, detail=detail):
                self._wait(event.path, seconds, reason, detail)
            case RequestSent(request=request):
                self._do(self._current + "  {}")
                self._show_message(f"> {request.method} {request.url}", request)
            case ResponseReceived(response=response):
                self._show_message(f"< {response.status_code}", response)
            case StepFinished(step=step):
                self._end_step(event.path, step)
            case WorkflowFinished(result=result):
                self._flush()
                self._notes(result, _depth(event.path))
            case _:
                pass

    def _begin(self, event: WorkflowStarted) -> None:
        self._names[event.path] = max((len(name) for name in event.step_ids), default=0)
        why = "" if event.reason in ("asked", "step") else f"  ({event.reason})"
        arrow = f"{self._screen.symbols.arrow} " if event.reason in ("goto", "step") else ""
        indent = "  " * _depth(event.path)
        self._screen.show(line(indent, (f"{arrow}{event.workflow_id}", "strong"), (why, "dim")))

    def _start_step(self, event: StepStarted) -> None:
        if self._pending is not None and self._pending[0] != event.path:
            self._flush()
        self._visit = event.visit
        about = event.operation or (f"{self._screen.symbols.arrow} {event.workflow_id}" if event.workflow_id else "")
        self._current = _plain(f"{event.step_id}  {about}".rstrip())
        self._do(self._current + "  {}")

    def _wait(self, path: CallPath, seconds: float, reason: str, detail: str | None) -> None:
        number = f", poll {self._visit}" if reason == "poll" else " before the next attempt"
        about = f": {detail}" if detail else ""
        self._do("waiting {}" + _plain(number + about), seconds)

    def _do(self, text: str, seconds: float | None = None) -> None:
        above = self._pending and self._step_line(*self._pending)
        self._screen.doing(Activity(text, seconds, above or None))

    def _end_step(self, path: CallPath, step: StepResult) -> None:
        same = self._pending is not None and self._pending[0] == path and self._detail < Detail.MESSAGES
        if same and self._pending is not None and step.served is None:
            self._pending[1].merge(step)
        else:
            self._flush()
            self._pending = (path, StepLine(step, _depth(path), seconds=step.duration))
        if self._detail is Detail.MESSAGES:
            self._flush()

    def _flush(self) -> None:
        if self._pending is not None:
            shown = self._step_line(*self._pending)
            self._pending = None
            self._screen.show(shown)

    def _step_line(self, path: CallPath, shown: StepLine) -> Line:
        return step_line(shown, self._names.get(path[:-1], 0), self._screen.width, self._screen.symbols)

    def _show_message(self, head: str, message: Request | Response) -> None:
        if self._detail < Detail.MESSAGES:
            return
        self._screen.show(line("    ", (head, "strong")))
        for name, value in _fields(message.headers):
            self._screen.show(line("      ", (f"{name}: ", "dim"), value))
        for text in body_text(message.headers, message.content).splitlines():
            self._screen.show(line("      ", text))

    def _notes(self, result: RunResult, depth: int) -> None:
        found = failing_attempt(result)
        explained = {f"step '{found[0].step_id}': {note}" for note in found[1].notes} if found else ()
        for note in (note for note in notes_of(result) if note not in explained):
            self._screen.show(line("  " * (depth + 1), ("! ", "warn"), note))

    def _finish(self, result: RunResult) -> None:
        self._screen.doing(None)
        for one in failure_lines(result, self._places, self._screen.width, self._screen.symbols):
            self._screen.show(one)
        if self._detail > Detail.ERRORS:
            self._screen.show(outcome_line(result))


def outcome_line(result: RunResult) -> Line:
    """``succeeded in 1.2 s: 4 steps, 6 requests``."""
    role: Role = {"succeeded": "ok", "failed": "bad"}.get(result.status, "warn")  # type: ignore[assignment]  # roles
    steps, requests = _counts(result)
    took = f" in {duration(result.duration)}: {count(steps, 'step')}, {count(requests, 'request')}"
    return line((result.status, role), took)


def _counts(result: RunResult) -> tuple[int, int]:
    steps = len({step.step_id for step in result.steps})
    requests = 0
    nested = [*result.dependencies, *([result.transferred_to] if result.transferred_to else [])]
    for step in result.steps:
        for attempt in step.attempts:
            requests += attempt.request is not None
            if attempt.run is not None:
                nested.append(attempt.run)
    for run in nested:
        more_steps, more_requests = _counts(run)
        steps, requests = steps + more_steps, requests + more_requests
    return steps, requests


def _depth(path: CallPath) -> int:
    return (len(path) - 1) // 2


def _fields(headers: Headers) -> tuple[tuple[str, str], ...]:
    return headers.fields


def _plain(text: str) -> str:
    """Text that `str.format` leaves as it is."""
    return text.replace("{", "{{").replace("}", "}}")
