"""The JUnit report holds what JUnit XML can hold, whatever documents and servers say; real runs are in tests/cli."""

from __future__ import annotations

from dataclasses import replace

import pytest
from report_readers import junit
from runs_to_show import JSON_HEADERS, attempt, failed, polled, result, step

from arazzo_runner.diagnostics import Span
from arazzo_runner.effects import Response
from arazzo_runner.engine.events import (
    AttemptFinished,
    Event,
    RequestSent,
    ResponseReceived,
    StepFinished,
    StepStarted,
    WorkflowFinished,
    WorkflowStarted,
)
from arazzo_runner.engine.results import Attempt, AttemptError, RunError, StepResult
from arazzo_runner.reports.history import KEPT_FAILURES
from arazzo_runner.reports.junit import JUnitReport
from arazzo_runner.reports.kinds import About


def written(*events: Event, about: About | None = None) -> str:
    report = JUnitReport(about or About(lambda _: Span(12, 9, 12, 30)))
    for event in events:
        report(event)
    return "".join(report.parts())


def one_step(last: StepResult, *, inputs: dict[str, object] | None = None) -> list[Event]:
    succeeded = last.status == "succeeded"
    error = None if succeeded else RunError("criterion", "step 's' failed", last.step_id)
    over = result(last, status="succeeded" if succeeded else "failed", error=error, inputs=inputs or {})
    return [
        WorkflowStarted(path=("flow",), document="flow.yml", workflow_id="flow", inputs={}, step_ids=(last.step_id,)),
        StepStarted(path=("flow", last.step_id), step_id=last.step_id),
        StepFinished(path=("flow", last.step_id), step=last),
        WorkflowFinished(path=("flow",), result=over),
    ]


def test_no_run_is_a_valid_report() -> None:
    assert junit(written()) == {}


def test_times_and_places() -> None:
    (suite,) = junit(written(*polled())).values()
    assert (suite.name, suite.time, suite.timestamp) == ("flow.yml.flow", 1.25, "2026-11-22T10:00:00.000Z")
    poll, score = suite
    assert (poll.name, poll.classname, poll.time) == ("poll", "flow.yml.flow", 0.025)
    (failure,) = score.result
    assert failure.type == "criterion"
    assert failure.text.endswith("at: flow.yml:12:9")


def test_what_xml_cannot_hold_is_written_out() -> None:
    odd = 'nul \0 escape \x1b[31m half \ud83d none \uffff bell \x07 cr \r ]]> <b> & "q" é \U0001f600'
    body = Response(409, JSON_HEADERS, f"{{{odd}".encode("utf-8", "surrogatepass"))
    last = replace(attempt(409), response=body, notes=(odd,))
    text = written(*one_step(step(odd, 409, attempts=(last,)), inputs={odd: odd, "n": 1, "b": b"\0"}))
    text.encode()
    (suite,) = junit(text).values()
    (case,) = suite
    assert case.name.startswith("nul \\x00 escape \\x1b[31m half \\ud83d none \\uffff bell \\x07 cr \\x0d ]]> <b> & ")
    assert case.name.endswith("é \U0001f600")
    assert {one.name: one.value for one in suite.properties()}["input.b"] == '{"base64": "AA=="}'


def test_of_many_failed_attempts_the_last_are_shown() -> None:
    tries = tuple(attempt(409, f'{{"n": {number}}}'.encode()) for number in range(500))
    (suite,) = junit(written(*one_step(step("s", 409, attempts=tries)))).values()
    (case,) = suite
    assert [one.tag for one in case._elem] == ["failure", *["rerunFailure"] * (KEPT_FAILURES - 1), "system-out"]
    assert '"n": 499' in case.result[0].text
    assert "500 attempts, 500 failed" in case.system_out


def test_a_large_answer_is_cut() -> None:
    large = b'{"a": "' + b"word " * 1_000_000 + b'"}'
    text = written(*one_step(step("s", 409, attempts=(attempt(409, large),))))
    assert len(text) < 20_000
    assert "5000009 bytes in all" in text


def test_an_error_is_not_a_failure() -> None:
    timed_out = Attempt(error=AttemptError("timeout", "no answer in 60 s"))
    events = one_step(step("s", 409, attempts=(timed_out,)))
    over = result(step("s", 409), status="failed", error=RunError("timeout", "step 's' failed: no answer", "s"))
    (suite,) = junit(written(*events[:-1], WorkflowFinished(path=("flow",), result=over))).values()
    assert (suite.failures, suite.errors) == (0, 1)


def test_the_same_workflow_once_more_has_a_name_of_its_own() -> None:
    events = one_step(step("s"))
    assert list(junit(written(*events, *events, *events))) == [
        "flow.yml.flow",
        "flow.yml.flow (2)",
        "flow.yml.flow (3)",
    ]


def test_a_run_that_did_not_come_to_its_end() -> None:
    (suite,) = junit(written(*one_step(step("s"))[:2])).values()
    assert [one._tag for one in next(iter(suite)).result] == ["skipped"]


def test_s10_what_is_learned_to_be_a_secret_later_is_hidden() -> None:
    over = failed(step("s", 409, attempts=(attempt(409, b'{"key": "late-secret"}'),)))
    events = [*one_step(over.steps[0], inputs={"x": "late-secret"})]
    text = written(*events, about=About(hide=lambda text: text.replace("late-secret", "***")))
    assert "late-secret" not in text
    assert junit(text)


@pytest.mark.parametrize(("step_ids", "skipped"), [(("a", "b"), ["a", "b"]), ((), ["(workflow)"])])
def test_a_workflow_that_a_suite_left_out_is_skipped(step_ids: tuple[str, ...], skipped: list[str]) -> None:
    over = result(status="cancelled", error=RunError("not-run", "--fail-fast stopped the suite"))
    started = WorkflowStarted(path=("flow",), document="flow.yml", workflow_id="flow", inputs={}, step_ids=step_ids)
    (suite,) = junit(written(started, WorkflowFinished(path=("flow",), result=over))).values()
    assert [case.name for case in suite] == skipped
    assert all("--fail-fast stopped the suite" in case.result[0].message for case in suite)
    assert (suite.failures, suite.errors, suite.skipped) == (0, 0, len(skipped))


def test_a_run_whose_id_turns_out_to_be_a_secret_stays_red() -> None:
    events = one_step(step("s", 409))
    suites = junit(written(*events[:-1], replace(events[-1], path=("***",))))
    assert sum(suite.failures + suite.errors for suite in suites.values()) == 1
    assert "failed" in {one.value for one in suites["flow.yml.flow"].properties()}


def test_bodies_that_the_results_let_go_are_shown() -> None:
    tried = attempt(409, b'{"why": "no"}')
    light = replace(tried, response=Response(409, JSON_HEADERS), verdicts=(replace(tried.verdicts[0], operands=()),))
    started, begun, finished, over = one_step(step("s", 409, attempts=(light,)))
    path = begun.path
    assert tried.request is not None
    assert tried.response is not None
    wire = (
        RequestSent(path=path, step_id="s", attempt=1, request=tried.request),
        ResponseReceived(path=path, step_id="s", attempt=1, response=tried.response),
        AttemptFinished(path=path, step_id="s", attempt=1, succeeded=False, verdicts=tried.verdicts),
    )
    assert '"why": "no"' not in written(started, begun, finished, over)
    assert '"why": "no"' in written(started, begun, *wire, finished, over).replace("&quot;", '"')
