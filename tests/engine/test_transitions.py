"""What follows an attempt (S25, S26, S28-S30), as the pure choice that it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from arazzo_runner.description import BoundAction, BoundStep, WorkflowKey
from arazzo_runner.engine.transitions import End, Fail, Goto, Next, Retry, Transfer, Transition, choose
from arazzo_runner.model import Action, Step

OTHER = WorkflowKey("doc", "other")


def action(name: str, type_: str, **fields: object) -> BoundAction:
    return BoundAction(Action(name=name, type=type_, **fields), OTHER if "workflow_id" in fields else None)  # type: ignore[arg-type]  # one of its fields


END = action("stop", "end")
GOTO = action("back", "goto", step_id="a")
MOVE = action("move", "goto", workflow_id="other")
RETRY = action("again", "retry")
TWICE = action("twice", "retry", retry_limit=2)
NEVER = action("never", "retry", retry_limit=0)


def all_hold(bound: BoundAction) -> bool:
    return True


def none_holds(bound: BoundAction) -> bool:
    return False


def only(*names: str) -> Callable[[BoundAction], bool]:
    return lambda bound: bound.action.name in names


def step(on_success: tuple[BoundAction, ...] = (), on_failure: tuple[BoundAction, ...] = ()) -> BoundStep:
    return BoundStep(Step(step_id="s"), on_success=on_success, on_failure=on_failure)


@pytest.mark.parametrize(
    ("on_success", "holds", "taken", "expected"),
    [
        ((), all_hold, {}, Next()),
        ((END, GOTO), none_holds, {}, Next()),  # S26: none holds, go on
        ((END, GOTO), all_hold, {}, End(True, END)),  # S25: the first whose criteria hold
        ((END, GOTO), only("back"), {}, Goto("a", GOTO)),
        ((MOVE,), all_hold, {}, Transfer(OTHER, MOVE)),
        ((RETRY,), all_hold, {"again": 40}, Goto("s", RETRY)),  # retry-on-success without a limit polls
        ((TWICE,), all_hold, {"twice": 1}, Goto("s", TWICE)),
        ((TWICE,), all_hold, {"twice": 2}, Fail(TWICE)),  # its limit is spent and it still holds: not a success
    ],
)
def test_after_a_success(
    on_success: tuple[BoundAction, ...],
    holds: Callable[[BoundAction], bool],
    taken: dict[str, int],
    expected: Transition,
) -> None:
    assert choose(step(on_success=on_success), True, taken, holds) == expected


@pytest.mark.parametrize(
    ("on_failure", "holds", "taken", "expected"),
    [
        ((), all_hold, {}, Fail()),  # S26: none holds, the workflow fails
        ((END,), all_hold, {}, End(False, END)),
        ((RETRY, GOTO), all_hold, {}, Retry(RETRY)),
        (
            (RETRY, GOTO),
            all_hold,
            {"again": 1},
            Goto("a", GOTO),
        ),  # S30: the limit defaults to 1; a spent one is passed over
        ((TWICE, RETRY), all_hold, {"twice": 2}, Retry(RETRY)),  # every retry action has its own budget
        ((TWICE, RETRY), all_hold, {"twice": 2, "again": 1}, Fail()),
        ((NEVER, END), all_hold, {}, End(False, END)),  # 0 means none
        ((MOVE,), all_hold, {}, Transfer(OTHER, MOVE)),
        ((RETRY,), none_holds, {}, Fail()),
    ],
)
def test_after_a_failure(
    on_failure: tuple[BoundAction, ...],
    holds: Callable[[BoundAction], bool],
    taken: dict[str, int],
    expected: Transition,
) -> None:
    assert choose(step(on_failure=on_failure), False, taken, holds) == expected
