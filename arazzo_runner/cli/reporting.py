"""The reports of `arazzo run`: which were asked for, where they go, and writing them at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from arazzo_runner.cli import arguments
from arazzo_runner.cli.opening import Opened, about
from arazzo_runner.cli.terminal import Terminal
from arazzo_runner.diagnostics import Diagnostic
from arazzo_runner.engine.events import Event
from arazzo_runner.reports.flow import Flow, flow
from arazzo_runner.reports.kinds import About, Report, unavailable, unwritable


@dataclass(frozen=True, slots=True)
class Output:
    """A report; ``is_result`` when it stands on stdout in the place of the outputs."""

    report: Report
    is_result: bool

    def __call__(self, event: Event) -> None:
        self.report(event)


def plan_reports(asked: Sequence[str], form: str) -> list[tuple[str, str]]:
    """The reports as kind and path; what --format asks for is one to stdout. Raises UsageError before a run begins."""
    plan = [arguments.pair(text, "--report", shape="KIND=PATH") for text in asked]
    if form != "text":
        plan.append((form, "-"))
    if len([path for _, path in plan if path == "-"]) > 1:
        raise click.UsageError("stdout takes one report: give --format or one --report KIND=-")
    for kind, path in plan:
        reason = unavailable(kind) or (None if path == "-" else unwritable(Path(path)))
        if reason:
            raise click.UsageError(f"--report {kind}={path}: {reason}")
    return plan


def open_reports(terminal: Terminal, opened: Opened, plan: Sequence[tuple[str, str]]) -> list[Output]:
    """The reports, ready to observe a run."""

    def findings(workflow_id: str) -> Sequence[Diagnostic]:
        workflow = opened.description.workflow(workflow_id)
        return terminal.redactor.hide(tuple(about(opened.description, workflow, opened.diagnostics)))

    def chart(document: str, workflow_id: str) -> Flow | None:
        for key, workflow in opened.description.workflows.items():
            if key.workflow_id == workflow_id and opened.description.documents[key.document].location == document:
                return terminal.redactor.hide(flow(workflow))
        return None

    facts = About(terminal.places.locate, findings, chart)
    return [
        Output(Report(kind, terminal.write if path == "-" else Path(path), facts), path == "-") for kind, path in plan
    ]


def finish_reports(terminal: Terminal, outputs: Sequence[Output]) -> bool:
    """Write what is written at the end; True when all of it was."""
    written = True
    for output in outputs:
        try:
            output.report.finish()
        except OSError as error:
            terminal.complain(f"a report could not be written: {error}")
            written = False
    return written
