"""A run for people: plain lines when piped, live on a terminal; at 60 columns too."""

from __future__ import annotations

import io
import re

import pytest
from runs_to_show import failed, polled, response, result, step

from arazzo_runner.diagnostics import Origin, Span
from arazzo_runner.effects import Headers, Response
from arazzo_runner.engine.events import (
    AttemptFinished,
    Event,
    StepFinished,
    StepStarted,
    WorkflowFinished,
    WorkflowStarted,
)
from arazzo_runner.engine.results import Attempt, RunError, StepResult
from arazzo_runner.reports.failed_attempts import failing_attempt
from arazzo_runner.reports.failed_runs import failure_lines
from arazzo_runner.reports.frames import code_frame
from arazzo_runner.reports.lines import Paper, duration, line
from arazzo_runner.reports.places import Places
from arazzo_runner.reports.progress import Detail, Progress
from arazzo_runner.reports.screens import LiveScreen, PlainScreen

DOCUMENT = b"""\
arazzo: 1.0.1
workflows:
- workflowId: flow
  steps:
  - stepId: poll
  - stepId: score
    successCriteria:
    - condition: $statusCode == 200
"""
PLACES = Places({"flow.yml": DOCUMENT}.get)
NOWHERE = Places(lambda _: None)


def shown(
    events: list[Event], detail: Detail = Detail.STEPS, encoding: str = "utf-8", places: Places = PLACES
) -> list[str]:
    written: list[str] = []
    progress = Progress(PlainScreen(written.append, encoding), places, detail)
    for event in events:
        progress(event)
    progress.close()
    return "".join(written).splitlines()


def test_piped_every_step_is_a_line_and_the_visits_of_a_poll_share_one() -> None:
    lines = shown(polled(3))
    assert lines[0] == "flow"
    assert lines[1:3] == [
        '  waiting 1.5 s, poll 2: $.state = "scoring"',
        '  waiting 1.5 s, poll 3: $.state = "scoring"',
    ]
    assert re.fullmatch(r"  ✓ poll   GET /runs +200 +25 ms  3 polls", lines[3])
    assert re.fullmatch(r"  ✗ score  POST /score +409 +20 ms", lines[4])
    assert lines[-1] == "failed in 1.2 s: 2 steps, 4 requests"


def test_a_failed_run_says_the_criterion_with_its_values_the_messages_and_the_place() -> None:
    assert shown(polled(1), Detail.ERRORS) == [
        "✗ step 'score' failed",
        "  criterion  $statusCode == 200",
        "             $statusCode is 409",
        "  request    GET http://api.test/runs",
        "  response   409 Conflict   (application/json, 26 bytes, 8 ms)",
        "             {",
        '               "message": "not running"',
        "             }",
        "  at         flow.yml:8:7",
        "    8 |     - condition: $statusCode == 200",
        "      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
    ]


def test_quiet_says_nothing_of_a_run_that_succeeds() -> None:
    assert shown([started(), WorkflowFinished(path=("flow",), result=result(step()))], Detail.ERRORS) == []


def test_verbose_shows_requests_and_responses() -> None:
    lines = shown(polled(1), Detail.MESSAGES)
    assert "    > GET http://api.test/runs" in lines
    assert "      Content-Type: application/json" in lines
    assert "    < 200 OK   8 ms" in lines
    assert "    ✓ $statusCode == 200" in lines


def test_an_encoding_without_the_signs_gets_others() -> None:
    text = "\n".join(shown(polled(1), encoding="ascii", places=NOWHERE))
    assert text.isascii()
    assert "  ok poll" in text


def test_a_run_that_was_handed_over_has_one_outcome() -> None:
    events = [
        started(),
        WorkflowStarted(path=("next",), document="d", workflow_id="next", inputs={}, reason="goto"),
        WorkflowFinished(path=("next",), result=result()),
        WorkflowFinished(path=("flow",), result=result(transferred_to=result())),
    ]
    lines = shown(events)
    assert lines == ["flow", "→ next  (goto)", "succeeded in 1.2 s: 0 steps, 0 requests"]


def test_nested_workflows_are_indented() -> None:
    path = ("flow", "call", "child")
    inner = StepFinished(path=(*path, "s"), step=step("s"))
    events = [
        started(),
        WorkflowStarted(path=path, document="d", workflow_id="child", inputs={}, reason="step", step_ids=("s",)),
        StepStarted(path=(*path, "s"), step_id="s", operation="GET /runs"),
        inner,
        WorkflowFinished(path=path, result=result(inner.step, notes=("odd",))),
    ]
    lines = shown(events)
    assert lines[1] == "  → child"
    assert lines[2].startswith("    ✓ s  GET /runs")
    assert lines[3] == "    ! odd"


def test_the_failing_attempt_is_found_in_the_workflow_that_was_called() -> None:
    inside = failed()
    outside = result(
        StepResult("call", "failed", workflow_id="flow", attempts=(Attempt(run=inside),)),
        status="failed",
        error=RunError("criterion", "step 'call' failed"),
    )
    found = failing_attempt(outside)
    assert found is not None
    assert found[0].step_id == "score"


def test_a_long_answer_is_cut() -> None:
    body = b"\n".join(b"line %d" % number for number in range(100))
    long = Response(500, Headers([("content-type", "text/plain")]), body)
    over = result(
        StepResult("s", "failed", attempts=(Attempt(response=long),)),
        status="failed",
        error=RunError("failed", "it failed"),
    )
    lines = [str(one) for one in failure_lines(over, NOWHERE, Paper())]
    assert lines[-1] == "             … 81 more lines, 789 bytes in all"
    assert len(lines) == 22


def test_an_answer_cannot_drive_the_terminal() -> None:
    text = str(line("\x1b[2Jgone\x9b1m\r\n", ("\x07", "bad")))
    assert text == "\\x1b[2Jgone\\x9b1m\\x0d\\x0a\\x07"


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_a_terminal_is_never_exceeded(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    terminal = Tty()
    progress = Progress(LiveScreen(terminal), NOWHERE)
    long = StepResult(
        "aStepWithAVeryLongNameThatGoesOn",
        "succeeded",
        "POST /v1/some/very/long/path/{withParameters}/and/more/{parameters}",
        attempts=(step().attempts[0],) * 3,
        duration=12.5,
    )
    for event in [
        started("aStepWithAVeryLongNameThatGoesOn"),
        StepStarted(path=("flow", long.step_id), step_id=long.step_id, operation=long.operation),
        *(attempt_finished(long.step_id, number) for number in (1, 2, 3)),
        StepFinished(path=("flow", long.step_id), step=long),
        WorkflowFinished(path=("flow",), result=result(long)),
    ]:
        progress(event)
    lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.getvalue()).splitlines()
    assert max(map(len, lines)) <= columns
    assert any("200" in one and "12.5 s" in one for one in lines)
    assert any("3 attempts" in one for one in lines)


def test_no_color_means_no_colour_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    plain, coloured = Tty(), Tty()
    LiveScreen(plain).show(line(("x", "bad")))
    monkeypatch.delenv("NO_COLOR")
    LiveScreen(coloured).show(line(("x", "bad")))
    assert plain.getvalue() == "x\n"
    assert "\x1b[31m" in coloured.getvalue()


def test_the_code_frame_of_a_long_line_shows_the_place() -> None:
    text = "a: " + "x" * 200 + " HERE " + "y" * 200
    frame = [str(one) for one in code_frame(text, Span(1, 205, 1, 209), 60)]
    assert len(frame[0]) <= 60
    start = frame[1].index("^")
    assert frame[0][start : start + 4] == "HERE"
    assert frame[1].count("^") == 4


def test_a_place_below_what_is_written_is_that_of_what_is_around_it() -> None:
    span = PLACES.locate(Origin("flow.yml", "/workflows/0/steps/1/successCriteria/0/context"))
    assert span is not None
    assert (span.line, span.column) == (8, 7)
    assert NOWHERE.locate(Origin("flow.yml")) is None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 ms"), (0.0412, "41 ms"), (0.9996, "1.0 s"), (12.34, "12.3 s"), (65, "1 min 5 s"), (7260, "2 h 1 min")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


class Tty(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def started(*step_ids: str) -> WorkflowStarted:
    return WorkflowStarted(path=("flow",), document="d", workflow_id="flow", inputs={}, step_ids=step_ids)


def attempt_finished(step_id: str, number: int) -> AttemptFinished:
    return AttemptFinished(path=("flow", step_id), step_id=step_id, attempt=number, succeeded=number == 3)


def test_response_bodies_that_are_binary_are_named() -> None:
    binary = Response(500, Headers([("content-type", "image/png")]), b"\x89PNG")
    over = result(
        StepResult("s", "failed", attempts=(Attempt(response=binary),)), status="failed", error=RunError("x", "y")
    )
    lines = [str(one) for one in failure_lines(over, NOWHERE, Paper())]
    assert lines[-1] == "             <4 bytes of image/png>"
    assert response().content == b"{}"
