"""The end of a suite for people: each document and workflow with how it ended, and how many there were of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from arazzo_runner.cli.suite_documents import EVERY, Outcome, SuiteDocument, SuiteStatus
from arazzo_runner.reports.lines import Line, Paper, Role, count, duration, line

#: What a status is called in the totals, in their order, and its colour.
_WORDS: Final[dict[SuiteStatus, tuple[str, Role]]] = {
    "succeeded": ("succeeded", "ok"),
    "failed": ("failed", "bad"),
    "ended": ("ended", "warn"),
    "cancelled": ("cancelled", "warn"),
    "refused": ("could not run", "bad"),
    "skipped": ("not run", "dim"),
}
_LONGEST_NAME: Final = 40


def summary_lines(documents: Sequence[SuiteDocument], seconds: float, paper: Paper, *, all_of_them: bool) -> list[Line]:
    """The lines of each document, or of those with something that did not succeed, and the totals."""
    shown = [document for document in documents if all_of_them or not _succeeded(document)]
    widest = max((paper.columns(one.workflow_id) for document in shown for one in document.outcomes), default=0)
    room = min(widest, _LONGEST_NAME if paper.width is None else max(8, paper.width // 3))
    lines = [Line()]
    for document in shown:
        lines.append(line((document.name, "strong")))
        lines += (
            [_document_line(document, paper)]
            if document.refusal
            else [_line(one, room, paper) for one in document.outcomes]
        )
    return [*lines, _totals(documents, seconds)]


def _succeeded(document: SuiteDocument) -> bool:
    return all(outcome.status == "succeeded" for outcome in document.outcomes)


def _document_line(document: SuiteDocument, paper: Paper) -> Line:
    """What became of a document that cannot run, the same for all of its workflows."""
    outcome = document.outcomes[0]
    return _fitted([f"  {_sign(outcome, paper)} "], outcome, paper)


def _line(outcome: Outcome, room: int, paper: Paper) -> Line:
    """``✗ upload   12 ms  why it failed``."""
    took = "" if outcome.seconds is None else duration(outcome.seconds)
    name = "" if outcome.workflow_id == EVERY else outcome.workflow_id
    return _fitted([f"  {_sign(outcome, paper)} ", paper.padded(name, room), f"  {took:>9}  "], outcome, paper)


def _sign(outcome: Outcome, paper: Paper) -> str:
    role = _WORDS[outcome.status][1]
    return {"ok": paper.symbols.ok, "bad": paper.symbols.bad}.get(role, paper.symbols.running)


def _fitted(begin: Sequence[str], outcome: Outcome, paper: Paper) -> Line:
    """A line that ends with the reason, as much of it as there is room for."""
    word, role = _WORDS[outcome.status]
    reason = ": ".join(_said(outcome, word))
    if paper.width is not None:
        reason = paper.cut(reason, max(paper.width - sum(map(paper.columns, begin)), 0))
    return line((begin[0], role), *begin[1:], (reason, role))


def _said(outcome: Outcome, word: str) -> Iterator[str]:
    said = (outcome.reason or "").startswith(word)
    if outcome.status in ("ended", "cancelled", "refused", "skipped") and not said:
        yield word
    if outcome.reason and outcome.status != "succeeded":
        yield outcome.reason


def _totals(documents: Sequence[SuiteDocument], seconds: float) -> Line:
    """``2 files, 3 workflows: 2 succeeded, 1 failed; 1.2 s``."""
    numbers = Counter(outcome.status for document in documents for outcome in document.outcomes)
    pieces: list[str | tuple[str, Role]] = []
    for status, (word, role) in _WORDS.items():
        if numbers[status]:
            pieces += [", " if pieces else "", (f"{numbers[status]} {word}", role)]
    workflows = sum(outcome.workflow_id != EVERY for document in documents for outcome in document.outcomes)
    counted = [count(len(documents), "file"), count(workflows, "workflow")]
    return line((", ".join(counted), "strong"), ": ", *pieces, f" in {duration(seconds)}")
