"""What an embedding program may put in the place of our transport."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from arazzo_runner import AsyncRunner, Runner, RunResult, UnreadableDocument, load, validate
from arazzo_runner.effects import Retrieved
from arazzo_runner.effects.drivers import VirtualClock
from arazzo_runner.engine.events import Event, StepFinished, WorkflowFinished

API = """
openapi: 3.0.3
info: {title: t, version: '1'}
servers: [{url: http://api.test/v1}]
paths: {/things: {get: {operationId: listThings, responses: {'200': {description: all of them}}}}}
"""
DOCUMENT = """
arazzo: 1.0.1
info: {title: t, version: '1'}
sourceDescriptions: [{name: api, url: api.yml, type: openapi}]
workflows:
- workflowId: w
  steps: [{stepId: s, operationId: listThings, outputs: {first: $response.body#/0}}]
  outputs: {first: $steps.s.outputs.first}
"""


@pytest.fixture
def document(tmp_path: Path) -> Path:
    (tmp_path / "api.yml").write_text(API)
    (tmp_path / "w.yml").write_text(DOCUMENT)
    return tmp_path / "w.yml"


def answer(request: httpx.Request) -> httpx.Response:
    assert str(request.url) == "http://api.test/v1/things"
    return httpx.Response(200, json=["a"])


def test_an_httpx_transport(document: Path) -> None:
    with Runner(document, transport=httpx.MockTransport(answer)) as runner:
        assert runner.run().outputs == {"first": "a"}


def test_an_httpx_client_is_used_and_not_closed(document: Path) -> None:
    client = httpx.Client(transport=httpx.MockTransport(answer))
    with Runner(document, transport=client) as runner:
        assert runner.run().outputs == {"first": "a"}
    assert not client.is_closed
    client.close()


def test_the_same_inside_a_running_event_loop(document: Path) -> None:
    async def go() -> list[dict[str, Any]]:
        client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
        other = httpx.MockTransport(answer)
        async with AsyncRunner(document, transport=client) as one, AsyncRunner(document, transport=other) as two:
            results = await asyncio.gather(one.run(), two.run(), one.run())
        sync = Runner(document, transport=httpx.MockTransport(answer)).run()
        assert not client.is_closed
        await client.aclose()
        return [dict(result.outputs) for result in (*results, sync)]

    assert asyncio.run(go()) == [{"first": "a"}] * 4


def test_an_observer_that_raises_is_dropped_and_the_run_goes_on(
    document: Path, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[Event] = []

    def broken(event: Event) -> None:
        raise RuntimeError("secret-token")

    result = Runner(document, transport=httpx.MockTransport(answer), observers=[broken, seen.append]).run()
    assert result.succeeded
    assert isinstance(seen[-1], WorkflowFinished)
    assert "raised RuntimeError" in caplog.text
    assert "secret-token" not in caplog.text


def test_closing_the_stream_cancels_the_run(document: Path) -> None:
    seen: list[Event] = []
    stream = Runner(document, transport=httpx.MockTransport(answer), observers=[seen.append]).stream()
    next(iter(stream))
    stream.close()  # type: ignore[attr-defined]  # it is a generator
    assert isinstance(seen[-1], WorkflowFinished)
    assert seen[-1].result.status == "cancelled"


def test_an_observer_cannot_change_what_later_steps_see(document: Path) -> None:
    def meddle(event: Event) -> None:
        if isinstance(event, StepFinished):
            event.step.outputs["first"] = "changed"  # type: ignore[index]  # what a careless program does

    document.write_text(DOCUMENT.replace("}}]", "}}, {stepId: later, operationId: listThings}]"))
    result = Runner(document, transport=httpx.MockTransport(answer), observers=[meddle]).run()
    assert result.outputs == {"first": "a"}


def test_a_default_belongs_to_its_run(tmp_path: Path) -> None:
    (tmp_path / "api.yml").write_text(API)
    inputs = "  inputs: {type: object, properties: {v: {type: array, default: []}}}\n  steps:"
    (tmp_path / "w.yml").write_text(DOCUMENT.replace("  steps:", inputs).replace("$steps.s.outputs.first", "$inputs.v"))
    runner = Runner(tmp_path / "w.yml", transport=httpx.MockTransport(answer))
    changed = runner.run().outputs["first"]
    assert isinstance(changed, list)
    changed.append("leak")
    assert runner.run().outputs == {"first": []}


def test_an_interrupt_while_the_engine_works_cancels_the_run(document: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The signal may come at any line, not only while the run waits."""
    seen: list[Event] = []

    def interrupted(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("arazzo_runner.engine.step.choose", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Runner(document, transport=httpx.MockTransport(answer), observers=[seen.append]).run()
    assert isinstance(seen[-1], WorkflowFinished)
    assert seen[-1].result.status == "cancelled"
    assert len(seen[-1].result.steps[0].attempts) == 1


def test_an_exception_of_the_engine_is_not_masked(document: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr("arazzo_runner.engine.step.choose", broken)
    with pytest.raises(RecursionError, match="too deep"):
        Runner(document, transport=httpx.MockTransport(answer)).run()


def test_documents_may_come_from_anywhere() -> None:
    """An embedding program keeps its documents where it likes."""
    kept = {"db:w": DOCUMENT.replace("api.yml", "db:api"), "db:api": API}

    def retrieve(location: str) -> Retrieved:
        if location not in kept:
            raise UnreadableDocument(location, "it is not in the database")
        return Retrieved(location, kept[location].encode())

    description = load("db:w", retrieve=retrieve)
    assert Runner(description, transport=httpx.MockTransport(answer)).run().outputs == {"first": "a"}
    assert validate("db:w", retrieve=retrieve) == list(description.diagnostics)
    with pytest.raises(UnreadableDocument, match="not in the database"):
        load("db:x", retrieve=retrieve)


def test_an_async_runner_runs_many_at_the_same_time(tmp_path: Path) -> None:
    """Each run has its own inputs, waits and outputs, and tells only its own events in its result."""
    (tmp_path / "api.yml").write_text(API.replace("get: {", "get: {parameters: [{name: q, in: query}], "))
    steps = """  inputs: {type: object, properties: {q: {type: string}}}
  steps:
  - stepId: s
    operationId: listThings
    parameters: [{name: q, in: query, value: $inputs.q}]
    successCriteria: [{condition: $response.body#/ready == true}]
    onFailure: [{name: again, type: retry, retryAfter: 0.001, retryLimit: 5}]
    outputs: {first: $response.body#/q}
  outputs"""
    (tmp_path / "w.yml").write_text(DOCUMENT.partition("  steps:")[0] + steps + DOCUMENT.rpartition("  outputs")[2])
    asked: Counter[str] = Counter()

    async def answered(request: httpx.Request) -> httpx.Response:
        name = request.url.params["q"]
        await asyncio.sleep(int(name) % 3 / 1000)
        asked[name] += 1
        return httpx.Response(200, json={"q": name, "ready": asked[name] > 2})

    async def go() -> list[RunResult]:
        async with AsyncRunner(tmp_path / "w.yml", transport=httpx.MockTransport(answered)) as runner:
            return await asyncio.gather(*(runner.run(inputs={"q": str(number)}) for number in range(60)))

    results = asyncio.run(go())
    assert [result.outputs["first"] for result in results] == [str(number) for number in range(60)]
    assert [len(result.steps[0].attempts) for result in results] == [3] * 60


def test_a_wait_that_is_cut_off_counts_in_what_the_run_took(document: Path) -> None:
    clock = VirtualClock()

    class CutOff:
        def perform(self, effect: object) -> object:
            clock.time += 3
            raise KeyboardInterrupt

        def close(self) -> None:
            pass

    seen: list[Event] = []
    runner = Runner(document, transport=CutOff(), clock=clock, observers=[seen.append])
    with pytest.raises(KeyboardInterrupt):
        runner.run()
    assert isinstance(seen[-1], WorkflowFinished)
    assert seen[-1].result.status == "cancelled"
    assert seen[-1].result.duration == 3
