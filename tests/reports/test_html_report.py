"""The HTML report: what stands in it, that nothing of a run can break it, and how it behaves in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from browser import Browser, browser, violations
from charted import action, charted, described
from charted import step as a_step
from click.testing import CliRunner
from runs_to_show import attempt, failed, polled, request, response, result, step

from arazzo_runner.cli import main
from arazzo_runner.diagnostics import Origin, Span
from arazzo_runner.effects import Headers, Request, Response
from arazzo_runner.engine.events import (
    ActionTaken,
    AttemptFinished,
    Event,
    StepFinished,
    StepStarted,
    Waiting,
    WorkflowFinished,
    WorkflowStarted,
)
from arazzo_runner.engine.results import Attempt, AttemptError, RunError, RunResult, StepResult, TakenAction
from arazzo_runner.expressions.criteria import Operand, Verdict
from arazzo_runner.reports.flow import Edge, Flow, Node, flow
from arazzo_runner.reports.html_report import HtmlReport, outline_page
from arazzo_runner.reports.html_report.chart import MOST_LANES, chart
from arazzo_runner.reports.html_report.exchange import LONGEST_BODY, Room, beginning
from arazzo_runner.reports.html_report.markup import Ours, element, joined, packed, unpacked, written
from arazzo_runner.reports.kinds import About
from arazzo_runner.reports.outline import outline
from arazzo_runner.reports.redact import Redactor

__all__ = ["browser"]

EVIL = [
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "</style></pre></details></main>",
    "javascript:alert(1)",
    "\"'><b onclick=\"x()\">",
    "<!--", "]]>", "&amp;&lt;", "\0\x1b[31m\x07\x9b", "\u202egnp.exe\u2066", "\u2028\u2029\ufeff", "\ud83d", "x" * 5000,
]  # fmt: skip


def report(events: Iterable[Event], about: About | None = None) -> HtmlReport:
    made = HtmlReport(about or About())
    for event in events:
        made(event)
    return made


def text(events: Iterable[Event], about: About | None = None) -> str:
    return "".join(report(events, about).parts())


def run_events(result: RunResult, path: tuple[str, ...] = ("flow",), reason: str = "asked") -> list[Event]:
    """The events of a run, from its result."""
    start = WorkflowStarted(
        path=path,
        document=result.document,
        workflow_id=result.workflow_id,
        inputs=result.inputs,
        step_ids=tuple(dict.fromkeys(one.step_id for one in result.steps)),
        reason=reason,
    )
    events: list[Event] = [start]
    for one in result.dependencies:
        events += run_events(one, (*path, "dependsOn", one.workflow_id), "dependency")
    for one in result.steps:
        events += step_events(one, (*path, one.step_id))
    if result.transferred_to is not None:
        to = result.transferred_to
        events += run_events(to, (*path[:-1], to.workflow_id), "goto")
    return [*events, WorkflowFinished(path=path, result=result)]


def step_events(one: StepResult, path: tuple[str, ...]) -> list[Event]:
    events: list[Event] = [StepStarted(path=path, step_id=one.step_id)]
    for number, tried in enumerate(one.attempts, 1):
        if tried.run is not None:
            events += run_events(tried.run, (*path, tried.run.workflow_id), "step")
        last = number == len(one.attempts)
        done = one.status == "succeeded" and last
        events.append(AttemptFinished(path=path, step_id=one.step_id, attempt=number, succeeded=done))
        if not last:
            again = TakenAction("again", "retry")
            events.append(ActionTaken(path=path, step_id=one.step_id, action=again))
    if one.action is not None:
        events.append(ActionTaken(path=path, step_id=one.step_id, action=one.action))
    return [*events, StepFinished(path=path, step=one)]


class Tree(HTMLParser):
    """Whether elements are closed as they were opened, which ids and links there are, and what is written."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += attrs
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.words.append(data)


def sound(page: str) -> Tree:
    """The tree of a page that is well formed."""
    tree = Tree(page)
    assert tree.open == []
    assert len(tree.ids) == len(set(tree.ids))
    links = [value for name, value in tree.attributes if name == "href" and value]
    assert all(link.startswith("#") and link[1:] in tree.ids for link in links), links
    return tree


class TestMarkup:
    """Texts stay texts until the page is written."""

    def test_what_is_ours_is_written_and_the_rest_is_escaped(self) -> None:
        made = element("p", "<b>", element("i", "&"), class_="a", hidden=True, title=None)
        assert written(made, str) == '<p class="a" hidden>&lt;b&gt;<i>&amp;</i></p>'

    def test_a_sum_is_not_ours(self) -> None:
        assert written((Ours("<b>") + "<i>",), str) == "&lt;b&gt;&lt;i&gt;"

    def test_a_text_is_hidden_before_it_is_escaped(self) -> None:
        hide = Redactor(["a<b>secret"]).text
        assert written(element("p", "x a<b>secret y"), hide) == "<p>x *** y</p>"

    @pytest.mark.parametrize("evil", EVIL)
    def test_what_is_put_by_comes_back(self, evil: str) -> None:
        made = joined(evil, "b", element("p", evil, evil), Ours("<i>"), Ours("</i>"), "")
        back = unpacked(packed(made))
        assert [type(piece) for piece in back if piece] == [Ours if isinstance(p, Ours) else str for p in merged(made)]
        assert written(back, str) == written(made, str)

    def test_odd_characters_are_written_out(self) -> None:
        assert written(("a\0\u202e\ud800\tb\r\nc",), str) == "a\\u0000\\u202e\\ud800\tb\nc"


def merged(made: Sequence[str]) -> list[str]:
    """Without the border between two pieces of markup, and without empty texts."""
    pieces = [piece for piece in made if piece]
    return [
        piece
        for before, piece in zip([None, *pieces], pieces, strict=False)
        if not (isinstance(before, Ours) and isinstance(piece, Ours))
    ]


class TestChart:
    """Jumps are lanes beside the list of steps."""

    def flow(self, steps: int, *edges: Edge) -> Flow:
        nodes = tuple(Node(f"step:s{number}", "step", f"s{number}") for number in range(steps))
        return Flow("d", "w", nodes, edges)

    def test_jumps_to_one_step_share_a_lane(self) -> None:
        edges = [Edge(f"step:s{number}", "step:s0", "success", "a") for number in (3, 5)]
        ((distance, lane),) = chart(self.flow(6, *edges), {("s3", True, "a"): 2}).lanes
        assert (distance, lane.first, lane.last, dict(lane.sources)) == (0, 0, 5, {3: True, 5: False})
        assert [lane.crossed(row) for row in range(5)] == [True, True, True, False, False]

    def test_lanes_that_overlap_stand_side_by_side_and_those_that_do_not_share_their_place(self) -> None:
        edges = [
            Edge("step:s0", "step:s4", "success"),
            Edge("step:s2", "step:s6", "success"),
            Edge("step:s9", "step:s7", "failure"),
        ]
        drawn = chart(self.flow(10, *edges), {})
        assert {lane.target: distance for distance, lane in drawn.lanes} == {7: 0, 4: 0, 6: 1}
        assert drawn.width == 2

    def test_a_crowd_of_jumps_draws_the_taken_ones_and_tells_all(self) -> None:
        edges = [Edge(f"step:s{n}", f"step:s{n + 20}", "success", "go") for n in range(20)]
        drawn = chart(self.flow(40, *edges), {("s19", True, "go"): 1})
        assert drawn.width == MOST_LANES
        assert 39 in {lane.target for _, lane in drawn.lanes}
        assert sum(len(ways) for ways in drawn.ways) == 20

    def test_actions_of_one_name_are_told_apart_by_what_they_follow(self) -> None:
        edges = [
            Edge("step:s0", "step:s1", "success", "a"),
            Edge("step:s0", "step:s0", "retry", "b"),
            Edge("step:s0", "end:ended", "failure", "a"),
        ]
        taken = {("s0", False, "a"): 1, ("s0", False, "b"): 3}
        assert [way.taken for way in chart(self.flow(2, *edges), taken).ways[0]] == [0, 3, 1]

    def test_the_chart_of_a_document(self, tmp_path: Path) -> None:
        """What a retry runs first is led to, and does not lead back by itself (S30)."""
        again = action("again", "retry", stepId="a", retryLimit=2)
        drawn = charted(tmp_path, a_step("a"), a_step("b", onFailure=[again]))
        ways = chart(drawn, {("b", False, "again"): 2}).ways
        assert [way.edge.action for way in ways[0]] == [None]
        assert [(way.edge.kind, way.target, way.taken) for way in ways[1] if way.edge.kind == "retry"] == [
            ("retry", 0, 2)
        ]


class TestWhatStandsInIt:
    """Statuses, failures, visits, nested runs."""

    def test_a_run_that_failed(self) -> None:
        page = text(polled(), About(locate=lambda _: Span(12, 9, 12, 30)))
        tree = sound(page)
        words = " ".join(tree.words)
        assert "failure-1" in tree.ids
        assert "does not hold" in words
        assert "flow.yml:12:9" in words
        assert "not running" in words
        assert re.search(r"poll.*3\s+visits", words)

    def test_nothing_was_run(self) -> None:
        assert "Nothing was run." in sound(text([])).words

    def test_a_run_that_never_finished_is_still_shown(self) -> None:
        assert "not finished" in sound(text(polled()[:-1])).words

    def test_a_failure_that_an_action_handled_is_not_a_failure(self) -> None:
        lost = step("a", 404, action=TakenAction("lost", "goto", step_id="b"))
        page = text(run_events(result(lost, step("b"))))
        assert "failed, handled" in sound(page).words
        assert "failure-1" not in page

    def test_a_failure_that_ended_the_run(self) -> None:
        """S29: it was foreseen, and the work was not done."""
        last = step("a", 401, action=TakenAction("giveUp", "end"))
        error = RunError("criterion", "ended by action 'giveUp'", "a")
        tree = sound(text(run_events(result(last, status="ended", error=error))))
        assert "ended" in tree.words
        assert "failure-1" in tree.ids

    def test_a_retry_that_helped(self) -> None:
        tried = step("a", attempts=(attempt(503), attempt(waited=1.5)))
        events = run_events(result(tried))
        events.insert(
            3, Waiting(path=("flow", "a"), step_id="a", seconds=1.5, reason="retry", detail="$statusCode was 503")
        )
        tree = sound(text(events))
        for words in ("Attempt 1 of 2", "1 retry", "$statusCode was 503", "taken once"):
            assert any(words in one for one in tree.words), words

    def test_nested_runs_stand_in_the_attempt_that_called_them(self) -> None:
        error = AttemptError("criterion", "workflow 'child' failed")
        child = replace(failed(), workflow_id="child")
        caller = step("call", 500, attempts=(Attempt(run=child, error=error),), workflow_id="child")
        before = replace(result(step("warm")), workflow_id="before")
        after = replace(result(step("later")), workflow_id="after")
        top = result(caller, status="failed", error=RunError("x", "y", "call"), dependencies=(before,))
        tree = sound(text(run_events(top)))
        assert tree.ids.index("r1d1") < tree.ids.index("r1s1") < tree.ids.index("r1v1n1") < tree.ids.index("failure-1")
        handed = sound(text(run_events(result(step("a"), transferred_to=after))))
        assert "r1t" in handed.ids
        assert "handed over to" in handed.words

    def test_a_workflow_that_a_retry_ran_first_stands_with_the_step_that_it_served(self) -> None:
        first = replace(result(step("warm")), workflow_id="login")
        events = run_events(result(step("a", attempts=(attempt(503), attempt()))))
        events[3:3] = run_events(first, ("flow", "a", "login"), "retry")
        tree = sound(text(events))
        assert "Workflow login, before a retry of a" in tree.words
        assert tree.ids.index("r1s1") < tree.ids.index("r1v1n0")

    def test_several_runs_have_a_table_of_contents(self) -> None:
        events = [*run_events(result(step("a"))), *polled()]
        tree = sound(text(events))
        assert {"r1", "r2", "failure-2"} <= set(tree.ids)
        assert "nav" in tree.tags

    def test_steps_that_were_not_reached_are_there(self) -> None:
        started, *rest = run_events(result(step("a"), status="failed", error=RunError("x", "y", "a")))
        assert isinstance(started, WorkflowStarted)
        tree = sound(text([replace(started, step_ids=("a", "b", "c")), *rest]))
        assert tree.words.count("not reached") == 3  # two steps, and a choice of the filter


class TestBounds:
    """A report of any run can be opened."""

    def test_a_long_body_is_cut_and_says_so(self) -> None:
        body = b'{"a": "' + b"x" * 200_000 + b'"}'
        page = text(run_events(result(step("a", attempts=(attempt(body=body),)))))
        assert len(page) < 200_000
        assert "The first 65,536 characters of a body of 200,009 bytes." in page

    def test_a_large_body_is_not_parsed_for_its_looks(self) -> None:
        text_page = text(run_events(result(step("a", attempts=(attempt(body=b"[1, 2]" * 100_000),)))))
        assert "[1, 2][1, 2]" in text_page
        image = text(run_events(result(step("a", attempts=(attempt(body=b"\0\xff" * 200_000),)))))
        assert "&lt;400000 bytes of application/json&gt;" in image

    def test_bodies_share_a_room_and_failures_have_some_kept(self) -> None:
        room = Room(left=150_000, kept_for_failures=80_000)
        assert room.take(70_000, failed=False) == LONGEST_BODY
        assert room.take(70_000, failed=False) == 256
        assert room.take(70_000, failed=True) == LONGEST_BODY

    def test_a_text_is_cut_at_the_end_of_a_line(self) -> None:
        assert beginning("aaa\nbbb\nccc", 9) == "aaa\nbbb"
        assert beginning("a" * 20, 9) == "a" * 9

    def test_the_visits_of_a_long_poll_are_one_row(self) -> None:
        tree = sound(text(polled(300)))
        assert [one for one in tree.ids if re.fullmatch(r"r1s\d+", one)] == ["r1s1", "r1s2"]
        assert any("300 visits" in word for word in tree.words)
        assert sum(word == "Visit 300" for word in tree.words) == 1


def evil_run(evil: str) -> list[Event]:
    """A run in which every text of the document and of the world is this one."""
    headers = Headers([(evil, evil), ("Content-Type", "text/html")])
    body = evil.encode("utf-8", "replace")
    verdict = Verdict(evil, evil, False, None, (Operand(evil, evil),))
    tried = Attempt(
        0.1,
        Request(evil, f"http://api.test/{evil}", headers, body),
        Response(200, headers, body),
        verdicts=(verdict, replace(verdict, why=evil)),
        error=AttemptError(evil, evil),
        notes=(evil,),
    )
    taken = TakenAction(evil, "goto", step_id=evil)
    first = StepResult(evil, "failed", evil, evil, attempts=(tried, tried), action=taken, outputs={evil: evil})
    last = replace(first, action=None)
    error = RunError(evil, evil, evil, Origin(evil, evil))
    over = RunResult(evil, evil, "failed", {evil: evil}, {evil: [evil]}, error, steps=(first, last), notes=(evil,))
    return run_events(over, (evil,))


def evil_flow(evil: str) -> Flow:
    nodes = (Node(f"step:{evil}", "step", evil, evil, evil),)
    edges = (
        Edge(f"step:{evil}", f"step:{evil}", "failure", evil, (evil,), evil),
        Edge(nodes[0].id, "end:ended", "next"),
    )
    return Flow(evil, evil, nodes, edges)


class TestNothingOfARunCanBreakIt:
    """Every text is escaped for where it stands; secrets that were learned late are hidden (S10)."""

    @pytest.mark.parametrize("evil", EVIL)
    def test_hostile_texts_everywhere(self, evil: str) -> None:
        about = About(flow=lambda _document, _workflow_id: evil_flow(evil))
        page = text(evil_run(evil), about)
        tree = sound(page)
        assert tree.tags.count("script") == 1
        assert "img" not in tree.tags
        assert not [name for name, _ in tree.attributes if name.startswith("on") or name == "style"]
        assert not re.search("[\0\x1b\x9b\u202e\u2028\ufeff\ud800-\udfff]", page)
        assert page.encode()

    def test_the_policy_lets_nothing_in(self) -> None:
        page = text(polled())
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
        assert policy
        assert "default-src 'none'" in policy[1]
        assert "unsafe" not in policy[1]

    def test_a_secret_that_is_learned_later_is_hidden_in_what_was_seen_before(self) -> None:
        late = "late<&secret"
        redactor = Redactor()
        body = f'{{"t": "{late}"}}'.encode()
        login = step("login", attempts=(attempt(body=body),), outputs={"t": late})
        bearer = replace(request(), headers=Headers([("Authorization", f"Bearer {late}")]))
        use = step("use", attempts=(Attempt(request=bearer, response=response()),))
        made = HtmlReport(About(hide=redactor.text))
        observe = redactor.before(made)
        for event in run_events(result(login, use, outputs={"t": late})):
            observe(event)
        redactor.add(late)
        page = "".join(made.parts())
        assert "secret" not in page.partition("<main")[2].partition("<script>")[0]


def handled() -> list[Event]:
    """A retry, a handled failure, a nested run, and two runs in one report."""
    lost = step("a", 404, action=TakenAction("lost", "goto", step_id="c"))
    tried = step("b", attempts=(attempt(503), attempt(waited=1.5)))
    called = step("c", attempts=(Attempt(run=replace(result(step("deep")), workflow_id="child")),), workflow_id="child")
    return [*run_events(result(tried, lost, called)), *polled(2)]


class TestInABrowser:
    """Open, click, search, keys, dark, narrow; axe finds nothing."""

    def test_a_step_opens_and_shows_its_exchange(self, browser: Browser) -> None:
        with browser.opened(report(run_events(result(step("a"), step("b")))).parts()) as page:
            line = page.locator("#r1s2 .line .url")
            assert not line.is_visible()
            page.click("#r1s2 summary")
            assert line.is_visible()
            assert line.inner_text() == "http://api.test/runs"

    def test_it_opens_at_the_failure_by_keyboard(self, browser: Browser) -> None:
        with browser.opened(report(polled(3)).parts()) as page:
            assert page.locator("#r1s2 .criteria .fail").is_visible()
            page.focus("#jump")
            page.keyboard.press("Enter")
            assert page.evaluate("document.activeElement.id") == "failure-1"
            page.focus("#r1s1 summary")
            page.keyboard.press("Enter")
            visit = page.locator("#r1s1 details.visit").first
            visit.locator("summary").first.focus()
            page.keyboard.press("Space")
            assert visit.locator(".url").is_visible()

    def test_search_narrows_to_steps_and_visits(self, browser: Browser) -> None:
        many = [step(f"s{n}", attempts=(attempt(body=f'{{"n": "needle{n}"}}'.encode()),)) for n in range(500)]
        twice = [replace(many[7], attempts=(attempt(body=b'{"n": "other"}'),)), step("bad", 404)]
        error = RunError("criterion", "no", "bad")
        with browser.opened(report(run_events(result(*many, *twice, status="failed", error=error))).parts()) as page:
            page.fill("#search", 'NEEDLE7"')
            page.locator("#found", has_text="1 of 501").wait_for()
            assert page.locator(".row:visible").count() == 2  # with the end
            page.click("#r1s8 summary")
            assert page.locator("#r1s8 details.visit:visible").count() == 1
            page.press("#search", "Escape")
            assert page.locator(".row:visible").count() == 502
            page.select_option("#show", label="failed")
            assert page.locator(".row:visible").count() == 2
            assert page.locator("#found").inner_text() == "1 of 501"

    def test_light_and_dark(self, browser: Browser) -> None:
        colour = "getComputedStyle(document.body).backgroundColor"
        with browser.opened(report(polled()).parts(), color_scheme="dark") as page:
            dark = page.evaluate(colour)
            page.click("#theme")
            assert page.locator("#theme").inner_text() == "Theme: light"
            assert page.evaluate(colour) != dark

    def test_a_narrow_window_needs_no_scrolling_sideways(self, browser: Browser) -> None:
        events = evil_run("x" * 5000)
        with browser.opened(report(events).parts(), viewport={"width": 400, "height": 800}) as page:
            page.click("#open-all")
            assert page.evaluate("document.documentElement.scrollWidth") <= 400

    def test_without_scripts_it_can_be_read(self, browser: Browser) -> None:
        with browser.opened(report(polled()).parts(), java_script_enabled=False) as page:
            assert not page.locator("#search").is_visible()
            page.click("#r1s1 summary")
            assert page.locator("#r1s1 details.visit").first.is_visible()

    def test_a_request_as_a_command(self, browser: Browser) -> None:
        content = b'{"say": "it\'s"}'
        sent = replace(request(method="POST"), content=content)
        events = run_events(result(step("a", attempts=(Attempt(request=sent, response=response()),))))
        with browser.opened(report(events).parts()) as page:
            page.evaluate(
                "navigator.clipboard.writeText = (text) => { window.copied = text; return Promise.resolve(); }"
            )
            page.click("#r1s1 summary")
            page.click("#r1s1 .copy")
            assert page.evaluate("window.copied").startswith("curl -X 'POST' 'http://api.test/runs' -H 'Content-Type: ")
            assert "it'\\''s" in page.evaluate("window.copied")

    @pytest.mark.parametrize("evil", EVIL[:5])
    def test_hostile_texts_do_nothing(self, browser: Browser, evil: str) -> None:
        with browser.opened(report(evil_run(evil)).parts()) as page:
            page.click("#open-all")
            assert page.locator("script").count() == 1

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("events", [lambda: polled(3), handled], ids=["failed", "handled"])
    def test_axe_finds_nothing(self, browser: Browser, scheme: str, events: Callable[[], list[Event]]) -> None:
        with browser.opened(report(events()).parts(), color_scheme=scheme) as page:
            page.click("#open-all")
            assert violations(page) == []


class TestAnOutline:
    """`arazzo show --format html`: the same look without runs."""

    def page(self, folder: Path) -> str:
        retry = action("busy", "retry", "$statusCode == 503", retryLimit=2)
        steps = [
            a_step(
                "a", description="Sends <it>.", successCriteria=[{"condition": "$statusCode < 300"}], onFailure=[retry]
            ),
            a_step("b", onSuccess=[action("again", "goto", "$response.body#/more == true", stepId="a")]),
        ]
        inputs = {
            "type": "object",
            "required": ["file"],
            "properties": {"file": {"type": "string", "description": "<b>"}},
        }
        member = {
            "workflowId": "w",
            "summary": "Sends files.",
            "inputs": inputs,
            "steps": steps,
            "outputs": {"x": "$inputs.file"},
        }
        description = described(folder, member, {"workflowId": "other", "steps": [a_step("only")]})
        bound = [description.workflow("w"), description.workflow("other")]
        return "".join(outline_page(outline(description, bound, Redactor()), [flow(one) for one in bound]))

    def test_what_stands_in_it(self, tmp_path: Path) -> None:
        tree = sound(self.page(tmp_path))
        for word in ("Sends files.", "Sends <it>.", "$statusCode < 300", "required", "<b>", "again", "$inputs.file"):
            assert word in tree.words, word
        assert {"w1", "w2", "w1s1", "w1s2"} <= set(tree.ids)

    def test_in_a_browser(self, tmp_path: Path, browser: Browser) -> None:
        with browser.opened([self.page(tmp_path)]) as page:
            page.click("#w1s2 summary")
            page.click("#w1s2 .ways a")
            assert page.locator("#w1s1 .inside").is_visible()
            page.fill("#search", "503")
            page.locator("#found", has_text="1 of 3").wait_for()
            assert violations(page) == []

    def test_the_command(self, tmp_path: Path) -> None:
        self.page(tmp_path)
        file = str(tmp_path / "charts.arazzo.json")
        shown = CliRunner().invoke(main, ["show", file, "w", "--format", "html"])
        assert shown.exit_code == 0, shown.output
        assert "w1s2" in sound(shown.stdout).ids
