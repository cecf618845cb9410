"""Walks over a description for rules: workflows with their documents, expressions with their places."""

from __future__ import annotations

from collections.abc import Iterator

from arazzo_runner.description import BoundWorkflow, Description, Document
from arazzo_runner.diagnostics import Code, Diagnostic, Origin, Severity
from arazzo_runner.loader.references import Use, uses_in_actions, uses_in_parameters, uses_in_step, uses_in_value


def workflows(description: Description) -> Iterator[tuple[Document, BoundWorkflow]]:
    """Every workflow with its document."""
    for workflow in description.workflows.values():
        yield description.documents[workflow.key.document], workflow


def common_uses(workflow: BoundWorkflow) -> Iterator[Use]:
    """The expressions of what a workflow gives to all of its steps."""
    model = workflow.workflow
    yield from uses_in_parameters(model.parameters, "request")
    yield from uses_in_actions((*model.success_actions, *model.failure_actions))


def output_uses(workflow: BoundWorkflow) -> Iterator[Use]:
    """The expressions of a workflow's outputs."""
    model = workflow.workflow
    for name, value in model.outputs.items():
        yield from uses_in_value(value, model.origin.at("outputs", name), "outputs")


def all_uses(workflow: BoundWorkflow) -> Iterator[Use]:
    """Every expression of a workflow."""
    for bound in workflow.steps:
        yield from uses_in_step(bound.step)
    yield from common_uses(workflow)
    yield from output_uses(workflow)


def finding(
    code: Code, origin: Origin, message: str, hint: str | None = None, *, severity: Severity | None = None
) -> Diagnostic:
    """A diagnostic of a rule."""
    return Diagnostic(code, message, origin, hint, severity or code.severity)
