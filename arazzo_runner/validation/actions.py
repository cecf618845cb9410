"""Rules about single actions and lists of them: those that are never taken, and times that look wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from arazzo_runner import diagnostics as codes
from arazzo_runner.description import BoundStep, BoundWorkflow, Description
from arazzo_runner.diagnostics import Diagnostic, Origin
from arazzo_runner.model import Action, SuccessAction
from arazzo_runner.validation.visiting import finding, workflows

_SUSPICIOUS: Final = 1000  #: seconds: from here on a multiple of 100 looks like milliseconds


def unreachable_actions(description: Description) -> Iterator[Diagnostic]:
    """No action stands behind one that is always taken."""
    for _, workflow in workflows(description):
        model = workflow.workflow.origin
        common = {model.at("successActions").pointer, model.at("failureActions").pointer}
        repeated = {action.name for bound in workflow.steps for action in _own(bound)}
        for actions, origin in _lists(workflow):
            hidden = repeated if origin.pointer in common else set[str]()  # a step's action of that name comes instead
            taken = next(
                (i for i, each in enumerate(actions) if is_always_taken(each) and each.name not in hidden), None
            )
            if taken is None:
                continue
            for index in range(taken + 1, len(actions)):
                message = f"action '{actions[index].name}' is never taken: '{actions[taken].name}' has no criteria"
                here = actions[index].origin
                own = here.pointer.startswith(f"{origin.pointer}/")
                yield finding(codes.UNREACHABLE_ACTION, here if own else origin.at(index), message)


def _own(bound: BoundStep) -> tuple[Action, ...]:
    return (*bound.step.on_success, *bound.step.on_failure)


def _lists(workflow: BoundWorkflow) -> Iterator[tuple[Sequence[Action], Origin]]:
    """The lists of actions as they are written, with their places."""
    model = workflow.workflow
    yield model.success_actions, model.origin.at("successActions")
    yield model.failure_actions, model.origin.at("failureActions")
    for bound in workflow.steps:
        yield bound.step.on_success, bound.step.origin.at("onSuccess")
        yield bound.step.on_failure, bound.step.origin.at("onFailure")


def is_always_taken(action: Action) -> bool:
    """Whether an action is taken whenever it is come to: without criteria, and never spent."""
    if action.criteria:
        return False
    return action.type != "retry" or (isinstance(action, SuccessAction) and action.retry_limit is None)


def milliseconds(description: Description) -> Iterator[Diagnostic]:
    """`retryAfter` is in seconds."""
    for _, workflow in workflows(description):
        for actions, _ in _lists(workflow):
            for action in actions:
                seconds = action.retry_after
                if action.type == "retry" and seconds is not None and seconds >= _SUSPICIOUS and seconds % 100 == 0:
                    message = f"'retryAfter' of action '{action.name}' is {seconds:g} seconds, {_long(seconds)}"
                    hint = f"write {seconds / 1000:g} if milliseconds are meant"
                    yield finding(codes.RETRY_AFTER_MILLISECONDS, action.origin.at("retryAfter"), message, hint)


def _long(seconds: float) -> str:
    return f"{seconds / 3600:.1f} hours" if seconds >= 3600 else f"{seconds / 60:.0f} minutes"
