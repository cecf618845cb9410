"""What results hold on to of requests and answers: all bodies, the last exchange's, or none; the run is the same."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from arazzo_runner import Limits, Runner
from arazzo_runner.description import Description
from arazzo_runner.effects import Retrieved
from arazzo_runner.effects.drivers import VirtualClock
from arazzo_runner.engine.events import Event, RequestSent, ResponseReceived, StepFinished, WorkflowStarted
from arazzo_runner.engine.results import Attempt, KeepBodies, RunResult
from arazzo_runner.loader import load_description
from arazzo_runner.reports.json_report import JsonReport
from arazzo_runner.testing import ScriptedTransport

API: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Things", "version": "1"},
    "servers": [{"url": "https://api.test"}],
    "paths": {
        f"/{name}": {"post": {"operationId": name, "responses": {"200": {"description": "Done."}}}}
        for name in ("first", "inner", "flaky", "last")
    },
}


def step(name: str, **more: Any) -> dict[str, Any]:
    payload = {"requestBody": {"contentType": "application/json", "payload": {"sent": name}}}
    return {"stepId": name, "operationId": name, "outputs": {"got": "$response.body#/got"}, **payload, **more}


CALL = {
    "stepId": "call",
    "workflowId": "child",
    "successCriteria": [{"condition": "$response.body#/got == 'inner'"}],
    "outputs": {"body": "$response.body"},
}
RETRY = {"name": "again", "type": "retry", "retryLimit": 2, "retryAfter": 1}
GIVEN = [{"name": "x", "value": "$response.body#/got"}]
OVER = {"name": "over", "type": "goto", "workflowId": "next", "parameters": GIVEN}
WORKFLOWS = [
    {
        "workflowId": "main",
        "steps": [step("first"), CALL, step("flaky", onFailure=[RETRY], onSuccess=[OVER])],
        "outputs": {"body": "$steps.call.outputs.body"},
    },
    {"workflowId": "child", "steps": [step("inner")]},
    {
        "workflowId": "next",
        "inputs": {"type": "object", "properties": {"x": {"type": "string"}}},
        "steps": [step("last", successCriteria=[{"condition": "$response.body#/got == $inputs.x"}])],
        "outputs": {"x": "$inputs.x"},
    },
]
DOCUMENT = {
    "arazzo": "1.0.1",
    "info": {"title": "Kept", "version": "1"},
    "sourceDescriptions": [{"name": "api", "url": "api.json", "type": "openapi"}],
    "workflows": WORKFLOWS,
}
ANSWERS = [(200, {"got": "first"}), (200, {"got": "inner"}), (503, {"got": "busy"}), (200, {"got": "flaky"})]


def described(document: dict[str, Any] = DOCUMENT, api: dict[str, Any] = API) -> Description:
    files = {"https://x.test/main.json": document, "https://x.test/api.json": api}
    return load_description(
        "https://x.test/main.json", retrieve=lambda where: Retrieved(where, json.dumps(files[where]).encode())
    )


def ran(keep: KeepBodies, last: str = "flaky") -> tuple[RunResult, list[Event], dict[str, Any]]:
    seen: list[Event] = []
    report = JsonReport()
    runner = Runner(
        described(),
        transport=ScriptedTransport([*ANSWERS, (200, {"got": last})]),
        credentials={},
        limits=Limits(keep_bodies=keep),
        observers=[seen.append, report],
        clock=VirtualClock(),
    )
    result = runner.run("main")
    return result, seen, report.value()["runs"][0]


def attempts(result: RunResult) -> Iterator[Attempt]:
    for visit in result.steps:
        for one in visit.attempts:
            yield from attempts(one.run) if one.run is not None else [one]
    if result.transferred_to is not None:
        yield from attempts(result.transferred_to)


def kept(result: RunResult) -> list[tuple[bool, bool]]:
    """Of each attempt: whether the request's and the answer's body are there."""
    return [
        (bool(one.request and one.request.content), bool(one.response and one.response.content))
        for one in attempts(result)
    ]


ALL, NONE = (True, True), (False, False)


@pytest.mark.parametrize(
    ("keep", "expected"),
    [("all", [ALL] * 5), ("last", [NONE, NONE, NONE, NONE, ALL]), ("none", [NONE] * 5)],
)
def test_only_the_bodies_that_are_to_be_kept_are(keep: KeepBodies, expected: list[tuple[bool, bool]]) -> None:
    result, _, _ = ran(keep)
    assert kept(result) == expected
    assert (result.last_exchange is not None) == (keep != "none")


@pytest.mark.parametrize("keep", ["last", "none"])
def test_the_run_is_the_same_whatever_is_kept(keep: KeepBodies) -> None:
    result, events, _ = ran(keep)
    whole, all_events, _ = ran("all")
    assert result.status == "succeeded"
    assert (result.outputs, whole.outputs) == ({"x": "flaky"}, {"x": "flaky"})
    assert [type(event) for event in events] == [type(event) for event in all_events]
    for kind in (RequestSent, ResponseReceived):
        assert [event for event in events if isinstance(event, kind)] == [
            event for event in all_events if isinstance(event, kind)
        ]
    (call,) = [event.step for event in events if isinstance(event, StepFinished) and event.step.step_id == "call"]
    assert call.outputs == {"body": {"got": "inner"}}, "outputs are exact"
    assert {event.keep_bodies for event in events if isinstance(event, WorkflowStarted)} == {keep}


def test_the_last_exchange_explains_a_failure() -> None:
    result, _, _ = ran("last", last="odd")
    assert result.status == "failed"
    assert kept(result) == [NONE, NONE, NONE, NONE, ALL]
    assert result.transferred_to is not None
    (shown,) = result.transferred_to.steps[-1].attempts[-1].verdicts
    assert [operand.value for operand in shown.operands] == ["odd", "flaky"]


def test_a_request_that_a_check_refused_was_no_exchange() -> None:
    number = {"type": "object", "properties": {"sent": {"type": "integer"}}}
    last = {"content": {"application/json": {"schema": number}}}
    api = copy.deepcopy(API)
    api["paths"]["/last"]["post"]["requestBody"] = last
    document = {**DOCUMENT, "workflows": [{"workflowId": "main", "steps": [step("first"), step("last")]}]}
    transport = ScriptedTransport(ANSWERS)
    limits = Limits(keep_bodies="last")
    result = Runner(described(document, api), transport=transport, limits=limits, check="error", credentials={}).run()
    assert result.error is not None
    assert (result.error.code, len(transport.requests)) == ("check", 1)
    assert [first for first, _ in kept(result)] == [True, False]


def test_a_body_that_was_dropped_is_told_and_is_not_empty() -> None:
    result, _, report = ran("none")
    first = next(attempts(result))
    assert first.request is not None
    assert first.response is not None
    assert (first.request.dropped, first.response.dropped) == (len('{"sent":"first"}'), len('{"got": "first"}'))
    told = report["steps"][0]["attempts"][0]
    assert (told["request"]["body"], told["request"]["bodyDropped"]) == (None, True)
    assert (told["response"]["body"], told["response"]["bodyDropped"]) == (None, True)
    assert told["response"]["status"] == 200
    assert told["response"]["headers"] == {"Content-Type": "application/json"}


def test_an_interrupted_run_holds_on_to_its_last_exchange() -> None:
    def interrupt(_: object) -> Any:
        raise KeyboardInterrupt

    report = JsonReport()
    transport = ScriptedTransport([*ANSWERS[:2], interrupt])
    limits = Limits(keep_bodies="last")
    with pytest.raises(KeyboardInterrupt):
        Runner(described(), transport=transport, credentials={}, limits=limits, observers=[report]).run("main")
    (run,) = report.value()["runs"]
    assert (run["status"], [one["stepId"] for one in run["steps"]]) == ("cancelled", ["first", "call", "flaky"])
    inner = run["steps"][1]["run"]["steps"][0]["attempts"][0]
    assert (inner["response"]["body"], run["steps"][0]["attempts"][0]["response"]["body"]) == ({"got": "inner"}, None)
