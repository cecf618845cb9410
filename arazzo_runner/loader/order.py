"""In which order steps run and workflows wait for each other (S24, S33)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from arazzo_runner import diagnostics as codes
from arazzo_runner.diagnostics import OriginReport
from arazzo_runner.expressions.nodes import StepOutput
from arazzo_runner.loader.cycles import find_cycle
from arazzo_runner.loader.references import uses_in_step
from arazzo_runner.loader.shape import say
from arazzo_runner.model import Action, Step, Workflow


def local_dependency(text: str, workflow_id: str) -> str | None:
    """The step of the same workflow that a member of `dependsOn` names, if it names one."""
    prefix = f"$workflows.{workflow_id}.steps."
    return text.removeprefix(prefix) if text.startswith(prefix) else None if text.startswith("$") else text


def order_steps(workflow: Workflow, report: Callable[[Step], OriginReport]) -> tuple[Step, ...]:
    """The steps as they run: as listed, but after those that they depend on. A cycle is reported, and then ignored."""
    steps = {step.step_id: step for step in reversed(workflow.steps)}  # of two with one id, the first
    if not any(step.depends_on for step in workflow.steps):
        return workflow.steps
    needs = {
        step.step_id: {
            found
            for text in step.depends_on
            if (found := local_dependency(text, workflow.workflow_id)) in steps and found is not None
        }
        for step in workflow.steps
    }
    cycle = find_cycle(needs)
    if cycle:
        chain = " -> ".join(f"'{name}'" for name in cycle)
        say(report(steps[cycle[0]]).at("dependsOn"), codes.DEPENDENCY_CYCLE, f"steps wait for each other: {chain}")
        return workflow.steps
    _add_references(workflow, needs)
    return _sorted(workflow.steps, needs)


def _add_references(workflow: Workflow, needs: dict[str, set[str]]) -> None:
    """Add steps listed later whose outputs a step uses, where no goto leads back and no cycle comes of it."""
    position = {step.step_id: index for index, step in reversed(list(enumerate(workflow.steps)))}
    for index, step in enumerate(workflow.steps):
        for use in uses_in_step(step):
            later = use.expression.step_id if isinstance(use.expression, StepOutput) else None
            if later is None or later not in position or position[later] <= index:
                continue
            if later in needs[step.step_id] or leads_back(workflow, position[later], index):
                continue
            needs[step.step_id].add(later)
            if find_cycle(needs):
                needs[step.step_id].discard(later)


def _sorted(steps: Sequence[Step], needs: Mapping[str, set[str]]) -> tuple[Step, ...]:
    waiting, ordered, done = list(steps), list[Step](), set[str]()
    while waiting:
        step = next((step for step in waiting if needs[step.step_id] <= done), waiting[0])
        waiting.remove(step)
        ordered.append(step)
        done.add(step.step_id)
    return tuple(ordered)


def gotos(step: Step, workflow: Workflow) -> Iterator[Action]:
    """The actions of a step, those of its workflow included, that lead to a step."""
    merged = (
        *merge_actions(step.on_success, workflow.success_actions),
        *merge_actions(step.on_failure, workflow.failure_actions),
    )
    return (action for action in merged if action.step_id is not None)


def merge_actions(own: Sequence[Action], common: Sequence[Action]) -> tuple[Action, ...]:
    """A step's own actions, then those of the workflow whose name it does not repeat (S25)."""
    names = {action.name for action in own}
    return (*own, *(action for action in common if action.name not in names))


def leads_back(workflow: Workflow, later: int, earlier: int) -> bool:
    """Whether a goto leads from ``later`` or after it to ``earlier`` or before it, or a retry runs it there."""
    position = {step.step_id: index for index, step in reversed(list(enumerate(workflow.steps)))}
    for index, step in enumerate(workflow.steps):
        for action in gotos(step, workflow):
            target = position.get(action.step_id or "", -1)
            if index >= later and 0 <= target <= earlier and action.type == "goto":
                return True
            if action.type == "retry" and index <= earlier and target == later:
                return True
    return False
