"""What results hold on to of what was sent and answered (`Limits.keep_bodies`).

A body that is let go is not empty: its request or response says how many bytes were dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from arazzo_runner.effects import Request, Response
from arazzo_runner.engine.results import Attempt, RunResult, StepResult
from arazzo_runner.engine.state import Run

M = TypeVar("M", Request, Response)


def kept(run: Run, attempt: Attempt) -> Attempt:
    """What the results of this run hold on to of an attempt that is over."""
    keep = run.settings.limits.keep_bodies
    if keep == "all":
        return attempt
    light = _without_bodies(attempt)
    if keep == "last" and _was_sent(attempt):
        run.last = light, attempt
    return light


def _was_sent(attempt: Attempt) -> bool:
    """Whether there was an exchange; a request that a check refused has none."""
    refused = attempt.response is None and attempt.error is not None and attempt.error.code == "check"
    return attempt.request is not None and not refused


def kept_run(run: Run, result: RunResult) -> RunResult:
    """What the results of this run hold on to of a nested run that is over; its steps were seen to before."""
    if run.settings.limits.keep_bodies == "all" or result.last_exchange is None:
        return result
    return replace(result, last_exchange=None)


def with_last(run: Run, result: RunResult) -> RunResult:
    """The result with the bodies of the run's last exchange, wherever in it that stands, if they are to be kept."""
    if run.last is None:
        return result
    return _restored(result, *run.last) or result


def without_content(message: M) -> M:
    """A request or response that says how much content it had."""
    return replace(message, content=b"", dropped=len(message.content)) if message.content else message


def _without_bodies(attempt: Attempt) -> Attempt:
    if attempt.request is None and attempt.run is None:
        return attempt
    return replace(
        attempt,
        request=None if attempt.request is None else without_content(attempt.request),
        response=None if attempt.response is None else without_content(attempt.response),
        verdicts=tuple([replace(verdict, operands=()) for verdict in attempt.verdicts]),
        run=None if attempt.run is None else replace(attempt.run, last_exchange=None),
    )


def _restored(result: RunResult, light: Attempt, full: Attempt) -> RunResult | None:
    """The result with ``full`` in the place of ``light``; None where that is not in it."""
    steps = _restored_steps(result.steps, light, full)
    if steps is not None:
        return replace(result, steps=steps)
    for index, run in enumerate(result.dependencies):
        found = _restored(run, light, full)
        if found is not None:
            return replace(result, dependencies=_put(result.dependencies, index, found))
    return None


def _restored_steps(steps: Sequence[StepResult], light: Attempt, full: Attempt) -> tuple[StepResult, ...] | None:
    for index in range(len(steps) - 1, -1, -1):
        attempts = _restored_attempts(steps[index].attempts, light, full)
        if attempts is not None:
            return _put(steps, index, replace(steps[index], attempts=attempts))
    return None


def _restored_attempts(attempts: tuple[Attempt, ...], light: Attempt, full: Attempt) -> tuple[Attempt, ...] | None:
    for index, attempt in enumerate(attempts):
        if attempt is light:
            return _put(attempts, index, full)
        run = None if attempt.run is None else _restored(attempt.run, light, full)
        if run is not None:
            return _put(attempts, index, replace(attempt, run=run))
    return None


T = TypeVar("T")


def _put(items: Sequence[T], index: int, item: T) -> tuple[T, ...]:
    return (*items[:index], item, *items[index + 1 :])
