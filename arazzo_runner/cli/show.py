"""`arazzo show`: what a document holds, in words and as charts."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from arazzo_runner.cli import shared_options
from arazzo_runner.cli.exits import Exit
from arazzo_runner.records import dataclass

if TYPE_CHECKING:
    from arazzo_runner.cli.opening import Opened
    from arazzo_runner.cli.terminal import Terminal
    from arazzo_runner.description import BoundWorkflow, Description
    from arazzo_runner.reports.flow import Flow
    from arazzo_runner.reports.redact import Redactor

#: What the name of an output file says of its format.
_SUFFIXES: Final = {".json": "json", ".md": "markdown", ".mmd": "mermaid", ".svg": "svg", ".html": "html"}


@click.command(name="show")
@click.argument("file", shell_complete=shared_options.completed_by("files"))
@click.argument("workflow_id", required=False, shell_complete=shared_options.completed_by("workflow_ids"))
@click.option("--auth", is_flag=True, help="Only the credentials that the workflows want, and where they come from.")
@shared_options.sources
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "mermaid", "svg", "markdown", "html"]),
    help="How it is written; svg needs Graphviz.  [default: by the name of the output file, else text]",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write to FILE, whole or not at all, and not to stdout.",
)
@shared_options.no_cache
def command(
    file: str,
    workflow_id: str | None,
    auth: bool,
    sources: tuple[str, ...],
    form: str | None,
    output: Path | None,
    no_cache: bool,
) -> None:
    """Show the workflows of FILE, or WORKFLOW_ID alone: inputs, steps with their operations, outputs, credentials."""
    from arazzo_runner.cli.terminal import Terminal

    terminal = Terminal()
    with terminal.guarded():
        from arazzo_runner.cli.arguments import pairs
        from arazzo_runner.cli.opening import open_document

        overrides = pairs(sources, "--source", "NAME=LOCATION")
        opened = open_document(terminal, file, overrides, strict=False, cached=not no_cache)
        if output is not None and opened.was_read(output):
            raise click.UsageError(f"--output {output}: this file was read to be shown; name another")
        subject = _subject(terminal, opened, workflow_id, auth=auth)
        form = form or (_SUFFIXES.get(output.suffix.lower()) if output else None) or "text"
        raise click.exceptions.Exit(_show(terminal, subject, form, output))


@dataclass(frozen=True, slots=True)
class Subject:
    """What is shown: workflows of a description, and the secrets that stand in it."""

    terminal: Terminal
    description: Description
    workflows: Sequence[BoundWorkflow]
    redactor: Redactor
    auth: bool

    def outline(self) -> dict[str, Any]:
        """The document in words."""
        from arazzo_runner.reports.outline import outline

        return outline(self.description, self.workflows, self.redactor)

    def flows(self) -> list[Flow]:
        """The workflows as charts."""
        from arazzo_runner.reports.flow import flow

        return [flow(workflow).redacted(self.redactor.text) for workflow in self.workflows]


def _subject(terminal: Terminal, opened: Opened, workflow_id: str | None, *, auth: bool) -> Subject:
    from arazzo_runner.cli.written_secrets import redactor_for

    workflows = opened.chosen(workflow_id, every=workflow_id is None)
    return Subject(terminal, opened.description, workflows, redactor_for(opened.description), auth)


def _show(terminal: Terminal, subject: Subject, form: str, output: Path | None) -> Exit:
    from arazzo_runner.cli.rendering import CannotDraw

    try:
        text = _FORMS[form](subject)
    except CannotDraw as error:
        terminal.complain(str(error))
        if output is None:  # a person can read it; a file that is named after what it is not would be a trap
            terminal.complain("here is the chart as Mermaid text, which GitHub, GitLab and mermaid.live draw", "warn")
            terminal.write(_mermaid(subject))
        return Exit.NOTHING_DONE
    return _write(terminal, text, output)


def _write(terminal: Terminal, text: str, output: Path | None) -> Exit:
    from arazzo_runner.reports.kinds import replace_file, unwritable

    if output is None:
        terminal.write(text)
        return Exit.DONE
    reason = unwritable(output)
    try:
        if reason is None:
            replace_file(output, [text])
            return Exit.DONE
    except OSError as error:
        reason = f"'{output}' cannot be written: {error.strerror or error}"
    terminal.complain(reason)
    return Exit.NOTHING_DONE


# --- the formats ------------------------------------------------------------------------------------------------------
def _text(subject: Subject) -> str:
    from arazzo_runner.reports.outline_forms import as_text

    width = shutil.get_terminal_size().columns if sys.stdout and sys.stdout.isatty() else None
    return as_text(subject.outline(), width, auth=subject.auth)


def _json(subject: Subject) -> str:
    from arazzo_runner.reports.bodies import pretty

    return pretty(subject.outline())


def _mermaid(subject: Subject) -> str:
    from arazzo_runner.reports.mermaid import beyond_limits, mermaid

    flows = subject.flows()
    for limit in beyond_limits(flows):
        subject.terminal.complain(f"{limit}; name a WORKFLOW_ID, or raise the limit where it is drawn", "warn")
    return mermaid(flows)


def _svg(subject: Subject) -> str:
    from arazzo_runner.cli.rendering import svg

    return svg(subject.flows(), subject.redactor.text(subject.description.entry.model.info.title))


def _markdown(subject: Subject) -> str:
    from arazzo_runner.reports.mermaid import beyond_limits, mermaid
    from arazzo_runner.reports.outline_forms import as_markdown

    charts: dict[str, str] = {}
    for flow in subject.flows():
        limits = beyond_limits([flow])
        for limit in limits:
            subject.terminal.complain(f"workflow '{flow.workflow_id}' has no chart: {limit}", "warn")
        if not limits:
            charts[flow.workflow_id] = mermaid([flow])
    return as_markdown(subject.outline(), charts)


def _html(subject: Subject) -> str:
    from arazzo_runner.reports.html_report import outline_page

    return "".join(outline_page(subject.outline(), subject.flows()))


_FORMS: Final[Mapping[str, Callable[[Subject], str]]] = {
    "text": _text,
    "json": _json,
    "mermaid": _mermaid,
    "svg": _svg,
    "markdown": _markdown,
    "html": _html,
}
