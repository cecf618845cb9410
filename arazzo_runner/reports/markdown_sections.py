"""The sections of a run in Markdown: its head, why it failed, request and answer, steps, outputs, notes.

A section is a list of lines, empty where there is nothing to say. All text of documents and answers stands in code.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from arazzo_runner.effects import Headers
from arazzo_runner.engine.results import Attempt, RunError
from arazzo_runner.reports.failed_attempts import shown_body, value_text
from arazzo_runner.reports.frames import place
from arazzo_runner.reports.history import NOT_RUN, RunHistory, StepHistory, WorkflowHistory
from arazzo_runner.reports.kinds import About
from arazzo_runner.reports.lines import count, duration
from arazzo_runner.reports.markdown_text import Quotes, details, table

#: The signs of a run, from the worst status to the best.
SIGNS: Final = {"failed": "❌", "cancelled": "🚫", "not run": "⏭️", "ended": "⚠️", "succeeded": "✅"}

_ROWS: Final = 100
_BODY_ROOM: Final = 6000
_MESSAGE_ROOM: Final = 600


def status_of(workflow: WorkflowHistory) -> str:
    """How a workflow ended; one that did not was cut off, unless a suite left it out."""
    if workflow.error is not None and workflow.error.code == NOT_RUN:
        return "not run"
    return workflow.status or "cancelled"


class Sections:
    """Writes sections; all of a run but the way its parts are put together."""

    def __init__(self, about: About) -> None:
        self._locate = about.locate
        quotes = Quotes(about.hide)
        self._code, self._block = quotes.code, quotes.block

    def head(self, workflow: WorkflowHistory) -> list[str]:
        """The status line."""
        status = status_of(workflow)
        reached = [step for step in workflow.steps.values() if step.status is not None]
        attempts = sum(step.attempts for step in reached)
        steps = f"{len(reached)} of {count(len(workflow.steps), 'step')}, {count(attempts, 'attempt')}"
        after = "" if status == "not run" else f" after {duration(workflow.seconds)}"
        return [
            f"### {SIGNS[status]} {self._code(workflow.workflow_id)} {status}{after}",
            "",
            f"{self._code(workflow.document)}: {steps}",
        ]

    def why(self, run: RunHistory) -> list[str]:
        """Why a run did not succeed, where in the call tree and where in the document."""
        asked, culprit = run.asked, run.culprit
        if culprit is None:
            return ["It did not come to its end."]
        workflow, step = culprit
        error = (step.blame if step is not None else None) or workflow.blame
        assert error is not None  # that is what makes it the culprit
        lines: list[str] = []
        if asked.status == "ended" and asked.error is not None:
            lines += [self._code(asked.error.message, _MESSAGE_ROOM), ""]
        where = "" if workflow is asked else f" in {self._code(' > '.join(workflow.path))}"
        who = f"Step {self._code(step.step_id)}{where}" if step else f"Workflow {self._code(workflow.workflow_id)}"
        lines += self._what(who, error, step.fault if step is not None else None)
        if error.origin is not None and error.origin.document:
            lines += ["", f"In the document at {self._code(place(error.origin, self._locate(error.origin)))}."]
        return lines

    def _what(self, who: str, error: RunError, fault: Attempt | None) -> Iterator[str]:
        """What failed: the criterion with what it looked at, or the message."""
        verdicts = () if fault is None or fault.error is not None else fault.verdicts
        failed = next((verdict for verdict in verdicts if not verdict.passed), None)
        if failed is None or error.code != "criterion":
            what = {NOT_RUN: "was not run", "cancelled": "was cut off"}.get(error.code, "failed")
            yield f"{who} {what}: {self._code(error.message, _MESSAGE_ROOM)}"
            return
        kind = "" if failed.type == "simple" else f" ({failed.type})"
        found = f" {self._code(failed.why, _MESSAGE_ROOM)}" if failed.why and not failed.operands else ""
        yield f"{who} failed: {self._code(failed.condition, _MESSAGE_ROOM)}{kind} does not hold.{found}"
        if failed.operands:
            yield ""
            rows = [(self._code(one.text), self._code(value_text(one.value))) for one in failed.operands]
            yield from table(("It looked at", "and found"), rows)

    def request(self, run: RunHistory) -> list[str]:
        """The request of the attempt that a run failed at, folded away."""
        last = _last(run)
        if last is None or last.request is None:
            return []
        request = last.request
        shown = _message(f"{request.method} {request.url}", request.headers, request.content)
        return details("Request", self._block(shown, "http"))

    def answer(self, run: RunHistory) -> list[str]:
        """The answer to it, folded away."""
        last = _last(run)
        if last is None or last.response is None:
            return []
        response = last.response
        shown = _message(str(response.status_code), response.headers, response.content)
        return details(f"Answer {response.status_code}", self._block(shown, "http"))

    def steps(self, run: RunHistory) -> list[str]:
        """A table of the steps, those of the workflows that were called below them. Steps that failed are not cut."""
        rows: list[tuple[bool, list[str]]] = []
        for workflow in run.workflows.values():
            if workflow is not run.asked:
                sign, name = SIGNS[status_of(workflow)], self._code(" > ".join(workflow.path))
                rows.append((False, [sign, f"**{name}**", "", "", duration(workflow.seconds), ""]))
            rows += [(step.status == "failed", self._row(step)) for step in workflow.steps.values()]
        if not rows:
            return []
        first = sorted(sorted(range(len(rows)), key=lambda index: not rows[index][0])[:_ROWS])
        lines = table(("", "Step", "Operation", "Answer", "Time", ""), [rows[index][1] for index in first])
        more = len(rows) - len(first)
        return [*lines, "", f"... and {count(more, 'row')} more."] if more else lines

    def _row(self, step: StepHistory) -> list[str]:
        name, operation = self._code(step.step_id), step.operation or (f"→ {step.calls}" if step.calls else "")
        if step.status is None:
            return ["⏭️" if step.blame is None else "❌", name, "", "", "", "not reached"]
        sign = "❌" if step.blame is not None else "⚠️" if step.status == "failed" else "✅"
        answer = self._code(step.answer)
        return [sign, name, self._code(operation), answer, duration(step.seconds), self._times(step)]

    def _times(self, step: StepHistory) -> str:
        texts = [count(step.visits, "visit")] if step.visits > 1 else []
        texts += [count(step.attempts, "attempt")] if step.attempts > step.visits else []
        texts += [f"{step.failed} failed"] if step.failed and step.attempts > 1 else []
        if step.status == "failed" and step.blame is None and step.action is not None:
            texts.append(f"handled by {self._code(step.action.name)}")
        return ", ".join(texts)

    def outputs(self, workflow: WorkflowHistory) -> list[str]:
        """The outputs of the workflow that was asked for."""
        rows = [(self._code(name), self._code(value_text(value))) for name, value in workflow.outputs.items()]
        if not rows:
            return []
        lines = table(("Output", "Value"), rows[:_ROWS])
        return [*lines, "", f"... and {len(rows) - _ROWS} more."] if len(rows) > _ROWS else lines

    def notes(self, run: RunHistory) -> list[str]:
        """What the workflows and their attempts have to say besides."""
        notes = dict.fromkeys(note for workflow in run.workflows.values() for note in workflow.notes)
        return ["Notes:", "", *(f"- {self._code(note)}" for note in notes)] if notes else []


def _last(run: RunHistory) -> Attempt | None:
    culprit = run.culprit
    return culprit[1].fault if culprit is not None and culprit[1] is not None else None


def _message(first: str, headers: Headers, content: bytes) -> str:
    lines = [first, *(f"{name}: {value}" for name, value in headers.fields)]
    return "\n".join([*lines, "", shown_body(headers, content, _BODY_ROOM)] if content else lines)
