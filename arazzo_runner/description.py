"""What loading gives: documents whose every reference is resolved, ready to run. Knows no YAML and no HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal, NamedTuple, TypeAlias

from arazzo_runner.diagnostics import Diagnostic, Origin
from arazzo_runner.expressions import Bound, bind_value
from arazzo_runner.expressions.nodes import Expression
from arazzo_runner.model import Action, ArazzoDescription, Parameter, Step, Workflow
from arazzo_runner.records import dataclass
from arazzo_runner.sources import Operation
from arazzo_runner.values import JSON


class WorkflowKey(NamedTuple):
    """A workflow among all loaded documents."""

    document: str  #: the document's URI
    workflow_id: str


#: When a step's expression is evaluated: before it is sent, to judge the answer, to choose what is next, or at its end.
Moment: TypeAlias = Literal["request", "criteria", "actions", "outputs"]


@dataclass(frozen=True, slots=True)
class Use:
    """An expression, where it stands, and when it is evaluated."""

    expression: Expression
    origin: Origin
    moment: Moment


@dataclass(frozen=True, slots=True)
class BoundAction:
    """An action with its target found; ``workflow`` is set for a goto or retry of a workflow."""

    action: Action
    workflow: WorkflowKey | None = None


class StepValues(NamedTuple):
    """The values in a step as functions of what they can see, so that a run works out nothing else (S11)."""

    arguments: tuple[tuple[str, str | None, Bound], ...]  #: name and ``in`` of each parameter, and its value
    payload: Bound | None
    outputs: tuple[tuple[str, Bound], ...]


@dataclass(frozen=True, slots=True)
class BoundStep:
    """A step with everything that it refers to found, and the workflow's parameters and actions merged in (S25).

    Exactly one of ``operation`` and ``workflow`` is set, unless ``unsupported`` says why neither can be (AsyncAPI) or
    the document has errors.
    """

    step: Step
    operation: Operation | None = None
    workflow: WorkflowKey | None = None
    unsupported: str | None = None
    broken: str | None = None  #: what of its text could not be read; a run in spite of errors fails it (S6)
    parameters: tuple[Parameter, ...] = ()
    on_success: tuple[BoundAction, ...] = ()
    on_failure: tuple[BoundAction, ...] = ()
    uses: tuple[Use, ...] = field(default=(), compare=False, repr=False)  #: the expressions of its own fields
    values: StepValues = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        body = self.step.request_body
        arguments = tuple((given.name, given.in_, bind_value(given.value)) for given in self.parameters)
        payload = None if body is None or body.payload is None else bind_value(body.payload)
        outputs = tuple((name, bind_value(value)) for name, value in self.step.outputs.items())
        object.__setattr__(self, "values", StepValues(arguments, payload, outputs))


@dataclass(frozen=True, slots=True)
class BoundWorkflow:
    """A workflow whose steps stand in the order in which they run (S24)."""

    key: WorkflowKey
    workflow: Workflow
    steps: tuple[BoundStep, ...]
    index: Mapping[str, int]  #: stepId to its place in ``steps``
    depends_on: tuple[WorkflowKey, ...] = ()
    inputs_schema: Mapping[str, JSON] | bool | None = None  #: with every `$ref` resolved into it
    input_names: frozenset[str] = frozenset()  #: those the schema declares
    secret_inputs: frozenset[str] = frozenset()  #: those that S10 hides
    broken: str | None = None  #: what of its text could not be read; a run in spite of errors fails it (S6)
    common_uses: tuple[Use, ...] = field(default=(), compare=False, repr=False)  #: what it gives to all of its steps
    output_uses: tuple[Use, ...] = field(default=(), compare=False, repr=False)  #: the expressions of its outputs

    @property
    def uses(self) -> tuple[Use, ...]:
        """Every expression of the workflow."""
        return (*(use for step in self.steps for use in step.uses), *self.common_uses, *self.output_uses)


@dataclass(frozen=True, slots=True)
class Document:
    """One loaded Arazzo document: its URI (identity), where it was read, its model, and its sources' fields."""

    uri: str
    location: str
    model: ArazzoDescription
    sources: Mapping[str, Mapping[str, JSON]] = field(default_factory=dict)  #: name to ``url`` and ``type``
    content: bytes = field(default=b"", compare=False, repr=False)  #: as it was read, to find lines and columns


@dataclass(frozen=True, slots=True)
class Description:
    """An Arazzo Description: the entry document, those it refers to, and every finding about them."""

    entry: Document
    documents: Mapping[str, Document]  #: by URI
    workflows: Mapping[WorkflowKey, BoundWorkflow]
    diagnostics: tuple[Diagnostic, ...] = ()
    strict: bool = False  #: dialect findings are errors

    @property
    def workflow_ids(self) -> tuple[str, ...]:
        """The entry document's workflows, in its order."""
        return tuple(workflow.workflow_id for workflow in self.entry.model.workflows)

    def workflow(self, workflow_id: str) -> BoundWorkflow:
        """A workflow of the entry document. Raises KeyError."""
        return self.workflows[WorkflowKey(self.entry.uri, workflow_id)]
