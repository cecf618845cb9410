"""How the mock reads conditions as wishes, and puts values where their operands lead."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from arazzo_runner.expressions.selectors.jsonpath import RFC, compile_jsonpath
from arazzo_runner.transports.mock import jsonpaths, xml_places
from arazzo_runner.transports.mock.answers import Answer
from arazzo_runner.transports.mock.places import BodyPart, HeaderField, StatusCode, look, put
from arazzo_runner.transports.mock.wishes import Wish, ways


def nowhere(reference: Any) -> Any:
    raise LookupError(reference)


@pytest.mark.parametrize(
    ("condition", "hold", "expected"),
    [
        ("$statusCode == 200", True, [(Wish("$statusCode", "==", "200"),)]),
        ("$statusCode == 200", False, [(Wish("$statusCode", "!=", "200"),)]),
        ("$a && $b", True, [(Wish("$a", "truthy"), Wish("$b", "truthy"))]),
        ("$a && $b", False, [(Wish("$a", "falsy"),), (Wish("$b", "falsy"),)]),
        ("$a || !($b < 3)", True, [(Wish("$a", "truthy"),), (Wish("$b", ">=", "3"),)]),
        ("$.a[?(@.x == 'a && b')].length == 0", True, [(Wish("$.a[?(@.x == 'a && b')].length", "==", "0"),)]),
        ("$response.body#/s contains 'x'", True, [(Wish("$response.body#/s", "contains", "'x'"),)]),
        ('$.status in ["a", "b"]', False, [(Wish("$.status", "not in", '["a", "b"]'),)]),
        ("==", True, []),
        ("", True, []),
        ("(" * 5000, True, []),
    ],
)
def test_a_condition_is_read_as_wishes(condition: str, hold: bool, expected: Any) -> None:
    assert ways(condition, hold=hold) == expected


@pytest.mark.parametrize(
    ("body", "tokens", "expected"),
    [
        ({}, ("a", "b"), {"a": {"b": 5}}),
        ({"a": {"c": 1}}, ("a", "b"), {"a": {"c": 1, "b": 5}}),
        ({}, ("items", "1", "id"), {"items": [{}, {"id": 5}]}),
        ({"0": {}}, ("0", "id"), {"0": {"id": 5}}),
        ([{"id": 1}], (0, "id"), [{"id": 5}]),
        (None, (), 5),
        ({"a": "scalar"}, ("a", "b"), {"a": {"b": 5}}),
        ([{"a": 1}], ("b",), {"a": 1, "b": 5}),
    ],
)
def test_a_value_is_put_into_a_body(body: Any, tokens: Any, expected: Any) -> None:
    answer = Answer(200, body=body, schema=True)
    assert put(answer, BodyPart(tokens), 5)
    assert answer.body == expected
    assert look(answer, BodyPart(tokens)) == 5


def test_status_and_headers_are_places_too() -> None:
    answer = Answer(200, {"X-A": "1"})
    assert put(answer, HeaderField("x-a"), True)
    assert answer.headers == {"x-a": "true"}
    assert put(answer, StatusCode(), 404)
    assert not put(answer, StatusCode(), 99)
    assert not put(answer, StatusCode(), "200")
    assert answer.status == 404


QUERIES = [
    "$.a.b",
    "$.items[*].id",
    "$.items[?@.k == 'x'].v",
    "$.items[?@.n > 3 && @.m != 'a']",
    "$.items[?@.n >= 3 || @.m]",
    "$.items[?!@.gone]",
    "$.items[?length(@.tags) > 1]",
    "$.items[?count(@.tags[*]) == 2].id",
    "$.items[?match(@.name, '^ab[0-9]$')]",
    "$..id",
    "$.items[1]",
    "$.items[-1].x",
    "$.items[0:2].x",
    "$['odd name']",
]


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("body", [{}, {"items": [{"k": "y", "n": 1, "m": "a", "gone": 1}]}, {"items": []}], ids=str)
def test_a_body_is_changed_so_that_a_query_selects_something_or_nothing(query: str, body: Any) -> None:
    compiled = compile_jsonpath(RFC, query)
    made = jsonpaths.selecting(query, copy.deepcopy(body), True, nowhere, jsonpaths.present(nowhere, "v"))
    assert compiled.select(made)
    assert any(
        not compiled.select(jsonpaths.emptied(query, copy.deepcopy(made), True, nowhere, pick)) for pick in (0, 1)
    )


def test_a_filter_on_an_object_is_asked_of_the_object() -> None:
    """S20."""
    made = jsonpaths.selecting("$[?@.status == 'done']", {"status": "new"}, True, nowhere, lambda value, _: value)  # type: ignore[arg-type, return-value]  # a value that keeps what it is given
    assert made == {"status": "done"}


XML = "<root><a><b>1</b></a></root>"


@pytest.mark.parametrize(
    ("xpath", "expected"),
    [
        ("/root/a/b = '2'", "<root><a><b>2</b></a></root>"),
        ("//b/text() = 'x'", "<root><a><b>x</b></a></root>"),
        ("/root/c/d", "<root><a><b>1</b></a><c><d/></c></root>"),
        ("/other/a", "<other><a><b>1</b></a></other>"),
        ("/root/@id = '7'", '<root id="7"><a><b>1</b></a></root>'),
        ("count(/root/a/b) > 1", "<root><a><b>1</b><b>1</b></a></root>"),
        ("//b > 5", "<root><a><b>6</b></a></root>"),
        ("/*[local-name()='root']/*[local-name()='c'] != ''", "<root><a><b>1</b></a><c>text</c></root>"),
        ("following::x[position() mod 2]", None),
    ],
)
def test_xml_is_changed_so_that_a_simple_path_holds(xpath: str, expected: str | None) -> None:
    assert xml_places.mended(XML, xpath) == expected


def test_what_an_output_reads_of_xml_stays_where_it_is_there() -> None:
    assert xml_places.with_value(XML, "/root/a/b", "x") == XML
    assert xml_places.with_value(XML, "//c", "x") == "<root><a><b>1</b></a><c>x</c></root>"
    assert xml_places.with_value("not xml", "//c", "x") is None
