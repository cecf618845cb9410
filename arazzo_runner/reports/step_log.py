"""A run as plain lines, as it happens: one for each step, and for each wait. Never thousands for a long poll.

What was not said, because it had been said before, stands in the table at the end: `StepLog.left_out` tells.
"""

from __future__ import annotations

from typing import Final

from arazzo_runner.engine.events import (
    CallPath,
    Event,
    StepFinished,
    StepStarted,
    Waiting,
    WorkflowFinished,
    WorkflowStarted,
)
from arazzo_runner.reports.lines import line
from arazzo_runner.reports.run_table import Heading, heading_line, step_columns, widths
from arazzo_runner.reports.screens import Screen
from arazzo_runner.reports.step_rows import Row, Widths, depth, finished_row, new_row, row_lines
from arazzo_runner.reports.waits import Pause, Waits

#: How often the same is said in a row, and then how many seconds pass before it is said again: changed, and unchanged.
_AT_FIRST: Final = 3
_CHANGED: Final = 5.0
_SAME: Final = 60.0


class Seldom:
    """Lets the first few remarks on a thing pass, and of those that follow some a minute."""

    def __init__(self) -> None:
        self._said: dict[object, tuple[int, float, str]] = {}

    def passes(self, thing: object, remark: str, time: float) -> bool:
        """Whether a remark is to be said at this time."""
        times, last, before = self._said.get(thing, (0, 0.0, ""))
        passes = times < _AT_FIRST or time - last >= (_SAME if remark == before else _CHANGED)
        if passes:
            self._said[thing] = (times + 1, time, remark)
        return passes


class StepLog:
    """An observer that says each step in a line; the visits of a polled step, one after the other, share one."""

    def __init__(self, screen: Screen, waits: Waits) -> None:
        self._screen = screen
        self._waits = waits
        self._widths: dict[CallPath, Widths] = {}
        self._row: Row | None = None
        self._seldom = Seldom()
        self._time = 0.0
        self.left_out = False  #: the lines of this run do not say all of it

    def __call__(self, event: Event) -> None:
        self._time = event.time
        match event:
            case WorkflowStarted():
                self._begin(event)
            case StepStarted():
                if self._row is None or self._row.path != event.path or event.served is not None:
                    self._flush()
                    self._row = new_row(event, self._screen.paper.symbols.arrow)
                self._row = self._row.after(event)
            case WorkflowFinished(result=result):
                if self._row is not None and result.status == "cancelled":
                    self._row = self._row.interrupted()
                self._flush()
            case _:
                self._follow(event)

    def _begin(self, event: WorkflowStarted) -> None:
        self._flush()
        if event.reason == "asked":
            self.left_out, self._seldom = False, Seldom()
        paper = self._screen.paper
        step = step_columns(paper, depth(event.path), event.step_ids)
        self._widths[event.path] = Widths(step) if paper.width is None else widths(paper, (), step)
        self._screen.show(heading_line(Heading(event.path, event.workflow_id, event.reason), paper))

    def _follow(self, event: Event) -> None:
        if isinstance(event, StepFinished) and (self._row is None or self._row.path != event.path):
            self._flush()  # others ran inside it, and their lines came first
            self._row = finished_row(event.path, event.step, self._screen.paper.symbols.arrow)
        elif self._row is not None and self._row.path == event.path:
            self._row = self._row.after(event)
        if isinstance(event, Waiting) and isinstance(self._waits.current, Pause):
            self._wait(self._waits.current)

    def _wait(self, pause: Pause) -> None:
        if self._seldom.passes((pause.path, "wait"), pause.why, pause.time):
            self._screen.show(line("  " * (depth(pause.path) + 1), pause.begun()))

    def _flush(self) -> None:
        row, self._row = self._row, None
        if row is None or row.state == "running":
            return
        if not self._seldom.passes(row.path, f"{row.state} {row.answer}", self._time):
            self.left_out = True
            return
        known = self._widths.get(row.path[:-1], Widths(0))
        self._screen.show(*row_lines(row, known, self._screen.paper))
