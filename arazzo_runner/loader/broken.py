"""Marks what of a description could not be read whole, for runs in spite of errors (S6): it must fail, not be skipped.

Knows findings and bound workflows; languages are not its concern: a broken expression is missing, a broken condition
fails by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from arazzo_runner import diagnostics as codes
from arazzo_runner.description import BoundStep, BoundWorkflow, WorkflowKey
from arazzo_runner.diagnostics import Diagnostic, Severity

#: Findings after which a part of the text is not in the model.
_LOST: Final = frozenset(
    {
        codes.MISSING_FIELD,
        codes.WRONG_TYPE,
        codes.WRONG_VALUE,
        codes.CONFLICTING_FIELDS,
        codes.UNKNOWN_COMPONENT,
        codes.UNKNOWN_WORKFLOW,
    }
)

#: Fields of a workflow that its requests do not depend on.
_HARMLESS: Final = ("/outputs", "/summary", "/description", "/inputs")


def mark_broken(
    workflows: Mapping[WorkflowKey, BoundWorkflow], findings: Iterable[Diagnostic], locations: Mapping[str, str]
) -> dict[WorkflowKey, BoundWorkflow]:
    """The workflows with the steps, or the whole workflow, marked that lost something; ``locations`` is by URI."""
    lost = [finding for finding in findings if finding.severity is Severity.ERROR and finding.code in _LOST]
    if not lost:
        return dict(workflows)
    return {key: _marked(workflow, lost, locations[key.document]) for key, workflow in workflows.items()}


def _marked(workflow: BoundWorkflow, lost: list[Diagnostic], location: str) -> BoundWorkflow:
    base = workflow.workflow.origin.pointer
    here = [finding for finding in lost if finding.origin.document == location and _below(finding, base)]
    if not here:
        return workflow
    steps = tuple(_marked_step(step, here) for step in workflow.steps)
    known = [step.step.origin.pointer for step in steps]
    rest = [finding for finding in here if not any(_below(finding, pointer) for pointer in known)]
    broken = next((finding.message for finding in rest if not _is_harmless(finding, base)), None)
    return replace(workflow, steps=steps, broken=broken)


def _marked_step(step: BoundStep, lost: list[Diagnostic]) -> BoundStep:
    pointer = step.step.origin.pointer
    message = next((finding.message for finding in lost if _below(finding, pointer)), None)
    return step if message is None else replace(step, broken=message)


def _below(finding: Diagnostic, pointer: str) -> bool:
    return finding.origin.pointer == pointer or finding.origin.pointer.startswith(f"{pointer}/")


def _is_harmless(finding: Diagnostic, base: str) -> bool:
    return finding.origin.pointer.removeprefix(base).startswith(_HARMLESS)
