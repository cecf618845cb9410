"""What a run of one workflow can come to (S6): other workflows, the components they use, and their documents."""

from __future__ import annotations

from collections.abc import Iterator

from arazzo_runner.description import BoundWorkflow, Description, WorkflowKey
from arazzo_runner.diagnostics import Diagnostic

_ELSEWHERE = ("/workflows", "/components", "/sourceDescriptions")


def reachable_workflows(description: Description, key: WorkflowKey) -> list[BoundWorkflow]:
    """The workflow and all that its steps, actions and `dependsOn` lead to, across documents."""
    found: dict[WorkflowKey, BoundWorkflow] = {}
    waiting = [key]
    while waiting:
        here = waiting.pop()
        if here not in found and here in description.workflows:
            found[here] = description.workflows[here]
            waiting.extend(_leads_to(found[here]))
    return list(found.values())


def _leads_to(workflow: BoundWorkflow) -> Iterator[WorkflowKey]:
    yield from workflow.depends_on
    for bound in workflow.steps:
        if bound.workflow is not None:
            yield bound.workflow
        for action in (*bound.on_success, *bound.on_failure):
            if action.workflow is not None:
                yield action.workflow


class Reach:
    """Tells whether a finding concerns what a run of one workflow can come to."""

    def __init__(self, description: Description, key: WorkflowKey) -> None:
        self._places: dict[str, set[str]] = {}  #: document location to the pointers that count
        for workflow in reachable_workflows(description, key):
            location = description.documents[workflow.key.document].location
            pointers = self._places.setdefault(location, set())
            pointers.add(workflow.workflow.origin.pointer)
            pointers |= workflow.workflow.components

    def __contains__(self, diagnostic: Diagnostic) -> bool:
        pointers = self._places.get(diagnostic.origin.document)
        if pointers is None:
            return False
        return concerns_all(diagnostic) or any(_within(diagnostic.origin.pointer, place) for place in pointers)


def concerns_all(diagnostic: Diagnostic) -> bool:
    """Whether a finding is about a document as a whole, and so about each of its workflows."""
    pointer = diagnostic.origin.pointer
    return pointer == _ELSEWHERE[0] or not any(_within(pointer, part) for part in _ELSEWHERE)


def _within(pointer: str, place: str) -> bool:
    return pointer == place or pointer.startswith(f"{place}/")
