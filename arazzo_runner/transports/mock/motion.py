"""Where an answer should lead: forward through the workflow, with one wait where a step polls (S26, S27, S30).

Knows a bound step's actions and its place among the steps; gives goals for an answer, in the order of trying.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field
from itertools import islice, product
from typing import Final

from arazzo_runner.description import BoundAction, BoundStep, BoundWorkflow
from arazzo_runner.expressions import expressions_in
from arazzo_runner.expressions.criteria import Criterion
from arazzo_runner.expressions.nodes import MessagePart
from arazzo_runner.records import dataclass
from arazzo_runner.transports.mock.judging import Goal
from arazzo_runner.transports.mock.places import BodyPart, place_of

_MOST_WAYS: Final = 6
_BACK, _OUT = 1_000_000, 10_000  #: ranks of going back, and of leaving before the last step


@dataclass(frozen=True, slots=True)
class Course:
    """One way on from a step: the action that is taken (None: the next step), and how far from forward it is."""

    rank: int
    action: int | None = None  #: the index among the actions
    goals: tuple[tuple[Goal, ...], ...] = ()  #: alternatives, each of which leads here

    @property
    def goes_back(self) -> bool:
        """Whether it leads to this step or an earlier one."""
        return self.rank >= _BACK

    @property
    def is_forward(self) -> bool:
        """Whether it leads on to a later step, or to the end from the last one."""
        return self.rank < _OUT


@dataclass(frozen=True, slots=True)
class Motion:
    """The history of one step."""

    success: tuple[Goal, ...]  #: the step's success criteria
    history: tuple[Course, ...] = ()  #: the best first
    waits: tuple[tuple[Goal, ...], ...] = field(default=())  #: goals that make the step wait once, by failing


def motion_of(workflow: BoundWorkflow, bound: BoundStep) -> Motion:
    """What the step's actions make of its answers."""
    success = tuple(Goal(criterion) for criterion in bound.step.success_criteria)
    history = sorted(_history(workflow, bound), key=lambda course: course.rank)
    return Motion(success, tuple(history), tuple(_waits(workflow, bound)))


def course_taken(motion: Motion, holds: Sequence[bool]) -> Course | None:
    """The course that the first action whose criteria hold belongs to; None where no course is known."""
    index = next((i for i, held in enumerate(holds) if held), None)
    return next((course for course in motion.history if course.action == index), None)


def _history(workflow: BoundWorkflow, bound: BoundStep) -> Iterator[Course]:
    place = workflow.index[bound.step.step_id]
    actions = bound.on_success
    for i, bound_action in enumerate(actions):
        own = tuple(Goal(criterion) for criterion in bound_action.action.criteria)
        others = list(_none_of(actions[:i]))
        if others:
            yield Course(_rank(workflow, place, bound_action), i, tuple((*own, *other) for other in others))
        if not own:
            return
    yield Course(place + 1, None, tuple(_none_of(actions)))


def _rank(workflow: BoundWorkflow, place: int, bound: BoundAction) -> int:
    action = bound.action
    last = len(workflow.steps) - 1
    match action.type:
        case "goto" if (target := workflow.index.get(action.step_id or "")) is not None:
            return target if target > place else _BACK + (place - target)
        case "retry":
            return _BACK
        case "end" if place == last:
            return last
        case "goto":
            return _OUT if place != last else last
        case _:
            return _OUT + 1


def _none_of(actions: Sequence[BoundAction]) -> Iterator[tuple[Goal, ...]]:
    """Goals under which none of the actions is taken: one criterion of each fails. Nothing where one has none."""
    choices = [[Goal(criterion, hold=False) for criterion in bound.action.criteria] for bound in actions]
    return islice(product(*choices), _MOST_WAYS)


def _waits(workflow: BoundWorkflow, bound: BoundStep) -> Iterator[tuple[Goal, ...]]:
    """Polling through onFailure: a criterion about the body fails once, and an action does the step again."""
    success = bound.step.success_criteria
    about_body = [criterion for criterion in success if reads_body(criterion)]
    actions = bound.on_failure
    for i, bound_action in enumerate(actions):
        own = bound_action.action.criteria
        if _does_again(workflow, bound, bound_action) and (any(map(reads_body, own)) or (about_body and not own)):
            kept = tuple(Goal(criterion) for criterion in success if criterion not in about_body)
            for other in _none_of(actions[:i]):
                for failing in about_body:
                    yield (*kept, Goal(failing, hold=False), *(Goal(criterion) for criterion in own), *other)
        if not own:
            return


def _does_again(workflow: BoundWorkflow, bound: BoundStep, action: BoundAction) -> bool:
    one = action.action
    if one.type == "retry":
        return one.retry_limit != 0 and one.workflow_id is None and one.step_id in (None, bound.step.step_id)
    target = workflow.index.get(one.step_id or "")
    return one.type == "goto" and target is not None and target <= workflow.index[bound.step.step_id]


def reads_body(criterion: Criterion) -> bool:
    """Whether the criterion looks at the body of the answer."""
    if isinstance(criterion.context, MessagePart) and isinstance(place_of(criterion.context), BodyPart):
        return True
    return any(isinstance(place_of(expression), BodyPart) for expression in expressions_in(criterion))
