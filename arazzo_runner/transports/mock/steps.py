"""The answer to a step's request: natural, filled with what the workflow reads, mended so that the run goes forward."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from arazzo_runner.description import BoundStep, BoundWorkflow
from arazzo_runner.expressions.criteria import Criterion
from arazzo_runner.expressions.scope import Scope
from arazzo_runner.records import dataclass
from arazzo_runner.transports.mock.answers import Answer, natural
from arazzo_runner.transports.mock.judging import Answered, Bench, Goal
from arazzo_runner.transports.mock.motion import Course, Motion, course_taken, motion_of
from arazzo_runner.transports.mock.needs import Need, fill, reads_body
from arazzo_runner.transports.mock.satisfy import chosen_status, meet, meets


@dataclass(slots=True)
class MockedStep:
    """A step whose operation is mocked; what does not depend on a visit is worked out once."""

    bound: BoundStep
    operation: Answered
    needs: tuple[Need, ...]
    motion: Motion
    faithful: bool = False
    _natural: dict[tuple[int, str], Answer] = field(default_factory=dict)

    def answer(self, bench: Bench, visit: int) -> Answer:
        """The answer to one visit: the first may make a polling step wait, later ones lead forward."""
        accept = bench.exchange.request_headers.get("accept", "")
        bodily = reads_body(self.needs)
        status = chosen_status(self.operation.contents(), self.motion.success, bench, bodily=bodily)
        start = self.natural(status, accept)
        if visit == 0 and (waiting := self._waiting(start, bench)) is not None:
            return waiting
        return self._filled(self._forward(meet(start, self.motion.success, bench), bench), bench)

    def natural(self, status: int, accept: str) -> Answer:
        """A copy of the operation's natural answer, in which what the outputs read is filled in."""
        found = self._natural.get((status, accept))
        if found is None:
            found = natural(self.operation, status, accept, self.operation.method)
            found.faithful = self.faithful
            fill(found, self.needs)
            self._natural[status, accept] = found
        return found.copied()

    def _waiting(self, start: Answer, bench: Bench) -> Answer | None:
        """An answer that sends a polling step back to itself, or a loop round once."""
        for goals in self.motion.waits:
            if (failing := meets(start, goals, bench)) is not None:
                return failing
        back = [course for course in self.motion.history if course.goes_back]
        if not back:
            return None
        success = meet(start, self.motion.success, bench)
        taken = self._course(success, bench)
        if taken is not None and taken.goes_back:
            return success
        return self._led(success, back, bench)

    def _forward(self, answer: Answer, bench: Bench) -> Answer:
        """The answer, mended so that it leads as far forward as can be found, unless it does so by nature."""
        taken = self._course(answer, bench)
        if taken is None or taken.is_forward:
            return answer
        better = [course for course in self.motion.history if course.rank < taken.rank]
        return self._led(answer, better, bench) or answer

    def _led(self, answer: Answer, history: Sequence[Course], bench: Bench) -> Answer | None:
        for course in history:
            for goals in course.goals:
                led = meets(answer, (*self.motion.success, *goals), bench)
                if led is not None and self._course(led, bench) == course:
                    return led
        return None

    def _course(self, answer: Answer, bench: Bench) -> Course | None:
        scope = bench.scope(answer)
        return course_taken(
            self.motion, [_hold(action.action.criteria, bench, scope) for action in self.bound.on_success]
        )

    def _filled(self, answer: Answer, bench: Bench) -> Answer:
        """The mended answer with what the mending took from the outputs, where nothing breaks by it."""
        filled = answer.copied()
        fill(filled, self.needs)
        if filled.body == answer.body and filled.headers == answer.headers:
            return answer
        goals = [goal for goal in self.motion.success if bench.met(goal, bench.scope(answer))]
        same = self._course(filled, bench) == self._course(answer, bench)
        return filled if same and bench.all_met(goals, filled) else answer


def mocked_step(
    workflow: BoundWorkflow, bound: BoundStep, operation: Answered, needs: tuple[Need, ...], *, faithful: bool = False
) -> MockedStep:
    """The step with its history worked out."""
    return MockedStep(bound, operation, needs, motion_of(workflow, bound), faithful)


def _hold(criteria: Sequence[Criterion], bench: Bench, scope: Scope) -> bool:
    return all(bench.met(Goal(criterion), scope) for criterion in criteria)
