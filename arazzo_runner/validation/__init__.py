"""Rules that only yield diagnostics from a loaded description. A rule is a small function; `RULES` is all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, TypeAlias

from arazzo_runner.description import Description, WorkflowKey
from arazzo_runner.diagnostics import Diagnostic, Severity, errors
from arazzo_runner.loader.load import locate
from arazzo_runner.validation import names, parameters, sequence
from arazzo_runner.validation.reach import Reach, reachable_workflows

#: Yields what is wrong with a description in one respect.
Rule: TypeAlias = Callable[[Description], Iterator[Diagnostic]]

RULES: Final[tuple[Rule, ...]] = (
    names.targets_of_actions,
    names.step_dependencies,
    names.inputs,
    names.step_outputs,
    names.own_outputs,
    names.workflow_fields,
    names.components_and_sources,
    sequence.forward_references,
    sequence.skippable_references,
    parameters.undeclared_parameters,
)

__all__ = ["RULES", "Rule", "check", "checked", "reachable_errors", "reachable_workflows"]


def checked(description: Description) -> Description:
    """The description with what the rules find added to its diagnostics: done once, at load."""
    return replace(description, diagnostics=(*description.diagnostics, *check(description)))


def check(description: Description) -> list[Diagnostic]:
    """What the rules find, located. Where the description was loaded strictly, dialects are errors."""
    contents = {document.location: document.content for document in description.documents.values()}
    return locate(_findings(description), contents)


def reachable_errors(description: Description, key: WorkflowKey) -> list[Diagnostic]:
    """The errors that concern what a run of this workflow can come to (S6); the description is a `checked` one."""
    reach = Reach(description, key)
    return [error for error in errors(description.diagnostics) if error in reach]


def _findings(description: Description) -> Iterator[Diagnostic]:
    for rule in RULES:
        for finding in rule(description):
            raised = description.strict and finding.code.dialect
            yield replace(finding, severity=Severity.ERROR) if raised else finding
