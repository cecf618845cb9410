"""Whether `arazzo run` traces its runs: ``--otel``, or the ``OTEL_*`` variables that name a place for spans."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Final

import click

from arazzo_runner.cli.run_settings import RunSettings
from arazzo_runner.cli.terminal import Terminal
from arazzo_runner.reports.redact import Redactor
from arazzo_runner.reports.telemetry import MISSING_PACKAGE, Telemetry

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
    from arazzo_runner.cli.span_exporters import exporting

    lost: list[str] = []
    try:
        with exporting(lost) as provider:
            yield lambda redactor: Telemetry(provider, redactor=redactor)
    finally:
        for text in lost:
            terminal.complain(text, "warn")


def _untraced(_redactor: Redactor) -> None:
    return None


def _is_wanted(asked: bool, environment: Mapping[str, str]) -> bool:
    """Whether spans are exported: asked for, unless a variable says no."""
    off = environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    none = environment.get("OTEL_TRACES_EXPORTER", "").strip().lower() == "none"
    return not off and not none and (asked or any(environment.get(name) for name in _ASKING))


def _is_installed() -> bool:
    return find_spec("opentelemetry") is not None and find_spec("opentelemetry.sdk") is not None
