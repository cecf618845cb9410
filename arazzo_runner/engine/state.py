"""What a run holds while it goes: the budget and settings of the whole call tree, and one frame per workflow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Final, Literal, TypeAlias

from arazzo_runner.description import BoundStep, BoundWorkflow, Description, Document, WorkflowKey
from arazzo_runner.effects.execution import Execution
from arazzo_runner.engine.events import CallPath, Event
from arazzo_runner.engine.results import Attempt, KeepBodies, RunError, RunResult, StepResult
from arazzo_runner.expressions.criteria import Operand
from arazzo_runner.expressions.scope import Exchange, Scope, WorkflowValues
from arazzo_runner.records import dataclass, sealed
from arazzo_runner.sources import ServerChoice
from arazzo_runner.values import JSON

Check: TypeAlias = Literal["off", "warn", "error"]

_NO_COMPONENTS: Final[Mapping[str, Mapping[str, JSON]]] = {}  #: references to them are resolved at load

#: Applies a workflow's defaults to given inputs and lists what violates its schema (S7).
AcceptInputs: TypeAlias = Callable[[BoundWorkflow, Mapping[str, JSON]], "tuple[dict[str, JSON], Sequence[str]]"]


@sealed(frozen=True, slots=True)
class Limits:
    """The bounds of a run (S31, S32, S42). Times are in seconds.

    ``keep_bodies`` says which requests and answers stay in the result with their bodies: ``all``; ``last``, those of
    the last exchange, which explain a failure; or ``none``. Outputs and events are the same whatever it says.
    """

    max_steps: int = 1000
    timeout: float = 3600.0
    request_timeout: float = 60.0
    poll_interval: float = 1.0
    max_response_bytes: int = 64 * 1024 * 1024
    max_depth: int = 32
    keep_bodies: KeepBodies = "all"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the caller chose for a run and no document can change."""

    limits: Limits = field(default_factory=Limits)
    servers: ServerChoice = field(default_factory=ServerChoice)
    headers: Mapping[str, str] = field(default_factory=dict)
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    check: Check = "off"


@dataclass(slots=True)
class Polled:
    """What a step sent last and how long it waited, to tell polling from paging (S31)."""

    request: object  #: the request, or what tells it from others
    retry_after: float | None = None
    interval: float = 0.0  #: what was waited last where no `Retry-After` said how long


@dataclass(slots=True)
class Run:
    """One run of a workflow with everything that it calls. The budget is one for the whole call tree (S32)."""

    description: Description
    settings: Settings
    execution: Execution[Event, RunResult]
    accept_inputs: AcceptInputs
    secrets: Callable[[BoundWorkflow, Mapping[str, JSON]], frozenset[str]]
    attempts: int = 0
    deadline: float = 0.0
    stopped: RunError | None = None  #: a spent budget: every workflow of the tree stops
    cancelled: bool = False
    dependencies: dict[WorkflowKey, RunResult] = field(default_factory=dict)
    values: dict[str, dict[str, WorkflowValues]] = field(default_factory=dict)  #: by document, by workflowId
    completed: set[tuple[WorkflowKey, str]] = field(default_factory=set)  #: steps whose last visit succeeded
    polled: dict[CallPath, dict[str, Polled]] = field(default_factory=dict)  #: by call path, by stepId
    last: tuple[Attempt, Attempt] | None = None  #: the last exchange's, as the results have it and with its bodies
    announced: int = 0  #: how many events there were

    @property
    def now(self) -> float:
        """The time, as the driver last gave it: seconds since the epoch."""
        return self.execution.now

    @property
    def halted(self) -> bool:
        """True when nothing more may be done: cancelled, or a budget is spent."""
        return self.cancelled or self.stopped is not None


@dataclass(slots=True)
class Frame:
    """One workflow being run: its inputs, the outputs so far, and how its steps went."""

    run: Run
    bound: BoundWorkflow
    inputs: Mapping[str, JSON]
    path: CallPath
    depth: int
    deadline: float  #: the run's, or earlier where a calling step has a ``timeout`` (S35)
    started: float
    given: Mapping[str, JSON]  #: the inputs of the caller, from which dependencies take what they declare (S33)
    again: bool = False  #: a goto led to this workflow or to the step that calls it: identical requests are polls
    outputs: dict[str, dict[str, JSON]] = field(default_factory=dict)  #: step outputs by stepId
    own: dict[str, JSON] = field(default_factory=dict)  #: the workflow's own outputs, for ``$outputs``
    results: list[StepResult] = field(default_factory=list)
    completed: set[str] = field(default_factory=set)  #: steps whose last visit succeeded
    visits: dict[str, int] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)
    repeats: dict[str, dict[str, int]] = field(
        default_factory=dict
    )  #: retry-on-success polls taken, by step, by action
    watched: dict[str, tuple[str, tuple[Operand, ...]]] = field(default_factory=dict)  #: what held when it went round
    dependencies: list[RunResult] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    exchange: Exchange | None = None  #: the last one, also of the workflows that its steps called
    heard: bool = field(init=False)  #: whether anybody hears its events; they are made only then
    polled: dict[str, Polled] = field(init=False)  #: what the steps at this place of the call tree sent last
    _document: Document = field(init=False)
    _workflows: dict[str, WorkflowValues] = field(init=False)  #: those of this document that ran, by workflowId

    def __post_init__(self) -> None:
        run, uri = self.run, self.bound.key.document
        self.heard = run.execution.heard
        self.polled = run.polled.setdefault(self.path, {})
        self._document = run.description.documents[uri]
        self._workflows = run.values.setdefault(uri, {})

    def emit(self, event: Event, *step: str) -> None:
        """Announce an event of this workflow, or of a step of it: it gets its number, its path and the time."""
        run = self.run
        stamp = object.__setattr__  # it is stamped once, before anyone sees it: a copy would cost ten times as much
        stamp(event, "seq", run.announced)
        stamp(event, "path", self.path + step)
        stamp(event, "time", run.execution.now)
        run.announced += 1
        run.execution.announce(event)

    def scope(self, exchange: Exchange | None = None, outputs: Mapping[str, JSON] | None = None) -> Scope:
        """What expressions of this workflow see now."""
        document = self._document
        return Scope(
            self.inputs,
            self.outputs,
            self.own if outputs is None else outputs,
            self._workflows,
            document.sources,
            _NO_COMPONENTS,
            document.uri if document.model.self_ is not None else None,
            exchange,
        )

    def complete(self, step_id: str, *, succeeded: bool) -> None:
        """Remember how a step's attempt went, for `dependsOn`."""
        if succeeded:
            self.completed.add(step_id)
            self.run.completed.add((self.bound.key, step_id))
        else:
            self.completed.discard(step_id)
            self.run.completed.discard((self.bound.key, step_id))

    @property
    def stopped(self) -> bool:
        """True when this workflow may do nothing more: its run is halted, or its time is up."""
        run = self.run
        return run.cancelled or run.stopped is not None or run.execution.now >= self.deadline

    def step(self, step_id: str) -> BoundStep:
        """A step of this workflow."""
        return self.bound.steps[self.bound.index[step_id]]
