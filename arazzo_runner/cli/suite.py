"""`arazzo run --all`: every workflow of some documents as a test suite, with a summary and the worst exit code."""

from __future__ import annotations

from collections.abc import Sequence
from os.path import exists, isdir
from time import monotonic

import click

from arazzo_runner.cli.exits import Exit, worst
from arazzo_runner.cli.folders import STDIN, documents_in
from arazzo_runner.cli.given_inputs import gather, refuse_undeclared
from arazzo_runner.cli.opening import open_document
from arazzo_runner.cli.preview import preview_of
from arazzo_runner.cli.run_checks import refuse_unknown_servers, sound_workflows
from arazzo_runner.cli.run_reports import finish_reports, open_reports
from arazzo_runner.cli.run_settings import RunSettings
from arazzo_runner.cli.single_run import EXITS
from arazzo_runner.cli.suite_documents import SuiteDocument
from arazzo_runner.cli.suite_order import BufferedScreen
from arazzo_runner.cli.suite_runs import SuiteRun
from arazzo_runner.cli.suite_summary import summary_lines
from arazzo_runner.cli.terminal import Terminal
from arazzo_runner.cli.tracing import traced
from arazzo_runner.errors import ArazzoError
from arazzo_runner.loader.locations import is_remote
from arazzo_runner.reports.bodies import pretty
from arazzo_runner.reports.progress import Detail
from arazzo_runner.reports.redact import Redactor


def run_suite(terminal: Terminal, words: Sequence[str], settings: RunSettings) -> Exit:
    """Run each workflow of every document. One that cannot run counts as failed, and the others run."""
    _refuse_workflow_id(words)
    documents = _documents(terminal, documents_in(words), settings)
    opened = [document.opened for document in documents if document.opened is not None]
    outputs = open_reports(terminal, opened, [document.terminal.places for document in documents], settings.reports)
    interruption: Exit | None = None
    begun, seconds = monotonic(), 0.0
    try:
        with traced(terminal, settings) as tracing:
            try:
                SuiteRun(settings, documents, outputs, terminal.redactor, tracing).run()
            finally:
                seconds = monotonic() - begun  # without what the export of spans takes
    except KeyboardInterrupt:
        interruption = terminal.interruption()
    finally:
        written = finish_reports(terminal, outputs)
    _sum_up(terminal, documents, settings, seconds)
    if interruption is not None:
        return interruption
    if not any(output.is_result for output in outputs):
        _print_outputs(terminal, documents, by_file=len(words) > 1 or isdir(words[0]))
    return _exit_code(documents, written=written)


def _refuse_workflow_id(words: Sequence[str]) -> None:
    for word in words[1:]:
        if "." not in word and word != STDIN and not is_remote(word) and not exists(word):
            raise click.UsageError(f"give WORKFLOW_ID or --all, not both: there is no file '{word}'")


# --- before anything is sent ------------------------------------------------------------------------------------------
def _documents(terminal: Terminal, files: Sequence[str], settings: RunSettings) -> list[SuiteDocument]:
    """The documents, opened and with their inputs. Raises a usage error for what was given and fits none of them."""
    documents = [_document(terminal, file, settings) for file in files]
    for document in documents:
        try:
            _open(document, settings, alone=len(files) == 1)
        except ArazzoError as error:
            document.refusal = error
    if all(document.opened for document in documents):  # what is unknown might belong to one that could not be read
        refuse_undeclared([workflow for document in documents for workflow in document.workflows], settings.given)
        refuse_unknown_servers(settings, [document.opened.description for document in documents if document.opened])
    for document in documents:
        if document.refusal is None:
            _gather(document, settings, alone=len(files) == 1)
    secrets = {secret for document in documents for secret in document.secrets()}
    for one in (terminal, *(document.terminal for document in documents)):
        one.redactor.add(*secrets)
    return documents


def _document(terminal: Terminal, file: str, settings: RunSettings) -> SuiteDocument:
    """A document with a redactor of its own: what is a secret there, such as a mock's, is a plain word elsewhere."""
    redactor = Redactor()
    settings.hide_in(redactor, [file])
    screen = terminal.screen if settings.options["jobs"] == 1 else BufferedScreen(terminal.screen)
    return SuiteDocument(file, Terminal(redactor, screen))


def _open(document: SuiteDocument, settings: RunSettings, *, alone: bool) -> None:
    """Open a document; of several, each takes those of the given sources that it has."""
    sources = settings.sources
    if sources and not alone:
        known = preview_of(document.file).sources
        sources = {name: location for name, location in sources.items() if name in known}
    strict, cached = settings.options["strict"], not settings.options["no_cache"]
    document.opened = open_document(document.terminal, document.file, sources, strict=strict, cached=cached)
    document.workflows = sound_workflows(document.opened, settings)


def _gather(document: SuiteDocument, settings: RunSettings, *, alone: bool) -> None:
    try:
        document.inputs = gather(
            document.terminal, document.workflows, settings.given, invent=settings.options["mock"], ask=alone
        )
    except ArazzoError as error:
        document.refusal = error


# --- at the end -------------------------------------------------------------------------------------------------------
def _sum_up(terminal: Terminal, documents: Sequence[SuiteDocument], settings: RunSettings, seconds: float) -> None:
    everything = settings.detail is not Detail.ERRORS
    if everything or not all(outcome.status == "succeeded" for document in documents for outcome in document.outcomes):
        terminal.screen.show(*summary_lines(documents, seconds, terminal.screen.paper, all_of_them=everything))


def _print_outputs(terminal: Terminal, documents: Sequence[SuiteDocument], *, by_file: bool) -> None:
    """The outputs of what ran, as one object: by workflow id, or by file and workflow id."""
    found = {
        document.name: {
            outcome.workflow_id: document.terminal.redactor.hide(outcome.outputs)
            for outcome in document.outcomes
            if outcome.status in EXITS
        }
        for document in documents
    }
    ran = {file: outputs for file, outputs in found.items() if outputs}
    if ran:
        terminal.write(pretty(ran if by_file else next(iter(ran.values()))))


def _exit_code(documents: Sequence[SuiteDocument], *, written: bool) -> Exit:
    """The worst of all runs. What could not run fails the suite; where nothing ran at all, nothing was done."""
    outcomes = [outcome for document in documents for outcome in document.outcomes]
    codes = [EXITS[outcome.status] for outcome in outcomes if outcome.status in EXITS]
    if not codes:
        return Exit.NOTHING_DONE
    refused = any(outcome.status == "refused" for outcome in outcomes)
    return worst([*codes, Exit.FAILED if refused or not written else Exit.DONE])
