"""The documents of a suite, what becomes of their workflows, and what reports hear of those that do not run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from time import time
from typing import Final, Literal, TypeAlias

from arazzo_runner.cli.opening import Opened
from arazzo_runner.cli.terminal import Terminal
from arazzo_runner.description import BoundWorkflow
from arazzo_runner.diagnostics import Origin
from arazzo_runner.engine.events import Event, WorkflowFinished, WorkflowStarted
from arazzo_runner.engine.results import RunError, RunResult, Status
from arazzo_runner.errors import ArazzoError, InvalidDescription, InvalidInputs, UnreadableDocument
from arazzo_runner.inputs import secrets_among
from arazzo_runner.records import dataclass
from arazzo_runner.reports.frames import by_place, summary
from arazzo_runner.reports.history import NOT_RUN
from arazzo_runner.values import JSON

#: The workflow id in reports where a document could not be read, so that its workflows are not known.
EVERY: Final = "*"

#: How a workflow of a suite ended: as its run did; or it could not run, or it was left out.
SuiteStatus: TypeAlias = "Status | Literal['refused', 'skipped']"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a workflow; ``reason`` is one line of text. Already redacted."""

    workflow_id: str
    status: SuiteStatus
    seconds: float | None = None
    reason: str | None = None
    outputs: Mapping[str, JSON] = field(default_factory=dict)

    @staticmethod
    def of(workflow_id: str, result: RunResult) -> Outcome:
        """That of a run."""
        reason = None if result.error is None else _first_line(result.error.message)
        return Outcome(workflow_id, result.status, result.duration, reason, result.outputs)


@dataclass(slots=True)
class SuiteDocument:
    """A document of a suite. ``refusal`` says why it cannot run; outcomes come in as its workflows end."""

    file: str
    terminal: Terminal  #: where people are told of this document
    opened: Opened | None = None
    workflows: Sequence[BoundWorkflow] = ()
    inputs: Sequence[Mapping[str, JSON]] = ()
    refusal: ArazzoError | None = None
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The file as it may be shown: the URL of a document can hold a password."""
        return self.terminal.redactor.text(self.file)

    @property
    def unfinished(self) -> list[str]:
        """The workflows that have no outcome; for a document that could not be read, one that stands for all."""
        ids = (self.opened.description.workflow_ids if self.opened else ()) or (EVERY,)
        finished = {outcome.workflow_id for outcome in self.outcomes}
        return [id_ for id_ in ids if id_ not in finished]

    def secrets(self) -> Iterator[str]:
        """The texts among its inputs that must not be shown (S10)."""
        for workflow, values in zip(self.workflows, self.inputs, strict=False):  # no inputs where it cannot run
            yield from secrets_among(workflow, values)

    def name_of(self, outcome: Outcome) -> str:
        """A workflow of it for people; the document itself where this is what could not run."""
        return f"'{self.name}'" if self.refusal is not None else f"'{outcome.workflow_id}' of '{self.name}'"

    def leave(self, workflow_id: str, error: RunError, report: Callable[[Event], None]) -> None:
        """Account for a workflow that does not run: it is skipped, or else could not."""
        skipped = error.code == NOT_RUN
        reason = self.terminal.redactor.text(_first_line(error.message))
        self.outcomes.append(Outcome(workflow_id, "skipped" if skipped else "refused", reason=reason))
        for event in self._unrun(workflow_id, "cancelled" if skipped else "failed", error):
            self.terminal.redactor.before(report)(event)

    def _unrun(self, workflow_id: str, status: Status, error: RunError) -> tuple[Event, Event]:
        """What a report is told of it: that it ended before its first step."""
        now, path = time(), (workflow_id,)
        workflows = self.opened.description.entry.model.workflows if self.opened else ()
        steps = (
            step.step_id for workflow in workflows if workflow.workflow_id == workflow_id for step in workflow.steps
        )
        result = RunResult(self.file, workflow_id, status, error=error, started_at=now)
        started = WorkflowStarted(
            time=now, path=path, document=self.file, workflow_id=workflow_id, inputs={}, step_ids=tuple(steps)
        )
        return started, WorkflowFinished(seq=1, time=now, path=path, result=result)


def refusal_error(error: ArazzoError) -> RunError:
    """Why a document did not run, as a report says why a run failed."""
    match error:
        case InvalidDescription(diagnostics=diagnostics):
            first = by_place(diagnostics)[0]
            text = first.message if len(diagnostics) == 1 else f"{summary(diagnostics)}; first: {first.message}"
            return RunError("invalid-document", text, origin=first.origin)
        case UnreadableDocument(location=location):
            return RunError("unreadable", str(error), origin=Origin(location))
        case InvalidInputs(violations=violations):
            return RunError("invalid-inputs", f"invalid inputs: {'; '.join(violations)}")
        case _:
            return RunError("not-supported", str(error))


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]
