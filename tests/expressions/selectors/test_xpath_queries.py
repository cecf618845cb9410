"""XPath 1.0 to 3.1 (S21, S44), and what it may not do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from lxml import etree

from arazzo_runner.expressions.nodes import ExpressionType
from arazzo_runner.expressions.selectors import Query, QueryError, compile_query, xpath_bounds
from arazzo_runner.expressions.selectors.xpath import VERSIONS
from arazzo_runner.values import JSON

ORDER = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!-- an order -->\n'
    '<order id="7"><status>running</status><item price="11">a</item>'
    '<item price="3">b<!-- c --></item><note>x<b>y</b>z</note><empty/></order>'
)
SOAP = (
    '<s:Envelope xmlns:s="urn:soap"><s:Body><Order xmlns="urn:shop" xmlns:x="urn:x" x:kind="k"><Id>5</Id></Order>'
    "</s:Body></s:Envelope>"
)


def query(text: str, version: str = "xpath-31") -> Query:
    return compile_query(ExpressionType("xpath", version), text)


def select(text: str, context: JSON = ORDER, version: str = "xpath-31") -> list[JSON]:
    found: list[JSON] = query(text, version).select(context)
    return found


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("text", "expected", "passes"),
    [
        ("/order/status", ["running"], True),
        ("order/status", ["running"], True),
        ("//item", ["a", "b"], True),
        ("//item/@price", ["11", "3"], True),
        ("//item[@price > 10]", ["a"], True),
        ("//item/text()", ["a", "b"], True),
        ("//nothing", [], False),
        ("/order/empty", [""], True),
        ("/order/note", ["<note>x<b>y</b>z</note>"], True),
        ("count(//item)", [2], True),
        ("count(//nothing)", [0], False),
        ("sum(//item/@price) div 4", [3.5], True),
        ("number('x')", ["NaN"], False),
        ("string(/order/@id)", ["7"], True),
        ("string(//nothing)", [""], False),
        ("/order/status = 'running'", [True], True),
        ("/order/status = 'done'", [False], False),
        ("count(//item) > 1 and not(//nothing)", [True], True),
        ("//comment()", [" an order ", " c "], True),
        ("''", [""], False),
        ("'false'", ["false"], True),
        ("0", [0], False),
    ],
)
def test_selects_and_holds(version: str, text: str, expected: list[JSON], passes: bool) -> None:
    assert select(text, version=version) == expected
    assert query(text, version).holds(ORDER) is passes


@pytest.mark.parametrize(
    ("version", "text", "expected"),
    [
        ("xpath-20", "for $i in 1 to 3 return $i * 2", [2, 4, 6]),
        ("xpath-20", "if (//item) then 'some' else 'none'", ["some"]),
        ("xpath-20", "every $i in //item satisfies $i/@price > 2", [True]),
        ("xpath-30", "let $n := count(//item) return $n + 1", [3]),
        ("xpath-30", "'a' || 'b'", ["ab"]),
        ("xpath-31", "'a' => upper-case()", ["A"]),
        ("xpath-31", "map{'a': 1, 'b': [1, 'x']}", [{"a": 1, "b": [1, "x"]}]),
        ("xpath-31", "xs:date('2020-01-01')", ["2020-01-01"]),
        ("xpath-31", "//item/@price/number()", [11, 3]),
        ("xpath-31", "1.5", [1.5]),
        ("xpath-31", "distinct-values((1, 2, 1))", [1, 2]),
        ("xpath-31", "1 div 0e0", ["INF"]),
    ],
)
def test_what_later_versions_know(version: str, text: str, expected: list[JSON]) -> None:
    assert select(text, version=version) == expected


@pytest.mark.parametrize(
    ("version", "text"),
    [
        ("xpath-10", "for $i in 1 to 3 return $i"),
        ("xpath-20", "let $n := 1 return $n"),
        ("xpath-30", "'a' => upper-case()"),
        ("xpath-30", "map{'a': 1}"),
    ],
)
def test_what_earlier_versions_do_not_know(version: str, text: str) -> None:
    with pytest.raises(QueryError, match=f"not an expression of {version}"):
        query(text, version)


@pytest.mark.parametrize(
    "text",
    [
        "boolean(//item)",
        "//item[2] = 'b'",
        "//item[last()]",
        "count(//*)",
        "sum(//item/@price)",
        "concat('a', /order/@id, 'b')",
        "substring-before('a-b', '-')",
        "normalize-space(' a  b ')",
        "//item/@price < 5",
        "//item = //status",
        "not(//nothing = 'x')",
        "name(/*)",
        "round(2.5)",
        "translate('abc', 'b', 'x')",
        "/order/*[self::status]/following-sibling::*[1]",
    ],
)
def test_version_1_agrees_with_libxml2(text: str) -> None:
    found = etree.XPath(text)(etree.fromstring(ORDER.encode()).getroottree())
    results = found if isinstance(found, list) else [found]
    # libxml2 evaluates to the same values; elements by their text, of which those selected here have no children
    assert select(text, version="xpath-10") == [getattr(result, "text", result) for result in results]


def test_the_document_is_the_xml_of_its_root() -> None:
    assert select("/", "<a><b/></a>") == ["<a><b/></a>"]
    assert select("/", "<a>x</a>") == ["<a>x</a>"]


def test_prefixes_are_those_of_the_document() -> None:
    assert select("/s:Envelope/s:Body/*/@x:kind", SOAP) == ["k"]
    assert select("//*[local-name() = 'Id']", SOAP) == ["5"]
    assert select("//Q{urn:shop}Id", SOAP) == ["5"]
    assert select("//Id", SOAP) == []  # no prefix is no namespace
    assert select("'x:y'", SOAP) == ["x:y"]


def test_prefixes_that_the_document_does_not_declare() -> None:
    with pytest.raises(QueryError, match="the prefix 'soap' is not declared"):
        select("/soap:Envelope", SOAP)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("text", ["//item[", "foo(1)", "", "a b", "(" * 2000 + "1" + ")" * 2000, "9" * 5000])
def test_bad_syntax(version: str, text: str) -> None:
    with pytest.raises(QueryError):
        query(text, version)


def test_variables_have_no_value() -> None:
    with pytest.raises(QueryError, match="x"):
        select("$x")


def test_bad_syntax_names_a_column() -> None:
    with pytest.raises(QueryError) as raised:
        query("//item[foo(1)]")
    assert raised.value.column == 8


def test_unknown_versions_are_refused() -> None:
    with pytest.raises(QueryError, match="unknown XPath version 'xpath-99'"):
        query("/a", "xpath-99")


def test_a_sequence_of_values_has_no_boolean_value() -> None:
    with pytest.raises(QueryError, match="effective boolean value"):
        query("(1, 2)").holds(ORDER)


# --- contexts ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("context", "why"),
    [
        (None, "needs XML text, found null"),
        ({}, "needs XML text, found an object"),
        ([], "needs XML text, found an array"),
        (5, "needs XML text, found a number"),
        (b"<a/>", "needs XML text, found binary data"),
        ("", "not well-formed XML"),
        ("no xml", "not well-formed XML"),
        ('{"a": 1}', "not well-formed XML"),
        ("<a>", "not well-formed XML"),
        ("<a>\ud800</a>", "not well-formed XML"),
        ("<a>&nbsp;</a>", "not well-formed XML"),
        ("<html><br></html>", "not well-formed XML"),
        ("<a>" * 300 + "</a>" * 300, "depth"),
        ("<!DOCTYPE html><html></html>", "DOCTYPE"),
        ("<!doctype html><html></html>", "DOCTYPE"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "DOCTYPE"),
        ('<?xml version="1.0"?> <!-- > --> <?p?> <!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "DOCTYPE"),
    ],
)
@pytest.mark.parametrize("version", ["xpath-31", "xpath-10"])
def test_contexts_that_are_no_plain_xml(version: str, context: JSON, why: str) -> None:
    for ask in (query("/a", version).select, query("/a", version).holds):
        with pytest.raises(QueryError, match=why):
            ask(context)


@pytest.mark.parametrize(
    "context",
    [
        "\ufeff<a>é</a>",
        '<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>',
        "<a><!-- <!DOCTYPE x> -->é</a>",
        "<a><![CDATA[é]]></a>",
    ],
)
def test_contexts_that_are(context: str) -> None:
    assert select("/a", context) == ["é"]


# --- reaching outside -------------------------------------------------------------------------------------------------
OUTSIDE = [
    "doc('{file}')",
    "doc-available('{file}')",
    "fn:doc('{file}')",
    "Q{{http://www.w3.org/2005/xpath-functions}}doc('{file}')",
    "doc#1('{file}')",
    "'{file}' => doc()",
    "for-each('{file}', doc#1)",
    "collection('{file}')",
    "uri-collection('{file}')",
    "unparsed-text('{file}')",
    "unparsed-text-lines('{file}')",
    "unparsed-text-available('{file}')",
    "json-doc('{file}')",
    "environment-variable('ARAZZO_TEST_SECRET')",
    "available-environment-variables()",
    "function-lookup(xs:QName('fn:doc'), 1)('{file}')",
    "transform(map{{'stylesheet-location': '{file}'}})",
    "load-xquery-module('{file}')",
    "analyze-string('a', 'a')",
]


@pytest.mark.parametrize("text", OUTSIDE)
def test_functions_that_reach_outside_are_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "secret.xml"
    file.write_text("<secret/>")
    with pytest.raises(QueryError, match="is not available here") as raised:
        select(text.format(file=file.as_uri()))
    assert raised.value.column is not None


@pytest.mark.parametrize("version", ["xpath-20", "xpath-30"])
@pytest.mark.parametrize("text", ["doc('file:///x')", "doc-available('file:///x')", "collection('/')"])
def test_so_they_are_in_earlier_versions(version: str, text: str) -> None:
    with pytest.raises(QueryError, match="is not available here"):
        select(text, version=version)


def test_the_environment_stays_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "ARAZZO_TEST_SECRET", "x")
    with pytest.raises(QueryError):
        select("environment-variable('ARAZZO_TEST_SECRET')")


def test_elements_may_have_the_names_of_those_functions() -> None:
    assert select("/doc/collection/transform", "<doc><collection><transform>x</transform></collection></doc>") == ["x"]


def test_xml_inside_xml_may_not_have_a_doctype() -> None:
    with pytest.raises(QueryError, match="DOCTYPE"):
        select("parse-xml(/a)", "<a>&lt;!DOCTYPE b SYSTEM 'file:///etc/passwd'>&lt;b/></a>")
    assert select("parse-xml(/a)/b/c", "<a>&lt;b>&lt;c>x&lt;/c>&lt;/b></a>") == ["x"]


# --- running away -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    [
        "count(1 to 100000000000)",
        "count(for $i in 1 to 900, $j in 1 to 900 return 1)",
        "some $i in 1 to 900, $j in 1 to 900 satisfies $i + $j < 0",
        "count(for-each(1 to 900, function($x) { for-each(1 to 900, function($y) { 1 }) }))",
        "sum(for-each(1 to 900, function($x) { sum(1 to 900) }))",
        "count(distinct-values(1 to 5000))",
        "count((1 to 900)[count((1 to 900)[. > 0]) < 0])",
        "fold-left(1 to 100, 'xx', function($a, $b) { concat($a, $a) })",
        "fold-left(1 to 100, 'xx', function($a, $b) { $a || $a })",
        "fold-left(1 to 100, 'xx', function($a, $b) { string-join(($a, $a), '') })",
        "let $f := function($f, $n) { $f($f, $n) } return $f($f, 1)",
    ],
)
def test_what_runs_away_is_stopped(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xpath_bounds, "MAX_VISITS", 10_000)
    monkeypatch.setattr(xpath_bounds, "MAX_TEXT", 10_000)
    with pytest.raises(QueryError, match=r"more than|too long|nested too deeply"):
        select(text)


@pytest.mark.parametrize(
    "text", ["matches(/a, '{p}')", "replace(/a, '{p}', 'x')", "tokenize(/a, '{p}')", "matches#2(/a, '{p}')"]
)
def test_patterns_without_end_are_stopped(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xpath_bounds, "TIME_LIMIT", 0.05)
    with pytest.raises(QueryError, match="took too long"):
        select(text.replace("{p}", "^(a|a)+$"), f"<a>{'a' * 40}b</a>")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("matches('abc', 'b')", [True]),
        ("matches('abc', '^b')", [False]),
        ("matches('aBc', 'b', 'i')", [True]),
        ("matches((), 'b')", [False]),
        ("replace('abc', '(b)', '[$1$1]')", ["a[bb]c"]),
        ("replace('abc', 'b', '\\$\\\\')", ["a$\\c"]),
        ("replace('a.b', '.', '$0', 'q')", ["a$0b"]),
        ("replace('abc', '(b)', '$12')", ["ab2c"]),
        ("tokenize('a1b22c', '[0-9]+')", ["a", "b", "c"]),
        ("tokenize(',a,', ',')", ["", "a", ""]),
        ("tokenize('a', ',')", ["a"]),
        ("tokenize('', ',')", []),
        ("tokenize(' a  b ')", ["a", "b"]),
        ("count(tokenize('a,b', '(,)'))", [2]),
    ],
)
def test_patterns(text: str, expected: list[JSON]) -> None:
    assert select(text) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("matches('a', '(')", "not a regular expression"),
        ("matches('a', 'a', 'k')", "unknown flag 'k'"),
        ("replace('a', 'a*', 'x')", "matches a text of no characters"),
        ("replace('a', 'a', '$')", "not a replacement"),
        ("tokenize('a', 'a?')", "matches a text of no characters"),
    ],
)
def test_patterns_with_errors(text: str, code: str) -> None:
    with pytest.raises(QueryError, match=code):
        select(text)
