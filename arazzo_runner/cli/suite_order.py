"""What documents of a suite say at the same time, put in order: events for reports, lines for people.

Reports hear the documents one after the other, in the order in which they were named. People read the lines of a
document all together, when it ends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from arazzo_runner.engine.events import Event
from arazzo_runner.reports.lines import Line, Paper
from arazzo_runner.reports.screens import Activity, Screen


class EventOrder:
    """Hands the events of documents to reports, document by document; those of later ones are kept until their turn."""

    def __init__(self, reports: Sequence[Callable[[Event], None]], documents: int) -> None:
        self._reports = reports
        self._kept: list[list[Event]] = [[] for _ in range(documents)]
        self._done = [False] * documents
        self._turn = 0

    def observer(self, index: int) -> Callable[[Event], None]:
        """What observes the runs of the document at this index."""

        def observe(event: Event) -> None:
            if index == self._turn:
                self._tell(event)
            else:
                self._kept[index].append(event)

        return observe

    def end(self, index: int) -> None:
        """The document at this index says no more."""
        self._done[index] = True
        while self._turn < len(self._done) and self._done[self._turn]:
            self._turn += 1
            if self._turn < len(self._done):
                kept, self._kept[self._turn] = self._kept[self._turn], []
                for event in kept:
                    self._tell(event)

    def _tell(self, event: Event) -> None:
        for report in self._reports:
            report(event)


class BufferedScreen:
    """A screen that keeps its lines until they are handed to the one behind it, all at once."""

    live = False

    def __init__(self, behind: Screen) -> None:
        self._behind = behind
        self._lines: list[Line] = []

    @property
    def paper(self) -> Paper:
        """That of the screen behind."""
        return self._behind.paper

    @property
    def width(self) -> int | None:
        """The columns of the screen behind."""
        return self._behind.width

    @property
    def height(self) -> int:
        """The lines of the screen behind."""
        return self._behind.height

    def show(self, *lines: Line) -> None:
        """Keep lines."""
        self._lines += lines

    def doing(self, activity: Activity | None) -> None:
        """Nothing to do: nobody sees it."""

    def rest(self) -> None:
        """Nothing to do: nothing changes here."""

    def close(self) -> None:
        """Hand over the lines."""
        lines, self._lines = self._lines, []
        if lines:
            self._behind.show(*lines)
