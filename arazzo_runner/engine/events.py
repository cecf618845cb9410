"""What a run announces, in order. Every event has its number, the call path and the time that the driver last gave.

Observers and reports read these; they can see and cannot influence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TypeAlias

from arazzo_runner.effects import Request, Response
from arazzo_runner.engine.results import AttemptError, KeepBodies, RunResult, StepResult, TakenAction
from arazzo_runner.expressions.criteria import Verdict
from arazzo_runner.records import sealed
from arazzo_runner.values import JSON

#: The workflow and step ids from the asked-for workflow down to the place of the event.
CallPath: TypeAlias = tuple[str, ...]


@sealed(frozen=True, slots=True, kw_only=True)
class Event:
    """The root of all events. ``seq`` counts from 0 in a run; ``time`` is seconds since the epoch."""

    seq: int = 0
    time: float = field(default=0.0, compare=False)
    path: CallPath = ()


@sealed(frozen=True, slots=True, kw_only=True)
class WorkflowStarted(Event):
    """A workflow begins; ``secrets`` are the values that must not be shown (S10)."""

    document: str
    workflow_id: str
    inputs: Mapping[str, JSON]
    step_ids: tuple[str, ...] = ()
    reason: str = "asked"  #: ``asked``, ``step``, ``dependency``, ``retry`` or ``goto``
    keep_bodies: KeepBodies = "all"  #: what a report that is written at the end may hold on to
    secrets: frozenset[str] = field(default=frozenset(), repr=False)


@sealed(frozen=True, slots=True, kw_only=True)
class StepStarted(Event):
    """A visit of a step begins."""

    step_id: str
    operation: str | None = None
    workflow_id: str | None = None
    visit: int = 1
    served: str | None = None


@sealed(frozen=True, slots=True, kw_only=True)
class Waiting(Event):
    """The run waits before it sends again: a poll (S31) or a retry (S30)."""

    step_id: str
    seconds: float
    reason: str  #: ``poll`` or ``retry``
    detail: str | None = None  #: what is being waited for: ``$.state = "scoring"``


@sealed(frozen=True, slots=True, kw_only=True)
class RequestSent(Event):
    """A request leaves. ``attempt`` counts from 1 in a visit."""

    step_id: str
    attempt: int
    request: Request
    secrets: frozenset[str] = field(default=frozenset(), repr=False)  #: values of security schemes (S10)


@sealed(frozen=True, slots=True, kw_only=True)
class ResponseReceived(Event):
    """An answer came. ``duration`` is in seconds."""

    step_id: str
    attempt: int
    response: Response
    duration: float = field(default=0.0, compare=False)


@sealed(frozen=True, slots=True, kw_only=True)
class AttemptFinished(Event):
    """An attempt is judged."""

    step_id: str
    attempt: int
    succeeded: bool
    verdicts: tuple[Verdict, ...] = ()
    error: AttemptError | None = None
    notes: tuple[str, ...] = ()


@sealed(frozen=True, slots=True, kw_only=True)
class ActionTaken(Event):
    """An action of the document decides what comes next."""

    step_id: str
    action: TakenAction


@sealed(frozen=True, slots=True, kw_only=True)
class StepFinished(Event):
    """A visit of a step is over."""

    step: StepResult


@sealed(frozen=True, slots=True, kw_only=True)
class WorkflowFinished(Event):
    """A workflow is over; the one with the shortest path is the run's result."""

    result: RunResult


@sealed(frozen=True, slots=True, kw_only=True)
class Note(Event):
    """Something of the run worth knowing that is not an error, such as an output that leads nowhere (S13)."""

    message: str
    step_id: str | None = None
