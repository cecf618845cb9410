"""Which way a workflow can take: where its steps lead, what must have run before a place, what can be skipped.

Knows the order of steps and the targets of actions; conditions count as able to hold and not to.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from arazzo_runner.description import BoundAction, BoundStep, BoundWorkflow
from arazzo_runner.records import dataclass


@dataclass(frozen=True)
class Flow:
    """The ways through one workflow, its steps by their place in the order in which they run."""

    workflow: BoundWorkflow

    @cached_property
    def edges(self) -> tuple[frozenset[int], ...]:
        """For each step, the steps that may come next; the number of steps stands for the end of the workflow."""
        return tuple(frozenset(self._next(index, step)) for index, step in enumerate(self.workflow.steps))

    def _next(self, index: int, bound: BoundStep) -> Iterator[int]:
        yield from self._after_success(index, bound)
        for action in bound.on_failure:
            target = self._goto(action)
            if target is not None:
                yield target

    def _after_success(self, index: int, bound: BoundStep) -> Iterator[int]:
        for action in bound.on_success:
            target = self._goto(action)
            if target is not None:
                yield target
            elif action.action.type == "end":
                yield len(self.workflow.steps)
            if not action.action.criteria and action.action.type != "retry":
                return
        yield index + 1

    def _goto(self, bound: BoundAction) -> int | None:
        action = bound.action
        return self.workflow.index.get(action.step_id) if action.type == "goto" and action.step_id is not None else None

    def reaches(self, target: int, *, without: int) -> bool:
        """Whether a run can come to a step (or the end) without having run another."""
        if without not in self._reached:
            self._reached[without] = self._reachable(without)
        return target in self._reached[without]

    @cached_property
    def _reached(self) -> dict[int, frozenset[int]]:
        return {}

    def _reachable(self, without: int) -> frozenset[int]:
        """The steps (and the end) that a run can come to without one of them."""
        seen, waiting = ({0}, [0]) if without else (set[int](), list[int]())
        while waiting:
            here = waiting.pop()
            below = self.edges[here] if here < len(self.edges) else frozenset[int]()
            new = {index for index in below if index not in seen and index != without}
            waiting.extend(new)
            seen |= new
        return frozenset(seen)

    def returns(self, later: int, earlier: int) -> bool:
        """Whether a goto leads from a step at or after ``later`` to one at or before ``earlier``.

        A retry that runs ``later`` before it repeats a step at or before ``earlier`` leads there, too.
        """
        for index, bound in enumerate(self.workflow.steps):
            for action in (*bound.on_success, *bound.on_failure):
                target = self.workflow.index.get(action.action.step_id or "")
                if target is None:
                    continue
                if action.action.type == "goto" and index >= later and target <= earlier:
                    return True
                if action.action.type == "retry" and index <= earlier and target == later:
                    return True
        return False
