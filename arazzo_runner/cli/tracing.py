"""Whether `arazzo run` traces its runs: ``--otel``, or the ``OTEL_*`` variables that name a place for spans."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

import click

from arazzo_runner.cli.run_settings import RunSettings
from arazzo_runner.cli.terminal import Terminal
from arazzo_runner.reports.redact import Redactor
from arazzo_runner.reports.telemetry import MISSING_PACKAGE, Telemetry

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

#: Those of the variables that ask for spans to be exported.
_ASKING: Final = ("OTEL_TRACES_EXPORTER", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


@contextmanager
def traced(terminal: Terminal, settings: RunSettings) -> Iterator[Callable[[Redactor], Telemetry | None]]:
    """What traces the runs inside, given who hides their secrets, or gives None for runs that are not traced.

    What could not be exported is said; it does not fail the runs. Raises UsageError when ``--otel`` asks for what is
    not installed.
    """
    if not _is_wanted(settings.options["otel"], os.environ):
        yield _untraced
        return
    if not _is_installed():
        if settings.options["otel"]:
            raise click.UsageError(f"--otel: {MISSING_PACKAGE}")
        if not settings.options["quiet"]:
            terminal.complain(f"no traces, which OTEL_* variables ask for: {MISSING_PACKAGE}", "warn")
        yield _untraced
        return
    lost: list[str] = []
    try:
        with ExitStack() as stack:
            provider = _provider(stack, lost, terminal, settings)
            yield _untraced if provider is None else lambda redactor: Telemetry(provider, redactor=redactor)
    finally:
        for text in lost:
            terminal.complain(text, "warn")


def _provider(stack: ExitStack, lost: list[str], terminal: Terminal, settings: RunSettings) -> TracerProvider | None:
    """What takes the spans. Without an exporter for them a run that did not ask for traces itself goes on."""
    from arazzo_runner.cli.span_exporters import exporting

    try:
        return stack.enter_context(exporting(lost))
    except click.UsageError as error:
        if settings.options["otel"]:
            raise
        if not settings.options["quiet"]:
            terminal.complain(f"no traces, which OTEL_* variables ask for: {error.message}", "warn")
        return None


def _untraced(_redactor: Redactor) -> None:
    return None


def _is_wanted(asked: bool, environment: Mapping[str, str]) -> bool:
    """Whether spans are exported: asked for, unless a variable says no."""
    off = environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    none = environment.get("OTEL_TRACES_EXPORTER", "").strip().lower() == "none"
    return not off and not none and (asked or any(environment.get(name) for name in _ASKING))


def _is_installed() -> bool:
    return find_spec("opentelemetry") is not None and find_spec("opentelemetry.sdk") is not None
