"""The mock knows the workflow: runs go forward, polls wait once, later steps find what they read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from mock_documents import described, jsonpath, step

from arazzo_runner.description import Description
from arazzo_runner.effects import CallSite, FetchToken, Headers, Request, Response, Send, Sleep
from arazzo_runner.effects.drivers import VirtualClock
from arazzo_runner.engine.results import RunResult
from arazzo_runner.errors import TransportError
from arazzo_runner.runner import Runner
from arazzo_runner.transports.mock import MockTransport


def walked(description: Description, *, transport: MockTransport | None = None, **inputs: Any) -> RunResult:
    with Runner(description, transport=transport or MockTransport(description), clock=VirtualClock()) as runner:
        return runner.run("w", inputs)


def body_of(result: RunResult, place: int = -1) -> Any:
    response = result.steps[place].attempts[-1].response
    assert response is not None
    return json.loads(response.content)


def visits(result: RunResult) -> list[str]:
    return [visit.step_id for visit in result.steps]


@pytest.mark.parametrize(
    "criterion",
    [
        "$response.body#/state == 'done'",
        "$response.body#/state != 'new'",
        "$response.body#/count > 17",
        "$response.body#/count >= 18 && $response.body#/count < 19",
        "$response.body#/extra/deep == 5",
        "$response.body#/extra != null",
        "$response.body#/items/2/id == 'third'",
        "!($response.body#/state == 'new')",
        "$response.header.X-Kind == 'special'",
        "$statusCode == 202",
        "$statusCode == 404",
        "$statusCode >= 300 && $statusCode < 400",
        "$response.body#/count == $inputs.limit || $response.body#/state == 'failed'",
        jsonpath("$[?@.state == 'running']"),
        jsonpath("$.items[?@.id == 'x']"),
        jsonpath("$.state == 'running' && $.items.length > 2"),
        jsonpath("$.items[?(@.id == 'items')].length == 0"),
        jsonpath("$.items.length == 0"),
        jsonpath("$.other.thing"),
        jsonpath("$.tags[?@ == 'x']"),
        "$response.body#/extra contains 'x'",
        {"context": "$response.body#/state", "condition": "^fail", "type": "regex"},
        {"context": "$response.body", "condition": "token", "type": "regex"},
        {"context": "$statusCode", "condition": "^20[13]$", "type": "regex"},
    ],
    ids=str,
)
def test_the_answer_satisfies_the_success_criteria(tmp_path: Path, criterion: Any) -> None:
    result = walked(described(tmp_path, [step("s", "look", criterion, parameters=[{"name": "id", "value": "1"}])]))
    assert result.status == "succeeded", result.error


def test_a_documented_status_is_preferred(tmp_path: Path) -> None:
    result = walked(described(tmp_path, [step("s", "start", "$statusCode >= 200 && $statusCode < 300")]))
    response = result.steps[0].attempts[0].response
    assert response is not None
    assert response.status_code == 201


def test_what_later_steps_read_is_filled_in(tmp_path: Path) -> None:
    description = described(
        tmp_path,
        [
            step("a", "start", outputs={"id": "$response.body#/job/id", "all": "$response.body#/items"}),
            step("b", "look", parameters=[{"name": "id", "value": "$steps.a.outputs.id"}]),
            step("c", "look", parameters=[{"name": "id", "value": "$steps.a.outputs.all#/1/id"}]),
            step("d", "free", outputs={"x": "$response.body#/a/0/b", "h": "$response.header.X-Next"}),
            step("e", "look", parameters=[{"name": "id", "value": "$steps.d.outputs.x"}]),
            step("f", "drop", parameters=[{"name": "id", "value": "$steps.d.outputs.h"}]),
        ],
        outputs={"id": "$steps.a.outputs.id"},
    )
    result = walked(description)
    assert result.status == "succeeded", result.error
    assert len(body_of(result, 0)["items"]) == 2
    assert result.outputs["id"] == "id-1"


def test_a_poll_waits_once_and_then_goes_on(tmp_path: Path) -> None:
    goto = {"name": "again", "type": "goto", "stepId": "poll", "criteria": [jsonpath("$.state == 'running'")]}
    description = described(
        tmp_path,
        [
            step("poll", "look", "$statusCode == 200", parameters=[{"name": "id", "value": "1"}], onSuccess=[goto]),
            step("after", "free"),
        ],
    )
    result = walked(description)
    assert visits(result) == ["poll", "poll", "after"]
    assert [body_of(result, i)["state"] for i in (0, 1)] == ["running", "new"]


def test_a_poll_by_retry_on_failure_waits_once(tmp_path: Path) -> None:
    retry = {"name": "again", "type": "retry", "retryAfter": 5, "retryLimit": 3}
    poll = step("poll", "list", "$statusCode == 200", jsonpath("$[0].state == 'done'"), onFailure=[retry])
    result = walked(described(tmp_path, [poll]))
    assert result.status == "succeeded"
    assert len(result.steps[0].attempts) == 2


def test_a_retry_for_a_status_is_no_poll(tmp_path: Path) -> None:
    retry = {"name": "again", "type": "retry", "criteria": [{"condition": "$statusCode == 503"}]}
    result = walked(described(tmp_path, [step("s", "list", "$statusCode == 200", onFailure=[retry])]))
    assert len(result.steps[0].attempts) == 1


def test_a_loop_over_steps_goes_back_once(tmp_path: Path) -> None:
    back = {"name": "more", "type": "goto", "stepId": "a", "criteria": [{"condition": "$response.body#/next != null"}]}
    result = walked(described(tmp_path, [step("a", "free"), step("b", "list", onSuccess=[back]), step("c", "free")]))
    assert visits(result) == ["a", "b", "a", "b", "c"]


def test_an_early_end_is_avoided_where_the_next_step_can_be_reached(tmp_path: Path) -> None:
    end = {"name": "stop", "type": "end", "criteria": [jsonpath("$.items.length > 0")]}
    result = walked(described(tmp_path, [step("a", "start", onSuccess=[end]), step("b", "free")]))
    assert visits(result) == ["a", "b"]
    assert body_of(result, 0)["items"] == []


def test_an_unavoidable_end_is_honoured(tmp_path: Path) -> None:
    result = walked(
        described(tmp_path, [step("a", "start", onSuccess=[{"name": "e", "type": "end"}]), step("b", "free")])
    )
    assert visits(result) == ["a"]
    assert result.status == "succeeded"


def test_criteria_see_what_earlier_steps_gave(tmp_path: Path) -> None:
    description = described(
        tmp_path,
        [
            step("a", "start", outputs={"state": "$response.body#/state"}),
            step("b", "list", "$response.body#/0/state != $steps.a.outputs.state", "$request.body == null"),
        ],
    )
    assert walked(description).status == "succeeded"


@pytest.mark.parametrize(
    "criterion",
    [
        {"context": "$response.body", "condition": "/r/part = 'x'", "type": "xpath"},
        {"context": "$response.body", "condition": "count(//part) > 1", "type": "xpath"},
        "$response.header.Content-Type == 'text/xml'",
    ],
    ids=str,
)
def test_xml_answers_are_mended_too(tmp_path: Path, criterion: Any) -> None:
    result = walked(described(tmp_path, [step("s", "report", criterion)]))
    assert result.status == "succeeded", result.error


def test_a_description_that_is_read_otherwise_is_bent_and_said_so(tmp_path: Path) -> None:
    steps = [
        step("a", "start", outputs={"items": "$response.body#/items"}),
        step("b", "look", parameters=[{"name": "id", "value": "$steps.a.outputs.items.id"}]),
    ]
    description = described(tmp_path, steps)
    bent = walked(description, transport=MockTransport(description))
    assert bent.status == "succeeded"
    (note,) = bent.steps[0].attempts[0].notes
    assert "'/items'" in note
    assert "POST /jobs" in note
    faithful = walked(description, transport=MockTransport(description, faithful=True))
    assert faithful.status == "failed"
    assert faithful.steps[0].attempts[0].notes == ()


def test_the_same_visit_has_the_same_answer(tmp_path: Path) -> None:
    description = described(tmp_path, [step("s", "list", jsonpath("$[?@.count > 3]"))])
    assert body_of(walked(description)) == body_of(walked(description))


def test_it_performs_sends_of_known_steps_and_tokens_only(tmp_path: Path) -> None:
    mock = MockTransport(described(tmp_path, [step("s", "free")]))
    assert mock.perform(FetchToken("client_credentials", "https://a/t", "i", "s")) == "mock-token"
    with pytest.raises(TransportError, match="answers steps only"):
        mock.perform(Send(Request("GET", "https://a/b"), 1, 1))
    with pytest.raises(TransportError, match="no step 'z'"):
        mock.perform(Send(Request("GET", "https://a/b"), 1, 1, CallSite("d", "w", "z", 0)))
    with pytest.raises(TypeError):
        mock.perform(Sleep(1))


def test_an_answer_is_bounded_by_the_callers_limit(tmp_path: Path) -> None:
    """S42."""
    description = described(tmp_path, [step("s", "list")])
    site = CallSite(description.entry.uri, "w", "s", 0)
    request = Request("GET", "https://api.example.com/v1/list", Headers())
    assert isinstance(MockTransport(description).perform(Send(request, 1, 10_000, site)), Response)
    with pytest.raises(TransportError) as raised:
        MockTransport(description).perform(Send(request, 1, 3, site))
    assert raised.value.code == "too-large"


def test_the_call_site_may_tell_inputs_and_outputs_to_compare_with(tmp_path: Path) -> None:
    criteria = ["$response.body#/0/count == $inputs.limit", jsonpath('$[0].state == "$steps.z.outputs.s"')]
    description = described(
        tmp_path,
        [step("z", "start", outputs={"s": "$response.body#/state"}), step("s", "list", *criteria)],
        inputs={"type": "object", "properties": {"limit": {"type": "integer"}}},
    )
    site = CallSite(description.entry.uri, "w", "s", 0, inputs={"limit": 42}, steps={"z": {"s": "failed"}})
    answer = MockTransport(description).respond(Request("GET", "https://api.example.com/v1/list"), site)
    (first,) = json.loads(answer.content)
    assert (first["count"], first["state"]) == (42, "failed")
