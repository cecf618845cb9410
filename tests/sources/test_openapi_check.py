"""S43: what a request or an answer breaks in its description."""

from typing import Any

import pytest
from describing import operation, sent

from arazzo_runner.effects import Headers, Request, Response
from arazzo_runner.sources import Argument, Body, ServerChoice
from arazzo_runner.sources.openapi import bounded

RUN = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string"},
        "state": {"type": "string", "enum": ["running", "failed"]},
        "next": {"$ref": "#/components/schemas/Run"},
        "when": {"type": "string", "format": "date-time"},
    },
}
PROBLEM = {"type": "object", "properties": {"status": {"type": "integer"}}}
RESPONSES = {
    "200": {
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Run"}}},
        "headers": {"X-Rate": {"schema": {"type": "integer"}}, "X-Must": {"required": True, "schema": {}}},
    },
    "204": {"description": "done"},
    "4XX": {"content": {"application/problem+json": {"schema": PROBLEM}}},
}
COMPONENTS = {"schemas": {"Run": RUN}}
FIELDS: dict[str, Any] = {
    "parameters": [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}},
        {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 10}, "deprecated": True},
        {"name": "must", "in": "header", "required": True, "schema": {"type": "string"}},
        {"name": "Authorization", "in": "header", "required": True, "schema": {"type": "string"}},
    ],
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Run"}}},
    },
    "responses": RESPONSES,
    "security": [{"bearer": []}],
}
OK = Headers([("Content-Type", "application/json"), ("X-Must", "1")])


def described(version: str = "3.1.0") -> Any:
    return operation(FIELDS, path="/runs/{id}", version=version, components=COMPONENTS)


def answered(content: bytes, status: int = 200, headers: Headers = OK, version: str = "3.1.0") -> tuple[str, ...]:
    found: tuple[str, ...] = described(version).check_response(
        Request("POST", "http://localhost:1/other/runs/1"), Response(status, headers, content)
    )
    return found


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0", "3.2.0"])
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'{"id": "r", "state": "running", "next": {"id": "s"}}', []),
        (b'{"id": "r", "state": "x"}', ["answer: $.state 'x' is not one of ['running', 'failed']"]),
        (b"{}", ["answer: $ has no member 'id', which is required"]),
        (b'{"id": 1, "next": {}}', ["answer: $.id 1 is not of type 'string'",
                                    "answer: $.next has no member 'id', which is required"]),
        (b"[]", ["answer: $ [] is not of type 'object'"]),
        (b"", ["answer: it has no content, the description says 'application/json'"]),
    ],
)  # fmt: skip
def test_answers(version: str, content: bytes, expected: list[str]) -> None:
    assert list(answered(content, version=version)) == expected


def test_an_answer_that_is_not_json() -> None:
    (problem,) = answered(b"<html>")
    assert problem.startswith("answer: the answer says 'application/json' but is not JSON")


@pytest.mark.parametrize(
    ("status", "headers", "content", "expected"),
    [
        (500, OK, b"{}", "answer: the description has no status 500 (it has: 200, 204, 4XX)"),
        (200, Headers([("Content-Type", "text/html"), ("X-Must", "1")]), b"x",
         "answer: its content type is 'text/html', the description says 'application/json'"),
        (200, Headers([("X-Must", "1")]), b"x",
         "answer: it has no content type, the description says 'application/json'"),
        (200, Headers([("Content-Type", "application/json")]), b'{"id":"r"}',
         "answer: header 'X-Must' is missing, and it is required"),
        (200, Headers([*OK.fields, ("X-Rate", "many")]), b'{"id":"r"}',
         "answer: header 'X-Rate' Failed to cast value to integer type: many"),
        (404, Headers([("Content-Type", "application/problem+json")]), b'{"status":"x"}',
         "answer: $.status 'x' is not of type 'integer'"),
    ],
)  # fmt: skip
def test_statuses_types_and_headers(status: int, headers: Headers, content: bytes, expected: str) -> None:
    assert answered(content, status, headers) == (expected,)


@pytest.mark.parametrize(
    ("status", "headers", "content"),
    [
        (204, Headers(), b""),
        (404, Headers([("Content-Type", "application/problem+json; charset=utf-8")]), b'{"status":404}'),
    ],
)
def test_what_is_right(status: int, headers: Headers, content: bytes) -> None:
    assert answered(content, status, headers) == ()


def test_alternatives_name_the_nearest() -> None:
    schema = {"oneOf": [{"type": "object", "properties": {"a": {"type": "integer"}}}, {"type": "string"}]}
    found = operation({"responses": {"200": {"content": {"application/json": {"schema": schema}}}}})
    (problem,) = found.check_response(Request("POST", "http://h/x"), Response(200, OK, b'{"a": "x"}'))
    assert problem.startswith("answer: $ fits none of 2 alternatives; nearest: ")


def test_a_long_value_is_shortened() -> None:
    found = operation({"responses": {"200": {"content": {"application/json": {"schema": {"type": "integer"}}}}}})
    (problem,) = found.check_response(Request("POST", "http://h/x"), Response(200, OK, b'"' + b"x" * 5000 + b'"'))
    assert len(problem) < 400


def test_schemas_that_refer_to_themselves_and_to_other_files() -> None:
    from describing import source

    raw = {
        "openapi": "3.1.0",
        "paths": {
            "/x": {"get": {"responses": {"200": {"content": {"application/json": {"schema": {"$ref": "s.json#/T"}}}}}}}
        },
    }
    tree = {"T": {"type": "object", "properties": {"t": {"$ref": "#/T"}, "n": {"type": "integer"}}}}
    found = source(raw, fetch=lambda _: tree).by_method_and_path("get", "/x")
    assert found is not None
    problems = found.check_response(Request("GET", "http://h/x"), Response(200, OK, b'{"t": {"t": {"n": "x"}}}'))
    assert problems == ("answer: $.t.t.n 'x' is not of type 'integer'",)


# --- requests ---------------------------------------------------------------------------------------------------------


def requested(*arguments: Argument, body: Any = None, content_type: str | None = None) -> tuple[str, ...]:
    found = described()
    request = sent(
        found,
        *arguments,
        body=None if body is None else Body(body, content_type),
        servers=ServerChoice(urls={"": "http://localhost:1/base"}),
    )
    problems: tuple[str, ...] = found.check_request(request)
    return problems


GIVEN = (Argument("id", 7, "path"), Argument("must", "x", "header"))


@pytest.mark.parametrize(
    ("arguments", "body", "expected"),
    [
        (GIVEN, {"id": "r"}, []),
        ((*GIVEN, Argument("limit", 5, "query")), {"id": "r"}, []),
        (
            (*GIVEN, Argument("limit", 11, "query")),
            {"id": "r"},
            ["query 'limit' $ 11 is greater than the maximum of 10"],
        ),
        (
            (*GIVEN, Argument("limit", "x", "query")),
            {"id": "r"},
            ["query 'limit' Failed to cast value to integer type: x"],
        ),
        ((Argument("id", 7, "path"),), {"id": "r"}, ["header 'must' is missing, and it is required"]),
        (GIVEN, {"state": "x", "id": "r"}, ["body $.state 'x' is not one of ['running', 'failed']"]),
        (GIVEN, None, ["the body is missing, and it is required"]),
    ],
)
def test_requests(arguments: tuple[Argument, ...], body: Any, expected: list[str]) -> None:
    assert list(requested(*arguments, body=body)) == [f"request: {problem}" for problem in expected]


def test_a_body_of_another_type() -> None:
    assert requested(*GIVEN, body="<a/>", content_type="application/xml") == (
        "request: the content type 'application/xml' is not declared (declared: application/json)",
    )


def test_a_form() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}, "m": {}}, "required": ["m"]}
    found = operation({"requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}})
    assert found.check_request(sent(found, body=Body({"n": 1, "m": "x"}))) == ()
    assert found.check_request(sent(found, body=Body({"n": 1}))) == (
        "request: body $ has no member 'm', which is required",
    )


def test_2_0_is_lifted() -> None:
    found = operation(
        {
            "parameters": [{"name": "b", "in": "body", "schema": {"$ref": "#/definitions/Run"}}],
            "responses": {"200": {"schema": {"$ref": "#/definitions/Run"}}},
        },
        version="2.0",
        definitions={"Run": {"type": "object", "properties": {"n": {"type": "integer", "x-nullable": True}}}},
    )
    assert found.check_request(sent(found, body=Body({"n": "x"}))) == (
        "request: body $.n 'x' is not of type 'integer'",
    )
    request = Request("POST", "https://api.example.com/x")
    assert found.check_response(request, Response(200, OK, b'{"n": "x"}')) == (
        "answer: $.n 'x' is not of type 'integer'",
    )
    assert found.check_response(request, Response(200, OK, b'{"n": null}')) == ()


# --- bounds -----------------------------------------------------------------------------------------------------------


def checked(schema: Any, content: bytes, **components: Any) -> tuple[str, ...]:
    found = operation(
        {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}},
        components={"schemas": components},
    )
    return found.check_response(Request("POST", "http://h/x"), Response(200, OK, content))


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("^a+$", ("answer: $ 'b' does not match '^a+$'",)),
        (r"^\u{62}$", ()),
        ("(", ()),
    ],
)
def test_patterns_are_read_as_ecmascript_has_them(pattern: str, expected: tuple[str, ...]) -> None:
    assert checked({"type": "string", "pattern": pattern}, b'"b"') == expected


def test_items_that_must_be_unique() -> None:
    schema = {"type": "array", "uniqueItems": True}
    assert checked(schema, b'[{"a":1},{"a":2}]') == ()
    assert checked(schema, b'[{"a":1},{"a":1}]') == ("answer: $ [{'a': 1}, {'a': 1}] has non-unique elements",)
    assert len(checked(schema, b"[" + b'{"a":{}},' * 20_000 + b"0]")) == 1


def test_a_schema_that_asks_for_endless_work_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "MAX_REFERENCES", 1000)
    schemas = {f"L{n}": {"allOf": [{"$ref": f"#/components/schemas/L{n + 1}"}] * 2} for n in range(40)}
    assert checked({"$ref": "#/components/schemas/L0"}, b"1", **schemas, L40={}) == ()


def test_s43_a_schema_that_refers_to_itself_without_end_breaks_nothing() -> None:
    """What cannot be decided is no failure of the answer."""
    assert checked({"$ref": "#/components/schemas/A"}, b"1", A={"$ref": "#/components/schemas/A"}) == ()


def test_contents_beyond_all_measure_are_not_checked() -> None:
    (problem,) = checked({"type": "string"}, b" " * (4 * 1024 * 1024) + b"1")
    assert "larger than" in problem


def test_many_violations_are_cut() -> None:
    problems = checked({"type": "array", "items": {"type": "integer"}}, b"[" + b'"x",' * 1000 + b"1]")
    assert (len(problems), problems[-1]) == (21, "answer: and 1 more")
