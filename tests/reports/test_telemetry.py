"""OpenTelemetry: the tree of spans that a run gives, what they say, and the trace that goes along with requests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

pytest.importorskip("opentelemetry.sdk", reason="needs the extra 'otel'")

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from arazzo_runner import AsyncRunner, Runner
from arazzo_runner.effects.drivers import VirtualClock
from arazzo_runner.reports.telemetry import Telemetry
from arazzo_runner.testing import ScriptedTransport, TransportError

API = """
openapi: 3.0.3
info: {title: t, version: '1'}
servers: [{url: https://api.test/v1}]
paths:
  /runs/{id}:
    get:
      operationId: getRun
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: it}}
  /runs:
    post: {operationId: startRun, responses: {'200': {description: it}}}
"""
DOCUMENT = """
arazzo: 1.0.1
info: {title: t, version: '1'}
sourceDescriptions: [{name: api, url: api.yml, type: openapi}]
workflows:
- workflowId: outer
  steps: [{stepId: call, workflowId: flow, parameters: [{name: apiToken, value: $inputs.apiToken}]}]
  inputs: {type: object, properties: {apiToken: {type: string}}}
- workflowId: flow
  inputs: {type: object, properties: {apiToken: {type: string}}}
  steps:
  - stepId: start
    operationId: startRun
    parameters: [{name: token, in: query, value: $inputs.apiToken}]
    successCriteria: [{condition: $statusCode == 200}]
    onFailure: [{name: again, type: retry, retryAfter: 2, retryLimit: 3}]
    outputs: {id: $response.body#/id}
  - stepId: poll
    operationId: getRun
    parameters: [{name: id, in: path, value: $steps.start.outputs.id}]
    successCriteria: [{condition: $statusCode == 200}]
    onSuccess:
    - {name: notYet, type: goto, stepId: poll, criteria: [{condition: $response.body#/state == 'busy'}]}
"""
INPUTS = {"apiToken": "s3cret-t0ken"}


@pytest.fixture
def document(tmp_path: Path) -> Path:
    (tmp_path / "api.yml").write_text(API)
    (tmp_path / "flow.yml").write_text(DOCUMENT)
    return tmp_path / "flow.yml"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    yield exporter
    exporter.shutdown()


def telemetry(spans: InMemorySpanExporter) -> Telemetry:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(spans))
    return Telemetry(provider)


def tree(spans: InMemorySpanExporter) -> list[str]:
    """The spans by their start, indented below their parents; those that say failure with their status."""
    finished = sorted(spans.get_finished_spans(), key=lambda span: (span.start_time or 0, span.context.span_id != 0))
    known = {span.context.span_id: span for span in finished}

    def below(parent: int | None, depth: int) -> Iterator[str]:
        for span in finished:
            if (span.parent.span_id if span.parent and span.parent.span_id in known else None) == parent:
                failed = f" ERROR {span.status.description}" if span.status.status_code is StatusCode.ERROR else ""
                yield "  " * depth + span.name + failed
                yield from below(span.context.span_id, depth + 1)

    return list(below(None, 0))


def by_name(spans: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [span for span in spans.get_finished_spans() if span.name == name]


def play(
    document: Path, answers: list[object], spans: InMemorySpanExporter, workflow: str = "flow"
) -> ScriptedTransport:
    transport = ScriptedTransport(answers)  # type: ignore[arg-type]  # the answers are of several shapes
    runner = Runner(document, transport=transport, clock=VirtualClock(), credentials={}, telemetry=telemetry(spans))
    runner.run(workflow, INPUTS)
    return transport


def test_a_span_for_the_run_the_workflow_each_visit_and_each_attempt(
    document: Path, spans: InMemorySpanExporter
) -> None:
    play(document, [503, (200, {"id": "r1"}), (200, {"state": "busy"}), (200, {"state": "done"})], spans)
    assert tree(spans) == [
        "run flow",
        "  workflow flow",
        "    step start",
        "      POST /runs ERROR None",
        "      POST /runs",
        "    step poll",
        "      GET /runs/{id}",
        "    step poll",
        "      GET /runs/{id}",
    ]


def test_a_called_workflow_stands_below_its_step(document: Path, spans: InMemorySpanExporter) -> None:
    play(document, [(200, {"id": "r1"}), (200, {"state": "done"})], spans, "outer")
    assert tree(spans)[:4] == ["run outer", "  workflow outer", "    step call", "      workflow flow"]


def test_attempts_follow_the_conventions_of_http_clients(document: Path, spans: InMemorySpanExporter) -> None:
    play(document, [503, (200, {"id": "r1"}), (200, {"state": "done"})], spans)
    first, second = by_name(spans, "POST /runs")
    assert first.kind is second.kind is SpanKind.CLIENT
    assert dict(second.attributes or {}) == {
        "http.request.method": "POST",
        "http.request.resend_count": 1,
        "http.response.status_code": 200,
        "server.address": "api.test",
        "server.port": 443,
        "url.full": "https://api.test/v1/runs?token=***",
        "url.template": "/runs",
    }
    assert (first.attributes or {})["error.type"] == "503"
    waited = [event for event in by_name(spans, "step start")[0].events if event.name == "waiting"]
    assert [dict(event.attributes or {})["arazzo.wait.seconds"] for event in waited] == [2.0]


def test_a_failure_is_told_on_every_level(document: Path, spans: InMemorySpanExporter) -> None:
    play(document, [(200, {"id": "r1"}), 500], spans)
    step, workflow, run = (by_name(spans, name)[0] for name in ("step poll", "workflow flow", "run flow"))
    assert {span.status.status_code for span in (step, workflow, run)} == {StatusCode.ERROR}
    assert "$statusCode == 200" in str(step.status.description)
    assert (run.attributes or {})["error.type"] == "criterion"


def test_an_attempt_without_an_answer_is_an_error(document: Path, spans: InMemorySpanExporter) -> None:
    play(document, [TransportError("timeout", "no answer within 5 s")] * 4, spans)
    attempt = by_name(spans, "POST /runs")[0]
    assert (attempt.attributes or {})["error.type"] == "timeout"
    assert attempt.status.description == "no answer within 5 s"


def test_every_request_carries_the_span_of_its_attempt(document: Path, spans: InMemorySpanExporter) -> None:
    sent = play(document, [503, (200, {"id": "r1"}), (200, {"state": "done"})], spans).requests
    attempts = [*by_name(spans, "POST /runs"), *by_name(spans, "GET /runs/{id}")]
    wanted = [f"00-{one.context.trace_id:032x}-{one.context.span_id:016x}" for one in attempts]
    assert [request.headers["traceparent"].rpartition("-")[0] for request in sent] == wanted


def test_a_traceparent_of_the_document_stays(document: Path, spans: InMemorySpanExporter) -> None:
    text = document.read_text().replace(
        "name: id, in: path,", "name: traceparent, in: header, value: mine}, {name: id, in: path,"
    )
    document.write_text(text)
    sent = play(document, [(200, {"id": "r1"}), (200, {"state": "done"})], spans).requests
    assert sent[1].headers["traceparent"] == "mine"


def test_secrets_are_in_no_span(document: Path, spans: InMemorySpanExporter) -> None:
    """S10."""
    play(document, [(200, {"id": "s3cret-t0ken"}), 500], spans)
    assert "s3cret" not in "".join(span.to_json() for span in spans.get_finished_spans())


def test_runs_at_once_have_a_trace_each(document: Path, spans: InMemorySpanExporter) -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        return httpx.Response(200, json={"id": "r1", "state": "done"})

    async def go() -> None:
        async with AsyncRunner(
            document, transport=httpx.MockTransport(answer), credentials={}, telemetry=telemetry(spans)
        ) as runner:
            await asyncio.gather(*(runner.run("flow", INPUTS) for _ in range(5)))

    asyncio.run(go())
    finished = spans.get_finished_spans()
    traces = {span.context.trace_id for span in finished}
    assert len(traces) == 5
    for trace in traces:
        names = [span.name for span in finished if span.context.trace_id == trace]
        assert sorted(names) == sorted(
            ["run flow", "workflow flow", "step start", "POST /runs", "step poll", "GET /runs/{id}"]
        )


def test_a_run_that_is_left_closes_its_spans(document: Path, spans: InMemorySpanExporter) -> None:
    transport = ScriptedTransport([(200, {"id": "r1"})])
    runner = Runner(document, transport=transport, clock=VirtualClock(), credentials={}, telemetry=telemetry(spans))
    events = runner.stream("flow", INPUTS)
    for event in events:
        if type(event).__name__ == "ResponseReceived":
            break
    events.close()  # type: ignore[attr-defined]  # an iterator made by a generator
    assert [span.name for span in spans.get_finished_spans() if span.parent is None] == ["run flow"]
    assert by_name(spans, "run flow")[0].status.status_code is StatusCode.ERROR
