"""Workflows with everything that they refer to found (S4), and what they inherit merged in (S25)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from arazzo_runner import diagnostics as codes
from arazzo_runner.description import BoundAction, BoundStep, BoundWorkflow, WorkflowKey
from arazzo_runner.diagnostics import Diagnostic, Origin, OriginReport
from arazzo_runner.loader.declared import Declared
from arazzo_runner.loader.operations import Message, Target, operation_by_id, operation_by_path
from arazzo_runner.loader.order import merge_actions, order_steps
from arazzo_runner.loader.references import common_uses, output_uses, uses_in_step
from arazzo_runner.loader.schemas import properties, resolve_schema, secret_names
from arazzo_runner.loader.shape import say
from arazzo_runner.loader.targets import Workflows
from arazzo_runner.model import Action, Parameter, Step, Workflow
from arazzo_runner.records import dataclass
from arazzo_runner.values import JSON


@dataclass(frozen=True, slots=True)
class Resolver:
    """Resolves the workflows of one document."""

    uri: str
    root: dict[str, JSON]
    workflows: Workflows
    declared: Mapping[str, Declared]  #: of every document, by URI
    sink: list[Diagnostic]
    strict: bool
    with_operations: bool = True

    def report(self, origin: Origin) -> OriginReport:
        """The report for a place."""
        return OriginReport(origin, self.sink, strict=self.strict)

    def bind(self, workflow: Workflow) -> BoundWorkflow:
        """One workflow, ready to run as far as its document has no errors."""
        ordered = order_steps(workflow, lambda step: self.report(step.origin))
        steps = tuple(self._step(step, workflow) for step in ordered)
        schema = resolve_schema(workflow.inputs, self.root)
        return BoundWorkflow(
            key=WorkflowKey(self.uri, workflow.workflow_id),
            workflow=workflow,
            steps=steps,
            index=_index(steps),
            depends_on=self._depends_on(workflow),
            inputs_schema=schema,
            input_names=frozenset(properties(schema)),
            secret_inputs=secret_names(schema),
            common_uses=tuple(common_uses(workflow)),
            output_uses=tuple(output_uses(workflow)),
        )

    def _depends_on(self, workflow: Workflow) -> tuple[WorkflowKey, ...]:
        user = f"'dependsOn' of workflow '{workflow.workflow_id}'"
        report = self.report(workflow.origin).at("dependsOn")
        found = (self.workflows.find(text, user, report.at(index)) for index, text in enumerate(workflow.depends_on))
        return tuple(dict.fromkeys(key for key in found if key is not None))

    def _step(self, step: Step, workflow: Workflow) -> BoundStep:
        target = self._target(step)
        called = self._called(step)
        self._check_dependencies(step)
        return BoundStep(
            step=step,
            operation=None if isinstance(target, Message) else target,
            workflow=called,
            unsupported=_unsupported(step) if isinstance(target, Message) else None,
            parameters=self._parameters(step, workflow, called),
            on_success=self._actions(step, step.on_success, workflow.success_actions),
            on_failure=self._actions(step, step.on_failure, workflow.failure_actions),
            uses=tuple(uses_in_step(step)),
        )

    def _check_dependencies(self, step: Step) -> None:
        """Report workflows of other documents in `dependsOn` that do not exist; their steps are a rule's concern."""
        for index, text in enumerate(step.depends_on):
            if text.startswith("$sourceDescriptions."):
                report = self.report(step.origin).at("dependsOn", index)
                self.workflows.find(text.rpartition(".steps.")[0], f"'dependsOn' of step '{step.step_id}'", report)

    def _called(self, step: Step) -> WorkflowKey | None:
        if step.workflow_id is None:
            return None
        report = self.report(step.origin).at("workflowId")
        return self.workflows.find(step.workflow_id, f"step '{step.step_id}'", report)

    def _target(self, step: Step) -> Target:
        if not self.with_operations or step.workflow_id is not None:
            return None
        report = self.report(step.origin)
        target: Target = None
        sources = self.workflows.sources
        if step.channel_path is not None:
            target = Message()
        elif step.operation_id is not None:
            target = operation_by_id(step.operation_id, step.step_id, sources, report.at("operationId"))
        elif step.operation_path is not None:
            target = operation_by_path(step.operation_path, step.step_id, sources, report.at("operationPath"))
        if isinstance(target, Message):
            say(report, codes.SOURCE_ASYNCAPI, _unsupported(step))
        elif target is not None and step.action is not None:
            message = f"'action' of step '{step.step_id}' has no effect: it calls an OpenAPI operation"
            say(report.at("action"), codes.IGNORED_FIELD, message, on_key=True)
        return target

    def _parameters(self, step: Step, workflow: Workflow, called: WorkflowKey | None) -> tuple[Parameter, ...]:
        """The workflow's parameters that the step does not override, then its own (S25)."""
        if step.workflow_id is None:
            common = [
                common for common in workflow.parameters if not any(_same(common, own) for own in step.parameters)
            ]
            return (*common, *step.parameters)
        known = self._inputs_of(called)
        own = {parameter.name for parameter in step.parameters}
        inherited = (
            parameter
            for parameter in workflow.parameters
            if parameter.name not in own and (known is None or parameter.name in known)
        )
        return (*inherited, *step.parameters)

    def _inputs_of(self, called: WorkflowKey | None) -> frozenset[str] | None:
        """The inputs that a called workflow declares; None when it takes any (S34)."""
        if called is None:
            return None
        return self.declared[called.document].workflows[called.workflow_id].inputs

    def _actions(self, step: Step, own: Sequence[Action], common: Sequence[Action]) -> tuple[BoundAction, ...]:
        return tuple(self._action(action, step) for action in merge_actions(own, common))

    def _action(self, action: Action, step: Step) -> BoundAction:
        if action.type == "retry" and action.step_id == step.step_id:  # a plain retry (S30)
            action = replace(action, step_id=None)
        if action.workflow_id is None:
            return BoundAction(action)
        report = self.report(action.origin).at("workflowId")
        return BoundAction(action, self.workflows.find(action.workflow_id, f"action '{action.name}'", report))


def _index(steps: Sequence[BoundStep]) -> dict[str, int]:
    """The place of each step by its id; of two with one id, the first."""
    index: dict[str, int] = {}
    for place, bound in enumerate(steps):
        index.setdefault(bound.step.step_id, place)
    return index


def _same(common: Parameter, own: Parameter) -> bool:
    """Whether a step's parameter overrides the workflow's; one without a place overrides all of its name."""
    if common.in_ == own.in_ == "header":
        return common.name.lower() == own.name.lower()
    return common.name == own.name and (common.in_ == own.in_ or common.in_ is None or own.in_ is None)


def _unsupported(step: Step) -> str:
    verb = "receives" if step.action == "receive" else "sends"
    return f"step '{step.step_id}' {verb} an AsyncAPI message, which this version does not run"
