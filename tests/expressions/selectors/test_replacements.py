"""Payload Replacement Objects (S39): into a copy, and only where the target exists."""

from __future__ import annotations

import copy

import pytest

from arazzo_runner.expressions.nodes import ExpressionType
from arazzo_runner.expressions.selectors import QueryError, replace
from arazzo_runner.expressions.selectors.xpath import VERSIONS
from arazzo_runner.values import JSON

POINTER = ExpressionType("jsonpointer", "rfc6901")
JSONPATH = ExpressionType("jsonpath", "rfc9535")
GOESSNER = ExpressionType("jsonpath", "draft-goessner-dispatch-jsonpath-00")
XPATH = ExpressionType("xpath", "xpath-31")
CART: JSON = {"items": [{"sku": "A", "n": 1}, {"sku": "B", "n": 1}], "note": None}


@pytest.mark.parametrize(
    ("type_", "target", "expected"),
    [
        (POINTER, "/items/1/n", {"items": [{"sku": "A", "n": 1}, {"sku": "B", "n": 9}], "note": None}),
        (POINTER, "/note", {"items": [{"sku": "A", "n": 1}, {"sku": "B", "n": 1}], "note": 9}),
        (POINTER, "/items/0", {"items": [9, {"sku": "B", "n": 1}], "note": None}),
        (POINTER, "", 9),
        (JSONPATH, "$.items[1].n", {"items": [{"sku": "A", "n": 1}, {"sku": "B", "n": 9}], "note": None}),
        (JSONPATH, "$.items[-1].n", {"items": [{"sku": "A", "n": 1}, {"sku": "B", "n": 9}], "note": None}),
        (JSONPATH, "$.items[?(@.sku=='B')].n", {"items": [{"sku": "A", "n": 1}, {"sku": "B", "n": 9}], "note": None}),
        (JSONPATH, "$.items[*]['n', 'sku']", {"items": [{"sku": 9, "n": 9}, {"sku": 9, "n": 9}], "note": None}),
        (JSONPATH, "$..n", {"items": [{"sku": "A", "n": 9}, {"sku": "B", "n": 9}], "note": None}),
        (JSONPATH, "$..*", {"items": 9, "note": 9}),
        (JSONPATH, "$.items[0:1]", {"items": [9, {"sku": "B", "n": 1}], "note": None}),
        (JSONPATH, "$", 9),
        (GOESSNER, "$.items[(@.length-1)].n", {"items": [{"sku": "A", "n": 1}, {"sku": "B", "n": 9}], "note": None}),
        (GOESSNER, "$.items[?(@.sku=='A')].n", {"items": [{"sku": "A", "n": 9}, {"sku": "B", "n": 1}], "note": None}),
        (GOESSNER, "$", 9),
    ],
)
def test_replaces_in_a_copy(type_: ExpressionType, target: str, expected: JSON) -> None:
    before = copy.deepcopy(CART)
    assert replace(type_, target, CART, 9) == expected
    assert before == CART


@pytest.mark.parametrize(
    ("type_", "target"),
    [
        (POINTER, "/nothing"),
        (POINTER, "/items/2"),
        (POINTER, "/items/-"),
        (POINTER, "/note/x"),
        (JSONPATH, "$.nothing"),
        (JSONPATH, "$.items[?(@.sku=='Z')].n"),
        (GOESSNER, "$.items[?(@.sku=='Z')].n"),
    ],
)
def test_a_target_that_does_not_exist_fails(type_: ExpressionType, target: str) -> None:
    with pytest.raises(QueryError, match=r"does not exist|selects nothing"):
        replace(type_, target, CART, 9)


@pytest.mark.parametrize(("type_", "target"), [(POINTER, "x"), (JSONPATH, "$["), (XPATH, "/a["), (JSONPATH, "/a")])
def test_a_target_that_cannot_be_read(type_: ExpressionType, target: str) -> None:
    with pytest.raises(QueryError):
        replace(type_, target, "<a/>", 9)


def test_places_that_share_a_container_do_not_change_together() -> None:
    shared: JSON = {"n": 1}
    document: JSON = {"a": shared, "b": shared}
    assert replace(POINTER, "/a/n", document, 2) == {"a": {"n": 2}, "b": {"n": 1}}


def test_a_document_nested_too_deeply() -> None:
    deep: JSON = [1]
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(QueryError, match="nested too deeply"):
        replace(POINTER, "/0", deep, 2)


def test_regex_selects_no_target() -> None:
    with pytest.raises(QueryError, match="cannot select a target"):
        replace(ExpressionType("regex"), "a", "a", "b")


# --- XML --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("target", "value", "expected"),
    [
        ("/o/id", "5", '<o k="1"><id>5</id><x>a<b/>c</x></o>'),
        ("/o/id", 5, '<o k="1"><id>5</id><x>a<b/>c</x></o>'),
        ("/o/id", True, '<o k="1"><id>true</id><x>a<b/>c</x></o>'),
        ("/o/id", None, '<o k="1"><id></id><x>a<b/>c</x></o>'),
        ("/o/id", "<i>&", '<o k="1"><id>&lt;i&gt;&amp;</id><x>a<b/>c</x></o>'),
        ("/o/@k", "v", '<o k="v"><id/><x>a<b/>c</x></o>'),
        ("/o/x", "t", '<o k="1"><id/><x>t</x></o>'),
        ("/o/x/text()[1]", "t", '<o k="1"><id/><x>t<b/>c</x></o>'),
        ("/o/x/text()[2]", "t", '<o k="1"><id/><x>a<b/>t</x></o>'),
        ("//id | //b", "t", '<o k="1"><id>t</id><x>a<b>t</b>c</x></o>'),
    ],
)
def test_replaces_in_xml(version: str, target: str, value: JSON, expected: str) -> None:
    document = '<o k="1"><id/><x>a<b/>c</x></o>'
    assert replace(ExpressionType("xpath", version), target, document, value) == expected


def test_what_surrounds_the_root_stays() -> None:
    document = '<?xml version="1.0" encoding="UTF-8"?>\n<!-- c --><a xmlns:p="urn:p" p:k="1"><p:b>é</p:b></a>'
    assert replace(XPATH, "/a/p:b", document, "ü") == document.replace("é", "ü")
    assert replace(XPATH, "/a/@p:k", document, "2") == document.replace('k="1"', 'k="2"')


@pytest.mark.parametrize(
    ("target", "document", "value", "why"),
    [
        ("/a/b", "<a/>", "x", "selects nothing"),
        ("/a", "<a/>", {"b": 1}, "an object cannot become XML"),
        ("/a", "<a/>", [1], "an array cannot become XML"),
        ("/a", "<a/>", "\x00", "cannot become XML"),
        ("count(/a)", "<a/>", "x", "neither an element nor an attribute nor text"),
        ("/a", {"a": 1}, "x", "needs XML text, found an object"),
        ("/a", "<!DOCTYPE a><a/>", "x", "DOCTYPE"),
    ],
)
def test_what_cannot_be_replaced_in_xml(target: str, document: JSON, value: JSON, why: str) -> None:
    with pytest.raises(QueryError, match=why):
        replace(XPATH, target, document, value)


def test_a_replacement_does_not_change_what_queries_see() -> None:
    from arazzo_runner.expressions.selectors import compile_query

    ask = compile_query(XPATH, "/a")
    assert ask.select("<a>1</a>") == ["1"]
    assert replace(XPATH, "/a", "<a>1</a>", "2") == "<a>2</a>"
    assert ask.select("<a>1</a>") == ["1"]
