"""S15: what the content of an answer is as a value."""

from typing import Any

import pytest
from describing import asked, operation

from arazzo_runner.effects import Headers, Response
from arazzo_runner.expressions.scope import Exchange
from arazzo_runner.values import MISSING


def read(content: bytes, content_type: str | None) -> Exchange:
    described = operation()
    headers = Headers([("Content-Type", content_type)] if content_type is not None else [])
    return described.read(asked(described)[1], Response(200, headers, content))


@pytest.mark.parametrize(
    ("content_type", "content", "expected"),
    [
        ("application/json", b'{"a": [1, 2.5, null]}', {"a": [1, 2.5, None]}),
        ("application/json; charset=utf-8; odd=\"x;y\"", b"[1]", [1]),
        ("Application/JSON", b"1", 1),
        ("application/problem+json", b'{"title": "x"}', {"title": "x"}),
        ("application/vnd.github.v3+json", b"true", True),
        ("application/json", b"\xef\xbb\xbf{}", {}),
        ("application/json; charset=iso-8859-1", '"é"'.encode("latin-1"), "é"),
        ("application/json; charset=iso-8859-1", '"é"'.encode(), "é"),
        ("text/plain", "é".encode(), "é"),
        ("text/plain; charset=iso-8859-1", "é".encode("latin-1"), "é"),
        ("text/html; charset=unicode_escape", rb"\x41", r"\x41"),
        ("text/csv", b"a,b", "a,b"),
        ("application/xml", b"<a/>", "<a/>"),
        ("application/atom+xml", '<?xml version="1.0" encoding="iso-8859-1"?><é/>'.encode("latin-1"),
         '<?xml version="1.0" encoding="iso-8859-1"?><é/>'),
        ("application/xml", "<a/>".encode("utf-16"), "<a/>"),
        ("application/yaml", b"a: 1", "a: 1"),
        ("application/octet-stream", b"\x00\xff", b"\x00\xff"),
        ("image/png", b"\x89PNG", b"\x89PNG"),
        ("application/json", b"", MISSING),
        (None, b"", MISSING),
    ],
)  # fmt: skip
def test_values(content_type: str | None, content: bytes, expected: Any) -> None:
    exchange = read(content, content_type)
    assert (exchange.response_body, exchange.notes, exchange.status_code) == (expected, (), 200)


@pytest.mark.parametrize(
    ("content_type", "xml"),
    [("application/xml", True), ("text/xml", True), ("application/soap+xml", True), ("text/html", False)],
)
def test_xml_is_known_as_such(content_type: str, xml: bool) -> None:
    assert read(b"<a/>", content_type).response_is_xml is xml


@pytest.mark.parametrize("content", [b"<html>", b"{", b'{"a": NaN}', b"[" * 100_000, b"1" * 10_000])
def test_json_that_does_not_parse_is_its_text_and_a_note(content: bytes) -> None:
    exchange = read(content, "application/json")
    assert exchange.response_body == content.decode()
    assert "'application/json' but is not JSON" in exchange.notes[0]


@pytest.mark.parametrize("content_type", [None, "json"])
@pytest.mark.parametrize(
    ("content", "expected", "read_as"),
    [(b'{"a":1}', {"a": 1}, "JSON"), (b"hi", "hi", "text"), (b"\xff\x00", b"\xff\x00", "bytes")],
)
def test_an_answer_that_does_not_say_what_it_is(
    content_type: str | None, content: bytes, expected: Any, read_as: str
) -> None:
    exchange = read(content, content_type)
    assert exchange.response_body == expected
    assert exchange.notes[0].endswith(f"it was read as {read_as}")


def test_text_with_bytes_that_are_none_is_mended_and_noted() -> None:
    exchange = read(b"a\xffb", "text/plain")
    assert (exchange.response_body, len(exchange.notes)) == ("a\ufffdb", 1)
