"""The history of runs: what became of each step of each workflow, however often it was visited. Knows no format.

Bounded in memory by the number of steps in the document and the places they are called from, not by how long a run
goes on: visits and attempts are counted, and of the failed ones the last few are kept. What it keeps comes from events
as they happen, so it has bodies that results do not hold on to. The runs of one observer follow each other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from typing import Final, Literal

from arazzo_runner.engine.attempt import succeeded
from arazzo_runner.engine.events import (
    AttemptFinished,
    CallPath,
    Event,
    RequestSent,
    ResponseReceived,
    StepFinished,
    StepStarted,
    WorkflowFinished,
    WorkflowStarted,
)
from arazzo_runner.engine.results import Attempt, RunError, RunResult, Status, StepResult, TakenAction
from arazzo_runner.records import dataclass
from arazzo_runner.reports.failed_attempts import Failure, failing_chain, failure_of
from arazzo_runner.values import JSON

#: The error code of a workflow of a suite that was left out, so that nothing of it ran.
NOT_RUN: Final = "not-run"

#: How many failed attempts of a step are kept, the last ones; and how many notes of a workflow, the first ones.
KEPT_FAILURES: Final = 10
KEPT_NOTES: Final = 50


@dataclass(slots=True)
class StepHistory:
    """What became of a step over all its visits; times are in seconds."""

    step_id: str
    operation: str | None = None  #: ``GET /orders``
    calls: str | None = None  #: the id of the workflow that it calls
    visits: int = 0
    attempts: int = 0
    failed: int = 0  #: attempts that failed
    seconds: float = 0.0
    status: Literal["succeeded", "failed"] | None = None  #: of the last visit; None when it was not reached
    action: TakenAction | None = None  #: what the last visit led to
    answer: str = ""  #: the status code of the last answer, or the code of what went wrong in its place
    fault: Attempt | None = None  #: the last attempt where it failed, without what its nested run did
    failures: deque[Failure] = field(default_factory=lambda: deque(maxlen=KEPT_FAILURES))
    blame: RunError | None = None  #: set where the run that was asked for did not succeed because of this step

    def add(self, result: StepResult) -> None:
        """One more visit."""
        self.status, self.action = result.status, result.action
        self.seconds += result.duration
        self.attempts += len(result.attempts)
        for attempt in result.attempts:
            if not succeeded(attempt):
                self.failed += 1
                self.failures.append(failure_of(attempt))
        last = result.attempts[-1] if result.attempts else None
        self.answer = _answer(last) if last is not None else ""
        self.fault = replace(last, run=None) if last is not None and not succeeded(last) else None


@dataclass(slots=True)
class WorkflowHistory:
    """What became of a workflow at one place of the call tree, over all the times that it ran there."""

    path: CallPath
    workflow_id: str
    document: str = ""
    reason: str = "asked"
    runs: int = 0
    inputs: Mapping[str, JSON] = field(default_factory=dict)
    outputs: Mapping[str, JSON] = field(default_factory=dict)
    status: Status | None = None  #: of the last time; None while it goes on
    error: RunError | None = None
    started_at: float = 0.0  #: the first time; seconds since the epoch
    seconds: float = 0.0
    notes: dict[str, None] = field(default_factory=dict)
    steps: dict[str, StepHistory] = field(default_factory=dict)
    blame: RunError | None = None  #: set where the asked-for run did not succeed because of this, and of no step in it

    def step(self, step_id: str) -> StepHistory:
        """The history of a step."""
        return self.steps.setdefault(step_id, StepHistory(step_id))


@dataclass(slots=True)
class RunHistory:
    """A run that was asked for: its workflow first, then those that it called, depended on or handed over to."""

    workflows: dict[CallPath, WorkflowHistory] = field(default_factory=dict)
    going: int = 0  #: workflows at the top that have begun and not ended: that which was asked for, and hand-overs

    @property
    def asked(self) -> WorkflowHistory:
        """The workflow that was asked for."""
        return next(iter(self.workflows.values()))

    @property
    def culprit(self) -> tuple[WorkflowHistory, StepHistory | None] | None:
        """Where it went wrong, as deep in the call tree as is known; None when the run succeeded."""
        found: tuple[WorkflowHistory, StepHistory | None] | None = None
        for workflow in self.workflows.values():
            blamed = next((step for step in workflow.steps.values() if step.blame is not None), None)
            if blamed is None and workflow.blame is None:
                continue
            if found is None or len(workflow.path) >= len(found[0].path):
                found = workflow, blamed
        return found

    def workflow(self, path: CallPath) -> WorkflowHistory:
        """The history of the workflow at a place of the call tree."""
        return self.workflows.setdefault(path, WorkflowHistory(path, path[-1] if path else ""))


class _Bodies:
    """The bodies and operands of the failed attempts of visits under way: results may have let them go."""

    def __init__(self) -> None:
        self._open: dict[CallPath, Attempt] = {}
        self._failed: dict[CallPath, dict[int, Attempt]] = {}

    def __call__(self, event: Event) -> None:
        match event:
            case RequestSent(path=path, request=request):
                self._open[path] = Attempt(request=request)
            case ResponseReceived(path=path, response=response) if path in self._open:
                self._open[path] = replace(self._open[path], response=response)
            case AttemptFinished(path=path, attempt=number):
                seen = self._open.pop(path, None)
                if not event.succeeded and seen is not None:
                    failed = self._failed.setdefault(path, {})
                    failed[number] = replace(seen, verdicts=event.verdicts)
                    failed.pop(number - KEPT_FAILURES, None)
            case _:
                pass

    def restored(self, path: CallPath, result: StepResult) -> StepResult:
        """The visit, which is over, with what was let go of its last attempts."""
        seen = self._failed.pop(path, {})
        self._open.pop(path, None)
        if not seen:
            return result
        attempts = list(result.attempts)
        for number, failed in seen.items():
            if number <= len(attempts):
                attempts[number - 1] = replace(
                    attempts[number - 1],
                    request=failed.request,
                    response=failed.response,
                    verdicts=failed.verdicts,
                )
        return replace(result, attempts=tuple(attempts))


class History:
    """An observer that keeps the history of every run that was asked for."""

    def __init__(self) -> None:
        self.runs: list[RunHistory] = []
        self._bodies = _Bodies()

    def __call__(self, event: Event) -> None:
        if not self.runs or (isinstance(event, WorkflowStarted) and event.reason == "asked"):
            self.runs.append(RunHistory())
        run = self.runs[-1]
        self._bodies(event)
        match event:
            case WorkflowStarted(path=path):
                run.going += len(path) == 1
                _begin(run.workflow(path), event)
            case StepStarted(step_id=step_id):
                step = run.workflow(event.path[:-1]).step(step_id)
                step.visits += 1
                step.operation, step.calls = event.operation, event.workflow_id
            case StepFinished(step=result):
                run.workflow(event.path[:-1]).step(result.step_id).add(self._bodies.restored(event.path, result))
            case WorkflowFinished(path=path, result=result):
                run.going -= len(path) == 1
                _end(run.workflow(path), result)
                if not run.going:
                    _conclude(run, result, path)
            case _:
                pass


def _answer(attempt: Attempt) -> str:
    if attempt.response is not None:
        return str(attempt.response.status_code)
    error = attempt.error
    return error.code if error is not None and error.code != "criterion" else ""  # a criterion of what it called


def _begin(workflow: WorkflowHistory, event: WorkflowStarted) -> None:
    if not workflow.runs:
        workflow.document, workflow.workflow_id, workflow.reason = event.document, event.workflow_id, event.reason
        workflow.started_at = event.time
    workflow.runs += 1
    workflow.inputs = event.inputs
    for step_id in event.step_ids:
        workflow.step(step_id)


def _end(workflow: WorkflowHistory, result: RunResult) -> None:
    workflow.status, workflow.error = result.status, result.error
    workflow.inputs, workflow.outputs = result.inputs, result.outputs
    workflow.seconds += result.duration
    own = (f"step '{step.step_id}': {note}" for step in result.steps for one in step.attempts for note in one.notes)
    for note in (*result.notes, *own):
        if len(workflow.notes) < KEPT_NOTES:
            workflow.notes[note] = None


def _conclude(run: RunHistory, result: RunResult, path: CallPath) -> None:
    """The run is over. Its path may have changed since it began: an id may turn out to be a secret, and be hidden."""
    if run.asked.status is None:
        _end(run.asked, result)
    if not result.succeeded:
        _blame(run, result, path)


def _blame(run: RunHistory, result: RunResult, path: CallPath) -> None:
    """Mark what made a run fail: the step that failed, and below it what failed in the workflow that it called."""
    for failed, place in _chain(result, path):
        workflow = run.workflow(place)
        error = failed.error or RunError("failed", f"workflow '{failed.workflow_id}' {failed.status}")
        step_id = _failing_step(failed)
        if step_id in workflow.steps:
            workflow.steps[step_id].blame = error
        else:
            workflow.blame = error


def _chain(result: RunResult, path: CallPath) -> Iterator[tuple[RunResult, CallPath]]:
    """The workflows that failed, each because of the next, with their places; hand-overs lead to the last one."""
    chain = failing_chain(result)
    for failed, below in zip(chain, [*chain[1:], None], strict=True):
        if failed.transferred_to is None:
            yield failed, path
        if below is not None:
            path = _place_of(below, failed, path)


def _place_of(below: RunResult, failed: RunResult, path: CallPath) -> CallPath:
    """The place of the workflow that made the one at ``path`` fail."""
    if below is failed.transferred_to:
        return (*path[:-1], below.workflow_id)
    caller = failed.steps[-1].step_id if failed.steps else "dependsOn"
    return (*path, caller, below.workflow_id)


def _failing_step(result: RunResult) -> str:
    """The step of this workflow that it failed at; empty for none. A spent budget names the step that came next."""
    last = result.steps[-1] if result.steps else None
    named = result.error.step_id if result.error is not None else None
    if last is not None and last.status == "failed" and (last.run is not None or named is None):
        return last.step_id
    return named or ""
