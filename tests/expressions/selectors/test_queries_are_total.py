"""A query answers or raises `QueryError`, whatever it is and whatever it is asked of."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arazzo_runner.expressions.nodes import ExpressionType
from arazzo_runner.expressions.selectors import QueryError, compile_query, replace
from arazzo_runner.expressions.selectors.comparison_reader import read_comparison
from arazzo_runner.values import JSON

TYPES = [
    ExpressionType("jsonpath", "rfc9535"),
    ExpressionType("jsonpath", "draft-goessner-dispatch-jsonpath-00"),
    ExpressionType("xpath", "xpath-31"),
    ExpressionType("xpath", "xpath-10"),
    ExpressionType("jsonpointer", "rfc6901"),
    ExpressionType("regex"),
]
PARTS = r"""
$ @ . .. [ ] ( ) ? * ' " / // : :: , == != <= < > && || ! | + - = ~ ~0 ^ { } \ \d a b é length count match null true
1 -1 01 1.5 in $inputs.x {$inputs.x} 'x' "y" text() node() xs:date( is to for $i return
"""
WORDS = [*PARTS.split(), " ", "\ud800"]
TEXTS = st.one_of(st.text(max_size=12), st.lists(st.sampled_from(WORDS), max_size=8).map("".join))
CONTEXTS: list[JSON] = [
    None,
    True,
    1.5,
    "",
    "text",
    "<a><b c='d'>1</b></a>",
    b"x",
    [],
    {},
    {"a": [{"b": 1}, "x"], "b": None},
]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(TYPES), TEXTS, st.sampled_from(CONTEXTS))
def test_queries(type_: ExpressionType, text: str, context: JSON) -> None:
    with suppress(QueryError):
        query = compile_query(type_, text)
        with suppress(QueryError):
            assert isinstance(query.select(context), list)
        with suppress(QueryError):
            assert isinstance(query.holds(context), bool)
        replace(type_, text, context, "v")


@settings(max_examples=300)
@given(TEXTS, st.sampled_from(["$.a == ", "!", "$.b && ", "1 < "]), st.sampled_from(CONTEXTS))
def test_comparisons(text: str, before: str, context: JSON) -> None:
    comparison = read_comparison(before + text)
    if comparison is not None:
        with suppress(QueryError):
            passed, operands = comparison.judge(context, {"$inputs.x": "v"})
            assert isinstance(passed, bool)
            assert all(operand.text in before + text for operand in operands)


HEAVY = ["lxml", "elementpath", "regex", "jsonpath_ng", "jsonpath_rfc9535", "iregexp_check"]


@pytest.mark.parametrize("use", ["", "; s.compile_query(s_type('jsonpath', 'rfc9535'), '$.a[0]').select({'a': [1]})"])
def test_nothing_heavy_is_imported_before_it_is_needed(use: str) -> None:
    program = (
        "import sys; import arazzo_runner.expressions.selectors as s;"
        "from arazzo_runner.expressions.nodes import ExpressionType as s_type"
        f"{use}; print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
