"""The JSON report and the event stream have the shape that the contract says (`docs/cli.md`)."""

from __future__ import annotations

import json

import pytest
from runs_to_show import JSON_HEADERS, attempt, failed, polled, result, step

from arazzo_runner.diagnostics import UNKNOWN_OPERATION, Diagnostic, Origin, Severity, Span
from arazzo_runner.effects import Headers, Request, Response
from arazzo_runner.engine.events import WorkflowFinished, WorkflowStarted
from arazzo_runner.engine.results import Attempt, AttemptError, RunResult, StepResult, TakenAction
from arazzo_runner.reports.bodies import body, body_text, encodable, excerpt, pretty
from arazzo_runner.reports.json_report import JsonReport, milliseconds, run_value, timestamp
from arazzo_runner.reports.jsonl import JsonLines, event_value
from arazzo_runner.reports.places import nowhere
from arazzo_runner.sources import FileContent


def test_a_run_that_succeeded() -> None:
    value = run_value(result(step("startRun", outputs={"runId": "run_1"})), nowhere)
    assert value == {
        "document": "flow.yml",
        "workflowId": "flow",
        "status": "succeeded",
        "inputs": {},
        "outputs": {"runId": "run_1"},
        "error": None,
        "startedAt": "2026-11-22T10:00:00.000Z",
        "durationMs": 1250.0,
        "steps": [
            {
                "stepId": "startRun",
                "operation": "GET /runs",
                "operationId": "getRuns",
                "status": "succeeded",
                "attempts": [
                    {
                        "waitedMs": 0,
                        "request": {
                            "method": "GET",
                            "url": "http://api.test/runs",
                            "headers": {"Content-Type": "application/json"},
                            "body": None,
                        },
                        "response": {"status": 200, "headers": {"Content-Type": "application/json"}, "body": {}},
                        "criteria": [
                            {"condition": "$statusCode == 200", "type": "simple", "passed": True, "why": None}
                        ],
                        "error": None,
                        "durationMs": 7.9,
                        "run": None,
                    }
                ],
                "action": None,
                "outputs": {"runId": "run_1"},
                "run": None,
                "durationMs": 8.3,
            }
        ],
        "dependencies": [],
        "transferredTo": None,
        "diagnostics": [],
    }


def test_the_place_of_an_error() -> None:
    value = run_value(failed(), lambda _: Span(12, 9, 12, 30))
    assert value["error"]["at"] == {
        "file": "flow.yml",
        "line": 12,
        "column": 9,
        "pointer": "/workflows/0/steps/1/successCriteria/0",
    }
    assert value["error"]["code"] == "criterion"
    assert value["error"]["stepId"] == "score"


def test_an_attempt_without_an_answer() -> None:
    timed_out = step(attempts=(Attempt(waited=0.5, error=AttemptError("timeout", "no answer in 60 s")),))
    (tried,) = run_value(result(timed_out), nowhere)["steps"][0]["attempts"]
    assert tried["waitedMs"] == 500.0
    assert tried["request"] is None
    assert tried["response"] is None
    assert tried["error"] == {"code": "timeout", "message": "no answer in 60 s"}


def test_a_workflow_step_has_its_nested_run_and_each_attempt_its_own() -> None:
    first, second = (attempt(run=result(outputs={"n": number})) for number in (1, 2))
    value = run_value(result(step(attempts=(first, second), workflow_id="child")), nowhere)["steps"][0]
    assert value["run"]["outputs"] == {"n": 2}
    assert [one["run"]["outputs"] for one in value["attempts"]] == [{"n": 1}, {"n": 2}]


def test_what_a_retry_ran_first_says_whom_it_serves() -> None:
    value = run_value(result(step(served="other", action=TakenAction("a", "goto", workflow_id="w"))), nowhere)
    assert value["steps"][0]["for"] == "other"
    assert value["steps"][0]["action"] == {"name": "a", "type": "goto", "workflowId": "w"}


def test_several_values_of_a_header_are_joined() -> None:
    headers = Headers([("Set-Cookie", "a=1"), ("set-cookie", "b=2")])
    tried = step(attempts=(Attempt(response=Response(200, headers)),))
    value = run_value(result(tried), nowhere)["steps"][0]["attempts"][0]["response"]
    assert value == {"status": 200, "headers": {"Set-Cookie": "a=1, b=2"}, "body": None}


def test_findings_at_load_come_before_those_of_the_run() -> None:
    finding = Diagnostic(
        UNKNOWN_OPERATION,
        "no 'x'",
        Origin("flow.yml", "/workflows/0"),
        "did you mean 'y'?",
        Severity.WARNING,
        span=Span(1, 2, 3, 4),
    )
    report = JsonReport(findings=lambda document, workflow_id: [finding] if workflow_id == "flow" else [])
    report(WorkflowStarted(path=("flow",), document="d", workflow_id="flow", inputs={}))
    report(WorkflowFinished(path=("flow",), result=result(notes=("odd",))))
    at_load, in_run = report.value()["runs"][0]["diagnostics"]
    assert at_load == {
        "severity": "warning",
        "code": "unknown-operation",
        "message": "no 'x'",
        "hint": "did you mean 'y'?",
        "file": "flow.yml",
        "line": 1,
        "column": 2,
        "endLine": 3,
        "endColumn": 4,
        "pointer": "/workflows/0",
    }
    assert in_run.keys() == at_load.keys()
    assert in_run["message"] == "odd"


def test_only_the_runs_that_were_asked_for_are_runs() -> None:
    """Not nested ones; and a run that is handed over by a goto is one, that of the workflow that was asked for."""
    report = JsonReport()
    last = result(outputs={"from": "second"})
    for path in (("flow",), ("flow", "step", "child")):
        report(WorkflowStarted(path=path, document="d", workflow_id=path[-1], inputs={}))
    report(WorkflowFinished(path=("flow", "step", "child"), result=result()))
    report(WorkflowStarted(path=("second",), document="d", workflow_id="second", inputs={}, reason="goto"))
    report(WorkflowFinished(path=("second",), result=last))
    report(WorkflowFinished(path=("flow",), result=result(transferred_to=last)))
    (run,) = report.value()["runs"]
    assert run["transferredTo"]["outputs"] == {"from": "second"}


@pytest.mark.parametrize(
    ("type_", "content", "shown", "text"),
    [
        ("application/json", b'{"a": 1}', {"a": 1}, '{\n  "a": 1\n}'),
        ("application/problem+json; charset=utf-8", b"[1]", [1], "[\n  1\n]"),
        ("application/json", b"{oops", "{oops", '"{oops"'),
        ("application/json", b"NaN", "NaN", '"NaN"'),
        ("text/plain", b"caf\xc3\xa9", "café", "café"),
        ("application/xml", b"<a/>", "<a/>", "<a/>"),
        ("application/x-www-form-urlencoded", b"a=1", "a=1", "a=1"),
        ("text/plain", b"\xff", {"base64": "/w=="}, "<1 byte of text/plain>"),
        (
            "text/html",
            b"d\xe9sol\xe9, rien ne va plus",
            {"base64": "ZOlzb2zpLCByaWVuIG5lIHZhIHBsdXM="},
            "d\ufffdsol\ufffd, rien ne va plus",
        ),
        ("image/png", b"\x89PNG", {"base64": "iVBORw=="}, "<4 bytes of image/png>"),
        ("", b"hello", "hello", "hello"),
        ("", b"\x00\x01", {"base64": "AAE="}, "<2 bytes of unknown type>"),
        ("application/json", b"", None, ""),
    ],
)
def test_s15_bodies(type_: str, content: bytes, shown: object, text: str) -> None:
    headers = Headers([("Content-Type", type_)] if type_ else [])
    assert body(headers, content) == shown
    assert body_text(headers, content) == text


def test_separators_of_unicode_break_no_line() -> None:
    content = '{"a": "one\u2028two\x85three"}'.encode()
    lines = excerpt(Headers([("Content-Type", "application/json")]), content, 10, "...")
    assert lines == ["{", '  "a": "one\u2028two\x85three"', "}"]
    assert excerpt(Headers(()), b"a\r\nb\rc\n", 10, "...") == ["a", "b", "c"]


def test_bytes_and_files_in_values_are_base64() -> None:
    value = {"a": [b"\xff"], "f": FileContent("x.png", b"\x89")}
    assert encodable(value) == {"a": [{"base64": "/w=="}], "f": {"filename": "x.png", "base64": "iQ=="}}


def test_half_a_surrogate_pair_can_be_written() -> None:
    text = pretty({"a": "é \ud83d"})
    assert json.loads(text.encode()) == {"a": "é \ud83d"}


def test_times() -> None:
    assert timestamp(1_795_341_600.1239) == "2026-11-22T10:00:00.123Z"
    assert milliseconds(0.0412345) == 41.2


class TestEventStream:
    """One JSON object a line, as it happens."""

    def lines(self) -> list[dict[str, object]]:
        written: list[str] = []
        observe = JsonLines(written.append)
        for event in polled():
            observe(event)
        assert all(text.endswith("\n") and text.count("\n") == 1 for text in written)
        return [json.loads(text) for text in written]

    def test_every_event_is_a_line_with_number_time_and_path(self) -> None:
        lines = self.lines()
        assert [one["seq"] for one in lines] == list(range(len(lines)))
        assert lines[0]["event"] == "WorkflowStarted"
        assert lines[1]["time"] == "2026-11-22T10:00:01.000Z"
        assert lines[1]["path"] == ["flow", "poll"]

    def test_what_the_kinds_say(self) -> None:
        by_kind = {str(one["event"]): one for one in self.lines()}
        assert by_kind["Waiting"] | {"seq": 0, "time": "", "path": []} == {
            "event": "Waiting", "seq": 0, "time": "", "path": [],
            "stepId": "poll", "waitMs": 1500.0, "reason": "poll", "detail": '$.state = "scoring"',
        }  # fmt: skip
        assert by_kind["StepStarted"]["operation"] == "POST /score"
        assert by_kind["RequestSent"]["request"]["url"] == "http://api.test/runs"
        assert by_kind["ResponseReceived"]["response"]["status"] == 200
        assert by_kind["ResponseReceived"]["durationMs"] == 7.9
        assert by_kind["AttemptFinished"]["criteria"][0]["operands"] == [{"text": "$statusCode", "value": 200}]
        assert by_kind["ActionTaken"]["action"] == {"name": "notReady", "type": "goto", "stepId": "poll"}
        assert by_kind["StepFinished"]["attempts"] == 1
        assert by_kind["WorkflowFinished"]["error"]["code"] == "criterion"

    def test_the_secrets_of_a_start_are_never_written(self) -> None:
        event = WorkflowStarted(document="d", workflow_id="w", inputs={}, secrets=frozenset({"sekret"}))
        assert "sekret" not in json.dumps(event_value(event))

    def test_a_request_shows_its_body(self) -> None:
        tried = Attempt(request=Request("POST", "http://h/", JSON_HEADERS, b'{"a": null}'))
        value = run_value(result(StepResult("s", "succeeded", attempts=(tried,))), nowhere)
        assert value["steps"][0]["attempts"][0]["request"]["body"] == {"a": None}


def test_notes_of_attempts_are_findings_of_the_run() -> None:
    note = "the body is labelled 'application/json' and is not JSON"
    shown = result(step("s"), notes=("of the run",), step_notes=(f"step 's': {note}",))
    messages = [(one["code"], one["severity"], one["message"]) for one in run_value(shown, nowhere)["diagnostics"]]
    assert messages == [("run", "warning", "of the run"), ("run", "warning", f"step 's': {note}")]


def test_a_stream_that_cannot_be_written_says_so_in_the_end() -> None:
    written: list[str] = []

    def write(text: str) -> None:
        written.append(text)
        raise OSError("full")

    lines = JsonLines(write)
    lines(WorkflowFinished(result=result()))
    lines(WorkflowFinished(result=result()))
    assert len(written) == 1
    with pytest.raises(OSError, match="full"):
        lines.check()


class TestPieceByPiece:
    """The report is written as it is made; its text is that of the whole at once."""

    def finished(self, *runs: RunResult) -> JsonReport:
        report = JsonReport()
        for run in runs:
            report(WorkflowFinished(path=("flow",), result=run))
        return report

    @pytest.mark.parametrize("steps", [0, 1, 200])
    def test_it_has_the_text_of_the_whole(self, steps: int) -> None:
        runs = [result(*(step(f"s{number}") for number in range(steps)), notes=("ä",)), failed()]
        whole = {"version": 1, "runs": [run_value(run, nowhere) for run in runs]}
        assert "".join(self.finished(*runs).parts()) == pretty(whole)
        assert "".join(JsonReport().parts()) == pretty({"version": 1, "runs": []})

    def test_a_large_one_comes_in_pieces(self) -> None:
        parts = list(self.finished(result(*[step()] * 2000)).parts())
        assert len(parts) > 10
        assert max(map(len, parts)) < 100_000

    def test_half_of_a_surrogate_pair_is_escaped(self) -> None:
        text = "".join(self.finished(result(notes=("odd \ud800 é",))).parts())
        assert "odd \\ud800 é" in text
        text.encode()


def test_a_chain_of_calls_does_not_double_the_report_at_each() -> None:
    """Deep below, the run of a step stands at the step alone, and its last attempt says so."""
    inner = result(step())
    for _ in range(20):
        inner = result(step(attempts=(attempt(run=inner),), workflow_id="flow"))
    report, over = JsonReport(), WorkflowFinished(path=("flow",), result=inner)
    for event in (WorkflowStarted(path=("flow",), document="d", workflow_id="flow", inputs={}), over):
        report(event)
    text = "".join(report.parts())
    assert len(text) < 2_000_000
    run, depth = json.loads(text)["runs"][0], 0
    while run["steps"][0]["run"] is not None:
        last = run["steps"][0]["attempts"][-1]
        assert (last["run"] is None) == last.get("runOfStep", False) == (depth >= 3)
        run, depth = run["steps"][0]["run"], depth + 1
    assert depth == 20
