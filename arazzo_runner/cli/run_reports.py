"""The reports of `arazzo run`: which were asked for, where they go, and writing them at the end."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from arazzo_runner.cli import arguments
from arazzo_runner.cli.opening import Opened
from arazzo_runner.cli.terminal import Terminal
from arazzo_runner.diagnostics import Diagnostic, Origin, Span
from arazzo_runner.engine.events import Event
from arazzo_runner.records import dataclass
from arazzo_runner.reports.flow import Flow, flow
from arazzo_runner.reports.kinds import About, Report, unavailable, unwritable
from arazzo_runner.reports.places import Places
from arazzo_runner.reports.redact import Redactor


@dataclass(slots=True)
class Output:
    """A report; ``is_result`` when it stands on stdout in the place of the outputs.

    One that breaks sees no more events, and `finish` tells: the others and the run must not end with it.
    """

    report: Report
    is_result: bool
    name: str  #: as it was asked for: ``junit=report.xml``
    broken: Exception | None = None

    def __call__(self, event: Event) -> None:
        if self.broken is None:
            try:
                self.report(event)
            except Exception as error:
                self.broken = error

    def finish(self) -> None:
        """Write what is written at the end. Raises what kept the report from being whole."""
        if self.broken is not None:
            raise self.broken
        self.report.finish()


def plan_reports(asked: Sequence[str], form: str) -> list[tuple[str, str]]:
    """The reports as kind and path; what --format asks for is one to stdout. Raises UsageError before a run begins."""
    plan = [arguments.pair(text, "--report", shape="KIND=PATH") for text in asked]
    if form != "text":
        plan.append((form, "-"))
    if len([path for _, path in plan if path == "-"]) > 1:
        raise click.UsageError("stdout takes one report: give --format or one --report KIND=-")
    places = [os.path.realpath(path) for _, path in plan if path != "-"]
    for kind, path in plan:
        reason = unavailable(kind) or (None if path == "-" else _unfit(path, places))
        if reason:
            raise click.UsageError(f"--report {kind}={path}: {reason}")
    return plan


def _unfit(path: str, places: Sequence[str]) -> str | None:
    """Why a report cannot go to a path, given where all of them go."""
    if not path:
        return "it takes KIND=PATH, found no path"
    place = os.path.realpath(path)
    if places.count(place) > 1 and (os.path.isfile(place) or not os.path.exists(place)):
        return "another report goes there too; give each a path of its own"
    return unwritable(Path(path))


def open_reports(
    terminal: Terminal, opened: Sequence[Opened], places: Sequence[Places], plan: Sequence[tuple[str, str]]
) -> list[Output]:
    """The reports, ready to observe runs of these documents, whose lines ``places`` finds.

    Raises UsageError for one that would overwrite what was read for the runs.
    """
    for kind, path in plan:
        if path != "-" and any(one.was_read(Path(path)) for one in opened):
            raise click.UsageError(f"--report {kind}={path}: the run reads this file; name another")
    facts = _facts(terminal.redactor, opened, places)
    return [
        Output(Report(kind, terminal.write if path == "-" else Path(path), facts), path == "-", f"{kind}={path}")
        for kind, path in plan
    ]


def _facts(redactor: Redactor, documents: Sequence[Opened], places: Sequence[Places]) -> About:
    """What reports may ask about these documents, redacted."""
    entries = {opened.description.entry.location: opened for opened in documents}

    def locate(origin: Origin) -> Span | None:
        for known in places:
            if known.text(origin.document) is not None:
                return known.locate(origin)
        return None

    def findings(document: str, workflow_id: str) -> Sequence[Diagnostic]:
        opened = entries.get(document)
        if opened is None or workflow_id not in opened.description.workflow_ids:
            return ()
        workflow = opened.description.workflow(workflow_id)
        return redactor.hide(tuple(opened.findings(workflow)))

    def chart(document: str, workflow_id: str) -> Flow | None:
        for opened in [entries[document]] if document in entries else documents:
            for key, workflow in opened.description.workflows.items():
                location = opened.description.documents[key.document].location
                if (location, key.workflow_id) == (document, workflow_id):
                    return flow(workflow).redacted(redactor.text)
        return None

    return About(locate, findings, chart, redactor.text)


def finish_reports(terminal: Terminal, outputs: Sequence[Output]) -> bool:
    """Write what is written at the end, each whatever becomes of the others; True when all of it was."""
    written = True
    bugs: list[Exception] = []
    for output in outputs:
        try:
            output.finish()
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            terminal.complain(f"the report '{output.name}' could not be written: {reason}")
            written = False
        except Exception as error:
            bugs.append(error)
    if bugs:
        raise bugs[0]
    return written
