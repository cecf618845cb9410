"""Walks over a description for rules: workflows with their documents; and what rules yield."""

from __future__ import annotations

from collections.abc import Iterator

from arazzo_runner.description import BoundWorkflow, Description, Document
from arazzo_runner.diagnostics import Code, Diagnostic, Origin, Severity


def workflows(description: Description) -> Iterator[tuple[Document, BoundWorkflow]]:
    """Every workflow with its document."""
    for workflow in description.workflows.values():
        yield description.documents[workflow.key.document], workflow


def finding(
    code: Code, origin: Origin, message: str, hint: str | None = None, *, severity: Severity | None = None
) -> Diagnostic:
    """A diagnostic of a rule."""
    return Diagnostic(code, message, origin, hint, severity or code.severity)
