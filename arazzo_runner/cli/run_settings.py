"""What `arazzo run` was told apart from its documents, read and checked before any of them is."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import click

from arazzo_runner.cli import arguments
from arazzo_runner.cli.given_inputs import Given, read_given
from arazzo_runner.cli.run_reports import plan_reports
from arazzo_runner.cli.terminal import Terminal
from arazzo_runner.engine.state import Limits
from arazzo_runner.errors import TransportError
from arazzo_runner.records import dataclass
from arazzo_runner.reports.progress import Detail
from arazzo_runner.reports.redact import Redactor
from arazzo_runner.sources import ServerChoice
from arazzo_runner.transports import HttpOptions


@dataclass(frozen=True, slots=True)
class RunSettings:
    """The options of a command line; those that were texts are taken apart."""

    options: Mapping[str, Any]
    given: Mapping[str, Given]
    sources: Mapping[str, str]
    servers: ServerChoice
    headers: Mapping[str, str]
    http: HttpOptions
    reports: Sequence[tuple[str, str]]  #: kind and path

    @property
    def detail(self) -> Detail:
        """How much is said of a run."""
        if self.options["quiet"]:
            return Detail.ERRORS
        return Detail.MESSAGES if self.options["verbose"] else Detail.STEPS

    def hide_in(self, redactor: Redactor, files: Sequence[str]) -> None:
        """Teach a redactor the secrets of the command line and of the environment."""
        for name, value in self.headers.items():
            redactor.add_header(name, value)
        redactor.add_credentials(os.environ)
        servers = self.options["servers"]
        for url in (*files, *(text.partition("=")[2] or text for text in servers), *servers):
            redactor.add_url(url)

    def runner_settings(self) -> dict[str, Any]:
        """What a `Runner` or an `AsyncRunner` is told of it."""
        limits = Limits(
            max_steps=self.options["max_steps"],
            timeout=self.options["timeout"],
            request_timeout=self.options["request_timeout"],
            poll_interval=self.options["poll_interval"],
            max_response_bytes=self.options["max_response_bytes"],
            keep_bodies=self.options["keep_bodies"],
        )
        return {
            "mock": self.options["mock"],
            "servers": self.servers,
            "headers": self.headers,
            "limits": limits,
            "check": self.options["check"],
            "allow_invalid": self.options["allow_invalid"],
            "strict": self.options["strict"],
            "http": self.http,
        }


def read_settings(terminal: Terminal, files: Sequence[str], options: Mapping[str, Any]) -> RunSettings:
    """What was asked for; its secrets are hidden from now on. Raises UsageError for what contradicts itself."""
    if options["key"] and not options["cert"]:
        raise click.UsageError("--key belongs to --cert, which is not given")
    arguments.one_stdin(files, options["inputs_file"], *options["assignments"])
    http = _http(options)
    headers = arguments.headers(options["headers"])
    settings = RunSettings(
        options,
        reports=plan_reports(options["reports"], options["form"]),
        given=read_given(options["assignments"], options["inputs_file"]),
        sources=arguments.pairs(options["sources"], "--source", "NAME=LOCATION"),
        servers=arguments.servers(options["servers"], options["server_variables"]),
        headers=headers,
        http=http,
    )
    settings.hide_in(terminal.redactor, files)
    return settings


def _http(options: Mapping[str, Any]) -> HttpOptions:
    """How requests travel; files for TLS that cannot be used are said before anything is sent."""
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
