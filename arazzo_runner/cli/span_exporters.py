"""Where the spans of `arazzo run` go: the standard ``OTEL_*`` variables, read as the OpenTelemetry SDK reads them.

It sets up the SDK that the ``otel`` extra installs, in the process of the command only; a program that embeds the
library sets up its own. Imported when spans are wanted.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import entry_points
from typing import Final

import click
from opentelemetry import context, propagate
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter, SpanExportResult

#: How the protocols of OTLP are called among the installed exporters.
_OTLP: Final = {"http/protobuf": "otlp_proto_http", "grpc": "otlp_proto_grpc"}
_GROUP: Final = "opentelemetry_traces_exporter"


class Exporter(SpanExporter):
    """An exporter that counts what it could not deliver, in place of a log nobody sees."""

    def __init__(self, name: str, inner: SpanExporter) -> None:
        self.name = name
        self.lost = 0
        self._inner = inner

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Deliver spans."""
        try:
            outcome = self._inner.export(spans)
        except Exception:  # whatever an exporter of others raises, the run is not to fail by it
            outcome = SpanExportResult.FAILURE
        if outcome is not SpanExportResult.SUCCESS:
            self.lost += len(spans)
        return outcome

    def shutdown(self) -> None:
        """No more spans will come."""
        self._inner.shutdown()


@contextmanager
def exporting(lost: list[str]) -> Iterator[TracerProvider]:
    """What takes the spans of the runs inside; when they are over all are delivered. ``lost`` says what was not.

    The spans belong to the trace of ``TRACEPARENT`` where the environment has one. Raises UsageError for an exporter
    that is not installed.
    """
    exporters = [*_exporters(os.environ)]
    logging.getLogger("opentelemetry").propagate = False  # `lost` says it, once
    logging.getLogger("opentelemetry").addHandler(logging.NullHandler())
    provider = TracerProvider(resource=_resource(os.environ))
    for exporter in exporters:
        provider.add_span_processor(BatchSpanProcessor(exporter))
    carrier = {name.lower(): os.environ[name] for name in ("TRACEPARENT", "TRACESTATE") if name in os.environ}
    token = context.attach(propagate.extract(carrier))
    try:
        yield provider
    finally:
        context.detach(token)
        provider.shutdown()
        lost += [
            f"{one.lost} spans could not be exported by '{one.name}'; check OTEL_EXPORTER_OTLP_ENDPOINT"
            for one in exporters
            if one.lost
        ]


def _resource(environment: Mapping[str, str]) -> Resource:
    named = environment.get("OTEL_SERVICE_NAME") or "service.name=" in environment.get("OTEL_RESOURCE_ATTRIBUTES", "")
    return Resource.create({} if named else {"service.name": "arazzo"})


def _exporters(environment: Mapping[str, str]) -> Iterator[Exporter]:
    asked = environment.get("OTEL_TRACES_EXPORTER") or "otlp"
    for name in (part.strip() for part in asked.split(",")):
        yield Exporter(name, _exporter(name, environment))


def _exporter(name: str, environment: Mapping[str, str]) -> SpanExporter:
    if name == "console":
        return ConsoleSpanExporter(out=sys.stderr)  # stdout is for the result
    protocol = (
        environment.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL")
        or environment.get("OTEL_EXPORTER_OTLP_PROTOCOL")
        or "http/protobuf"
    )
    entry = _OTLP.get(protocol, protocol) if name == "otlp" else name
    found = list(entry_points(group=_GROUP, name=entry))
    if not found:
        installed = ", ".join(sorted({f"'{each.name}'" for each in entry_points(group=_GROUP)})) or "none"
        asked = f"OTEL_TRACES_EXPORTER={name} (protocol {protocol})"
        raise click.UsageError(f"there is no exporter '{entry}' for {asked}; installed: {installed}")
    exporter: SpanExporter = found[0].load()()
    return exporter
