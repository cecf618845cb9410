"""What a run came to: frozen data in the shape of the report (`design/cli.md`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from arazzo_runner.diagnostics import Origin
from arazzo_runner.effects import Request, Response
from arazzo_runner.errors import RunFailed
from arazzo_runner.expressions.criteria import Verdict
from arazzo_runner.expressions.scope import Exchange
from arazzo_runner.values import JSON

Status: TypeAlias = Literal["succeeded", "ended", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class RunError:
    """Why a run did not succeed. ``origin`` is where in the document the failing thing was written."""

    code: str
    message: str
    step_id: str | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class AttemptError:
    """Why an attempt got no answer, or was not sent: ``connect``, ``timeout``, ``missing-value``, ``check``, ..."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a step. Times are in seconds; ``run`` is set for a workflow step."""

    waited: float = 0.0
    request: Request | None = None
    response: Response | None = None
    exchange: Exchange | None = None
    verdicts: tuple[Verdict, ...] = ()
    error: AttemptError | None = None
    notes: tuple[str, ...] = ()
    run: RunResult | None = None
    duration: float = 0.0


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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
    steps: tuple[StepResult, ...] = ()
    dependencies: tuple[RunResult, ...] = ()
    transferred_to: RunResult | None = None
    notes: tuple[str, ...] = ()

    @property
    def last_exchange(self) -> Exchange | None:
        """The last request that was tried and its answer: what ``$statusCode`` means to a step that calls this."""
        if self.transferred_to is not None:
            return self.transferred_to.last_exchange
        attempts = (attempt for step in reversed(self.steps) for attempt in reversed(step.attempts))
        for attempt in attempts:
            found = attempt.run.last_exchange if attempt.run else attempt.exchange
            if found is not None:
                return found
        return None

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
