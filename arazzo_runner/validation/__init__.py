"""Rules that only yield diagnostics from a loaded description. A rule is a small function; `RULES` is all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from arazzo_runner.description import Description, WorkflowKey
from arazzo_runner.diagnostics import Diagnostic, Severity, errors
from arazzo_runner.loader.load import locate
from arazzo_runner.validation import (
    actions,
    answers,
    descriptions,
    filters,
    literals,
    loops,
    names,
    parameters,
    polling,
    requests,
    secrets,
    sequence,
)
from arazzo_runner.validation.reach import Reach, reachable_workflows

#: Yields what is wrong with a description in one respect.
Rule: TypeAlias = Callable[[Description], Iterator[Diagnostic]]

RULES: Final[tuple[Rule, ...]] = (
    filters.filters_on_objects,
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
    requests.required_parameters,
    requests.misplaced_parameters,
    requests.bodies,
    requests.content_types,
    literals.literal_parameters,
    literals.literal_payloads,
    answers.undocumented_statuses,
    answers.undeclared_members,
    answers.enum_values,
    loops.unreachable_steps,
    loops.endless_loops,
    loops.recursive_workflows,
    polling.endless_polling,
    actions.unreachable_actions,
    actions.milliseconds,
    secrets.literal_secrets,
)

#: Rules that take a while, for those who ask what is wrong with a document rather than run it.
SLOW_RULES: Final[tuple[Rule, ...]] = (descriptions.broken_descriptions,)

__all__ = ["RULES", "SLOW_RULES", "Rule", "check", "checked", "reachable_errors", "reachable_workflows"]


def checked(description: Description, *, slowly: bool = False) -> Description:
    """The description with what the rules find added to its diagnostics, all with their places: done once, at load.

    ``slowly`` adds the rules that take a while.
    """
    rules = (*RULES, *SLOW_RULES) if slowly else RULES
    found = locate((*description.diagnostics, *_findings(description, rules)), _contents(description))
    return replace(description, diagnostics=tuple(found))


def check(description: Description, rules: Sequence[Rule] = RULES) -> list[Diagnostic]:
    """What the rules find, located. Where the description was loaded strictly, dialects are errors."""
    return locate(_findings(description, rules), _contents(description))


def _contents(description: Description) -> dict[str, bytes]:
    return {document.location: document.content for document in description.documents.values()}


def reachable_errors(description: Description, key: WorkflowKey) -> list[Diagnostic]:
    """The errors that concern what a run of this workflow can come to (S6); the description is a `checked` one."""
    reach = Reach(description, key)
    return [error for error in errors(description.diagnostics) if error in reach]


def _findings(description: Description, rules: Sequence[Rule]) -> Iterator[Diagnostic]:
    for rule in rules:
        for finding in rule(description):
            raised = description.strict and finding.code.dialect
            yield replace(finding, severity=Severity.ERROR) if raised else finding
