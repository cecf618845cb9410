"""Whether a run of a workflow is certain to come to a step, and to fail there. Knows the flow; not what is wrong."""

from __future__ import annotations

from arazzo_runner.description import BoundAction, BoundStep, BoundWorkflow
from arazzo_runner.diagnostics import Severity
from arazzo_runner.validation.flow import Flow


def is_certain(workflow: BoundWorkflow, index: int) -> bool:
    """Whether every run that does not fail earlier comes to the step: nothing leads out before it."""
    flow = Flow(workflow)
    if flow.reaches(len(workflow.steps), without=index):
        return False
    return not any(leaves(step) for at, step in enumerate(workflow.steps) if flow.reaches(at, without=index))


def leaves(step: BoundStep) -> bool:
    """Whether one of its actions ends the workflow or hands over to another."""
    return any(_ends(action) for action in (*step.on_success, *step.on_failure))


def _ends(action: BoundAction) -> bool:
    return action.action.type == "end" or (action.action.type == "goto" and action.action.step_id is None)


def failing(workflow: BoundWorkflow, index: int) -> Severity:
    """How bad it is that a step's request cannot be sent: an error where the whole run is certain to fail."""
    handled = any(
        action.action.type != "retry" or action.action.step_id or action.action.workflow_id
        for action in workflow.steps[index].on_failure
    )
    return Severity.WARNING if handled or not is_certain(workflow, index) else Severity.ERROR
