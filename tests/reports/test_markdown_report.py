"""The Markdown report stays within bounds, and text of documents and answers stays text; real runs are in tests/cli."""

from __future__ import annotations

from dataclasses import replace

import pytest
from report_readers import Page
from runs_to_show import JSON_HEADERS, attempt, polled, result, step

from arazzo_runner.diagnostics import Origin, Span
from arazzo_runner.effects import Headers, Request, Response
from arazzo_runner.engine.events import Event, StepFinished, StepStarted, WorkflowFinished, WorkflowStarted
from arazzo_runner.engine.results import RunError, StepResult, TakenAction
from arazzo_runner.expressions.criteria import Operand, Verdict
from arazzo_runner.reports.kinds import About
from arazzo_runner.reports.markdown import LIMIT, MarkdownReport, Piece, fitted
from arazzo_runner.reports.markdown_text import Quotes

QUOTES = Quotes(lambda text: text)

HOSTILE = [
    "<script>alert(1)</script>",
    "</details><h1>big</h1>",
    "[click](http://evil.test)",
    "![image](http://evil.test/x.png)",
    "http://evil.test www.evil.test a@evil.test",
    "@everyone #1 GH-1 :smile:",
    "` `` ``` ````",
    "```\n</code></pre><script>x</script>",
    "~~~\n<b>",
    "a | b \\| c \\\\| d",
    "*a* _b_ ~c~ # d\n# e\n- f\n1. g\n> h",
    "    \t indented\r\nmore\u2028and\u202emore\x1b[31m\x00",
    "half \ud83d of a pair",
    "&lt;b&gt; &#60;b&#62;",
    "<!-- never closed",
]


def written(*runs: list[Event], about: About | None = None) -> str:
    report = MarkdownReport(about or About(lambda _: Span(12, 9, 12, 30)))
    for events in runs:
        for event in events:
            report(event)
    return "".join(report.parts())


def run(*steps: StepResult, workflow_id: str = "flow", error: RunError | None = None, **facts: object) -> list[Event]:
    path = (workflow_id,)
    over = replace(
        result(*steps, status="failed" if error else "succeeded", error=error, **facts), workflow_id=workflow_id
    )
    return [
        WorkflowStarted(path=path, document="flow.yml", workflow_id=workflow_id, inputs={}),
        *(
            event
            for one in steps
            for event in (
                StepStarted(path=(*path, one.step_id), step_id=one.step_id, operation=one.operation),
                StepFinished(path=(*path, one.step_id), step=one),
            )
        ),
        WorkflowFinished(path=path, result=over),
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_in_code_stays_text(text: str) -> None:
    span, lines = QUOTES.code(text), QUOTES.block(text, "http")
    page = Page(f"a {span} b\n\n| x | y |\n| --- | --- |\n| {span} | z |\n\n" + "\n".join([*lines, "", "end"]))
    assert set(page.tags) <= {"p", "code", "table", "thead", "tbody", "tr", "td", "th", "pre"}
    assert page.tags.count("code") == 3
    assert page.rows == [["x", "y"], [page.rows[1][0], "z"]]
    assert "".join(page.active.split()) == "abxyzend"
    page.html.encode()
    assert "\x1b" not in page.html


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_everywhere(text: str) -> None:
    verdict = Verdict(text, "simple", False, text, (Operand(text, text),))
    body = text.encode("utf-8", "surrogatepass")
    tried = replace(
        attempt(409, notes=(text,)),
        verdicts=(verdict,),
        request=Request("POST", f"http://h/{text}", Headers([(text, text)]), body),
        response=Response(409, JSON_HEADERS, body),
    )
    last = step(text, 409, attempts=(tried,), operation=text, action=TakenAction(text, "end"))
    error = RunError("criterion", text, text, Origin(text, "/a"))
    markdown = written(
        run(last, workflow_id=text, error=error, outputs={text: [text]}, notes=(text,)), about=About(lambda _: None)
    )
    markdown.encode()
    page = Page(markdown)
    assert not set(page.tags) & {"script", "b", "h1", "a", "img", "em", "strong", "blockquote", "ol"}
    assert page.tags.count("details") == 2
    for mark in ("evil", "@", "script", "smile", "GH-1", "\x1b"):
        assert mark not in page.active


def test_the_most_important_comes_first() -> None:
    page = Page(written(run(step("a"), workflow_id="good"), polled()))
    heads = [line for line in page.text.splitlines() if " after " in line or "workflows" in line]
    assert heads == [
        "❌ 2 workflows: 1 failed, 1 succeeded",
        "❌ flow failed after 1.2 s",
        "✅ good succeeded after 1.2 s",
    ]
    order = ["Step score failed", "flow.yml:12:9", "Request", "Answer 409", "3 visits", "good"]
    assert [page.text.index(one) for one in order] == sorted(page.text.index(one) for one in order)


def test_it_fits_into_a_comment_whatever_the_run() -> None:
    wide = "ä" * 5000
    tried = attempt(409, b'{"a": "' + b"word " * 100_000 + b'"}')
    steps = [step(f"{wide}{number}", 409 if number % 7 == 0 else 200) for number in range(300)]
    last = step("last", 409, attempts=(tried,))
    error = RunError("criterion", f"step 'last' failed: {wide}", "last")
    runs = [run(*steps, last, workflow_id=f"{wide}{number}", error=error) for number in range(20)]
    text = written(*runs, *[run(*steps, workflow_id=f"good{number}") for number in range(20)])
    assert len(text.encode()) <= LIMIT
    assert text.splitlines()[-1].startswith(f"_Left out, to stay within {LIMIT} characters: ")
    assert "the steps of a workflow (" in text
    assert Page(text).tags.count("h3") >= 20


def test_of_many_steps_those_that_failed_are_not_cut() -> None:
    steps = [step(f"s{number}", 409 if number == 400 else 200) for number in range(401)]
    page = Page(written(run(*steps)))
    names = [row[1] for row in page.rows]
    assert names[1:3] == ["s0", "s1"]
    assert "s400" in names
    assert "... and 301 rows more." in page.text


def test_what_is_left_out_is_the_least_important() -> None:
    pieces = [Piece(0, "a head", ["h" * 100]), Piece(9, "notes", ["n" * 500]), Piece(1, "why", ["w" * 300])]
    parts = list(fitted(pieces, 1100))
    assert [part[0] for part in parts] == ["h", "w", "_"]
    assert "notes" in parts[-1]


def test_a_run_that_did_not_come_to_its_end() -> None:
    page = Page(written(run(step("a"))[:2]))
    assert page.text.startswith("🚫 flow cancelled after ")
    assert "It did not come to its end." in page.text


def test_no_run() -> None:
    assert written() == "## 0 workflows: none was run\n\n"


def test_s10_what_is_learned_to_be_a_secret_later_is_hidden() -> None:
    tried = attempt(409, b'{"key": "late-secret"}', notes=("it was late-secret",))
    error = RunError("criterion", "late-secret is wrong", "s")
    events = run(step("s", 409, attempts=(tried,)), error=error, outputs={"key": "late-secret"})
    text = written(events, about=About(hide=lambda text: text.replace("late-secret", "***")))
    assert "late-secret" not in text
    assert text.count("***") >= 3
