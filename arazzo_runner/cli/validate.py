"""`arazzo validate`: everything that is wrong with documents, and where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from arazzo_runner.cli import shared_options
from arazzo_runner.cli.exits import Exit

if TYPE_CHECKING:
    from arazzo_runner.cli.stdout import Page
    from arazzo_runner.cli.terminal import Terminal
    from arazzo_runner.reports.findings import FileReport
    from arazzo_runner.validation.examine import Terms


@click.command(name="validate")
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", shell_complete=shared_options.completed_by("files")
)
@click.option("--strict", is_flag=True, help="What the specification does not allow is an error.")
@shared_options.sources
@click.option("--no-sources", is_flag=True, help="The document alone: operations are not looked for.")
@click.option("--ignore", multiple=True, metavar="CODE", help="A code that is not to be told; repeatable.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    show_default=True,
    help="How the findings are written.",
)
@click.option(
    "-j", "--jobs", type=click.IntRange(1, 256), metavar="N", help="How many processes; by default one per core."
)
@shared_options.no_cache
def command(files: tuple[str, ...], **options: Any) -> None:
    """Say what is wrong with the Arazzo documents FILE..., and where.

    FILE is a path, a URL, '-' for stdin, or a folder, which is searched for documents. A comment
    '# arazzo-ignore: CODE' ignores a code on its line or the next one, '# arazzo-ignore-file: CODE'
    at the top in the whole document; an ignored error still stops a run. Where no FILE is a folder,
    the OpenAPI descriptions themselves are checked, too.

    \b
    Exit codes: 0 no errors (warnings may be there), 1 errors, 2 a file could not be read.
    """
    from arazzo_runner.cli.terminal import Terminal

    terminal = Terminal()
    with terminal.guarded():
        raise click.exceptions.Exit(_validate(terminal, files, _terms(files, options), options))


def _terms(files: Sequence[str], options: Mapping[str, Any]) -> Terms:
    from arazzo_runner.cli.arguments import pairs
    from arazzo_runner.diagnostics import CODES
    from arazzo_runner.loader.nearest import suggestion
    from arazzo_runner.validation.examine import Terms

    for code in options["ignore"]:
        if code not in CODES:
            advice = suggestion(code, CODES, otherwise="docs/diagnostics.md lists the codes")
            raise click.UsageError(f"--ignore: there is no code '{code}'; {advice}")
    sources = pairs(options["sources"], "--source", "NAME=LOCATION")
    with_sources = not options["no_sources"]
    slowly = with_sources and not any(Path(file).is_dir() for file in files)
    return Terms(sources, options["strict"], with_sources, frozenset(options["ignore"]), slowly)


def _validate(terminal: Terminal, files: Sequence[str], terms: Terms, options: Mapping[str, Any]) -> int:
    from arazzo_runner.cli.examining import examine_all
    from arazzo_runner.cli.folders import documents_in
    from arazzo_runner.cli.stdout import Page
    from arazzo_runner.reports.findings import Once, findings_summary
    from arazzo_runner.transports.cache import user_cache

    documents = documents_in(files)
    page = Page(terminal, len(documents))
    once = Once()
    reports: list[FileReport] = []
    told: list[FileReport] = []
    try:
        cache = None if options["no_cache"] else user_cache()
        for report in examine_all(documents, terms, options["jobs"], page.progress, cache):
            reports.append(report)
            told.append(once(report))
            _tell(page, told[-1], options["form"])
    finally:
        page.clear()
    _write_whole(terminal, reports, told, options["form"])
    terminal.say(findings_summary(told))
    return _exit(reports)


def _tell(page: Page, report: FileReport, form: str) -> None:
    """What is told as soon as it is known."""
    from arazzo_runner.reports.findings import findings_grouped, findings_plain

    if report.unreadable is not None:
        page.complain(report.unreadable)
    elif form == "text":
        page.write(findings_plain(report) if page.width is None else findings_grouped(report, page.width))


def _write_whole(terminal: Terminal, reports: Sequence[FileReport], told: Sequence[FileReport], form: str) -> None:
    """What is one text in the end. JSON says of every document all that concerns it, the others each finding once."""
    match form:
        case "json":
            from arazzo_runner.reports.findings import findings_json

            terminal.write(findings_json(reports))
        case "sarif":
            from arazzo_runner import __version__
            from arazzo_runner.reports.findings_sarif import findings_sarif

            terminal.write(findings_sarif(told, __version__))
        case "github":
            from arazzo_runner.reports.findings_github import findings_github

            terminal.write(findings_github(told))


def _exit(reports: Iterable[FileReport]) -> Exit:
    from arazzo_runner.diagnostics import errors

    reports = list(reports)
    if any(report.unreadable is not None for report in reports):
        return Exit.NOTHING_DONE
    return Exit.FAILED if any(errors(report.diagnostics) for report in reports) else Exit.DONE
