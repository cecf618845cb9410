"""Rules about names: every step, output, input, workflow, component and source that is referred to exists (S4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

from arazzo_runner import diagnostics as codes
from arazzo_runner.description import BoundStep, BoundWorkflow, Description, Document, WorkflowKey
from arazzo_runner.diagnostics import Diagnostic, Origin
from arazzo_runner.expressions.nodes import (
    ComponentReference,
    Named,
    SourceReference,
    StepOutput,
    WorkflowField,
)
from arazzo_runner.loader.nearest import listed, suggestion
from arazzo_runner.loader.order import local_dependency
from arazzo_runner.loader.schemas import known_names
from arazzo_runner.model import Action
from arazzo_runner.validation.visiting import finding, workflows


def _hint(name: str, names: Iterable[str], noun: str) -> str | None:
    names = sorted(names) if isinstance(names, Set) else list(names)  # a set's own order differs from run to run
    otherwise = f"{noun} {listed(names)}" if names else "it declares none"
    return suggestion(name, names, otherwise=otherwise)


def targets_of_actions(description: Description) -> Iterator[Diagnostic]:
    """The `stepId` of a goto or retry is a step of the workflow."""
    for _, workflow in workflows(description):
        for action in _actions(workflow):
            if action.step_id is not None and action.step_id not in workflow.index:
                message = f"action '{action.name}' leads to step '{action.step_id}', which the workflow does not have"
                hint = _hint(action.step_id, workflow.index, "its steps are")
                yield finding(codes.UNKNOWN_STEP, action.origin.at("stepId"), message, hint)


def _actions(workflow: BoundWorkflow) -> Iterator[Action]:
    for bound in workflow.steps:
        yield from bound.step.on_success
        yield from bound.step.on_failure
    yield from workflow.workflow.success_actions
    yield from workflow.workflow.failure_actions


def step_dependencies(description: Description) -> Iterator[Diagnostic]:
    """The steps in `dependsOn` exist, in this workflow or in the one that is named."""
    for document, workflow in workflows(description):
        for bound in workflow.steps:
            for index, text in enumerate(bound.step.depends_on):
                problem = _dependency(text, description, document, workflow)
                if problem:
                    origin = bound.step.origin.at("dependsOn", index)
                    message = f"step '{bound.step.step_id}' depends on {problem[0]}"
                    yield finding(codes.UNKNOWN_STEP, origin, message, problem[1])


def _dependency(
    text: str, description: Description, document: Document, workflow: BoundWorkflow
) -> tuple[str, str | None] | None:
    own = local_dependency(text, workflow.key.workflow_id)
    if own is not None:
        if own in workflow.index:
            return None
        return f"step '{own}', which the workflow does not have", _hint(own, workflow.index, "its steps are")
    if not text.startswith("$workflows."):
        return _foreign_dependency(text, description, document)
    workflow_id, _, step_id = text.removeprefix("$workflows.").rpartition(".steps.")
    other = description.workflows.get(WorkflowKey(document.uri, workflow_id))
    if other is None:
        ids = [found.workflow_id for found in document.model.workflows]
        return f"workflow '{workflow_id}', which the document does not have", _hint(workflow_id, ids, "it has")
    if step_id in other.index:
        return None
    return f"step '{step_id}', which workflow '{workflow_id}' does not have", _hint(step_id, other.index, "it has")


def _foreign_dependency(text: str, description: Description, document: Document) -> tuple[str, str | None] | None:
    """What is wrong with the step of ``$sourceDescriptions.NAME.ID.steps.ID``; the rest was looked for at load."""
    owner, _, step_id = text.rpartition(".steps.")
    steps = {
        key.workflow_id: list(workflow.index)
        for key, workflow in description.workflows.items()
        if key.document != document.uri and owner.endswith(f".{key.workflow_id}")
    }
    if not steps or any(step_id in known for known in steps.values()):
        return None
    workflow_id, known = next(iter(steps.items()))
    return f"step '{step_id}', which workflow '{workflow_id}' does not have", _hint(step_id, known, "it has")


def inputs(description: Description) -> Iterator[Diagnostic]:
    """``$inputs.NAME`` is an input that the workflow declares, where it declares them all."""
    for _, workflow in workflows(description):
        known = known_names(workflow.inputs_schema) if workflow.inputs_schema is not None else None
        if known is None:
            continue
        for use in workflow.uses:
            expression = use.expression
            if isinstance(expression, Named) and expression.root == "inputs" and expression.name not in known:
                message = f"'{expression}': workflow '{workflow.key.workflow_id}' has no input '{expression.name}'"
                yield finding(codes.UNKNOWN_INPUT, use.origin, message, _hint(expression.name, known, "its inputs are"))


def outputs_of(bound: BoundStep, description: Description) -> Iterable[str] | None:
    """The outputs of a step: its own, or those of the workflow that it calls (S34); None when they are not known."""
    if bound.step.workflow_id is None or bound.step.outputs:
        return bound.step.outputs
    if bound.workflow is None:
        return None
    return description.workflows[bound.workflow].workflow.outputs


def step_outputs(description: Description) -> Iterator[Diagnostic]:
    """``$steps.ID.outputs.NAME`` is an output of a step of the workflow."""
    for _, workflow in workflows(description):
        for use in workflow.uses:
            expression = use.expression
            if not isinstance(expression, StepOutput):
                continue
            if expression.step_id not in workflow.index:
                message = f"'{expression}': the workflow has no step '{expression.step_id}'"
                hint = _hint(expression.step_id, workflow.index, "its steps are")
                yield finding(codes.UNKNOWN_STEP, use.origin, message, hint)
                continue
            known = outputs_of(workflow.steps[workflow.index[expression.step_id]], description)
            if known is not None and expression.name not in known:
                message = f"'{expression}': step '{expression.step_id}' has no output '{expression.name}'"
                hint = _hint(expression.name, known, "its outputs are")
                yield finding(codes.UNKNOWN_OUTPUT, use.origin, message, hint)


def own_outputs(description: Description) -> Iterator[Diagnostic]:
    """``$outputs.NAME`` is an output of the called workflow in a workflow step (S34), else of the workflow itself."""
    for _, workflow in workflows(description):
        for bound in workflow.steps:
            called = description.workflows.get(bound.workflow) if bound.workflow else None
            if bound.step.workflow_id is None:
                called = workflow
            if called is not None:
                for use in bound.uses:
                    yield from _output(use.expression, use.origin, called)
        for use in (*workflow.common_uses, *workflow.output_uses):
            if use.moment == "outputs":
                yield from _output(use.expression, use.origin, workflow)


def _output(expression: object, origin: Origin, workflow: BoundWorkflow) -> Iterator[Diagnostic]:
    if isinstance(expression, Named) and expression.root == "outputs":
        known = workflow.workflow.outputs
        if expression.name not in known:
            message = f"'{expression}': workflow '{workflow.key.workflow_id}' has no output '{expression.name}'"
            yield finding(codes.UNKNOWN_OUTPUT, origin, message, _hint(expression.name, known, "its outputs are"))


def workflow_fields(description: Description) -> Iterator[Diagnostic]:
    """``$workflows.ID.inputs.NAME`` and ``.outputs.NAME`` are of a workflow of the document, or of one it runs."""
    for document, workflow in workflows(description):
        for use in workflow.uses:
            expression = use.expression
            if isinstance(expression, WorkflowField):
                yield from _workflow_field(expression, use.origin, document, workflow, description)


def _run_elsewhere(workflow: BoundWorkflow, workflow_id: str, description: Description) -> BoundWorkflow | None:
    """A workflow of another document that this one depends on or calls: `$workflows` is the only way to name it."""
    called = (bound.workflow for bound in workflow.steps if bound.workflow is not None)
    keys = (key for key in (*workflow.depends_on, *called) if key.workflow_id == workflow_id)
    return next((description.workflows[key] for key in keys if key in description.workflows), None)


def _workflow_field(
    expression: WorkflowField, origin: Origin, document: Document, workflow: BoundWorkflow, description: Description
) -> Iterator[Diagnostic]:
    other = description.workflows.get(WorkflowKey(document.uri, expression.workflow_id))
    other = other or _run_elsewhere(workflow, expression.workflow_id, description)
    if other is None:
        ids = [workflow.workflow_id for workflow in document.model.workflows]
        message = f"'{expression}': the document has no workflow '{expression.workflow_id}'"
        hint = _hint(expression.workflow_id, ids, "it has")
        yield finding(codes.UNKNOWN_WORKFLOW, origin, message, hint)
        return
    known = other.workflow.outputs if expression.field == "outputs" else known_names(other.inputs_schema)
    if known is not None and expression.name not in known:
        code = codes.UNKNOWN_OUTPUT if expression.field == "outputs" else codes.UNKNOWN_INPUT
        message = (
            f"'{expression}': workflow '{expression.workflow_id}' has no {expression.field[:-1]} '{expression.name}'"
        )
        yield finding(code, origin, message, _hint(expression.name, known, "it has"))


def components_and_sources(description: Description) -> Iterator[Diagnostic]:
    """``$components...`` and ``$sourceDescriptions...`` in values name what the document has."""
    for document, workflow in workflows(description):
        for use in workflow.uses:
            match use.expression:
                case ComponentReference() as expression:
                    known = _components(document, expression.type)
                    if expression.name not in known:
                        message = f"'{expression}': there is no such component"
                        hint = _hint(expression.name, known, "there are")
                        yield finding(codes.UNKNOWN_COMPONENT, use.origin, message, hint)
                case SourceReference(name=name) as expression:
                    names = [source.name for source in document.model.source_descriptions]
                    if name not in names:
                        message = f"'{expression}': there is no source description '{name}'"
                        yield finding(codes.UNKNOWN_SOURCE, use.origin, message, _hint(name, names, "there are"))


def _components(document: Document, type_: str) -> Iterable[str]:
    components = document.model.components
    match type_:
        case "inputs":
            return components.inputs
        case "parameters":
            return components.parameters
        case "successActions":
            return components.success_actions
        case "failureActions":
            return components.failure_actions
    return ()
