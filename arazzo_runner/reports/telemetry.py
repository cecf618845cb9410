"""OpenTelemetry for runs: what a runner is given to trace them. The API package is imported when it is first used.

Exporters are the application's business (or the command's, see `arazzo_runner.cli.span_exporters`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arazzo_runner.errors import NotSupported
from arazzo_runner.reports.redact import Redactor

if TYPE_CHECKING:
    from opentelemetry.trace import TracerProvider

    from arazzo_runner.reports.spans import RunSpans

#: What is to be done where the API package is missing.
MISSING_PACKAGE: Final = "OpenTelemetry is not installed; run: pip install 'arazzo-interpreter[otel]'"


class Telemetry:
    """Traces the runs of a `Runner`: a span for each run, workflow, visit of a step and HTTP attempt.

    ``provider`` is the global tracer provider by default; the span that is current when a run begins is its parent.
    Requests carry the headers of the global propagator (``traceparent``). Secrets are hidden in every attribute (S10);
    ``redactor`` is one that knows more of them than a run tells. Raises `NotSupported` where ``opentelemetry-api`` is
    not installed.
    """

    def __init__(self, provider: TracerProvider | None = None, *, redactor: Redactor | None = None) -> None:
        from arazzo_runner import __version__

        try:
            from opentelemetry import trace
        except ModuleNotFoundError:
            raise NotSupported(MISSING_PACKAGE) from None
        self._tracer = trace.get_tracer("arazzo_runner", __version__, provider)
        self._redactor = redactor

    def begin(self) -> RunSpans:
        """The spans of one run that is about to begin."""
        from arazzo_runner.reports.spans import RunSpans

        return RunSpans(self._tracer, self._redactor or Redactor())
