"""The JSON report: the whole of a run, or of several, as one object (`docs/cli.md`).

Times are RFC 3339 in UTC with milliseconds; durations are milliseconds rounded to 0.1. Bodies stand as JSON where they
are JSON, as text where they are text, and as ``{"base64": "..."}`` otherwise; so do bytes in inputs and outputs. A body
that the run did not keep (`Limits.keep_bodies`) is null beside ``"bodyDropped": true``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from arazzo_runner.diagnostics import Diagnostic, Origin, Span
from arazzo_runner.effects import Headers, Request, Response
from arazzo_runner.engine.events import Event
from arazzo_runner.engine.results import Attempt, AttemptError, RunError, RunResult, StepResult, TakenAction
from arazzo_runner.expressions.criteria import Verdict
from arazzo_runner.reports.bodies import body, encodable
from arazzo_runner.reports.places import Locate, nowhere
from arazzo_runner.reports.runs import Runs
from arazzo_runner.values import JSON

VERSION: Final = 1
#: The run of a workflow step stands at the step and in its last attempt, which doubles the report with each call below
#: it; from this depth on it stands at the step alone.
TWICE: Final = 3

_PIECE: Final = 4096  #: tokens that are written at a time
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")  #: only an escape can write it

#: The findings at load about what the run of a workflow reaches, by the location of its document and its id.
Findings = Callable[[str, str], Sequence[Diagnostic]]


def no_findings(_document: str, _workflow_id: str) -> tuple[()]:
    """`Findings` that are none."""
    return ()


class JsonReport:
    """An observer that keeps the runs it sees and gives them as one report, whole, when asked."""

    def __init__(self, locate: Locate = nowhere, findings: Findings = no_findings) -> None:
        self._locate = locate
        self._findings = findings
        self._runs = Runs()

    def __call__(self, event: Event) -> None:
        self._runs(event)

    def value(self) -> dict[str, Any]:
        """The report as JSON."""
        report: dict[str, Any] = json.loads("".join(self.parts()))
        return report

    def parts(self) -> Iterator[str]:
        """The report as text; a step of it is made when it is its turn, so that the whole is never in memory."""
        report = {"version": VERSION, "runs": Each(self._run, self._runs.finished)}
        written = json.JSONEncoder(ensure_ascii=False, indent=2).iterencode(report)
        while piece := "".join(islice(written, _PIECE)):
            yield _LONE_SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", piece)
        yield "\n"

    def _run(self, result: RunResult) -> dict[str, Any]:
        findings = self._findings(result.document, result.workflow_id)
        steps = Each(lambda step: step_value(step, self._locate), result.steps)
        return run_value(result, self._locate, findings, steps)


class Each(list[Any]):
    """A list for `json.JSONEncoder.iterencode`, whose items are made one by one as they are written."""

    def __init__(self, make: Callable[[Any], object], items: Sequence[Any]) -> None:
        super().__init__()
        self._make = make
        self._items = items

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Any]:
        return map(self._make, self._items)


def run_value(
    result: RunResult,
    locate: Locate,
    diagnostics: Iterable[Diagnostic] = (),
    steps: list[Any] | None = None,
    depth: int = 0,
) -> dict[str, Any]:
    """A workflow's run in the shape of the report; ``steps`` are its steps in that shape, where they are there."""
    return {
        "document": result.document,
        "workflowId": result.workflow_id,
        "status": result.status,
        "inputs": encodable(result.inputs),
        "outputs": encodable(result.outputs),
        "error": run_error_value(result.error, locate),
        "startedAt": timestamp(result.started_at),
        "durationMs": milliseconds(result.duration),
        "steps": [step_value(step, locate, depth) for step in result.steps] if steps is None else steps,
        "dependencies": [run_value(run, locate, depth=depth) for run in result.dependencies],
        "transferredTo": (
            None if result.transferred_to is None else run_value(result.transferred_to, locate, depth=depth)
        ),
        "diagnostics": [*map(diagnostic_value, diagnostics), *map(note_value, notes_of(result))],
    }


def notes_of(result: RunResult) -> list[str]:
    """What the run has to say, and what the attempts of its steps have; each once."""
    return list(dict.fromkeys([*result.notes, *result.step_notes]))


def step_value(step: StepResult, locate: Locate, depth: int = 0) -> dict[str, Any]:
    """One visit of a step, ``depth`` calls below the run that was asked for."""
    attempts = [attempt_value(attempt, locate, depth) for attempt in step.attempts]
    run = attempts[-1]["run"] if attempts else None
    if run is not None and depth >= TWICE:
        attempts[-1] |= {"run": None, "runOfStep": True}
    value: dict[str, Any] = {
        "stepId": step.step_id,
        "operation": step.operation,
        "operationId": step.operation_id,
        "status": step.status,
        "attempts": attempts,
        "action": action_value(step.action),
        "outputs": encodable(step.outputs),
        "run": run,
        "durationMs": milliseconds(step.duration),
    }
    if step.workflow_id is not None:
        value["workflowId"] = step.workflow_id
    if step.served is not None:
        value["for"] = step.served
    return value


def attempt_value(attempt: Attempt, locate: Locate, depth: int = 0) -> dict[str, Any]:
    """One try of a step."""
    value: dict[str, Any] = {
        "waitedMs": milliseconds(attempt.waited),
        "request": request_value(attempt.request),
        "response": response_value(attempt.response),
        "criteria": [verdict_value(verdict) for verdict in attempt.verdicts],
        "error": attempt_error_value(attempt.error),
        "durationMs": milliseconds(attempt.duration),
        "run": None if attempt.run is None else run_value(attempt.run, locate, depth=depth + 1),
    }
    if attempt.notes:
        value["notes"] = list(attempt.notes)
    return value


def request_value(request: Request | None) -> dict[str, Any] | None:
    """A request as it was sent."""
    if request is None:
        return None
    return {
        "method": request.method,
        "url": request.url,
        "headers": headers_value(request.headers),
        **body_value(request),
    }


def response_value(response: Response | None) -> dict[str, Any] | None:
    """An answer, or None when there was none."""
    if response is None:
        return None
    return {
        "status": response.status_code,
        "headers": headers_value(response.headers),
        **body_value(response),
    }


def body_value(message: Request | Response) -> dict[str, Any]:
    """The body of a message; one that was not kept is null, and ``bodyDropped`` says so."""
    shown = {"body": body(message.headers, message.content)}
    return {**shown, "bodyDropped": True} if message.dropped else shown


def headers_value(headers: Headers) -> dict[str, str]:
    """Header fields under the names as they were written; several values of a name are joined by ``, ``."""
    written: dict[str, str] = {}
    for name, _ in headers.fields:
        written.setdefault(name.lower(), name)
    return {name: headers[name] for name in written.values()}


def verdict_value(verdict: Verdict) -> dict[str, Any]:
    """A judged criterion."""
    return {"condition": verdict.condition, "type": verdict.type, "passed": verdict.passed, "why": verdict.why}


def action_value(action: TakenAction | None) -> dict[str, Any] | None:
    """The action that was taken; ``stepId`` and ``workflowId`` where it has them."""
    if action is None:
        return None
    targets = {"stepId": action.step_id, "workflowId": action.workflow_id}
    return {"name": action.name, "type": action.type} | {key: id_ for key, id_ in targets.items() if id_ is not None}


def attempt_error_value(error: AttemptError | None) -> dict[str, Any] | None:
    """Why an attempt got no answer."""
    return None if error is None else {"code": error.code, "message": error.message}


def run_error_value(error: RunError | None, locate: Locate) -> dict[str, Any] | None:
    """Why a run did not succeed, and where in the document."""
    if error is None:
        return None
    value: dict[str, Any] = {"code": error.code, "message": error.message}
    if error.step_id is not None:
        value["stepId"] = error.step_id
    if error.origin is not None:
        value["at"] = place_value(error.origin, locate(error.origin))
    return value


def place_value(origin: Origin, span: Span | None) -> dict[str, Any]:
    """A place in a document; line and column are null where they are not known."""
    line, column = (None, None) if span is None else (span.line, span.column)
    return {"file": origin.document, "line": line, "column": column, "pointer": origin.pointer}


def diagnostic_value(diagnostic: Diagnostic) -> dict[str, Any]:
    """A finding; lines and columns count from 1 and are null where they are not known."""
    span = diagnostic.span
    return {
        "severity": diagnostic.severity.value,
        "code": diagnostic.code.name,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "file": diagnostic.origin.document,
        "line": span and span.line,
        "column": span and span.column,
        "endLine": span and span.end_line,
        "endColumn": span and span.end_column,
        "pointer": diagnostic.origin.pointer,
    }


def note_value(message: str) -> dict[str, Any]:
    """Something of the run worth knowing, in the shape of a finding without a place."""
    empty: Mapping[str, JSON] = dict.fromkeys(("hint", "file", "line", "column", "endLine", "endColumn", "pointer"))
    return {"severity": "warning", "code": "run", "message": message, **empty}


def timestamp(seconds: float) -> str:
    """``2026-11-22T10:00:00.000Z``."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def milliseconds(seconds: float) -> float:
    """Seconds as milliseconds, rounded to 0.1."""
    return round(seconds * 1000, 1)
