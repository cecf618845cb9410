"""The frame of an attempt in a visit: which one it is, how it went, what it waited for. A nested run stands inside."""

from __future__ import annotations

from arazzo_runner.engine.attempt import succeeded
from arazzo_runner.engine.results import Attempt, StepResult
from arazzo_runner.reports.html_report.exchange import Room, exchange, values
from arazzo_runner.reports.html_report.markup import Fragment, Ours, element, joined
from arazzo_runner.reports.lines import duration


def attempt_start(
    attempt: Attempt, number: int, step: StepResult, detail: str | None, room: Room, *, failed: bool
) -> Fragment:
    """The beginning of an attempt, up to where its nested run stands. Several attempts fold, one does not."""
    last = number == len(step.attempts)
    opening: Fragment = (Ours('<div class="attempt">'),)
    if len(step.attempts) > 1:
        opening = (Ours(f'<details class="attempt"{" open" if last else ""}>'), *_head(attempt, number, step))
    outputs = values(step.outputs, "Outputs of the step", room) if last else None
    return joined(opening, _waited(attempt, detail), exchange(attempt, room, failed=failed), outputs)


def attempt_end(step: StepResult) -> Fragment:
    """The end of an attempt."""
    return (Ours("</details>" if len(step.attempts) > 1 else "</div>"),)


def _head(attempt: Attempt, number: int, step: StepResult) -> Fragment:
    passed = succeeded(attempt)
    sign = element("span", Ours("&#10003;" if passed else "&#10007;"), class_="sign", aria_hidden="true")
    word = "succeeded" if passed else "failed"
    answer = str(attempt.response.status_code) if attempt.response else attempt.error.code if attempt.error else ""
    facts = element("span", f"{answer} {duration(attempt.duration)}", class_="facts")
    title = f"Attempt {number} of {len(step.attempts)}"
    return element("summary", sign, " ", title, " ", element("span", word, class_="state"), " ", facts, class_=word)


def _waited(attempt: Attempt, detail: str | None) -> Fragment | None:
    if not attempt.waited:
        return None
    told = joined(": ", element("code", detail)) if detail else None
    return element("p", f"waited {duration(attempt.waited)} before it was sent", told, class_="waited")
