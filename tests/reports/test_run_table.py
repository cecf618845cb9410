"""The table of a run: visits, attempts and requests; retried and handled failures told apart; in any width."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from rich.cells import cell_len
from runs_to_show import request, response, result

from arazzo_runner.engine.events import (
    AttemptFinished,
    CallPath,
    Event,
    RequestSent,
    ResponseReceived,
    StepFinished,
    StepStarted,
    Waiting,
    WorkflowFinished,
    WorkflowStarted,
)
from arazzo_runner.engine.results import AttemptError, StepResult, TakenAction
from arazzo_runner.reports.lines import Paper, columns, printable, size
from arazzo_runner.reports.live_table import Snapshot
from arazzo_runner.reports.run_table import RunTable, table_lines, widths
from arazzo_runner.reports.screens import PlainScreen
from arazzo_runner.reports.step_log import Seldom, StepLog
from arazzo_runner.reports.waits import Pause, Waits

PLAIN = Paper()


def begun(*step_ids: str, path: CallPath = ("flow",), reason: str = "asked") -> WorkflowStarted:
    return WorkflowStarted(path=path, document="d", workflow_id=path[-1], inputs={}, step_ids=step_ids, reason=reason)


def visit(
    step_id: str,
    *statuses: int | str,
    action: TakenAction | None = None,
    around: CallPath = ("flow",),
    number: int = 1,
) -> list[Event]:
    """The events of a visit: of each attempt the status, or why there was no answer. The last one decides."""
    path = (*around, step_id)
    events: list[Event] = [StepStarted(path=path, step_id=step_id, operation=f"GET /{step_id}", visit=number)]
    for attempt, status in enumerate(statuses, 1):
        if status != "missing-value":
            events.append(RequestSent(path=path, step_id=step_id, attempt=attempt, request=request()))
        if isinstance(status, int):
            events.append(ResponseReceived(path=path, step_id=step_id, attempt=attempt, response=response(status)))
        error = AttemptError(status, "no answer") if isinstance(status, str) else None
        events.append(
            AttemptFinished(path=path, step_id=step_id, attempt=attempt, succeeded=status == 200, error=error)
        )
    step = StepResult(step_id, "succeeded" if statuses[-1] == 200 else "failed", action=action, duration=0.5)
    events.append(StepFinished(path=path, step=step))
    return events


def table(*events: Event | Iterable[Event], paper: Paper = PLAIN) -> list[str]:
    kept = RunTable(paper)
    for group in events:
        for event in [group] if isinstance(group, Event) else group:
            kept(event)
    return [str(one) for one in table_lines(kept.entries, widths(paper, kept.entries), paper)]


def test_retried_and_handled_failures_are_told_apart() -> None:
    handled, ended = TakenAction("soldOut", "goto", step_id="wish"), TakenAction("giveUp", "end")
    lines = table(
        begun("charge", "reserve", "wish", "ship"),
        visit("charge", 503, 503, "timeout", 200),
        visit("reserve", 409, action=handled),
        visit("wish", 500, 500),
        visit("ship", 409, action=ended),
    )
    assert lines[0].split() == ["step", "operation", "status", "time"]
    assert [line.split()[0] for line in lines[1:]] == ["✓", "!", "✗", "!"]
    assert lines[1].endswith("200   500 ms  4 attempts, after 503 x2, timeout")
    assert lines[2].endswith("409   500 ms  handled by 'soldOut'")
    assert lines[3].endswith("500   500 ms  2 attempts")
    assert lines[4].endswith("409   500 ms  ended by 'giveUp'")


def test_visits_of_a_step_are_one_row_and_requests_are_told_where_they_are_not_the_attempts() -> None:
    again = TakenAction("again", "goto", step_id="a")
    lines = table(
        begun("a", "b"),
        visit("a", 200, action=again),
        visit("b", "missing-value", action=again),
        visit("a", 200, number=2),
    )
    assert len(lines) == 3
    assert lines[1].endswith("200    1.0 s  2 visits")
    assert "missing-value" in lines[2]
    assert lines[2].endswith("nothing sent, handled by 'again'")


def test_called_workflows_stand_below_their_caller_also_when_another_branch_is_taken_later() -> None:
    around = ("flow", "call", "child")
    lines = table(
        begun("call", "last"),
        StepStarted(path=("flow", "call"), step_id="call", workflow_id="child"),
        begun("x", path=around, reason="step"),
        visit("x", 200, around=around),
        StepFinished(path=("flow", "call"), step=StepResult("call", "succeeded", workflow_id="child")),
        visit("last", 200),
        StepStarted(path=("flow", "call"), step_id="call", workflow_id="child", visit=2),
        visit("y", 200, around=around),
    )
    assert [line.split()[1] for line in lines[1:]] == ["call", "x", "y", "last"]
    assert "→ child" in lines[1]
    assert lines[2].startswith("    ✓ x")


def test_a_called_workflow_that_is_reached_late_stands_below_its_caller_too() -> None:
    again = StepStarted(path=("flow", "call"), step_id="call", workflow_id="child")
    lines = table(
        begun("call", "last"), again, visit("last", 200), again, visit("x", 200, around=("flow", "call", "child"))
    )
    assert [line.split()[1] for line in lines[1:]] == ["call", "x", "last"]


def test_dependencies_and_hand_overs_have_headings() -> None:
    lines = table(
        begun("a"),
        begun("d", path=("flow", "dependsOn", "first"), reason="dependency"),
        visit("d", 200, around=("flow", "dependsOn", "first")),
        visit("a", 200),
        begun("n", path=("next",), reason="goto"),
        visit("n", 200, around=("next",)),
    )
    assert [line.strip().split("  ")[0] for line in lines[1:]] == ["first", "✓ d", "✓ a", "→ next", "✓ n"]


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_wide_characters_stay_in_their_columns(width: int) -> None:
    names = ["注文を作成する", "🍵-tea", "e\u0301-accent", "plain", "👩‍👩‍👧‍👦-family", "x" * 90]
    paper = Paper(width, columns=cell_len)
    lines = table(begun(*names), *(visit(name, 200, 200) for name in names), paper=paper)
    assert max(cell_len(line) for line in lines) <= width
    assert len({cell_len(line.partition("200")[0]) for line in lines if "200" in line}) == 1


def test_columns_without_rich_are_those_of_wide_characters_and_accents() -> None:
    assert [columns(text) for text in ("abc", "注文", "e\u0301", "🍵", "\x1b")] == [3, 4, 1, 2, 4]


def test_what_turns_text_around_or_cannot_be_written_is_escaped() -> None:
    assert printable("a\u202eb\u2066c\ud800d\te\u2028") == "a\\u202eb\\u2066c\\ud800d e\\u2028"


def test_a_run_of_many_steps_shows_those_around_the_one_that_runs() -> None:
    kept = RunTable(PLAIN)
    names = [f"s{number}" for number in range(200)]
    for event in [begun(*names), *(event for name in names[:150] for event in visit(name, 200))]:
        kept(event)
    kept(StepStarted(path=("flow", "s150"), step_id="s150", operation="GET /s150"))
    window = kept.window(("flow", "s150"), 12)
    assert (len(window.entries), window.above, window.below) == (12, 139, 0)
    drawn = [str(one) for one in Snapshot(window, 8, None, 0.0)(Paper(60), 2.5)]
    assert drawn[1] == "  … 139 above"
    assert drawn[-1].startswith("  ⠴ s150") or drawn[-1].split()[1] == "s150"
    assert drawn[-1].endswith("2.5 s")
    early = kept.window(("flow", "s3"), 12)
    assert ("flow", "s3") in [entry.path for entry in early.entries]
    assert early.above + early.below == 139
    assert kept.window(("flow", "s3", "called"), 12).below == 0
    assert kept.unvisited() == names[151:]


def test_a_step_that_was_interrupted_says_so() -> None:
    broken_off = StepResult("a", "failed", duration=0.5)
    lines = table(
        begun("a"),
        StepStarted(path=("flow", "a"), step_id="a", operation="GET /a"),
        StepFinished(path=("flow", "a"), step=broken_off),
        WorkflowFinished(path=("flow",), result=result(broken_off, status="cancelled")),
    )
    assert lines[1].startswith("  ! a")
    assert lines[1].endswith("interrupted")


def test_what_a_run_waits_for_has_a_countdown_and_for_long_waits_the_time_of_the_day() -> None:
    short = Pause(("flow", "a"), "poll 3", 2.25, 0.0, '$.state was "scoring"')
    assert short.now(0.85) == 'poll 3 in 1.4 s of 2.2 s: $.state was "scoring"'
    assert short.begun() == 'waiting 2.2 s, poll 3: $.state was "scoring"'
    assert short.ended() == "step 'a', waiting 2.2 s for poll 3: $.state was \"scoring\""
    long = Pause(("flow", "a"), "attempt 2", 75.0, 1_795_341_600.0, "")
    assert long.now(5.0).startswith("attempt 2 in 1 min 10 s of 1 min 15 s, at ")


def test_a_retry_says_why_it_is_waited_for() -> None:
    waits, path = Waits(), ("flow", "a")
    waits(StepStarted(path=path, step_id="a"))
    error = AttemptError("timeout", "no answer within 3 s")
    waits(AttemptFinished(path=path, step_id="a", attempt=1, succeeded=False, error=error))
    waits(Waiting(path=path, step_id="a", seconds=2.0, reason="retry"))
    assert waits.current is not None
    assert waits.current.now(0.0) == "attempt 2 in 2.0 s of 2.0 s: no answer within 3 s"


def test_a_long_loop_is_not_thousands_of_lines() -> None:
    """1,000 rounds over two steps, with waits: a few lines at first, then one a minute; the rest is in the table."""
    written: list[str] = []
    waits = Waits()
    log = StepLog(PlainScreen(written.append), waits)
    events: list[Event] = [begun("a", "b")]
    for number in range(1, 1001):
        wait = Waiting(path=("flow", "a"), step_id="a", seconds=1.0, reason="poll", detail="$.state was 1")
        first, *rest = visit("a", 200, number=number)
        events += [first, wait, *rest, *visit("b", 200, number=number)]
    for number, event in enumerate(events):
        object.__setattr__(event, "time", number / 10)
        waits(event)
        log(event)
    assert len("".join(written).splitlines()) < 80
    assert log.left_out


def test_the_same_is_said_seldom_and_what_changed_a_little_more_often() -> None:
    seldom = Seldom()
    times = [time for time in range(120) if seldom.passes("a", "same", float(time))]
    assert times == [0, 1, 2, 62]
    assert not seldom.passes("a", "other", 63.0)
    assert seldom.passes("a", "other", 67.0)


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "1 byte"), (999, "999 bytes"), (12_060, "12.1 kB"), (999_960, "1.0 MB"), (3_000_000, "3.0 MB")],
)
def test_sizes(number: int, text: str) -> None:
    assert size(number) == text
