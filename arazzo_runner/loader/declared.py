"""The names a raw document declares, read before it is bound: expressions are compiled against them (S14).

Total over any JSON and silent: what is wrong with a document is the binder's to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import TypeAlias

from arazzo_runner.expressions.scope import Names
from arazzo_runner.loader.schemas import known_names, resolve_schema
from arazzo_runner.records import dataclass
from arazzo_runner.values import JSON

#: The outputs of a workflow that a workflowId names, as written; None when they are not known.
OutputsOf: TypeAlias = "Callable[[str], frozenset[str] | None]"


@dataclass(frozen=True, slots=True)
class DeclaredWorkflow:
    """The names of one workflow; ``inputs`` is None when any may be given."""

    inputs: frozenset[str] | None = None
    outputs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Declared:
    """The names of one document: its workflows by id."""

    workflows: Mapping[str, DeclaredWorkflow] = field(default_factory=dict)

    def names(self, workflow: Mapping[str, JSON], outputs_of: OutputsOf) -> Names:
        """The names as they are seen from within a workflow of the document."""
        own = self.workflows.get(str(workflow.get("workflowId")), DeclaredWorkflow())
        steps = {
            step_id: outputs
            for step in objects(workflow.get("steps"))
            if isinstance(step_id := step.get("stepId"), str)
            and (outputs := step_outputs(step, outputs_of)) is not None
        }
        return Names(inputs=own.inputs, outputs=own.outputs, steps=steps, workflows=self._all())

    def _all(self) -> Mapping[str, tuple[frozenset[str], frozenset[str]]]:
        return {key: (workflow.inputs or frozenset(), workflow.outputs) for key, workflow in self.workflows.items()}


def step_outputs(step: Mapping[str, JSON], outputs_of: OutputsOf) -> frozenset[str] | None:
    """The outputs of a step: its own, or those of the workflow that it calls (S34); None when they are not known."""
    own = step.get("outputs")
    workflow_id = step.get("workflowId")
    if isinstance(workflow_id, str) and not own:
        return outputs_of(workflow_id)
    return frozenset(own) if isinstance(own, dict) else frozenset()


def declare(root: dict[str, JSON]) -> Declared:
    """The names of a document's workflows; of two with the same id the first counts."""
    workflows: dict[str, DeclaredWorkflow] = {}
    for workflow in objects(root.get("workflows")):
        workflow_id = workflow.get("workflowId")
        if isinstance(workflow_id, str) and workflow_id not in workflows:
            outputs = workflow.get("outputs")
            names = frozenset(outputs) if isinstance(outputs, dict) else frozenset()
            workflows[workflow_id] = DeclaredWorkflow(_inputs(workflow, root), names)
    return Declared(workflows)


def _inputs(workflow: Mapping[str, JSON], root: dict[str, JSON]) -> frozenset[str] | None:
    schema = workflow.get("inputs")
    return known_names(resolve_schema(schema, root)) if isinstance(schema, dict | bool) else None


def objects(value: JSON) -> Iterator[Mapping[str, JSON]]:
    """The objects in an array; nothing for anything else."""
    if isinstance(value, list):
        yield from (member for member in value if isinstance(member, dict))
