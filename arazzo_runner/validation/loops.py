"""Rules about where a workflow can go: steps that nothing leads to, loops that nothing leaves, calls without end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from arazzo_runner import diagnostics as codes
from arazzo_runner.description import BoundAction, BoundStep, BoundWorkflow, Description, WorkflowKey
from arazzo_runner.diagnostics import Diagnostic, Severity
from arazzo_runner.loader.cycles import find_cycle
from arazzo_runner.loader.nearest import listed
from arazzo_runner.validation.certainty import is_certain, leaves
from arazzo_runner.validation.flow import Flow
from arazzo_runner.validation.visiting import finding, workflows

_NONE = -1


def unreachable_steps(description: Description) -> Iterator[Diagnostic]:
    """A run can come to every step."""
    for _, workflow in workflows(description):
        if _is_broken(workflow):
            continue
        flow = Flow(workflow)
        reached = {index for index in range(len(workflow.steps)) if flow.reaches(index, without=_NONE)}
        fetched = {workflow.index.get(id_) for index in reached for id_ in _retried(workflow.steps[index])}
        for index, bound in enumerate(workflow.steps):
            if index and index not in reached and index not in fetched:
                before = workflow.steps[index - 1].step.step_id
                message = f"no way leads to step '{bound.step.step_id}'"
                hint = f"after step '{before}' a run always goes elsewhere, and no goto leads here"
                yield finding(codes.UNREACHABLE_STEP, bound.step.origin.at("stepId"), message, hint)


def _is_broken(workflow: BoundWorkflow) -> bool:
    """Whether an action leads to a step that there is not, which another rule reports."""
    actions = (action.action for bound in workflow.steps for action in (*bound.on_success, *bound.on_failure))
    return any(action.step_id is not None and action.step_id not in workflow.index for action in actions)


def _retried(bound: BoundStep) -> Iterator[str]:
    """The steps that a retry runs first."""
    for action in (*bound.on_failure, *bound.on_success):
        if action.action.type == "retry" and action.action.step_id is not None:
            yield action.action.step_id


def endless_loops(description: Description) -> Iterator[Diagnostic]:
    """A run that comes into a loop can leave it, other than by failing."""
    for _, workflow in workflows(description):
        if _is_broken(workflow):
            continue
        flow = Flow(workflow)
        trapped = _trapped(workflow, flow)
        if trapped and flow.reaches(trapped[0], without=_NONE):
            yield _endless(trapped, workflow)
        for bound in workflow.steps:
            if bound.on_success and _repeats(bound.on_success[0]):
                yield _repeating(bound.on_success[0], bound)


def _trapped(workflow: BoundWorkflow, flow: Flow) -> list[int]:
    """The steps from which no way leads to an end, found by going back from those that have one."""
    over = len(workflow.steps)
    before: list[list[int]] = [[] for _ in range(over + 1)]
    for index, following in enumerate(flow.edges):
        for each in following:
            before[min(each, over)].append(index)
    waiting = [over, *(index for index, step in enumerate(workflow.steps) if leaves(step))]
    free = set(waiting)
    while waiting:
        new = set(before[waiting.pop()]) - free
        waiting.extend(new)
        free |= new
    return [index for index in range(over) if index not in free]


def _endless(trapped: list[int], workflow: BoundWorkflow) -> Diagnostic:
    names = listed(workflow.steps[index].step.step_id for index in trapped)
    message = f"nothing leads out of step {names}" if len(trapped) == 1 else f"nothing leads out of the steps {names}"
    back = next(
        (
            action.action.origin
            for index in trapped
            for action in workflow.steps[index].on_success
            if action.action.type == "goto" and workflow.index.get(action.action.step_id or "", index + 1) <= index
        ),
        workflow.steps[trapped[0]].step.origin,
    )
    return finding(codes.ENDLESS_LOOP, back, message, "give the goto criteria, or add an action that ends the loop")


def _repeats(first: BoundAction) -> bool:
    action = first.action
    return action.type == "retry" and not action.criteria and action.retry_limit is None


def _repeating(first: BoundAction, bound: BoundStep) -> Diagnostic:
    message = f"step '{bound.step.step_id}' is repeated for ever: '{first.action.name}' has no criteria"
    return finding(codes.ENDLESS_LOOP, first.action.origin, message, "give it criteria, or a retryLimit")


def recursive_workflows(description: Description) -> Iterator[Diagnostic]:
    """A workflow does not call itself, by its steps or those of the workflows that it calls."""
    calls = {key: dict(_calls(workflow)) for key, workflow in description.workflows.items()}
    always = {key: {called for called, certain in found.items() if certain} for key, found in calls.items()}
    maybe = {key: set(found) for key, found in calls.items()}
    for graph, severity in ((always, Severity.ERROR), (maybe, Severity.INFO)):
        while cycle := find_cycle(graph):
            yield _recursion(cycle, description, severity)
            for each in (always, maybe):
                each[cycle[0]].discard(cycle[1])


def _calls(workflow: BoundWorkflow) -> Iterator[tuple[WorkflowKey, bool]]:
    """The workflows that steps call, those that are always called last."""
    found = [(bound.workflow, index) for index, bound in enumerate(workflow.steps) if bound.workflow is not None]
    yield from sorted(((key, is_certain(workflow, index)) for key, index in found), key=lambda pair: pair[1])


def _recursion(cycle: Iterable[WorkflowKey], description: Description, severity: Severity) -> Diagnostic:
    keys = list(cycle)
    chain = " -> ".join(f"'{key.workflow_id}'" for key in keys)
    steps = description.workflows[keys[0]].steps
    caller = next(bound.step for bound in steps if bound.workflow == keys[1 % len(keys)])
    if severity is Severity.ERROR:
        message, hint = f"workflows call each other without end: {chain}", "break the circle"
    else:
        message, hint = f"workflows call each other: {chain}", "a condition has to end it: 32 calls deep a run fails"
    return finding(codes.RECURSIVE_WORKFLOW, caller.origin.at("workflowId"), message, hint, severity=severity)
