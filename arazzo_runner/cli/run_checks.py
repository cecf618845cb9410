"""What stands before a run of an opened document: it is sound, and the options fit it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from arazzo_runner.cli import arguments
from arazzo_runner.cli.opening import Opened
from arazzo_runner.cli.run_settings import RunSettings
from arazzo_runner.cli.terminal import Terminal
from arazzo_runner.description import BoundWorkflow, Description
from arazzo_runner.diagnostics import Severity, errors
from arazzo_runner.errors import InvalidDescription
from arazzo_runner.reports.frames import diagnostic_lines, summary
from arazzo_runner.reports.lines import line, wrapped
from arazzo_runner.reports.progress import Detail
from arazzo_runner.sources.openapi import OpenAPIOperation
from arazzo_runner.sources.openapi.servers import Server
from arazzo_runner.validation import reachable_errors
from arazzo_runner.validation.reach import concerns_all


def sound_workflows(opened: Opened, settings: RunSettings, workflow_id: str | None = None) -> list[BoundWorkflow]:
    """The workflows of a document that are to run. Raises an `ArazzoError` when they cannot."""
    allow_invalid = settings.options["allow_invalid"]
    _refuse_broken(opened, allow_invalid=allow_invalid)
    workflows = opened.chosen(workflow_id, every=settings.options["every"])
    _refuse_unsound(opened, workflows, allow_invalid=allow_invalid)
    return workflows


def _refuse_broken(opened: Opened, *, allow_invalid: bool) -> None:
    """Errors of the document as a whole stop every workflow, whichever is asked for; all errors are listed (S1, S6)."""
    entry, found = opened.description.entry.location, errors(opened.diagnostics)
    whole = any(concerns_all(one) for one in found if one.origin.document == entry)
    if found and (not opened.description.workflow_ids or (whole and not allow_invalid)):
        raise InvalidDescription(found)


def _refuse_unsound(opened: Opened, workflows: Sequence[BoundWorkflow], *, allow_invalid: bool) -> None:
    """Errors stop a run before anything is sent; with --all those of the last workflow stop the first one too (S6)."""
    found = [error for workflow in workflows for error in reachable_errors(opened.description, workflow.key)]
    if found and not allow_invalid:
        raise InvalidDescription(list(dict.fromkeys(found)))


def refuse_unknown_servers(settings: RunSettings, descriptions: Sequence[Description]) -> None:
    """Raise UsageError for a source or a server variable that none of the descriptions has."""
    documents = [document for description in descriptions for document in description.documents.values()]
    known = {name for document in documents for name in document.sources}
    arguments.known_sources(settings.servers.urls, dict.fromkeys(sorted(known)), "--server")
    servers = [server for description in descriptions for server in _servers(description)]
    arguments.known_variables(settings.servers.variables, servers)


def _servers(description: Description) -> Iterator[Server]:
    """The servers of the operations that the workflows use."""
    for workflow in description.workflows.values():
        for step in workflow.steps:
            if isinstance(step.operation, OpenAPIOperation):
                yield step.operation.server


def mention_warnings(
    terminal: Terminal, file: str, opened: Opened, workflows: Sequence[BoundWorkflow], detail: Detail
) -> None:
    """Say that there are warnings about what is run, or with -v which."""
    found = [one for workflow in workflows for one in opened.findings(workflow)]
    found = [one for one in dict.fromkeys(found) if one.severity is not Severity.INFO]
    if not found or detail is Detail.ERRORS:
        return
    if detail is Detail.MESSAGES:
        for diagnostic in found:
            terminal.say(*diagnostic_lines(diagnostic, terminal.places, terminal.width))
    else:
        text = f"{summary(found)}; see arazzo validate {file}"
        terminal.say(*(line((part, "dim")) for part in wrapped(text, terminal.width)))
