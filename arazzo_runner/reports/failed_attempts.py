"""The attempt that a run failed at, and why an attempt failed, as plain text with bounded bodies.

Knows results and bodies; it must not know the format of the report that shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from arazzo_runner.effects import Headers
from arazzo_runner.engine.results import Attempt, RunResult, StepResult
from arazzo_runner.expressions.criteria import Verdict
from arazzo_runner.records import dataclass
from arazzo_runner.reports.bodies import body_text, compact

#: Larger contents are shown as they are, not parsed to be made pretty.
LARGEST_PRETTY: Final = 1 << 20

_WORD_BEGUN = re.compile(r"[^\s\"'<>&;,]*\Z")

#: Characters of a body in `detail`.
BODY_ROOM: Final = 4000

#: A failure is a criterion that did not hold; an error is anything that kept the criteria from being judged.
Kind = Literal["failure", "error"]


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed attempt: its code (``criterion``, ``timeout``, ...), one sentence, and all that led to it."""

    kind: Kind
    code: str
    message: str
    detail: str


def failing_chain(result: RunResult) -> list[RunResult]:
    """The run, and down to the one that failed first each that it called, depended on or handed over to."""
    chain = [result]
    while (inner := _failing_below(chain[-1])) is not None:
        chain.append(inner)
    return chain


def _failing_below(result: RunResult) -> RunResult | None:
    if result.transferred_to is not None:
        return result.transferred_to
    if not result.steps:
        last = result.dependencies[-1] if result.dependencies else None
        return None if last is None or last.succeeded else last
    last_step = result.steps[-1]
    if last_step.status == "succeeded" or last_step.run is None or last_step.run.succeeded:
        return None
    return last_step.run


def failing_attempt(result: RunResult) -> tuple[StepResult, Attempt] | None:
    """The step and the attempt that a run failed at, however deep in the workflows that it called."""
    for run in reversed(failing_chain(result)):
        if run.steps and run.steps[-1].status == "failed" and run.steps[-1].attempts:
            return run.steps[-1], run.steps[-1].attempts[-1]
    return None


def failure_of(attempt: Attempt) -> Failure:
    """What to say of an attempt that failed."""
    code, message = reason(attempt)
    return Failure(kind_of(code), code, message, "\n".join(_detail(attempt)))


def kind_of(code: str) -> Kind:
    """Whether a code stands for a criterion that did not hold or for something that went wrong before."""
    return "failure" if code == "criterion" else "error"


def reason(attempt: Attempt) -> tuple[str, str]:
    """The code and the sentence for an attempt that failed: its error, else the first criterion that did not hold."""
    if attempt.error is not None:
        return attempt.error.code, attempt.error.message
    for verdict in attempt.verdicts:
        if not verdict.passed:
            found = verdict.why or ", ".join(operands(verdict)) or "it is false"
            return "criterion", f"'{verdict.condition}' does not hold: {found}"
    return "failed", "the attempt failed"


def operands(verdict: Verdict) -> list[str]:
    """What a condition looked at: ``$statusCode is 503``."""
    return [f"{operand.text} is {cut(value_text(operand.value), 400)}" for operand in verdict.operands]


def value_text(value: object) -> str:
    """A value of a run as JSON on one line."""
    return compact(value).rstrip("\n")


def cut(text: str, room: int) -> str:
    """The text, or its beginning with a note of how much was left out.

    It is cut between words: of a secret that is only known as one later, no part may be left that is not recognised.
    """
    if len(text) <= room:
        return text
    kept = _WORD_BEGUN.sub("", text[:room])
    return f"{kept}... ({len(text) - len(kept)} more characters)"


def shown_body(headers: Headers, content: bytes, room: int) -> str:
    """A body for a person: pretty where it is JSON, cut to ``room`` characters."""
    if len(content) <= LARGEST_PRETTY:
        return cut(body_text(headers, content), room)
    beginning = _WORD_BEGUN.sub("", content[:room].decode("utf-8", "replace"))
    return f"{beginning}... ({len(content)} bytes in all)"


def _detail(attempt: Attempt) -> Iterator[str]:
    if attempt.error is not None:
        yield f"error: {attempt.error.message}"
    for verdict in attempt.verdicts:
        if not verdict.passed:
            yield f"criterion: {verdict.condition}"
            yield from (f"  {found}" for found in ([verdict.why] if verdict.why else operands(verdict)))
    if attempt.request is not None:
        yield f"request: {attempt.request.method} {attempt.request.url}"
        yield from _body(attempt.request.headers, attempt.request.content)
    if attempt.response is not None:
        yield f"response: {attempt.response.status_code}"
        yield from _body(attempt.response.headers, attempt.response.content)
    yield from (f"note: {note}" for note in attempt.notes)


def _body(headers: Headers, content: bytes) -> Iterator[str]:
    if content:
        yield shown_body(headers, content, BODY_ROOM)
