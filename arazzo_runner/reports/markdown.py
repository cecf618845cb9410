"""The Markdown report: for a comment on a pull request or for ``$GITHUB_STEP_SUMMARY``, in GitHub Flavored Markdown.

Runs that did not succeed come first. Each has a line with its status, then why it failed (the criterion with what it
looked at, the request and the answer folded away), its steps, and its outputs. The whole stays within what a comment on
GitHub may hold, which is less than a step summary may; what does not fit is left out, the least important first, and a
note at the end says what.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from arazzo_runner.engine.events import Event
from arazzo_runner.records import dataclass
from arazzo_runner.reports.history import History, RunHistory
from arazzo_runner.reports.kinds import About
from arazzo_runner.reports.lines import count
from arazzo_runner.reports.markdown_sections import SIGNS, Sections, status_of

#: What GitHub takes as a comment, in characters; held in bytes, so that no way of counting goes beyond it.
LIMIT: Final = 65_536

_NOTE_ROOM: Final = 600


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the report that is there whole or not at all; those of a low rank get their room first."""

    rank: int
    what: str  #: what the note calls it when it was left out: ``the steps of a workflow``
    lines: Sequence[str]

    @property
    def text(self) -> str:
        """The lines, and an empty one that parts them from the next piece."""
        return "\n".join(self.lines) + "\n\n"


class MarkdownReport:
    """An observer that gives the runs it saw as Markdown."""

    def __init__(self, about: About) -> None:
        self._sections = Sections(about)
        self._history = History()

    def __call__(self, event: Event) -> None:
        self._history(event)

    def parts(self) -> Iterable[str]:
        """The report, piece by piece."""
        order = list(SIGNS)
        runs = sorted(self._history.runs, key=lambda run: order.index(status_of(run.asked)))
        title = [Piece(0, "the summary", [_title(runs)])] if len(runs) != 1 else []
        yield from fitted([*title, *(piece for run in runs for piece in self._pieces(run) if piece.lines)], LIMIT)

    def _pieces(self, run: RunHistory) -> Iterator[Piece]:
        status = status_of(run.asked)
        rank = 10 if status == "succeeded" else 1
        yield Piece(rank, f"a workflow that {status}", self._sections.head(run.asked))
        if status != "succeeded":
            yield Piece(2, "why a workflow did not succeed", self._sections.why(run))
            yield Piece(3, "a request", self._sections.request(run))
            yield Piece(3, "an answer", self._sections.answer(run))
        yield Piece(rank + 4, "the steps of a workflow", self._sections.steps(run))
        yield Piece(rank + 5, "the outputs of a workflow", self._sections.outputs(run.asked))
        yield Piece(rank + 6, "the notes of a workflow", self._sections.notes(run))


def fitted(pieces: Sequence[Piece], limit: int) -> Iterator[str]:
    """The texts of the pieces, as many as fit into so many bytes, in their order; then a note of what did not."""
    room = limit - _NOTE_ROOM
    kept: set[int] = set()
    for index in sorted(range(len(pieces)), key=lambda index: pieces[index].rank):
        size = len(pieces[index].text.encode())
        if size <= room:
            room -= size
            kept.add(index)
    yield from (piece.text for index, piece in enumerate(pieces) if index in kept)
    left_out = Counter(piece.what for index, piece in enumerate(pieces) if index not in kept)
    if left_out:
        listed = ", ".join(f"{what} ({number} times)" if number > 1 else what for what, number in left_out.items())
        yield f"_Left out, to stay within {limit} characters: {listed}. The JSON report has all of it._\n"


def _title(runs: Sequence[RunHistory]) -> str:
    found = Counter(status_of(run.asked) for run in runs)
    worst = next((sign for status, sign in SIGNS.items() if found[status]), "")
    counts = ", ".join(f"{found[status]} {status}" for status in SIGNS if found[status]) or "none was run"
    return " ".join(word for word in ("##", worst, f"{count(len(runs), 'workflow')}: {counts}") if word)
