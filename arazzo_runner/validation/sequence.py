"""Rules about order: what a step uses has run before it (S24), and what may have been skipped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from arazzo_runner import diagnostics as codes
from arazzo_runner.description import BoundStep, BoundWorkflow, Description, Use
from arazzo_runner.diagnostics import Diagnostic
from arazzo_runner.expressions.nodes import StepOutput
from arazzo_runner.validation.flow import Flow
from arazzo_runner.validation.names import outputs_of
from arazzo_runner.validation.visiting import finding, workflows


def forward_references(description: Description) -> Iterator[Diagnostic]:
    """A step uses outputs of steps that ran before it, or to which a goto leads back from there."""
    for _, workflow in workflows(description):
        flow = Flow(workflow)
        for index, bound in enumerate(workflow.steps):
            for use in bound.uses:
                later = _step_of(use, workflow)
                if later is None or later < index or (later == index and use.moment in ("actions", "outputs")):
                    continue
                if not flow.returns(later, index) and _exists(use, workflow.steps[later], description):
                    yield _forward(use, index, later, workflow)


def _exists(use: Use, used: BoundStep, description: Description) -> bool:
    """Whether the step has that output; one that it has not is another rule's finding."""
    known = outputs_of(used, description)
    return known is None or (isinstance(use.expression, StepOutput) and use.expression.name in known)


def _step_of(use: Use, workflow: BoundWorkflow) -> int | None:
    return workflow.index.get(use.expression.step_id) if isinstance(use.expression, StepOutput) else None


def _forward(use: Use, index: int, later: int, workflow: BoundWorkflow) -> Diagnostic:
    user = workflow.steps[index].step.step_id
    used = workflow.steps[later].step.step_id
    if later == index:
        message = f"'{use.expression}': step '{user}' uses its own output before it has any"
        return finding(codes.FORWARD_REFERENCE, use.origin, message, "use an output of an earlier step")
    message = f"'{use.expression}': step '{user}' runs before step '{used}'"
    return finding(codes.FORWARD_REFERENCE, use.origin, message, f"list '{used}' earlier, or add dependsOn: ['{used}']")


def skippable_references(description: Description) -> Iterator[Diagnostic]:
    """Notes outputs that come from a step which a branch can skip."""
    for _, workflow in workflows(description):
        flow = Flow(workflow)
        end = len(workflow.steps)
        for index, bound in enumerate(workflow.steps):
            uses = (use for use in bound.uses if use.moment == "request")
            yield from _skippable(uses, index, f"step '{bound.step.step_id}'", workflow, flow)
        yield from _skippable(workflow.output_uses, end, "the end", workflow, flow)


def _skippable(
    uses: Iterable[Use], target: int, where: str, workflow: BoundWorkflow, flow: Flow
) -> Iterator[Diagnostic]:
    for use in uses:
        used = _step_of(use, workflow)
        if used is not None and used < target and flow.reaches(target, without=used):
            step_id = workflow.steps[used].step.step_id
            message = f"'{use.expression}': a branch leads to {where} without step '{step_id}'"
            yield finding(codes.SKIPPABLE_REFERENCE, use.origin, message, "the value is missing when it is skipped")
