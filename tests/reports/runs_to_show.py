"""Results and events that the tests of reports show."""

from __future__ import annotations

from arazzo_runner.diagnostics import Origin
from arazzo_runner.effects import Headers, Request, Response
from arazzo_runner.engine.events import (
    ActionTaken,
    AttemptFinished,
    Event,
    RequestSent,
    ResponseReceived,
    StepFinished,
    StepStarted,
    Waiting,
    WorkflowFinished,
    WorkflowStarted,
)
from arazzo_runner.engine.results import Attempt, RunError, RunResult, StepResult, TakenAction
from arazzo_runner.expressions.criteria import Operand, Verdict

JSON_HEADERS = Headers([("Content-Type", "application/json")])
AGAIN = TakenAction("notReady", "goto", step_id="poll")


def request(path: str = "/runs", method: str = "GET", body: bytes = b"") -> Request:
    return Request(method, f"http://api.test{path}", JSON_HEADERS, body)


def response(status: int = 200, body: bytes = b"{}") -> Response:
    return Response(status, JSON_HEADERS, body)


def attempt(status: int = 200, body: bytes = b"{}", **facts: object) -> Attempt:
    passed = status == 200
    why = None if passed else f"$statusCode is {status}"
    verdict = Verdict("$statusCode == 200", "simple", passed, why, (Operand("$statusCode", status),))
    return Attempt(request=request(), response=response(status, body), verdicts=(verdict,), duration=0.0079, **facts)  # type: ignore[arg-type]  # facts of several types


def step(step_id: str = "poll", status: int = 200, **facts: object) -> StepResult:
    done = "succeeded" if status == 200 else "failed"
    facts = {
        "attempts": (attempt(status),),
        "operation": "GET /runs",
        "operation_id": "getRuns",
        "duration": 0.0083,
    } | facts
    return StepResult(step_id, done, **facts)  # type: ignore[arg-type]  # facts of several types


def result(*steps: StepResult, status: str = "succeeded", **facts: object) -> RunResult:
    facts = {"started_at": 1_795_341_600.0, "duration": 1.25, "outputs": {"runId": "run_1"}} | facts
    return RunResult("flow.yml", "flow", status, steps=steps, **facts)  # type: ignore[arg-type]  # facts of several types


def failed(*steps: StepResult, body: bytes = b'{"message": "not running"}') -> RunResult:
    last = StepResult("score", "failed", "POST /score", "score", attempts=(attempt(409, body),), duration=0.02)
    origin = Origin("flow.yml", "/workflows/0/steps/1/successCriteria/0")
    message = "step 'score' failed: '$statusCode == 200' does not hold: $statusCode is 409 (POST /score answered 409)"
    error = RunError("criterion", message, "score", origin)
    return result(*steps, last, status="failed", error=error, outputs={})


def polled(times: int = 3) -> list[Event]:
    """The events of a run of one step that is polled by a goto, and a second step that fails."""
    path = ("flow", "poll")
    events: list[Event] = [
        WorkflowStarted(path=("flow",), document="flow.yml", workflow_id="flow", inputs={}, step_ids=("poll", "score"))
    ]
    steps = []
    for visit in range(1, times + 1):
        events.append(StepStarted(path=path, step_id="poll", operation="GET /runs", visit=visit))
        if visit > 1:
            events.append(Waiting(path=path, step_id="poll", seconds=1.5, reason="poll", detail='$.state = "scoring"'))
        last = step(action=AGAIN if visit < times else None)
        events += [
            RequestSent(path=path, step_id="poll", attempt=1, request=request()),
            ResponseReceived(path=path, step_id="poll", attempt=1, response=response(), duration=0.0079),
            AttemptFinished(path=path, step_id="poll", attempt=1, succeeded=True, verdicts=last.attempts[0].verdicts),
        ]
        if last.action is not None:
            events.append(ActionTaken(path=path, step_id="poll", action=last.action))
        events.append(StepFinished(path=path, step=last))
        steps.append(last)
    over = failed(*steps)
    events += [
        StepStarted(path=("flow", "score"), step_id="score", operation="POST /score"),
        StepFinished(path=("flow", "score"), step=over.steps[-1]),
        WorkflowFinished(path=("flow",), result=over),
    ]
    return [_numbered(event, seq) for seq, event in enumerate(events)]


def _numbered(event: Event, seq: int) -> Event:
    from dataclasses import replace

    return replace(event, seq=seq, time=1_795_341_600.0 + seq)
