"""What the HTML report keeps of its events: a tree of runs and visits in memory, and what is long in a temporary file.

A visit's exchanges are made HTML when it is over and put by; they are read again, one visit at a time, when the page is
written. So a run of thousands of steps needs little memory.
"""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterator
from dataclasses import field, replace
from typing import TypeAlias

from arazzo_runner.engine.events import (
    ActionTaken,
    AttemptFinished,
    CallPath,
    Event,
    StepFinished,
    StepStarted,
    Waiting,
    WorkflowFinished,
    WorkflowStarted,
)
from arazzo_runner.engine.results import Attempt, RunResult, StepResult, TakenAction
from arazzo_runner.records import dataclass
from arazzo_runner.reports.html_report.attempts import attempt_end, attempt_start
from arazzo_runner.reports.html_report.exchange import Room
from arazzo_runner.reports.html_report.markup import Fragment, joined, packed, unpacked

#: A way out of a step: the step, whether its attempt succeeded, and the action (None: the next step).
WayKey: TypeAlias = tuple[str, bool, str | None]

_IN_MEMORY = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Slice:
    """A fragment that was put by."""

    start: int
    length: int


class Store:
    """Fragments in a temporary file, which is in memory while it is small."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  closed with the store
        weakref.finalize(self, self._file.close)
        self._end = 0

    def put(self, fragment: Fragment) -> Slice:
        """Put a fragment by."""
        content = packed(fragment)
        self._file.seek(self._end)
        self._file.write(content)
        kept = Slice(self._end, len(content))
        self._end += len(content)
        return kept

    def get(self, kept: Slice) -> Fragment:
        """A fragment that was put by."""
        self._file.seek(kept.start)
        return unpacked(self._file.read(kept.length))


@dataclass(slots=True, eq=False)
class Visit:
    """One visit of a step, or a workflow that a retry ran first. Times are in seconds."""

    step_id: str
    succeeded: bool
    number: int = 0  #: in the order of the run, from 1
    action: TakenAction | None = None
    served: str | None = None
    workflow_id: str | None = None
    operation: str | None = None
    answer: str = ""  #: the last status code, or the code of the error
    attempts: int = 1
    waited: float = 0.0
    started: float = 0.0  #: since the epoch
    duration: float = 0.0
    parts: list[Slice | Run] = field(default_factory=list)

    @property
    def handled(self) -> bool:
        """A failure that an action of the document, or the step that it serves, took care of."""
        return not self.succeeded and (self.served is not None or self.goes_on)

    @property
    def goes_on(self) -> bool:
        """Whether an action led from here to somewhere else."""
        return self.action is not None and self.action.type == "goto"


@dataclass(slots=True, eq=False)
class Run:
    """A workflow's run, and how far it came. ``result`` holds neither steps nor other runs."""

    document: str
    workflow_id: str
    step_ids: tuple[str, ...]
    reason: str
    path: CallPath
    started: float
    result: RunResult | None = None
    visits: list[Visit] = field(default_factory=list)
    taken: dict[WayKey, tuple[TakenAction | None, int]] = field(default_factory=dict)
    dependencies: list[Run] = field(default_factory=list)
    transferred_to: Run | None = None
    called: dict[str, list[Run]] = field(default_factory=dict)  #: by the visits under way, one an attempt
    began: dict[str, float] = field(default_factory=dict)  #: when the visits under way began
    waits: dict[str, list[str | None]] = field(default_factory=dict)  #: what they waited for
    succeeded: bool = False  #: whether the last attempt did

    def count(self, step_id: str, action: TakenAction | None) -> None:
        """An action led away from a step; without one, the next step follows."""
        key = (step_id, self.succeeded, action.name if action else None)
        _, times = self.taken.get(key, (action, 0))
        self.taken[key] = (action, times + 1)


class Recorder:
    """An observer that makes the tree of runs."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.store = Store()
        self._room = Room()
        self._open: list[Run] = []

    def __call__(self, event: Event) -> None:
        match event:
            case WorkflowStarted():
                self._begin(event)
            case StepStarted(step_id=step_id, time=time):
                self._open[-1].began[step_id] = time
            case Waiting(step_id=step_id, detail=detail):
                self._open[-1].waits.setdefault(step_id, []).append(detail)
            case AttemptFinished(succeeded=succeeded):
                self._open[-1].succeeded = succeeded
            case ActionTaken(step_id=step_id, action=action):
                self._open[-1].count(step_id, action)
            case StepFinished(step=step):
                self._visited(self._open[-1], step)
            case WorkflowFinished(result=result):
                self._finish(result)
            case _:
                pass

    def _begin(self, event: WorkflowStarted) -> None:
        run = Run(event.document, event.workflow_id, event.step_ids, event.reason, event.path, event.time)
        if not self._open:
            self.runs.append(run)
        else:
            self._attach(self._open[-1], run)
        self._open.append(run)

    def _attach(self, parent: Run, run: Run) -> None:
        match run.reason:
            case "goto":
                parent.transferred_to = run
            case "dependency":
                parent.dependencies.append(run)
            case "retry":
                self._add(
                    parent, Visit(run.workflow_id, True, served=run.path[-2], workflow_id=run.workflow_id, parts=[run])
                )
            case _:
                parent.called.setdefault(run.path[-2], []).append(run)

    def _finish(self, result: RunResult) -> None:
        run = self._open.pop()
        run.result = replace(result, steps=(), dependencies=(), transferred_to=None)
        if run.reason == "retry":
            self._open[-1].visits[-1].succeeded = result.succeeded

    def _add(self, run: Run, visit: Visit) -> None:
        visit.number = len(run.visits) + 1
        run.visits.append(visit)

    def _visited(self, run: Run, step: StepResult) -> None:
        if step.status == "succeeded" and step.action is None and step.served is None:
            run.count(step.step_id, None)
        self._add(run, _visit(step, run.began.pop(step.step_id, 0.0), list(self._parts(run, step))))

    def _parts(self, run: Run, step: StepResult) -> Iterator[Slice | Run]:
        called, waits = iter(run.called.pop(step.step_id, ())), iter(run.waits.pop(step.step_id, ()))
        pieces: Fragment = ()
        for number, attempt in enumerate(step.attempts, 1):
            failed = step.status == "failed" and number == len(step.attempts)
            detail = next(waits, None) if attempt.waited else None
            pieces = joined(pieces, attempt_start(attempt, number, step, detail, self._room, failed=failed))
            child = next(called, None) if attempt.run is not None else None
            if child is not None:
                yield self.store.put(pieces)
                yield child
                pieces = ()
            pieces = joined(pieces, attempt_end(step))
        yield self.store.put(pieces)


def _visit(step: StepResult, started: float, parts: list[Slice | Run]) -> Visit:
    last = step.attempts[-1] if step.attempts else Attempt()
    return Visit(
        step.step_id,
        step.status == "succeeded",
        action=step.action,
        served=step.served,
        workflow_id=step.workflow_id,
        operation=step.operation,
        answer=_answer(last),
        attempts=len(step.attempts),
        waited=sum(attempt.waited for attempt in step.attempts),
        started=started,
        duration=step.duration,
        parts=parts,
    )


def _answer(attempt: Attempt) -> str:
    if attempt.response is not None:
        return str(attempt.response.status_code)
    return "" if attempt.error is None else attempt.error.code
