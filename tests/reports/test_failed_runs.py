"""Why a run failed: criterion and operands, request and answer, the way of calls, and the places in the document."""

from __future__ import annotations

import json

from runs_to_show import JSON_HEADERS, attempt, failed, result

from arazzo_runner.diagnostics import Origin
from arazzo_runner.effects import Headers, Request, Response
from arazzo_runner.engine.results import Attempt, AttemptError, RunError, RunResult, StepResult, TakenAction
from arazzo_runner.expressions.criteria import Operand, Verdict
from arazzo_runner.reports.failed_attempts import failing_chain
from arazzo_runner.reports.failed_runs import failure_lines
from arazzo_runner.reports.lines import Paper
from arazzo_runner.reports.places import Places

DOCUMENT = b"""\
workflows:
- workflowId: outer
  steps:
  - stepId: call
    workflowId: flow
- workflowId: flow
  steps:
  - stepId: score
    successCriteria:
    - condition: $statusCode == 200
"""
PLACES = Places({"flow.yml": DOCUMENT}.get)
CRITERION = Origin("flow.yml", "/workflows/1/steps/0/successCriteria/0")


def said(run: RunResult, width: int | None = None, stood: str = "") -> list[str]:
    return [str(one) for one in failure_lines(run, PLACES, Paper(width), stood)]


def one_step(*attempts: Attempt, error: RunError, status: str = "failed", **facts: object) -> RunResult:
    step = StepResult("score", "failed", "POST /score", attempts=attempts, **facts)  # type: ignore[arg-type]  # facts of several types
    return result(step, status=status, error=error, outputs={})


def inner() -> RunResult:
    run = failed()
    error = RunError("criterion", run.error.message, "score", CRITERION) if run.error else None
    return result(*run.steps, status="failed", error=error)


def outer() -> RunResult:
    child = inner()
    message = f"step 'call' failed: workflow 'flow' failed: {child.error.message if child.error else ''}"
    error = RunError("criterion", message, "call", Origin("flow.yml", "/workflows/0/steps/0"))
    call = StepResult("call", "failed", workflow_id="flow", attempts=(Attempt(run=child),))
    return RunResult("flow.yml", "outer", "failed", steps=(call,), error=error)


def test_a_called_workflow_is_explained_from_the_inside_with_the_way_to_it() -> None:
    lines = said(outer())
    assert lines[0] == "✗ step 'call' failed: workflow 'flow' failed: step 'score' failed"
    assert lines[1] == "  in         outer → call → flow"
    assert lines[2:4] == ["  criterion  $statusCode == 200", "             $statusCode is 409"]
    assert "  at         flow.yml:10:7" in lines
    assert lines[-1] == "  called at  flow.yml:4:5"


def test_a_dependency_that_failed_is_explained_too() -> None:
    child = inner()
    message = f"it depends on workflow 'flow', which failed: {child.error.message if child.error else ''}"
    error = RunError("dependency-failed", message, origin=Origin("flow.yml", "/workflows/0"))
    run = RunResult("flow.yml", "outer", "failed", dependencies=(child,), error=error)
    lines = said(run)
    assert failing_chain(run) == [run, child]
    assert lines[0] == "✗ it depends on workflow 'flow', which failed: step 'score' failed"
    assert lines[1] == "  in         outer → flow"
    assert "  response   409 Conflict   (application/json, 26 bytes, 8 ms)" in lines


def test_operands_are_shown_with_their_values_where_the_reason_does_not_name_them() -> None:
    operands = (Operand("$statusCode", 200), Operand("$response.body#/state", "open"))
    verdict = Verdict("$statusCode == 201 && $response.body#/state == 'done'", "simple", False, None, operands)
    lines = said(one_step(Attempt(verdicts=(verdict,)), error=RunError("criterion", "step 'score' failed: no")))
    assert lines[1:] == [
        "  criterion  $statusCode == 201 && $response.body#/state == 'done'",
        "             $statusCode is 200",
        "             $response.body#/state is 'open'",
    ]


def test_the_request_stands_with_its_body_both_pretty() -> None:
    request = Request("POST", "http://api.test/score", JSON_HEADERS, b'{"a":[1]}')
    lines = said(one_step(Attempt(request=request, response=Response(500, Headers([]), b"")), error=RunError("x", "y")))
    assert lines[1:6] == [
        "  request    POST http://api.test/score",
        "             {",
        '               "a": [',
        "                 1",
        "               ]",
    ]
    assert lines[-1] == "  response   500 Internal Server Error   (empty, 0 ms)"


def test_no_answer_says_why_and_after_how_long() -> None:
    request = Request("GET", "http://api.test/", JSON_HEADERS, b"")
    error = AttemptError("timeout", "no answer within 3 s")
    lines = said(one_step(Attempt(request=request, error=error, duration=3.0), error=RunError("timeout", "no answer")))
    assert lines[1:] == ["  request    GET http://api.test/", "  no answer  timeout after 3.0 s"]


def test_a_run_that_was_cancelled_says_where_it_stood() -> None:
    run = one_step(attempt(), error=RunError("cancelled", "the run was cancelled at step 'score'"), status="cancelled")
    assert said(run, stood="step 'score', waiting 15.0 s for poll 2") == [
        "! the run was cancelled at step 'score'",
        "  stood at   step 'score', waiting 15.0 s for poll 2",
    ]


def test_a_run_that_an_action_ended_names_the_action_and_the_attempts() -> None:
    error = RunError("criterion", "step 'score' failed after 2 attempts: '$statusCode == 200' does not hold")
    ended = RunError("criterion", f"ended by action 'giveUp': {error.message}")
    action = TakenAction("giveUp", "end")
    run = one_step(attempt(409), attempt(409), error=ended, status="ended", action=action)
    assert said(run)[0] == "! ended by action 'giveUp': step 'score' failed after 2 attempts"


def test_a_very_large_answer_is_cut_with_its_size_and_never_too_wide() -> None:
    items = json.dumps([{"text": "日本" * 300}] * 2000).encode()
    lines = said(one_step(attempt(500, items), error=RunError("criterion", "step 'score' failed: no")), 60)
    assert lines[-1] == f"             … {len(items) / 1e6:.1f} MB in all"
    assert max(map(len, lines)) <= 60
    text = Response(500, Headers([("content-type", "text/plain")]), b"\x1b[31m\t" + b"x" * 100_000)
    lines = said(one_step(Attempt(response=text), error=RunError("failed", "it failed")), 60)
    assert lines[1:3] == ["  response   500 Internal Server Error", "             (text/plain, 100.0 kB, 0 ms)"]
    assert lines[-1].startswith("             \\x1b[31m")
    assert len(lines[-1]) <= 60
