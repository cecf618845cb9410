"""The runs of a report as sections of its page: how each ended and why, inputs, outputs, and its list of steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from arazzo_runner.engine.events import Event
from arazzo_runner.engine.results import RunError
from arazzo_runner.reports.html_report.exchange import Room, values
from arazzo_runner.reports.html_report.markup import Child, Fragment, Ours, each, element
from arazzo_runner.reports.html_report.page import bar, diagnostics, facts, moment, page
from arazzo_runner.reports.html_report.record import Recorder, Run
from arazzo_runner.reports.html_report.states import badge, failing, heading, run_state, sign, word
from arazzo_runner.reports.html_report.steps import Rows
from arazzo_runner.reports.kinds import About
from arazzo_runner.reports.lines import count, duration

_STATES = (
    ("failed ended cancelled", "failed"),
    ("handled", "failed, handled"),
    ("retried", "retried"),
    ("succeeded", "succeeded"),
    ("unreached", "not reached"),
)


class HtmlReport:
    """An observer that keeps the runs it sees and gives them as one page that needs nothing else."""

    def __init__(self, about: About) -> None:
        self._about = about
        self._recorder = Recorder()

    def __call__(self, event: Event) -> None:
        self._recorder(event)

    def parts(self) -> Iterator[str]:
        """The page, piece by piece: a visit is read from its file when its turn comes."""
        runs = self._recorder.runs
        bad = next((number for number, run in enumerate(runs, 1) if failing(run) is not None), None)
        name = runs[0].workflow_id if len(runs) == 1 else count(len(runs), "run")
        title = f"{name}: {word(run_state(runs[0]))}" if len(runs) == 1 else name
        head = bar(title, _subtitle(runs), _STATES, f"failure-{bad}" if bad else None)
        return page(f"{title} - arazzo", head, self._body(), self._about.hide)

    def _body(self) -> Iterator[Fragment]:
        runs = self._recorder.runs
        if not runs:
            yield element("p", "Nothing was run.")
        if len(runs) > 1:
            yield _contents(runs)
        for number, run in enumerate(runs, 1):
            yield from self._section(run, f"r{number}", 2, f"failure-{number}" if failing(run) else None)

    def _section(self, run: Run, key: str, level: int, mark: str | None) -> Iterator[Fragment]:
        """A run; ``mark`` is the id of the place where it failed."""
        yield (Ours(f'<section class="run {run_state(run)}" id="{key}">'),)
        yield element(
            "div",
            heading(level, element("code", run.workflow_id)),
            badge(run_state(run)),
            _reason(run),
            class_="run-head",
        )
        yield _facts(run)
        yield from self._result(run, key)
        here = failing(run) if mark else None
        for number, dependency in enumerate(run.dependencies, 1):
            yield element("p", "It depends on this workflow, which ran first:", class_="dim")
            below = mark if here is not None and here is not run and dependency is run.dependencies[-1] else None
            yield from self._section(dependency, f"{key}d{number}", level + 1, below if not run.visits else None)
        if run.step_ids:
            rows = Rows(run, key, level, self._recorder.store, self._section, mark if here is run else None)
            yield from rows.written(self._about.flow(run.document, run.workflow_id))
        if run.transferred_to is not None:
            yield element("p", "It handed over to another workflow, whose result is its result:", class_="dim")
            yield from self._section(run.transferred_to, f"{key}t", level, mark)
        yield (Ours("</section>"),)

    def _result(self, run: Run, key: str) -> Iterator[Fragment]:
        result = run.result
        if result is None:
            return
        if result.error is not None and run.transferred_to is None:
            yield self._error(result.error, run, key)
        room = Room()
        tables = [values(result.inputs, "Inputs", room), values(result.outputs, "Outputs", room)]
        if any(tables):
            yield element("div", *tables, class_="tables")
        found = self._about.findings(run.document, run.workflow_id) if run.reason == "asked" else ()
        yield diagnostics(found, result.notes) or ()

    def _error(self, error: RunError, run: Run, key: str) -> Fragment:
        place = None
        if error.origin is not None and error.origin.document:
            span = self._about.locate(error.origin)
            where = f":{span.line}:{span.column}" if span else f" {error.origin.pointer}"
            place = element("p", "at ", element("code", error.origin.document + where), class_="place")
        link = None
        if error.step_id in run.step_ids:
            row = f"#{key}s{run.step_ids.index(error.step_id) + 1}"
            link = element("p", element("a", f"See step {error.step_id}", href=row))
        code = element("strong", error.code)
        state = run_state(run)
        said = element("p", sign(state), code, " ", error.message)
        return element("div", said, place, link, class_=f"why-failed {state}")


def _subtitle(runs: Sequence[Run]) -> str | None:
    if not runs:
        return None
    documents = dict.fromkeys(run.document for run in runs)
    return f"{', '.join(documents)}, {moment(runs[0].started)}"


def _contents(runs: Sequence[Run]) -> Fragment:
    rows = []
    for number, run in enumerate(runs, 1):
        name = element("a", run.workflow_id, href=f"#r{number}")
        spent = duration(run.result.duration) if run.result else ""
        cells: list[Child] = [badge(run_state(run)), name, count(len(run.visits), "visit"), spent]
        rows.append(element("tr", each(element("td", cell) for cell in cells)))
    head = each(element("th", text, scope="col") for text in ("status", "workflow", "steps", "time"))
    table = element("table", element("thead", element("tr", head)), element("tbody", *rows))
    return element("nav", heading(2, "Runs"), table, aria_label="Runs", class_="contents")


def _reason(run: Run) -> Fragment | None:
    told = {
        "dependency": "dependency",
        "step": "called by a step",
        "retry": "run before a retry",
        "goto": "handed over to",
    }
    return element("span", told[run.reason], class_="dim") if run.reason in told else None


def _facts(run: Run) -> Fragment:
    steps = {visit.step_id for visit in run.visits} & set(run.step_ids)
    retries = sum(max(visit.attempts - 1, 0) for visit in run.visits)
    asked = run.reason == "asked"
    pairs: list[tuple[str, str | None]] = [
        ("document", run.document if asked else None),
        ("started", moment(run.started) if asked else None),
        ("took", duration(run.result.duration) if run.result else None),
        ("steps", f"{len(steps)} of {len(run.step_ids)} reached"),
        ("visits", str(len(run.visits))),
        ("retries", str(retries) if retries else None),
        ("failures handled", str(sum(visit.handled for visit in run.visits)) or None),
    ]
    return facts((name, text) for name, text in pairs if text and text != "0")


__all__ = ["HtmlReport"]
