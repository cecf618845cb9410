"""`arazzo show`: what a document holds."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Any

import click

from arazzo_runner.cli.exits import Exit

if TYPE_CHECKING:
    from arazzo_runner.cli.terminal import Terminal


@click.command(name="show")
@click.argument("file")
@click.argument("workflow_id", required=False)
@click.option("--auth", is_flag=True, help="Only the credentials that the workflows want, and where they come from.")
@click.option("--source", "sources", multiple=True, metavar="NAME=LOCATION", help="Where a source description is.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "mermaid", "markdown"]),
    default="text",
    show_default=True,
    help="How it is written.",
)
def command(file: str, workflow_id: str | None, auth: bool, sources: tuple[str, ...], form: str) -> None:
    """Show the workflows of FILE, or WORKFLOW_ID alone: inputs, steps with their operations, outputs, credentials."""
    from arazzo_runner.cli.terminal import Terminal

    terminal = Terminal()
    with terminal.guarded():
        from arazzo_runner.cli.arguments import pairs

        overrides = pairs(sources, "--source", "NAME=LOCATION")
        terminal.write(_shown(terminal, file, workflow_id, overrides, form=form, auth=auth))
        raise click.exceptions.Exit(Exit.DONE)


def _shown(
    terminal: Terminal, file: str, workflow_id: str | None, sources: dict[str, str], *, form: str, auth: bool
) -> str:
    from arazzo_runner.cli.opening import open_document
    from arazzo_runner.reports.bodies import pretty
    from arazzo_runner.reports.outline import outline
    from arazzo_runner.reports.outline_forms import as_markdown, as_mermaid, as_text

    opened = open_document(terminal, file, sources, strict=False)
    shown: dict[str, Any] = outline(opened.description, opened.chosen(workflow_id, every=workflow_id is None))
    match form:
        case "json":
            return pretty(shown)
        case "mermaid":
            return as_mermaid(shown)
        case "markdown":
            return as_markdown(shown)
        case _:
            return as_text(shown, _width(), auth=auth)


def _width() -> int | None:
    return shutil.get_terminal_size().columns if sys.stdout and sys.stdout.isatty() else None
