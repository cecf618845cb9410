"""A run of one workflow: what was asked for, its reports, its outputs, its exit code."""

from __future__ import annotations

from os.path import isdir

import click

from arazzo_runner.cli.exits import Exit, worst
from arazzo_runner.cli.given_inputs import gather, refuse_undeclared
from arazzo_runner.cli.opening import open_document
from arazzo_runner.cli.run_checks import mention_warnings, refuse_unknown_servers, sound_workflows
from arazzo_runner.cli.run_reports import Output, finish_reports, open_reports
from arazzo_runner.cli.run_settings import RunSettings
from arazzo_runner.cli.terminal import Terminal
from arazzo_runner.cli.tracing import traced
from arazzo_runner.engine.results import RunResult, Status
from arazzo_runner.reports.bodies import pretty
from arazzo_runner.reports.progress import Progress
from arazzo_runner.runner import Runner

#: What a run of a status comes to.
EXITS: dict[Status, Exit] = {
    "succeeded": Exit.DONE,
    "ended": Exit.ENDED,
    "failed": Exit.FAILED,
    "cancelled": Exit.INTERRUPTED,
}


def run_one(terminal: Terminal, file: str, workflow_id: str | None, settings: RunSettings) -> Exit:
    """Run a workflow of a document, by default the only one. Raises an `ArazzoError` when nothing can be run."""
    options = settings.options
    if isdir(file):
        raise click.UsageError(f"'{file}' is a folder; give --all to run the documents in it")
    opened = open_document(terminal, file, settings.sources, strict=options["strict"], cached=not options["no_cache"])
    workflows = sound_workflows(opened, settings, workflow_id)
    mention_warnings(terminal, file, opened, workflows, settings.detail)
    refuse_undeclared(workflows, settings.given)
    (values,) = gather(terminal, workflows, settings.given, invent=options["mock"])
    refuse_unknown_servers(settings, [opened.description])
    outputs = open_reports(terminal, [opened], [terminal.places], settings.reports)
    progress = Progress(terminal.screen, terminal.places, settings.detail)
    observers = [terminal.redactor.before(progress, *outputs)]
    with (
        traced(terminal, settings) as tracing,
        Runner(
            opened.description,
            observers=observers,
            telemetry=tracing(terminal.redactor),
            **settings.runner_settings(),
        ) as runner,
    ):
        try:
            result = runner.run(workflows[0].key.workflow_id, values)
        except KeyboardInterrupt:
            return terminal.interruption()
        finally:
            written = finish_reports(terminal, outputs)
    return _concluded(terminal, result, outputs, written=written)


def _concluded(terminal: Terminal, result: RunResult, outputs: list[Output], *, written: bool) -> Exit:
    if not any(output.is_result for output in outputs):
        terminal.write(pretty(terminal.redactor.hide(result.outputs)))
    return worst([EXITS[result.status], Exit.DONE if written else Exit.FAILED])
