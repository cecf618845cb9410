"""What a description holds, as JSON: its workflows with inputs, steps, outputs, and the credentials they want.

Literal values that are secrets are hidden (S10); ids, names and types are none, and stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from arazzo_runner.description import BoundAction, BoundStep, BoundWorkflow, Description
from arazzo_runner.expressions import source_text
from arazzo_runner.expressions.nodes import Value
from arazzo_runner.reports.redact import HIDDEN, Redactor
from arazzo_runner.sources import SecurityNeed
from arazzo_runner.values import JSON

#: Members that hold ids, names and words of ours, never a value.
_NAMES: Final = frozenset(
    {"workflowId", "stepId", "operationId", "operation", "source", "name", "type", "dependsOn", "scheme", "variables"}
)


def outline(description: Description, workflows: Sequence[BoundWorkflow], redactor: Redactor) -> dict[str, Any]:
    """The document and these of its workflows; `redactor` knows the document's secrets."""
    shown: dict[str, Any] = _hidden(_outline(description, workflows), redactor)
    return shown


def _hidden(value: Any, redactor: Redactor) -> Any:
    match value:
        case dict():
            return {name: item if name in _NAMES else _hidden(item, redactor) for name, item in value.items()}
        case list():
            return [_hidden(item, redactor) for item in value]
        case str():
            return redactor.url(value)
        case _:
            return value


def _outline(description: Description, workflows: Sequence[BoundWorkflow]) -> dict[str, Any]:
    model = description.entry.model
    return {
        "version": 1,
        "file": description.entry.location,
        "arazzo": model.arazzo,
        "title": model.info.title,
        "documentVersion": model.info.version,
        "summary": model.info.summary,
        "sources": [
            {"name": source.name, "url": source.url, "type": source.type} for source in model.source_descriptions
        ],
        "workflows": [workflow_outline(workflow) for workflow in workflows],
    }


def workflow_outline(bound: BoundWorkflow) -> dict[str, Any]:
    """One workflow."""
    workflow = bound.workflow
    return {
        "workflowId": workflow.workflow_id,
        "summary": workflow.summary,
        "description": workflow.description,
        "dependsOn": [key.workflow_id for key in bound.depends_on],
        "inputs": inputs_outline(bound),
        "steps": [step_outline(step) for step in bound.steps],
        "outputs": {name: written(value) for name, value in workflow.outputs.items()},
        "credentials": credentials_outline(bound.steps),
    }


def inputs_outline(bound: BoundWorkflow) -> list[dict[str, Any]]:
    """The declared inputs: type, whether required or secret, default, description."""
    schema = bound.inputs_schema
    if not isinstance(schema, Mapping):
        return []
    found: list[dict[str, Any]] = []
    for part in _parts(schema):
        properties, required = part.get("properties"), part.get("required")
        wanted = required if isinstance(required, list) else []
        if isinstance(properties, Mapping):
            found += [_input(bound, name, below, name in wanted) for name, below in properties.items()]
    return found


def _parts(schema: Mapping[str, JSON]) -> Iterable[Mapping[str, JSON]]:
    yield schema
    parts = schema.get("allOf")
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, Mapping):
            yield part


def _input(bound: BoundWorkflow, name: str, schema: JSON, required: bool) -> dict[str, Any]:
    facts: Mapping[str, JSON] = schema if isinstance(schema, Mapping) else {}
    secret = name in bound.secret_inputs
    about = facts.get("description")
    return {
        "name": name,
        "type": facts.get("type"),
        "required": required,
        "secret": secret,
        "default": HIDDEN if secret and facts.get("default") is not None else facts.get("default"),
        "enum": [HIDDEN] if secret and facts.get("enum") else facts.get("enum"),
        "description": about if isinstance(about, str) else None,
    }


def step_outline(bound: BoundStep) -> dict[str, Any]:
    """One step: what it calls, what it leads to, and what it gives."""
    step = bound.step
    return {
        "stepId": step.step_id,
        "description": step.description,
        "operation": bound.operation.label if bound.operation else None,
        "operationId": bound.operation.operation_id if bound.operation else step.operation_id,
        "source": bound.operation.source if bound.operation else None,
        "workflowId": bound.workflow.workflow_id if bound.workflow else None,
        "successCriteria": [criterion.condition for criterion in step.success_criteria],
        "onSuccess": [_action(action) for action in bound.on_success],
        "onFailure": [_action(action) for action in bound.on_failure],
        "outputs": {name: written(value) for name, value in step.outputs.items()},
    }


def _action(bound: BoundAction) -> dict[str, Any]:
    action = bound.action
    return {
        "name": action.name,
        "type": action.type,
        "stepId": action.step_id,
        "workflowId": bound.workflow.workflow_id if bound.workflow else action.workflow_id,
        "criteria": [criterion.condition for criterion in action.criteria],
    }


def credentials_outline(steps: Iterable[BoundStep]) -> list[dict[str, Any]]:
    """The security schemes that the operations want (S40): each once, with its environment variables and its steps."""
    found: dict[tuple[str, str, tuple[str, ...]], dict[str, Any]] = {}
    for step in steps:
        alternatives = step.operation.needs() if step.operation else ()
        for need in (need for alternative in alternatives for need in alternative):
            entry = found.setdefault((need.scheme, need.type, need.variables), _credential(need))
            if step.step.step_id not in entry["steps"]:
                entry["steps"].append(step.step.step_id)
    return list(found.values())


def _credential(need: SecurityNeed) -> dict[str, Any]:
    return {"scheme": need.scheme, "type": need.type, "variables": list(need.variables), "steps": []}


def written(value: Value) -> str:
    """A value as it stands in the document."""
    return source_text(value)
