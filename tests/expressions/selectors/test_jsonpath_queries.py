"""JSONPath: RFC 9535 (S20) and the Goessner draft."""

from __future__ import annotations

import timeit

import jsonpath_rfc9535
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arazzo_runner.expressions.nodes import ExpressionType
from arazzo_runner.expressions.selectors import QueryError, compile_query, rfc9535
from arazzo_runner.expressions.selectors.jsonpath import read_singular
from arazzo_runner.values import JSON

RFC = ExpressionType("jsonpath", "rfc9535")
GOESSNER = ExpressionType("jsonpath", "draft-goessner-dispatch-jsonpath-00")
PETS: JSON = {
    "pets": [
        {"name": "Rex", "age": 3, "tags": ["dog", "big"]},
        {"name": "Tom", "age": 12, "tags": []},
        {"name": "Ann"},
    ],
    "limit": 10,
    "state": "running",
}


def select(query: str, context: JSON, type_: ExpressionType = RFC) -> list[JSON]:
    return compile_query(type_, query).select(context)


def nested(depth: int) -> JSON:
    value: JSON = {"leaf": 1}
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("$.state", ["running"]),
        ("$['state']", ["running"]),
        ("$.pets[0].name", ["Rex"]),
        ("$.pets[-1].name", ["Ann"]),
        ("$.pets[3]", []),
        ("$.pets.name", []),
        ("$.pets[*].name", ["Rex", "Tom", "Ann"]),
        ("$.pets[1:].name", ["Tom", "Ann"]),
        ("$.pets[::-1].name", ["Ann", "Tom", "Rex"]),
        ("$.pets[0, 0]['name', 'age']", ["Rex", 3, "Rex", 3]),
        ("$..name", ["Rex", "Tom", "Ann"]),
        ("$.pets[?@.age > 5].name", ["Tom"]),
        ("$.pets[?(@.age > $.limit)].name", ["Tom"]),
        ("$.pets[?@.age].name", ["Rex", "Tom"]),
        ("$.pets[?!@.age].name", ["Ann"]),
        ("$.pets[?@.age == 3 || @.name == 'Ann'].name", ["Rex", "Ann"]),
        ("$.pets[?@.tags[0]].name", ["Rex"]),
        ("$.pets[?count(@.tags[*]) == 2].name", ["Rex"]),
        ("$.pets[?length(@.name) == 3 && length(@.tags) == 0].name", ["Tom"]),
        ("$.pets[?value(@..age) == 3].name", ["Rex"]),
        ("$.pets[?match(@.name, 'T.m')].name", ["Tom"]),
        ("$.pets[?search(@.name, '[Rn]')].name", ["Rex", "Ann"]),
        ("$.pets[?@.age >= 3 && @.age <= 11].name", ["Rex"]),
        ("$.pets[?@.nick == @.other].name", ["Rex", "Tom", "Ann"]),  # nothing equals nothing
    ],
)
def test_selects(query: str, expected: list[JSON]) -> None:
    found = compile_query(RFC, query)
    assert found.select(PETS) == expected
    assert found.holds(PETS) is bool(expected)


def test_null_is_a_node() -> None:
    assert select("$.a", {"a": None}) == [None]
    assert compile_query(RFC, "$.a").holds({"a": None})


def test_numbers_and_booleans_differ() -> None:
    assert select("$[?@ == 1]", [1, True, 1.0, "1"]) == [1, 1.0]
    assert select("$[?@ == $[0]]", [[1], [True], [1.0]]) == [[1], [1.0]]


def test_the_root_in_a_nested_filter_is_the_document() -> None:
    document: JSON = {"wanted": 2, "groups": [{"items": [{"id": 1}, {"id": 2}]}, {"items": []}]}
    assert select("$.groups[?@.items[?@.id == $.wanted]]", document) == [{"items": [{"id": 1}, {"id": 2}]}]


@pytest.mark.parametrize(
    ("query", "column"),
    [("$.a[", 5), ("state", 1), ("$.a ==", 5), ("$[?@.a = 1]", None), ("$.pets.length()", None), ("", None)],
)
def test_bad_syntax_names_a_column(query: str, column: int | None) -> None:
    with pytest.raises(QueryError) as raised:
        compile_query(RFC, query)
    assert raised.value.column is not None
    assert column is None or raised.value.column == column
    assert "not a JSONPath query" in str(raised.value)


def test_queries_nested_too_deeply() -> None:
    with pytest.raises(QueryError, match="nested too deeply"):
        compile_query(RFC, "$[?" + "(" * 3000 + "@.a" + ")" * 3000 + "]")


@pytest.mark.parametrize("type_", [RFC, GOESSNER])
def test_deep_documents_are_descended(type_: ExpressionType) -> None:
    assert select("$..leaf", nested(5000), type_) == [1]


def test_products_of_sizes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rfc9535, "MAX_VISITS", 10_000)
    document: JSON = list(range(1000))
    assert len(select("$[?@ > 10]", document)) == 989
    with pytest.raises(QueryError, match="visits more than 10000"):
        select("$[?count($[*]) > 5]", document)


@pytest.mark.parametrize("function", ["match", "search"])
def test_patterns_without_end_are_stopped(function: str) -> None:
    with pytest.raises(QueryError, match="took too long"):
        select(f"$[?{function}(@, '(a|a)*[cd]')]", ["a" * 40 + "b"])


def test_patterns_from_an_answer_cannot_crash_the_checker() -> None:
    with pytest.raises(QueryError, match="nested too deeply"):
        select("$[?match('a', @)]", ["(" * 200_000 + "a" + ")" * 200_000])


def test_a_pattern_that_is_none_matches_nothing() -> None:
    assert select("$[?match(@.a, @.p)]", [{"a": "x", "p": "["}, {"a": "x", "p": 1}, {"a": "x"}]) == []


def test_unknown_versions_are_refused() -> None:
    with pytest.raises(QueryError, match="unknown JSONPath version 'rfc1'"):
        compile_query(ExpressionType("jsonpath", "rfc1"), "$.a")


# --- the fast path and the library agree ------------------------------------------------------------------------------
NAMES = st.sampled_from(["a", "b", "_c1", "é", "length"])
STEPS = st.lists(
    st.one_of(
        NAMES.map(lambda name: f".{name}"),
        NAMES.map(lambda name: f"['{name}']"),
        st.sampled_from(["a b", "", "$", "x-y", "1"]).map(lambda name: f'["{name}"]'),
        st.integers(-2, 2).map(lambda index: f"[{index}]"),
        st.sampled_from(
            ["[01]", "[-0]", ".1", "[9007199254740993]", ". a", "..a", "[*]", "[ 0 ]", "['a\\n']", "['\"']"]
        ),
    ),
    max_size=3,
).map("".join)
KEYS = st.sampled_from(["a", "b", "_c1", "é", "length", "a b", "", "$", "x-y", "1"])
DOCUMENTS = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(0, 3), st.sampled_from(["a", ""])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)


@given(STEPS, DOCUMENTS)
def test_singular_queries_agree_with_the_library(steps: str, document: JSON) -> None:
    query = f"${steps}"
    fast = read_singular(query)
    try:
        expected = jsonpath_rfc9535.find(query, document).values()  # type: ignore[arg-type]  # it takes only lists and dicts, as its types say
    except jsonpath_rfc9535.JSONPathError:
        assert fast is None
        with pytest.raises(QueryError):
            compile_query(RFC, query)
        return
    if fast is not None:
        assert fast.select(document) == expected
    assert select(query, document) == expected
    assert rfc9535.compile_rfc9535(query).select(document) == expected


FILTERS = [
    "$..*",
    "$..[0]",
    "$[?@.a]",
    "$[?!@.a]",
    "$[?@ == 1]",
    "$[?@.a == @.b]",
    "$[?@.a != null]",
    "$[?@.a < 2 || @.b >= 1]",
    "$..[?@ <= 'a']",
    "$[?count(@.*) > 1]",
    "$[?length(@) == 1]",
    "$..[?value(@..a) == 1]",
    "$[?(@.a && !(@.b))]",
    "$..a[*]",
    "$[1:]['a', 0]",
]


@given(st.sampled_from(FILTERS), DOCUMENTS)
def test_queries_agree_with_the_library(query: str, document: JSON) -> None:
    expected = jsonpath_rfc9535.find(query, document).values()  # type: ignore[arg-type]  # it takes only lists and dicts, as its types say
    assert [repr(value) for value in select(query, document)] == [repr(value) for value in expected]


def test_a_hot_singular_query_costs_little() -> None:
    query = compile_query(RFC, "$.state")
    assert (
        min(timeit.repeat(lambda: query.select(PETS), number=1000, repeat=20)) / 1000 < 5e-6
    )  # seconds; 0.3e-6 on a quiet machine


def test_compiled_queries_are_kept() -> None:
    assert compile_query(RFC, "$.pets[?@.kept]") is compile_query(RFC, "$.pets[?@.kept]")


# --- the Goessner draft -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("$.state", ["running"]),
        ("$.pets[(@.length-1)].name", ["Ann"]),
        ("$.pets[( @.length - 2 )].name", ["Tom"]),
        ("$.pets[?(@.age > 5)].name", ["Tom"]),
        ("$.pets[?@.name == 'Rex'].age", [3]),
        ("$.pets[?(@.name == 'Rex' || @.age == 12)].name", ["Rex", "Tom"]),
        ("$..name", ["Rex", "Tom", "Ann"]),
        ("$.pets[0,1].name", ["Rex", "Tom"]),
        ("$.nothing[(@.length-1)]", []),
    ],
)
def test_goessner(query: str, expected: list[JSON]) -> None:
    assert select(query, PETS, GOESSNER) == expected
    assert compile_query(GOESSNER, query).holds(PETS) is bool(expected)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("$.pets[?(@.name =~ '(a|a)*c')]", "'=~' is not available"),
        ("$.state * 1000000000", "not in the Goessner draft"),
        ("$.state + $.state", "not in the Goessner draft"),
        ("$.pets.`len`", "not in the Goessner draft"),
        ("$.pets[?(@.length * 2 == 3)]", "not"),
        ("$.pets[", "not a JSONPath query"),
        ("$.pets[(@.length * 2)]", "not a JSONPath query"),
    ],
)
def test_what_the_goessner_draft_has_not_is_refused(query: str, why: str) -> None:
    with pytest.raises(QueryError, match=why):
        compile_query(GOESSNER, query)
