"""What a run came to: frozen data in the shape of the report (`docs/cli.md`).

What every attempt makes anew is a record (`records`): one costs a quarter of a frozen object of the standard library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Literal, TypeAlias

from arazzo_runner.diagnostics import Origin
from arazzo_runner.effects import Request, Response
from arazzo_runner.errors import RunFailed
from arazzo_runner.expressions.criteria import Verdict
from arazzo_runner.expressions.scope import Exchange
from arazzo_runner.records import dataclass, sealed
from arazzo_runner.values import JSON

Status: TypeAlias = Literal["succeeded", "ended", "failed", "cancelled"]

#: Whose bodies results and whole reports hold on to: every exchange's, the run's last one's, or none.
KeepBodies: TypeAlias = Literal["all", "last", "none"]


@sealed(frozen=True, slots=True)
class RunError:
    """Why a run did not succeed. ``origin`` is where in the document the failing thing was written."""

    code: str
    message: str
    step_id: str | None = None
    origin: Origin | None = None


@sealed(frozen=True, slots=True)
class AttemptError:
    """Why an attempt got no answer, or was not sent: ``connect``, ``timeout``, ``missing-value``, ``check``, ..."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a step. Times are in seconds; ``run`` is set for a workflow step.

    Where bodies are not kept, verdicts have no operands, and ``request`` and ``response`` say how many bytes were
    ``dropped``.
    """

    waited: float = 0.0
    request: Request | None = None
    response: Response | None = None
    verdicts: tuple[Verdict, ...] = ()
    error: AttemptError | None = None
    notes: tuple[str, ...] = ()
    run: RunResult | None = None
    duration: float = 0.0


@sealed(frozen=True, slots=True)
class TakenAction:
    """The action that was taken at the end of a visit."""

    name: str
    type: str
    step_id: str | None = None
    workflow_id: str | None = None


@dataclass(frozen=True, slots=True)
class StepResult:
    """One visit of a step: its attempts, the action taken at its end, its outputs."""

    step_id: str
    status: Literal["succeeded", "failed"]
    operation: str | None = None  #: ``POST /v1/runs``
    operation_id: str | None = None
    workflow_id: str | None = None
    attempts: tuple[Attempt, ...] = ()
    action: TakenAction | None = None
    outputs: Mapping[str, JSON] = field(default_factory=dict)
    served: str | None = None  #: the step whose retry ran this one first (``for`` in the report)
    duration: float = 0.0

    @property
    def run(self) -> RunResult | None:
        """The nested run of the last attempt of a workflow step."""
        return self.attempts[-1].run if self.attempts else None


@sealed(frozen=True, slots=True)
class RunResult:
    """A workflow's run. ``started_at`` is seconds since the epoch, ``duration`` seconds (S36)."""

    document: str
    workflow_id: str
    status: Status
    inputs: Mapping[str, JSON] = field(default_factory=dict)
    outputs: Mapping[str, JSON] = field(default_factory=dict)
    error: RunError | None = None
    started_at: float = 0.0
    duration: float = 0.0
    steps: Sequence[StepResult] = ()
    dependencies: tuple[RunResult, ...] = ()
    transferred_to: RunResult | None = None
    notes: tuple[str, ...] = ()
    step_notes: tuple[str, ...] = ()  #: those of the attempts of its steps, with the step's name
    #: the last request that was tried and its answer: what ``$statusCode`` means to a step that calls this
    last_exchange: Exchange | None = field(default=None, compare=False, repr=False)

    @property
    def succeeded(self) -> bool:
        """True when the work was done."""
        return self.status == "succeeded"

    def raise_for_failure(self) -> RunResult:
        """This result when it succeeded; else raises `RunFailed`, as httpx's ``raise_for_status`` does."""
        if self.succeeded:
            return self
        reason = self.error.message if self.error else self.status
        raise RunFailed(f"workflow '{self.workflow_id}' {self.status}: {reason}", self)
