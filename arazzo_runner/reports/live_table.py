"""The table of a run as it goes, at the bottom of a terminal: the last rows, and what is being waited for.

What is drawn is a frozen picture of one moment; only its clocks move. So a screen may draw it from another thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from arazzo_runner.engine.events import (
    Event,
    RequestSent,
    StepFinished,
    StepStarted,
    Waiting,
    WorkflowStarted,
)
from arazzo_runner.records import dataclass
from arazzo_runner.reports.lines import Line, Paper, line
from arazzo_runner.reports.run_table import RunTable, Window, head_line, heading_line, widths
from arazzo_runner.reports.screens import Screen
from arazzo_runner.reports.step_rows import Row, row_lines
from arazzo_runner.reports.waits import Wait, Waits

#: The rows that are shown at once, and the lines of a terminal that are left to what stood there before.
_ROWS: Final = 12
_LEFT: Final = 8

#: Turns of the spinner a second.
_TURNS: Final = 10


class LiveTable:
    """An observer that shows the table; of a run that is told message by message, only the step that runs."""

    def __init__(self, screen: Screen, table: RunTable, waits: Waits, *, told: bool = False) -> None:
        self._screen = screen
        self._table = table
        self._waits = waits
        self._told = told

    def __call__(self, event: Event) -> None:
        match event:
            case WorkflowStarted() | StepStarted() | RequestSent() | Waiting() | StepFinished():
                most = 1 if self._told else max(1, min(_ROWS, self._screen.height - _LEFT))
                window = self._table.window(event.path, most)
                step = self._table.step_columns
                self._screen.doing(Snapshot(window, step, self._waits.current, event.time, head=not self._told))
            case _:
                pass


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a live table shows from one moment on."""

    window: Window
    step: int  #: the columns that steps want
    wait: Wait | None
    time: float
    head: bool = True

    def __call__(self, paper: Paper, passed: float) -> Sequence[Line]:
        sign = paper.symbols.spinner[int(passed * _TURNS) % len(paper.symbols.spinner)]
        columns = widths(paper, self.window.entries, self.step)
        lines = [head_line(columns, paper)] if self.head else []
        lines += _left_out(self.window.above, "above", paper) if self.head else []
        for entry in self.window.entries:
            if not isinstance(entry, Row):
                lines.append(heading_line(entry, paper))
            elif entry.state == "running":
                seconds = entry.seconds + max(self.time - entry.begun, 0.0) + passed
                lines += row_lines(entry, columns, paper, sign=sign, seconds=seconds)
            else:
                lines += row_lines(entry, columns, paper)
        lines += _left_out(self.window.below, "below", paper) if self.head else []
        said = self.wait.now(passed) if self.wait is not None else ""
        return [*lines, line(("    " + paper.cut(said, (paper.width or 80) - 5), "live"))] if said else lines


def _left_out(number: int, where: str, paper: Paper) -> list[Line]:
    return [line((f"  {paper.symbols.cut} {number} {where}", "dim"))] if number else []
