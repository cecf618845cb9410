"""What `arazzo run` can be told: its arguments and options, each with its help and what a shell may complete."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isnan
from typing import Any, Final, TypeVar

import click

from arazzo_runner.cli.shared_options import completed_by, no_cache, sources

#: The kinds of report (`reports.kinds` makes them), with what they are for.
REPORT_KINDS: Final = {
    "json": "everything, as one object",
    "jsonl": "the events as they happen, a line each",
    "junit": "JUnit XML, for CI systems",
    "har": "HTTP Archive 1.2, for browser tools",
    "markdown": "for a pull request or a step summary",
    "html": "a page with a diagram of the run",
}

F = TypeVar("F", bound=Callable[..., Any])


class Seconds(click.FloatRange):
    """A number of seconds; ``nan`` is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number, or a usage error."""
        number: float = super().convert(value, param, ctx)
        if isnan(number):
            self.fail(f"{value} is not a number of seconds", param, ctx)
        return number


def _seconds(option: str, default: float, text: str, *, zero: bool = False) -> Callable[[F], F]:
    kind = Seconds(0, min_open=not zero)
    return click.option(option, type=kind, default=default, show_default=True, metavar="S", help=text)


_WHAT: Final = (
    click.argument("words", nargs=-1, required=True, metavar="FILE", shell_complete=completed_by("words")),
    click.option(
        "-i",
        "--input",
        "assignments",
        multiple=True,
        metavar="NAME=VALUE",
        shell_complete=completed_by("inputs"),
        help="An input; NAME=@FILE is the file's text, NAME:=JSON raw JSON. Repeatable.",
    ),
    click.option(
        "--inputs",
        "inputs_file",
        metavar="FILE",
        shell_complete=completed_by("files"),
        help="Inputs as a JSON or YAML object; - is stdin.",
    ),
)
_SUITE: Final = (
    click.option("--all", "every", is_flag=True, help="Run each workflow of every FILE, and sum up at the end."),
    click.option("--fail-fast", is_flag=True, help="With --all: stop after the first that does not succeed."),
    click.option(
        "-j",
        "--jobs",
        type=click.IntRange(1, 256),
        default=1,
        show_default=True,
        metavar="N",
        help="With --all: how many files run at a time.",
    ),
)
_WHERE: Final = (
    click.option(
        "--server",
        "servers",
        multiple=True,
        metavar="[SOURCE=]URL",
        shell_complete=completed_by("servers"),
        help="Where requests go.",
    ),
    click.option(
        "--server-var",
        "server_variables",
        multiple=True,
        metavar="[SOURCE.]NAME=VALUE",
        help="A variable of the servers' URLs.",
    ),
    sources,
    click.option("--mock", is_flag=True, help="Answers come from the OpenAPI descriptions; nothing is sent."),
)
_STRICTNESS: Final = (
    click.option("--strict", is_flag=True, help="What the specification does not allow is an error."),
    click.option("--allow-invalid", is_flag=True, help="Run in spite of errors in the document."),
    click.option(
        "--check",
        type=click.Choice(["off", "warn", "error"]),
        default="off",
        show_default=True,
        help="Hold requests and responses against the OpenAPI description.",
    ),
)
_LIMITS: Final = (
    click.option("--max-steps", type=click.IntRange(1), default=1000, show_default=True, help="Step attempts in all."),
    _seconds("--timeout", 3600.0, "Seconds for the whole run."),
    _seconds("--request-timeout", 60.0, "Seconds for one request."),
    _seconds("--poll-interval", 1.0, "Seconds before the first repetition of a poll.", zero=True),
    click.option(
        "--max-response-bytes",
        type=click.IntRange(1),
        default=64 * 1024 * 1024,
        show_default=True,
        metavar="N",
        help="A larger response is a failed attempt.",
    ),
    click.option(
        "--keep-bodies",
        type=click.Choice(["none", "last", "all"]),
        default="all",
        show_default=True,
        help="Whose bodies stay in memory for the reports: no exchange's, the last one's, all.",
    ),
)
_TRANSPORT: Final = (
    click.option("--follow-redirects", is_flag=True, help="Follow redirects; credentials stay with their origin."),
    click.option("--ca", type=click.Path(exists=True), metavar="FILE", help="Certificates to trust."),
    click.option("--cert", type=click.Path(exists=True, dir_okay=False), metavar="FILE", help="Client certificate."),
    click.option("--key", type=click.Path(exists=True, dir_okay=False), metavar="FILE", help="Its private key."),
    click.option(
        "-H", "--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="A header of every request."
    ),
)
_SHOWN: Final = (
    click.option(
        "--report",
        "reports",
        multiple=True,
        metavar="KIND=PATH",
        shell_complete=completed_by("reports"),
        help="Write a report: json, jsonl, junit, har, markdown or html; PATH - is stdout. Repeatable.",
    ),
    click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json", "jsonl"]),
        default="text",
        show_default=True,
        help="stdout: the outputs, the report, or the events as they happen.",
    ),
    click.option(
        "--otel", is_flag=True, help="Export OpenTelemetry spans; OTEL_* variables say where, and ask for it too."
    ),
    click.option("-v", "--verbose", is_flag=True, help="Show requests and responses."),
    click.option("-q", "--quiet", is_flag=True, help="Show only errors."),
)

#: All of them, in the order of the help.
OPTIONS: Final[Sequence[Callable[[Any], Any]]] = (
    *_WHAT,
    *_SUITE,
    *_WHERE,
    *_STRICTNESS,
    no_cache,
    *_LIMITS,
    *_TRANSPORT,
    *_SHOWN,
)


def with_options(function: F) -> F:
    """The function of a command, with `OPTIONS`."""
    for option in reversed(OPTIONS):
        function = option(function)
    return function
