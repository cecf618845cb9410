"""The natural answer of an operation, as its OpenAPI description documents it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from arazzo_runner.sources.openapi import OpenAPIOperation, open_source
from arazzo_runner.transports.mock.answers import header_text, natural, statuses
from arazzo_runner.values import MISSING


def operation(responses: Any, *, version: str = "3.0.3", method: str = "get", **more: Any) -> OpenAPIOperation:
    key = "swagger" if version == "2.0" else "openapi"
    raw = {
        key: version,
        "info": {"title": "t", "version": "1"},
        "paths": {"/things/{id}": {method: {"operationId": "op", "responses": responses, **more}}},
    }
    found = open_source("api", raw, "/api.yaml", fetch=lambda _: {}).by_id("op")
    assert found is not None
    return found


def json_content(**content: Any) -> dict[str, Any]:
    return {"description": "", "content": {"application/json": content}}


@pytest.mark.parametrize(
    ("documented", "expected"),
    [
        (["404", "201", "200"], [201, 200, 404]),
        (["default"], [200, 302, 301]),
        (["2XX"], [200, 302]),
        (["5xx", "204", "x-note"], [204, 200, 500]),
        ([], [200]),
    ],
)
def test_documented_successes_come_first(documented: list[str], expected: list[int]) -> None:
    found = statuses(documented)
    assert [status for status in found if status in expected][: len(expected)] == [s for s in found if s in expected]
    assert found[0] == expected[0]
    assert set(range(100, 600)) == set(found)


SCHEMA = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"schema": SCHEMA}, {"id": 1}),
        ({"schema": SCHEMA, "example": {"id": 7}}, {"id": 7}),
        ({"schema": SCHEMA, "examples": {"a": {"value": {"id": 8}}, "b": {"value": {"id": 9}}}}, {"id": 8}),
        ({"schema": SCHEMA, "example": {"id": "not one"}}, {"id": 1}),
        ({"schema": SCHEMA, "example": '{"id": 3}'}, {"id": 3}),
        ({"schema": {**SCHEMA, "example": {"id": 4}}}, {"id": 4}),
        ({"schema": SCHEMA, "examples": {"a": {"dataValue": {"id": 5}}}}, {"id": 5}),
        ({"example": {"any": "thing"}}, {"any": "thing"}),
        ({}, {}),
    ],
)
def test_a_body_comes_from_the_example_else_from_the_schema(content: Any, expected: Any) -> None:
    answer = natural(operation({"200": json_content(**content)}), 200)
    assert answer.body == expected
    assert json.loads(answer.response().content) == expected
    assert answer.response().headers["content-type"] == "application/json"


def test_a_2_0_description_answers_too() -> None:
    described = operation(
        {"200": {"description": "", "schema": SCHEMA, "examples": {"application/json": {"id": 2}}}}, version="2.0"
    )
    assert natural(described, 200).body == {"id": 2}


@pytest.mark.parametrize(
    ("media_type", "schema", "content"),
    [
        ("text/plain", {"type": "string", "example": "hello"}, b"hello"),
        (
            "application/xml",
            {"type": "string", "xml": {"name": "a"}},
            b'<?xml version="1.0" encoding="UTF-8"?>\n<a>text</a>',
        ),
        ("application/octet-stream", {"type": "string", "format": "binary"}, b"arazzo"),
        ("text/event-stream", {"type": "object", "properties": {"a": {"type": "integer"}}}, b'data: {"a": 1}\n\n'),
        ("application/x-www-form-urlencoded", {"type": "object", "properties": {"a b": {"type": "integer"}}}, b"a+b=1"),
        ("application/vnd.x+json", {"type": "array", "items": {"type": "integer"}}, b"[1]"),
        ("*/*", {"type": "integer"}, b"1"),
    ],
)
def test_other_media_types_have_their_own_form(media_type: str, schema: Any, content: bytes) -> None:
    described = operation({"200": {"description": "", "content": {media_type: {"schema": schema}}}})
    assert natural(described, 200).response().content == content


def test_json_is_preferred_unless_the_request_accepts_another_type() -> None:
    contents = {"text/csv": {"example": "a,b"}, "application/json": {"example": {"a": 1}}}
    described = operation({"200": {"description": "", "content": contents}})
    assert natural(described, 200).body == {"a": 1}
    assert natural(described, 200, accept="text/csv;q=0.9").body == "a,b"


@pytest.mark.parametrize(("status", "method"), [(204, "GET"), (200, "HEAD"), (404, "GET")])
def test_an_answer_may_have_no_body(status: int, method: str) -> None:
    answer = natural(
        operation({"200": json_content(schema=SCHEMA), "204": json_content(schema=SCHEMA)}), status, "", method
    )
    assert answer.body is MISSING
    assert answer.response().content == b""


def test_ranges_and_default_describe_statuses_that_are_not_listed() -> None:
    described = operation({"2XX": json_content(example={"a": 1}), "default": json_content(example={"e": 1})})
    assert natural(described, 201).body == {"a": 1}
    assert natural(described, 404).body == {"e": 1}


def test_documented_headers_are_sent_but_those_that_the_transport_owns() -> None:
    headers = {
        "X-Total": {"schema": {"type": "integer"}, "example": 3},
        "Location": {"schema": {"type": "string", "format": "uri"}},
        "Retry-After": {"schema": {"type": "integer"}},
        "Content-Length": {"schema": {"type": "integer"}},
    }
    answer = natural(operation({"200": {"description": "", "headers": headers}}), 200)
    assert answer.headers == {"X-Total": "3", "Location": "https://example.com/resource"}


@pytest.mark.parametrize(
    ("value", "text"), [("a\r\nb", "a b"), (["a", 1], "a,1"), ({"a": True}, "a,true"), (None, "null"), (b"x", "x")]
)
def test_a_header_is_one_line(value: Any, text: str) -> None:
    assert header_text(value) == text
