"""How a run, a step or a visit stands: a word, a sign and a colour, which is never the only mark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from arazzo_runner.reports.html_report.markup import Fragment, Ours, element, joined
from arazzo_runner.reports.html_report.record import Run, Visit

State: TypeAlias = Literal["succeeded", "handled", "ended", "failed", "cancelled", "unfinished", "unreached"]

_SIGNS: Final[dict[State, str]] = {
    "succeeded": "&#10003;",
    "handled": "!",
    "ended": "&#9632;",
    "failed": "&#10007;",
    "cancelled": "&#8856;",
    "unfinished": "?",
    "unreached": "&#183;",
}
_WORDS: Final[dict[State, str]] = {
    "handled": "failed, handled",
    "unreached": "not reached",
    "unfinished": "not finished",
}


def word(state: State) -> str:
    """The state in words."""
    return _WORDS.get(state, state)


def badge(state: State) -> Fragment:
    """The sign and the word."""
    return element("span", sign(state), element("span", word(state), class_="state"), class_=f"badge {state}")


def sign(state: State) -> Fragment:
    """The sign alone; the word must stand beside it."""
    return element("span", Ours(_SIGNS[state]), class_=f"sign {state}", aria_hidden="true")


def run_state(run: Run) -> State:
    """How a run ended."""
    return run.result.status if run.result is not None else "unfinished"


def visit_state(run: Run, visit: Visit) -> State:
    """How a visit went, and what it meant for its run."""
    if visit.succeeded and not _fatal(run, visit):
        return "succeeded"
    if visit.handled and not _fatal(run, visit):
        return "handled"
    if visit.action is not None and visit.action.type == "end":
        return "ended"
    return "cancelled" if run_state(run) == "cancelled" and _is_last(run, visit) else "failed"


def row_state(run: Run, visits: Sequence[Visit]) -> State:
    """How a step stands after all its visits: as its last one."""
    return visit_state(run, visits[-1]) if visits else "unreached"


def _fatal(run: Run, visit: Visit) -> bool:
    """Whether a run failed at this visit although an action stood there: a poll that went on for too long."""
    error = run.result.error if run.result is not None else None
    failed = run_state(run) in ("failed", "cancelled") and run.transferred_to is None
    return failed and _is_last(run, visit) and error is not None and error.step_id == visit.step_id


def _is_last(run: Run, visit: Visit) -> bool:
    return visit.number == len(run.visits)


def failure(run: Run) -> Visit | None:
    """The visit at which a run did not go on; None where it succeeded or never came to a step."""
    if not run.visits or run_state(run) == "succeeded" or run.transferred_to is not None:
        return None
    last = run.visits[-1]
    return last if visit_state(run, last) in ("failed", "ended", "cancelled") else None


def failing(run: Run) -> Run | None:
    """The run in which a run failed: itself, the one that it handed over to, or one that it depends on."""
    if run.transferred_to is not None:
        return failing(run.transferred_to)
    if failure(run) is not None:
        return run
    return failing(run.dependencies[-1]) if run.dependencies and not run.visits else None


def heading(level: int, *children: str | Fragment, **attributes: str | None) -> Fragment:
    """A heading; there are only six levels."""
    return element(f"h{min(level, 6)}", joined(*children), **attributes)
