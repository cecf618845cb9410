"""What the line of a step says: how it ended, what was answered, how often it was visited and tried, how long it took.

Made of events alone. Knows no screen: a `Row` is facts, and `row_lines` writes them on a `Paper`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal, TypeAlias

from arazzo_runner.engine.events import (
    AttemptFinished,
    CallPath,
    Event,
    RequestSent,
    ResponseReceived,
    StepFinished,
    StepStarted,
    Waiting,
)
from arazzo_runner.engine.results import Attempt, StepResult
from arazzo_runner.records import dataclass
from arazzo_runner.reports.lines import Line, Paper, Role, clock, count, duration, line, wrapped

State: TypeAlias = Literal["running", "succeeded", "handled", "failed"]

_ROLES: Final[dict[State, Role]] = {"running": "live", "succeeded": "ok", "handled": "warn", "failed": "bad"}

#: The columns that operations get, where there is room, and those of times.
OPERATION: Final = 38
TIME: Final = 7

#: Calls that are deeper are not indented more.
_DEEPEST: Final = 6


@dataclass(frozen=True, slots=True)
class Row:
    """A step's visits so far. ``failures`` are what its failed attempts were answered, each with how often in a row."""

    path: CallPath
    step_id: str
    about: str = ""  #: the operation, or the workflow that is called
    calls: bool = False  #: it calls a workflow, so it sends nothing itself
    state: State = "running"
    visits: int = 0
    attempts: int = 0
    requests: int = 0
    polled: bool = False
    answer: str = ""  #: the status code, or why there was none
    failures: tuple[tuple[str, int], ...] = ()
    action: str = ""  #: what became of a failure that an action handled
    served: str | None = None
    begun: float = 0.0
    seconds: float = 0.0

    def after(self, event: Event) -> Row:
        """The row when an event of its step has happened."""
        match event:
            case StepStarted(time=time, served=served):
                return replace(self, state="running", visits=self.visits + 1, begun=time, served=served)
            case Waiting(reason="poll"):
                return replace(self, polled=True)
            case RequestSent():
                return replace(self, requests=self.requests + 1)
            case ResponseReceived(response=response):
                return replace(self, answer=str(response.status_code))
            case AttemptFinished():
                return self._judged(event)
            case StepFinished(step=step):
                return self.finished(step)
            case _:
                return self

    def interrupted(self) -> Row:
        """The row of the step that a run which was cancelled stood at."""
        return replace(self, state="handled", action="interrupted") if self.state != "succeeded" else self

    def _judged(self, event: AttemptFinished) -> Row:
        answer = event.error.code if event.error is not None and not self.calls else self.answer
        failures = self.failures if event.succeeded else _with(self.failures, "failed" if self.calls else answer)
        return replace(self, attempts=self.attempts + 1, answer=answer, failures=failures)

    def finished(self, step: StepResult) -> Row:
        """The row when a visit is over."""
        handled = step.action is not None and step.action.type in ("goto", "end")
        state: State = "succeeded" if step.status == "succeeded" else "handled" if handled else "failed"
        action = ""
        if state == "handled" and step.action is not None:
            action = f"{'ended' if step.action.type == 'end' else 'handled'} by '{step.action.name}'"
        return replace(
            self,
            state=state,
            action=action,
            seconds=self.seconds + step.duration,
            answer=_answer(step) or self.answer,
            served=step.served,
        )

    def remarks(self) -> str:
        """What is out of the ordinary: ``4 polls``, ``3 attempts, after 503 x2``, ``handled by 'soldOut'``."""
        texts = []
        if self.visits > 1:
            noun = "poll" if self.polled else "visit"
            texts.append(f"{noun} {self.visits}" if self.state == "running" else count(self.visits, noun))
        if self.attempts > max(self.visits, 1):
            texts.append(count(self.attempts, "attempt"))
        if self.attempts and self.attempts != self.requests and not self.calls and self.state != "running":
            texts.append(count(self.requests, "request") if self.requests else "nothing sent")
        if self.failures and (self.state == "succeeded" or len(self.failures) > 1):
            texts.append(f"{'after ' if self.state == 'succeeded' else ''}{_listed(self.failures)}")
        if self.action:
            texts.append(self.action)
        if self.served:
            texts.append(f"for a retry of '{self.served}'")
        return ", ".join(texts)


def new_row(event: StepStarted, arrow: str) -> Row:
    """The row of a step that is visited for the first time, before that visit."""
    about = event.operation or (f"{arrow} {event.workflow_id}" if event.workflow_id else "")
    return Row(event.path, event.step_id, about, calls=event.operation is None and event.workflow_id is not None)


def finished_row(path: CallPath, step: StepResult, arrow: str) -> Row:
    """The row of one visit that is over, whose events were not followed."""
    about = step.operation or (f"{arrow} {step.workflow_id}" if step.workflow_id else "")
    row = Row(path, step.step_id, about, calls=step.operation is None and step.workflow_id is not None, visits=1)
    for attempt in step.attempts[:-1]:  # there is another one only after one that failed
        row = replace(row, failures=_with(row.failures, _label(attempt)))
    requests = sum(attempt.request is not None for attempt in step.attempts)
    return replace(row, attempts=len(step.attempts), requests=requests).finished(step)


@dataclass(frozen=True, slots=True)
class Widths:
    """The columns of a table: step (with its indentation and sign), operation and status."""

    step: int
    operation: int = OPERATION
    status: int = 3


def row_lines(
    row: Row, widths: Widths, paper: Paper, *, sign: str | None = None, seconds: float | None = None
) -> list[Line]:
    """``✓ startRun  POST /v1/runs  200  41 ms  2 polls``; remarks for which there is no room stand below.

    ``sign`` and ``seconds`` are for a row that is running.
    """
    role = _ROLES[row.state]
    head = f"{'  ' * (depth(row.path) + 1)}{sign or _sign(row.state, paper)} "
    step = paper.padded(row.step_id, max(widths.step - paper.columns(head), 1))
    time = duration(row.seconds) if seconds is None else clock(seconds)
    facts = f"  {paper.padded_left(row.answer, widths.status)}  {time:>{TIME}}"
    about = row.about if paper.width is None else paper.cut(row.about, widths.operation)
    about += " " * (widths.operation - paper.columns(about))
    first = line((head, role), f"{step}  ", (about, "dim"), (facts, _fact_role(row)))
    remarks = row.remarks()
    if not remarks:
        return [first]
    if paper.width is None or paper.columns(f"{first}  {remarks}") <= paper.width:
        return [line(*first.pieces, (f"  {remarks}", _remark_role(row)))]
    indent = " " * (paper.columns(head) + 2)
    below = wrapped(remarks, paper.width, indent)
    return [first, *(line((text, _remark_role(row))) for text in below)]


def depth(path: CallPath) -> int:
    """How many workflows deep a workflow or its step is called, as far as it is shown; 0 for the one asked for."""
    return min((len(path) - 1) // 2, _DEEPEST)


def _sign(state: State, paper: Paper) -> str:
    symbols = paper.symbols
    signs = {"running": symbols.running, "succeeded": symbols.ok, "handled": "!", "failed": symbols.bad}
    return signs[state].ljust(len(symbols.ok))


def _fact_role(row: Row) -> Role:
    return "" if row.state in ("running", "succeeded") else _ROLES[row.state]


def _remark_role(row: Row) -> Role:
    return "dim" if row.state in ("running", "succeeded") else _ROLES[row.state]


def _answer(step: StepResult) -> str:
    last = step.attempts[-1] if step.attempts else None
    return "" if last is None or last.run is not None else _label(last)


def _label(attempt: Attempt) -> str:
    """What an attempt was answered: the status code, or why there was none."""
    if attempt.response is not None:
        return str(attempt.response.status_code)
    return attempt.error.code if attempt.error is not None and attempt.run is None else "failed"


def _with(failures: tuple[tuple[str, int], ...], label: str) -> tuple[tuple[str, int], ...]:
    if failures and failures[-1][0] == label:
        return (*failures[:-1], (label, failures[-1][1] + 1))
    return (*failures[-3:], (label, 1))


def _listed(failures: tuple[tuple[str, int], ...]) -> str:
    return ", ".join(label if times == 1 else f"{label} x{times}" for label, times in failures)
