"""A run for people, as it happens: its steps, what is being waited for, a table at the end, and why it failed.

An observer of (redacted) events that chooses who tells them: `LiveTable` on a terminal, `StepLog` where it is none, and
`Transcript` when every message is to be seen. Where lines go and how they look is a `Screen`'s concern.
"""

from __future__ import annotations

from enum import IntEnum

from arazzo_runner.engine.events import Event, WorkflowFinished, WorkflowStarted
from arazzo_runner.engine.results import RunResult
from arazzo_runner.reports.failed_attempts import failing_attempt
from arazzo_runner.reports.failed_runs import failure_lines
from arazzo_runner.reports.json_report import notes_of
from arazzo_runner.reports.lines import Line, Role, count, duration, line, wrapped
from arazzo_runner.reports.live_table import LiveTable
from arazzo_runner.reports.places import Places
from arazzo_runner.reports.run_table import Heading, RunTable, heading_line, table_lines, widths
from arazzo_runner.reports.runs import Runs
from arazzo_runner.reports.screens import Screen
from arazzo_runner.reports.step_log import StepLog
from arazzo_runner.reports.step_rows import depth
from arazzo_runner.reports.transcript import Transcript
from arazzo_runner.reports.waits import Waits


class Detail(IntEnum):
    """How much is said: only failures; steps; or requests and responses too."""

    ERRORS = 0
    STEPS = 1
    MESSAGES = 2


class Progress:
    """Shows each step as it goes, and at the end the table, the outcome, and what failed and where."""

    def __init__(self, screen: Screen, places: Places, detail: Detail = Detail.STEPS) -> None:
        self._screen = screen
        self._places = places
        self._detail = detail
        self._runs = Runs()
        self._table = RunTable(screen.paper)
        self._waits = Waits()
        self._log = StepLog(screen, self._waits) if detail is Detail.STEPS and not screen.live else None
        self._transcript = Transcript(screen, self._waits) if detail is Detail.MESSAGES else None
        told = self._transcript is not None
        self._live_table = LiveTable(screen, self._table, self._waits, told=told) if screen.live and detail else None
        self._notes: list[Line] = []

    def __call__(self, event: Event) -> None:
        self._runs(event)
        self._waits(event)
        if self._detail > Detail.ERRORS:
            self._follow(event)
        match event:
            case WorkflowFinished(path=(_,), result=result) if not self._runs.going:
                self._finish(result)
            case _:
                pass

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._screen.close()

    def _follow(self, event: Event) -> None:
        self._table(event)
        if self._live_table is not None and self._transcript is None and _is_asked(event):
            self._screen.show(heading_line(Heading(event.path, event.path[0], "asked"), self._screen.paper))
        for tell in (self._log, self._transcript, self._live_table):
            if tell is not None:
                tell(event)
        if isinstance(event, WorkflowFinished):
            self._note(event.result, "  " * (depth(event.path) + 1))

    def _note(self, result: RunResult, indent: str) -> None:
        """What there is to say of a workflow: at once in a log, else below the table."""
        found = failing_attempt(result)
        explained = {f"step '{found[0].step_id}': {note}" for note in found[1].notes} if found else set()
        for note in (note for note in notes_of(result) if note not in explained):
            first, *rest = wrapped(note, None if self._screen.width is None else self._screen.width - len(indent) - 2)
            self._notes += [line(indent, ("! ", "warn"), first), *(line(f"{indent}  ", text) for text in rest)]
        if self._log is not None:
            self._say_notes()

    def _say_notes(self) -> None:
        self._screen.show(*self._notes)
        self._notes = []

    def _finish(self, result: RunResult) -> None:
        self._screen.doing(None)
        paper = self._screen.paper
        if self._detail > Detail.ERRORS and (self._log is None or self._log.left_out):
            entries = self._table.entries
            if self._transcript is not None:
                self._screen.show(line())
            self._screen.show(*table_lines(entries, widths(paper, entries), paper))
            self._screen.show(*self._unvisited())
        self._say_notes()
        self._screen.show(*failure_lines(result, self._places, paper, self._waits.interrupted))
        if self._detail > Detail.ERRORS:
            self._screen.show(outcome_line(result))

    def _unvisited(self) -> list[Line]:
        paper, names = self._screen.paper, self._table.unvisited()
        text = f"  {paper.symbols.running} not run: {', '.join(names)}"
        return [line((text if paper.width is None else paper.cut(text, paper.width), "dim"))] if names else []


def _is_asked(event: Event) -> bool:
    return isinstance(event, WorkflowStarted) and event.reason == "asked"


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
