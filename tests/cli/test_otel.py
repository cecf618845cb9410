"""`arazzo run --otel`: spans reach a collector over OTLP, by option or by the standard variables; secrets do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

pytest.importorskip("opentelemetry.sdk", reason="needs the extra 'otel'")

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

SECRET = "sekret/token+1"
ORDER = ("run", "orders.arazzo.yml", "place-order", "-i", f"token={SECRET}", "-i", "item=tea")


@dataclass
class Collector:
    """A receiver of OTLP over HTTP: the spans that came, and their bytes."""

    url: str = ""
    status: int = 200
    received: list[bytes] = field(default_factory=list)

    def spans(self) -> list[Any]:
        requests = [ExportTraceServiceRequest.FromString(content) for content in self.received]
        return [
            span for one in requests for of in one.resource_spans for scope in of.scope_spans for span in scope.spans
        ]

    def services(self) -> set[str]:
        requests = [ExportTraceServiceRequest.FromString(content) for content in self.received]
        facts = [fact for one in requests for of in one.resource_spans for fact in of.resource.attributes]
        return {fact.value.string_value for fact in facts if fact.key == "service.name"}


@pytest.fixture
def collector() -> Iterator[Collector]:
    opened = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            opened.received.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(opened.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    opened.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield opened
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_option_sends_spans_to_the_collector(arazzo, shop, collector: Collector) -> None:
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
    result = arazzo(*ORDER, "--server", shop.url, "--otel", env=environment)
    assert result.exit_code == 0, result.output
    spans = collector.spans()
    names = {span.span_id: span.name for span in spans}
    assert sorted(names[span.parent_span_id] for span in spans if span.name.startswith("step ")) == [
        "workflow place-order"
    ] * sum(span.name.startswith("step ") for span in spans)
    assert [span.name for span in spans if not span.parent_span_id] == ["run place-order"]
    assert collector.services() == {"arazzo"}
    assert {headers["traceparent"].split("-")[2] for _, _, headers, _ in shop.sent} <= {
        span.span_id.hex() for span in spans
    }


def test_s10_no_secret_reaches_the_collector(arazzo, shop, collector: Collector) -> None:
    shop.answers["POST /orders"] = (500, {"message": f"no access for 'Bearer {SECRET}'"})
    arazzo(*ORDER, "--server", shop.url, "--otel", env={"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url})
    assert collector.received
    assert not any(SECRET.encode() in content for content in collector.received)


def test_the_variables_are_enough_and_the_trace_of_the_environment_goes_on(arazzo, shop, collector: Collector) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    environment = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_SERVICE_NAME": "nightly",
        "TRACEPARENT": f"00-{trace}-b7ad6b7169203331-01",
    }
    arazzo(*ORDER, "--server", shop.url, env=environment)
    assert {span.trace_id.hex() for span in collector.spans()} == {trace}
    assert collector.services() == {"nightly"}


@pytest.mark.parametrize("variable", [{"OTEL_SDK_DISABLED": "true"}, {"OTEL_TRACES_EXPORTER": "none"}])
def test_a_variable_switches_it_off(arazzo, shop, collector: Collector, variable: dict[str, str]) -> None:
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url} | variable
    assert arazzo(*ORDER, "--server", shop.url, "--otel", env=environment).exit_code == 0
    assert collector.received == []
    assert "traceparent" not in shop.sent[0][2]


def test_a_suite_is_a_trace_for_each_workflow(arazzo, shop, collector: Collector) -> None:
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
    arazzo("run", "--all", "orders.arazzo.yml", *ORDER[3:], "-i", "file=text", "--server", shop.url, env=environment)
    roots = [span for span in collector.spans() if not span.parent_span_id]
    assert len(roots) == len({span.trace_id for span in roots}) > 1


def test_spans_that_are_refused_are_told_and_do_not_fail_the_run(arazzo, shop, collector: Collector) -> None:
    collector.status = 400
    result = arazzo(*ORDER, "--server", shop.url, env={"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url})
    assert result.exit_code == 0
    assert "spans could not be exported by 'otlp'; check OTEL_EXPORTER_OTLP_ENDPOINT" in result.stderr


def test_an_exporter_that_is_not_installed_is_a_usage_error(arazzo, shop) -> None:
    result = arazzo(*ORDER, "--server", shop.url, "--otel", env={"OTEL_TRACES_EXPORTER": "zipkin"})
    assert result.exit_code == 2
    assert "there is no exporter 'zipkin'" in result.stderr
    assert shop.sent == []


def test_an_exporter_that_only_a_variable_asks_for_does_not_stop_the_run(arazzo, shop) -> None:
    result = arazzo(*ORDER, "--server", shop.url, env={"OTEL_TRACES_EXPORTER": "zipkin"})
    assert result.exit_code == 0
    assert "no traces, which OTEL_* variables ask for: there is no exporter 'zipkin'" in result.stderr


def test_without_the_package_the_option_says_what_to_install(arazzo, shop, monkeypatch) -> None:
    monkeypatch.setattr("arazzo_runner.cli.tracing._is_installed", lambda: False)
    asked = arazzo(*ORDER, "--server", shop.url, "--otel")
    assert asked.exit_code == 2
    assert "pip install 'arazzo-interpreter[otel]'" in asked.stderr
    by_variable = arazzo(*ORDER, "--server", shop.url, env={"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"})
    assert by_variable.exit_code == 0
    assert "no traces, which OTEL_* variables ask for" in by_variable.stderr
