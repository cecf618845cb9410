"""A run as a table: one row a step, in the order in which they were first visited, called workflows below their caller.

`RunTable` is an observer that keeps rows; `table_lines` writes them. It keeps no request and no answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from arazzo_runner.engine.events import CallPath, Event, StepStarted, WorkflowFinished, WorkflowStarted
from arazzo_runner.records import dataclass
from arazzo_runner.reports.lines import Line, Paper, line
from arazzo_runner.reports.step_rows import OPERATION, TIME, Row, Widths, depth, new_row, row_lines

#: Remarks of so many columns stand beside their row even where operations must give way.
_SHORT: Final = 14

_STEP: Final = "    step"


@dataclass(frozen=True, slots=True)
class Heading:
    """A workflow that was run before or after the one that was asked for, and why."""

    path: CallPath
    text: str
    reason: str


Entry: TypeAlias = Row | Heading


@dataclass(frozen=True, slots=True)
class Window:
    """Some rows of a table, those around the step that runs, and how many there are above and below."""

    entries: Sequence[Entry]
    above: int = 0
    below: int = 0


class RunTable:
    """Keeps the rows of the run that goes on."""

    def __init__(self, paper: Paper) -> None:
        self._paper = paper
        self._order: list[CallPath] = []
        self._entries: dict[CallPath, Entry] = {}
        self._asked: tuple[CallPath, tuple[str, ...]] = ((), ())  #: the workflow of the run, and its steps
        self.step_columns = 0  #: what the steps of the workflows that were started take

    def __call__(self, event: Event) -> None:
        match event:
            case WorkflowStarted(path=(_,), reason="asked"):
                self._order, self._entries, self._asked = [], {}, (event.path, event.step_ids)
                self.step_columns = step_columns(self._paper, 0, event.step_ids)
            case WorkflowStarted():
                columns = step_columns(self._paper, depth(event.path), event.step_ids)
                self.step_columns = max(self.step_columns, columns)
                if event.reason != "step":
                    self._place(Heading(event.path, event.workflow_id, event.reason))
            case WorkflowFinished(path=path, result=result):
                if result.status == "cancelled" and result.steps:
                    self._interrupt((*path, result.steps[-1].step_id))
            case StepStarted() if event.path not in self._entries:
                self._place(new_row(event, self._paper.symbols.arrow))
                self._update(event)
            case _:
                self._update(event)

    def _place(self, entry: Entry) -> None:
        """Put an entry after those of its workflow, which are the last ones unless another branch was taken before."""
        if entry.path not in self._entries:
            around = entry.path[:-1]
            index = len(self._order)
            while index and not _belongs(self._order[index - 1], around):
                index -= 1
            self._order.insert(index or len(self._order), entry.path)
        self._entries[entry.path] = entry

    def _update(self, event: Event) -> None:
        row = self._entries.get(event.path)
        if isinstance(row, Row):
            self._entries[event.path] = row.after(event)

    def _interrupt(self, path: CallPath) -> None:
        row = self._entries.get(path)
        if isinstance(row, Row):
            self._entries[path] = row.interrupted()

    @property
    def entries(self) -> list[Entry]:
        """All rows and headings."""
        return [self._entries[path] for path in self._order]

    def window(self, path: CallPath, most: int) -> Window:
        """At most so many rows, among them that of a step."""
        last = len(self._order) - 1
        if path in self._entries:
            while self._order[last] != path:
                last -= 1
        end = min(len(self._order), max(last + 1 + most // 3, most))
        start = max(0, end - most)
        return Window([self._entries[one] for one in self._order[start:end]], start, len(self._order) - end)

    def unvisited(self) -> list[str]:
        """The steps of the workflow that was asked for which were not run."""
        asked, steps = self._asked
        return [step for step in steps if (*asked, step) not in self._entries]


def _belongs(path: CallPath, around: CallPath) -> bool:
    """Whether an entry is one of a workflow with this path, or the step that calls it."""
    return path[: len(around)] == around or path == around[:-1]


def step_columns(paper: Paper, deep: int, names: Iterable[str]) -> int:
    """What steps of these names take, so deep in the calls, with their sign."""
    sign = paper.columns(paper.symbols.ok) + 1
    return max((2 * (deep + 1) + sign + paper.columns(name) for name in names), default=0)


def widths(paper: Paper, entries: Sequence[Entry], step: int = 0) -> Widths:
    """Columns for these entries, the first at least so wide if there is room. Operations give way to short remarks."""
    rows = [entry for entry in entries if isinstance(entry, Row)]
    step = max([step, len(_STEP), *(step_columns(paper, depth(row.path), [row.step_id]) for row in rows)])
    longest = max((paper.columns(row.about) for row in rows), default=0)
    operation = max(OPERATION, longest)
    status = max([len("status"), *(paper.columns(row.answer) for row in rows)])
    if paper.width is None:
        return Widths(step, operation, status)
    step = min(step, max(20, paper.width // 3))
    remarks = [2 + paper.columns(remark) for row in rows if (remark := row.remarks())]
    room = paper.width - step - status - TIME - len("  " * 3)
    beside = room - max(remarks, default=0)
    beside_short = room - max((remark for remark in remarks if remark <= _SHORT), default=0)
    return Widths(step, max(min(operation, max(beside, min(longest, beside_short))), 0), status)


def table_lines(entries: Sequence[Entry], columns: Widths, paper: Paper) -> list[Line]:
    """The table with its head."""
    lines = [head_line(columns, paper)] if any(isinstance(entry, Row) for entry in entries) else []
    for entry in entries:
        if isinstance(entry, Heading):
            lines.append(heading_line(entry, paper))
        else:
            lines += row_lines(entry, columns, paper)
    return lines


def head_line(columns: Widths, paper: Paper) -> Line:
    """The names of the columns, above those of `row_lines` without remarks."""
    step = _STEP.ljust(columns.step)
    facts = f"  {'status':>{columns.status}}  {'time':>{TIME}}"
    return line((f"{step}  {paper.padded('operation', columns.operation)}{facts}", "dim"))


def heading_line(heading: Heading, paper: Paper) -> Line:
    """``→ refund  (goto)``."""
    arrow = f"{paper.symbols.arrow} " if heading.reason in ("goto", "step") else ""
    why = "" if heading.reason in ("asked", "step") else f"  ({heading.reason})"
    return line("  " * depth(heading.path), (f"{arrow}{heading.text}", "strong"), (why, "dim"))
