"""`arazzo validate`: everything that is wrong with documents, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from arazzo_runner.cli.exits import Exit

if TYPE_CHECKING:
    from arazzo_runner.cli.terminal import Terminal
    from arazzo_runner.diagnostics import Diagnostic


@click.command(name="validate")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--strict", is_flag=True, help="What the specification does not allow is an error.")
@click.option("--source", "sources", multiple=True, metavar="NAME=LOCATION", help="Where a source description is.")
@click.option("--no-sources", is_flag=True, help="The document alone: operations are not looked for.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How the findings are written.",
)
def command(files: tuple[str, ...], strict: bool, sources: tuple[str, ...], no_sources: bool, form: str) -> None:
    """Say what is wrong with the Arazzo documents FILE..., and where. Folders are searched for documents.

    \b
    Exit codes: 0 no errors (warnings may be there), 1 errors, 2 a file could not be read.
    """
    from arazzo_runner.cli.terminal import Terminal

    terminal = Terminal()
    with terminal.guarded():
        from arazzo_runner.cli.arguments import pairs

        overrides = pairs(sources, "--source", "NAME=LOCATION")
        raise click.exceptions.Exit(
            _validate(terminal, files, overrides, strict=strict, with_sources=not no_sources, form=form)
        )


def _validate(
    terminal: Terminal, files: Sequence[str], sources: Mapping[str, str], *, strict: bool, with_sources: bool, form: str
) -> int:
    from arazzo_runner.cli.opening import documents_in
    from arazzo_runner.diagnostics import errors
    from arazzo_runner.errors import UnreadableDocument
    from arazzo_runner.reports.findings import findings_json, findings_summary, findings_text

    documents: dict[str, list[Diagnostic]] = {}
    unreadable = False
    for file in documents_in(files):
        try:
            documents[file] = _findings(terminal, file, sources, strict=strict, with_sources=with_sources)
        except UnreadableDocument as error:
            terminal.complain(str(error))
            unreadable = True
            continue
        if form == "text":
            terminal.write(findings_text(documents[file], terminal.places))
    if form == "json":
        terminal.write(findings_json(documents))
    terminal.say(findings_summary(documents))
    if unreadable:
        return Exit.NOTHING_DONE
    return Exit.FAILED if any(errors(found) for found in documents.values()) else Exit.DONE


def _findings(
    terminal: Terminal, file: str, sources: Mapping[str, str], *, strict: bool, with_sources: bool
) -> list[Diagnostic]:
    from arazzo_runner.cli.opening import open_document
    from arazzo_runner.errors import InvalidDescription

    try:
        opened = open_document(terminal, file, sources, strict=strict, with_sources=with_sources)
    except InvalidDescription as error:
        return list(error.diagnostics)
    return list(opened.diagnostics)
