"""`arazzo run`: a workflow of a document, its outputs on stdout, its progress on stderr."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from math import isnan
from typing import TYPE_CHECKING, Any

import click

from arazzo_runner.cli.exits import Exit, worst

if TYPE_CHECKING:
    from arazzo_runner.cli.opening import Opened
    from arazzo_runner.cli.reporting import Output
    from arazzo_runner.cli.terminal import Terminal
    from arazzo_runner.description import BoundWorkflow, Description
    from arazzo_runner.engine.results import RunResult
    from arazzo_runner.reports.progress import Progress
    from arazzo_runner.runner import Runner
    from arazzo_runner.sources import ServerChoice
    from arazzo_runner.sources.openapi.servers import Server
    from arazzo_runner.transports import HttpOptions
    from arazzo_runner.values import JSON


class Seconds(click.FloatRange):
    """A number of seconds; ``nan`` is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number, or a usage error."""
        number: float = super().convert(value, param, ctx)
        if isnan(number):
            self.fail(f"{value} is not a number of seconds", param, ctx)
        return number


@click.command(name="run")
@click.argument("file")
@click.argument("workflow_id", required=False)
@click.option(
    "-i",
    "--input",
    "assignments",
    multiple=True,
    metavar="NAME=VALUE",
    help="An input; NAME=@FILE is the file's text, NAME:=JSON raw JSON. Repeatable.",
)
@click.option("--inputs", "inputs_file", metavar="FILE", help="Inputs as a JSON or YAML object; - is stdin.")
@click.option("--all", "every", is_flag=True, help="Run each workflow of the document.")
@click.option("--server", "servers", multiple=True, metavar="[SOURCE=]URL", help="Where requests go.")
@click.option(
    "--server-var",
    "server_variables",
    multiple=True,
    metavar="[SOURCE.]NAME=VALUE",
    help="A variable of the servers' URLs.",
)
@click.option("--source", "sources", multiple=True, metavar="NAME=LOCATION", help="Where a source description is.")
@click.option("--mock", is_flag=True, help="Answers come from the OpenAPI descriptions; nothing is sent.")
@click.option("--strict", is_flag=True, help="What the specification does not allow is an error.")
@click.option("--allow-invalid", is_flag=True, help="Run in spite of errors in the document.")
@click.option(
    "--check",
    type=click.Choice(["off", "warn", "error"]),
    default="off",
    show_default=True,
    help="Hold requests and responses against the OpenAPI description.",
)
@click.option("--max-steps", type=click.IntRange(1), default=1000, show_default=True, help="Step attempts in all.")
@click.option(
    "--timeout",
    type=Seconds(0, min_open=True),
    default=3600.0,
    show_default=True,
    metavar="S",
    help="Seconds for the whole run.",
)
@click.option(
    "--request-timeout",
    type=Seconds(0, min_open=True),
    default=60.0,
    show_default=True,
    metavar="S",
    help="Seconds for one request.",
)
@click.option(
    "--poll-interval",
    type=Seconds(0),
    default=1.0,
    show_default=True,
    metavar="S",
    help="Seconds before the first repetition of a poll.",
)
@click.option(
    "--max-response-bytes",
    type=click.IntRange(1),
    default=64 * 1024 * 1024,
    show_default=True,
    metavar="N",
    help="A larger response is a failed attempt.",
)
@click.option("--follow-redirects", is_flag=True, help="Follow redirects; credentials stay with their origin.")
@click.option("--ca", type=click.Path(exists=True), metavar="FILE", help="Certificates to trust.")
@click.option("--cert", type=click.Path(exists=True, dir_okay=False), metavar="FILE", help="Client certificate.")
@click.option("--key", type=click.Path(exists=True, dir_okay=False), metavar="FILE", help="Its private key.")
@click.option("-H", "--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="A header of every request.")
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="KIND=PATH",
    help="Write a report: json or jsonl; PATH - is stdout. Repeatable.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "jsonl"]),
    default="text",
    show_default=True,
    help="stdout: the outputs, the report, or the events as they happen.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show requests and responses.")
@click.option("-q", "--quiet", is_flag=True, help="Show only errors.")
def command(**options: Any) -> None:
    """Run WORKFLOW_ID of the Arazzo document FILE: a path, a URL, or - for stdin.

    Without WORKFLOW_ID it runs the only workflow. The outputs go to stdout as one JSON object (with --all, one for each
    workflow by its id). Required inputs that are not given come from ARAZZO_INPUT_<name>, credentials from
    ARAZZO_AUTH_<SCHEME> (see arazzo show --auth).

    \b
    Exit codes: 0 succeeded, 1 failed, 3 ended by a failure action of the document,
    2 nothing was done (usage, invalid document or inputs), 130 interrupted.
    """
    from arazzo_runner.cli.terminal import Terminal

    terminal = Terminal()
    with terminal.guarded():
        raise click.exceptions.Exit(_run(terminal, options))


def _run(terminal: Terminal, options: Mapping[str, Any]) -> int:
    from arazzo_runner.cli import arguments
    from arazzo_runner.cli.given import gather, read_given
    from arazzo_runner.cli.opening import open_document
    from arazzo_runner.cli.reporting import open_reports, plan_reports

    if options["every"] and options["workflow_id"]:
        raise click.UsageError("give WORKFLOW_ID or --all, not both")
    if options["key"] and not options["cert"]:
        raise click.UsageError("--key belongs to --cert, which is not given")
    arguments.one_stdin(options["file"], options["inputs_file"], *options["assignments"])
    http = _http(options)
    headers = arguments.headers(options["headers"])
    for name, value in headers.items():
        terminal.redactor.add_header(name, value)
    terminal.redactor.add_credentials(os.environ)
    for url in (options["file"], *(text.partition("=")[2] or text for text in options["servers"]), *options["servers"]):
        terminal.redactor.add_url(url)
    plan = plan_reports(options["reports"], options["form"])
    given = read_given(options["assignments"], options["inputs_file"])
    sources = arguments.pairs(options["sources"], "--source", "NAME=LOCATION")
    opened = open_document(terminal, options["file"], sources, strict=options["strict"])
    _refuse_broken(opened, allow_invalid=options["allow_invalid"])
    workflows = opened.chosen(options["workflow_id"], every=options["every"])
    _refuse_unsound(opened, workflows, allow_invalid=options["allow_invalid"])
    _mention_warnings(terminal, opened, workflows, options)
    values = gather(terminal, workflows, given, invent=options["mock"])
    servers = arguments.servers(options["servers"], options["server_variables"])
    known = {name for document in opened.description.documents.values() for name in document.sources}
    arguments.known_sources(servers.urls, dict.fromkeys(sorted(known)), "--server")
    arguments.known_variables(servers.variables, _servers(opened.description))
    outputs = open_reports(terminal, opened, plan)
    with _runner(terminal, opened, options, servers, headers, outputs, http) as runner:
        return _run_all(terminal, runner, list(zip(workflows, values, strict=True)), outputs, options)


def _runner(
    terminal: Terminal,
    opened: Opened,
    options: Mapping[str, Any],
    servers: ServerChoice,
    headers: Mapping[str, str],
    outputs: Sequence[Output],
    http: HttpOptions,
) -> Runner:
    from arazzo_runner import Limits, Runner

    limits = Limits(
        max_steps=options["max_steps"],
        timeout=options["timeout"],
        request_timeout=options["request_timeout"],
        poll_interval=options["poll_interval"],
        max_response_bytes=options["max_response_bytes"],
    )
    return Runner(
        opened.description,
        mock=options["mock"],
        servers=servers,
        headers=headers,
        limits=limits,
        observers=[terminal.redactor.before(_progress(terminal, options), *outputs)],
        check=options["check"],
        allow_invalid=options["allow_invalid"],
        strict=options["strict"],
        http=http,
    )


def _http(options: Mapping[str, Any]) -> HttpOptions:
    """How requests travel; files for TLS that cannot be used are said before anything is sent."""
    from arazzo_runner.errors import TransportError
    from arazzo_runner.transports import HttpOptions

    http = HttpOptions(
        follow_redirects=options["follow_redirects"], ca=options["ca"], cert=options["cert"], key=options["key"]
    )
    if http.ca or http.cert:
        from arazzo_runner.transports.routes import tls_context

        try:
            tls_context(http)
        except TransportError as error:
            raise click.UsageError(error.message) from None
    return http


def _servers(description: Description) -> Iterator[Server]:
    """The servers of the operations that the workflows use."""
    from arazzo_runner.sources.openapi import OpenAPIOperation

    for workflow in description.workflows.values():
        for step in workflow.steps:
            if isinstance(step.operation, OpenAPIOperation):
                yield step.operation.server


def _progress(terminal: Terminal, options: Mapping[str, Any]) -> Progress:
    from arazzo_runner.reports.progress import Detail, Progress

    detail = Detail.ERRORS if options["quiet"] else Detail.MESSAGES if options["verbose"] else Detail.STEPS
    return Progress(terminal.screen, terminal.places, detail)


# --- running ----------------------------------------------------------------------------------------------------------
def _run_all(
    terminal: Terminal,
    runner: Runner,
    runs: Sequence[tuple[BoundWorkflow, Mapping[str, JSON]]],
    outputs: Sequence[Output],
    options: Mapping[str, Any],
) -> int:
    from arazzo_runner.cli.reporting import finish_reports

    results: dict[str, RunResult] = {}
    try:
        for workflow, values in runs:
            id_ = workflow.key.workflow_id
            results[id_] = runner.run(id_, values)
    except KeyboardInterrupt:
        terminal.close()
        return Exit.INTERRUPTED
    finally:
        written = finish_reports(terminal, outputs)
    if not any(output.is_result for output in outputs):
        _print_outputs(terminal, results, options["every"])
    return worst([*map(_exit_code, results.values()), Exit.DONE if written else Exit.FAILED])


def _exit_code(result: RunResult) -> Exit:
    codes = {"succeeded": Exit.DONE, "ended": Exit.ENDED, "failed": Exit.FAILED, "cancelled": Exit.INTERRUPTED}
    return codes[result.status]


def _print_outputs(terminal: Terminal, results: Mapping[str, RunResult], every: bool) -> None:
    from arazzo_runner.reports.bodies import pretty

    outputs: dict[str, Any] = {id_: terminal.redactor.hide(result.outputs) for id_, result in results.items()}
    terminal.write(pretty(outputs if every else next(iter(outputs.values()))))


# --- before a run -----------------------------------------------------------------------------------------------------
def _refuse_broken(opened: Opened, *, allow_invalid: bool) -> None:
    """Errors of the document as a whole stop every workflow, whichever is asked for; all errors are listed (S1, S6)."""
    from arazzo_runner.diagnostics import errors
    from arazzo_runner.errors import InvalidDescription
    from arazzo_runner.validation.reach import concerns_all

    entry, found = opened.description.entry.location, errors(opened.diagnostics)
    whole = any(concerns_all(one) for one in found if one.origin.document == entry)
    if found and (not opened.description.workflow_ids or (whole and not allow_invalid)):
        raise InvalidDescription(found)


def _refuse_unsound(opened: Opened, workflows: Sequence[BoundWorkflow], *, allow_invalid: bool) -> None:
    """Errors stop a run before anything is sent; with --all those of the last workflow stop the first one too (S6)."""
    from arazzo_runner.errors import InvalidDescription
    from arazzo_runner.validation import reachable_errors

    found = [error for workflow in workflows for error in reachable_errors(opened.description, workflow.key)]
    if found and not allow_invalid:
        raise InvalidDescription(list(dict.fromkeys(found)))


def _mention_warnings(
    terminal: Terminal, opened: Opened, workflows: Sequence[BoundWorkflow], options: Mapping[str, Any]
) -> None:
    from arazzo_runner.cli.opening import about
    from arazzo_runner.diagnostics import Severity
    from arazzo_runner.reports.frames import diagnostic_lines, summary
    from arazzo_runner.reports.lines import line, wrapped

    found = [one for workflow in workflows for one in about(opened.description, workflow, opened.diagnostics)]
    found = [one for one in dict.fromkeys(found) if one.severity is not Severity.INFO]
    if not found or options["quiet"]:
        return
    if options["verbose"]:
        for diagnostic in found:
            terminal.say(*diagnostic_lines(diagnostic, terminal.places, terminal.width))
    else:
        text = f"{summary(found)}; see arazzo validate {options['file']}"
        terminal.say(*(line((part, "dim")) for part in wrapped(text, terminal.width)))
