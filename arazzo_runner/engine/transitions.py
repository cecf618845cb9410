"""What follows an attempt of a step: a pure choice among its actions (S25, S26, S28-S30)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from arazzo_runner.description import BoundAction, BoundStep, WorkflowKey
from arazzo_runner.records import dataclass

#: How often a retry action without ``retryLimit`` is taken (Failure Action Object, `retryLimit`).
DEFAULT_RETRY_LIMIT = 1


@dataclass(frozen=True, slots=True)
class Next:
    """The next step in order; after the last one the workflow has succeeded."""


@dataclass(frozen=True, slots=True)
class Goto:
    """Go on with a step of this workflow, all outputs kept (S27)."""

    step_id: str
    action: BoundAction


@dataclass(frozen=True, slots=True)
class Transfer:
    """Hand over to another workflow, one way (S28)."""

    workflow: WorkflowKey
    action: BoundAction


@dataclass(frozen=True, slots=True)
class Retry:
    """Try the step again, after what the action names has run (S30)."""

    action: BoundAction


@dataclass(frozen=True, slots=True)
class End:
    """The workflow ends here: ``succeeded`` or not (S29)."""

    succeeded: bool
    action: BoundAction


@dataclass(frozen=True, slots=True)
class Fail:
    """The workflow fails (S26). ``action`` is the poll that ran out of its ``retryLimit``, where that is why."""

    action: BoundAction | None = None


_NEXT: Final = Next()

Transition: TypeAlias = "Next | Goto | Transfer | Retry | End | Fail"


def choose(
    step: BoundStep,
    succeeded: bool,
    taken: Mapping[str, int],
    holds: Callable[[BoundAction], bool],
) -> Transition:
    """The transition after an attempt: the first action whose criteria all hold decides.

    ``taken`` counts how often each retry action, by name, was taken in this visit; a spent one is passed over (S30).
    """
    if succeeded:
        return _after_success(step, step.on_success, taken, holds)
    for bound in step.on_failure:
        action = bound.action
        if action.type == "retry" and taken.get(action.name, 0) >= _limit(bound):
            continue
        if holds(bound):
            return Retry(bound) if action.type == "retry" else _leave(bound, succeeded=False)
    return Fail()


def _after_success(
    step: BoundStep, actions: Sequence[BoundAction], taken: Mapping[str, int], holds: Callable[[BoundAction], bool]
) -> Transition:
    for bound in actions:
        if not holds(bound):
            continue
        if bound.action.type != "retry":
            return _leave(bound, succeeded=True)
        limit = bound.action.retry_limit
        if limit is not None and taken.get(bound.action.name, 0) >= limit:
            return Fail(bound)
        return Goto(step.step.step_id, bound)
    return _NEXT


def _leave(bound: BoundAction, *, succeeded: bool) -> Transition:
    if bound.action.type == "end":
        return End(succeeded, bound)
    if bound.workflow is not None:
        return Transfer(bound.workflow, bound)
    if bound.action.step_id is not None:
        return Goto(bound.action.step_id, bound)
    return Fail(bound)


def _limit(bound: BoundAction) -> int:
    limit = bound.action.retry_limit
    return DEFAULT_RETRY_LIMIT if limit is None else limit
