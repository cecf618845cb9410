"""JSON Pointers (RFC 6901) and regular expressions (S19)."""

from __future__ import annotations

import pytest

from arazzo_runner.expressions.nodes import ExpressionType
from arazzo_runner.expressions.selectors import QueryError, compile_query
from arazzo_runner.values import JSON

POINTER = ExpressionType("jsonpointer", "rfc6901")
REGEX = ExpressionType("regex")
# RFC 6901, section 5
EXAMPLE: JSON = {
    "foo": ["bar", "baz"],
    "": 0,
    "a/b": 1,
    "c%d": 2,
    "e^f": 3,
    "g|h": 4,
    "i\\j": 5,
    'k"l': 6,
    " ": 7,
    "m~n": 8,
    "~1": 9,
}


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("", EXAMPLE),
        ("/foo", ["bar", "baz"]),
        ("/foo/0", "bar"),
        ("/", 0),
        ("/a~1b", 1),
        ("/c%d", 2),
        ("/e^f", 3),
        ("/g|h", 4),
        ("/i\\j", 5),
        ('/k"l', 6),
        ("/ ", 7),
        ("/m~0n", 8),
        ("/~01", 9),
    ],
)
def test_pointer_selects(pointer: str, expected: JSON) -> None:
    query = compile_query(POINTER, pointer)
    assert query.select(EXAMPLE) == [expected]
    assert query.holds(EXAMPLE)


@pytest.mark.parametrize(
    "pointer", ["/x", "/foo/2", "/foo/-", "/foo/00", "/foo/-1", "/foo/1.0", "/foo/0/x", "/foo/٠", "/foo/" + "9" * 5000]
)
def test_pointer_leads_nowhere(pointer: str) -> None:
    assert compile_query(POINTER, pointer).select(EXAMPLE) == []
    assert not compile_query(POINTER, pointer).holds(EXAMPLE)


@pytest.mark.parametrize(("pointer", "column"), [("foo", 1), ("#/foo", 1), ("/a~b", 3), ("/a~", 3)])
def test_pointer_syntax(pointer: str, column: int) -> None:
    with pytest.raises(QueryError) as raised:
        compile_query(POINTER, pointer)
    assert raised.value.column == column


@pytest.mark.parametrize(
    ("pattern", "context", "expected"),
    [
        (r"^2\d{2}$", 200, True),
        (r"^2\d{2}$", 404, False),
        ("unn", "running", True),  # searched, not anchored
        ("^unn", "running", False),
        ("Running", "running", False),
        ("(?i)Running", "running", True),
        ("^true$", True, True),
        ('"id":', {"id": 7}, True),
        ("^$", "", True),
        ("x", None, False),
        ("", None, False),  # S19: null fails whatever the pattern
        (r"a\/b", "a/b", True),
        (r"(?<year>\d{4})-\k<year>", "2026-2026", True),
        (r"[\s\S]*end", "a\nend", True),
        ("a[^]*end", "a\n]end", True),
        ("[^]]end", "xend", True),
        ("[^]]end", "]end", False),
        (r"\u{1F600}", "😀", True),
        (r"a\cJb", "a\nb", True),
        (r"[a\]b]+$", "]", True),
        ("/^a$/i", "A", False),  # slashes and flags are not special
        ("/^a$/i", "/^a$/i", False),
        (r"\p{Lu}", "É", True),
        ("é", {"name": "é"}, True),
    ],
)
def test_regex_searches(pattern: str, context: JSON, expected: bool) -> None:
    assert compile_query(REGEX, pattern).holds(context) is expected


def test_regex_selects_the_match() -> None:
    assert compile_query(REGEX, r"\d+").select("id 42, 43") == ["42"]
    assert compile_query(REGEX, r"\d+").select("none") == []


@pytest.mark.parametrize("pattern", ["(", "[a", "a{2,1}", r"\k<x>", "(" * 5000 + ")" * 5000, "(?<n>a)(?<n"])
def test_regex_syntax(pattern: str) -> None:
    with pytest.raises(QueryError, match="not a regular expression"):
        compile_query(REGEX, pattern)


def test_regex_names_the_column() -> None:
    with pytest.raises(QueryError) as raised:
        compile_query(REGEX, "ab[c")
    assert raised.value.column == 5


def test_regex_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arazzo_runner.expressions.selectors.regex.TIME_LIMIT", 0.05)
    with pytest.raises(QueryError, match="took too long"):
        compile_query(REGEX, "^(a|a)*$").holds("a" * 40 + "b")


def test_regex_needs_text() -> None:
    with pytest.raises(QueryError, match="binary data"):
        compile_query(REGEX, "x").holds(b"x")


def test_simple_is_not_a_query_language() -> None:
    with pytest.raises(QueryError, match="'simple' is not a query language"):
        compile_query(ExpressionType("simple"), "$statusCode == 200")
