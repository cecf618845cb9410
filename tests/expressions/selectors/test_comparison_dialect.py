"""The dialect `jsonpath-comparison` (dialects.md): comparisons of JSONPath operands, judged by S18."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from arazzo_runner.expressions.selectors.comparison import Comparison
from arazzo_runner.expressions.selectors.comparison_reader import read_comparison
from arazzo_runner.values import JSON, MISSING, Missing

BODY: JSON = {
    "state": "Running",
    "count": 3,
    "price": "12.5",
    "ready": True,
    "next": None,
    "items": [{"k": "p", "ok": True}, {"k": "q", "ok": False}],
    "empty": [],
    "meta": {"a": 1, "b": 2},
    "box": {"length": 7},
    "user-agent": "x",
}


def read(text: str) -> Comparison:
    comparison = read_comparison(text)
    assert comparison is not None, text
    return comparison


def judge(text: str, context: JSON = BODY, values: Mapping[str, JSON | Missing] | None = None) -> bool:
    return read(text).judge(context, values or {})[0]


@pytest.mark.parametrize(
    "text",
    [
        '$.state == "running"',
        "$.state == 'RUNNING'",
        "$.state != 'done'",
        "$.count > 2",
        "$.count >= 3 && $.count <= 3",
        "$.price > 12",
        '$.count == "3"',
        "$.ready == true",
        "$.next == null",
        "$.nothing == null",
        "$.state != null",
        "$.items.length > 0",
        "$.items.length() == 2",
        "$.empty.length == 0",
        "$.nothing.length == 0",
        "$.next.length == 0",
        "$.state.length == 7",
        "$.meta.length == 2",
        "$.box.length == 7",  # a member of that name comes first
        "$.length > 5",
        "$.items[0].ok == true",
        "$.items[-1].k == 'q'",
        "$['state'] == 'running'",
        "$.user-agent == 'x'",
        "$.items[?(@.k == 'p')].length == 1",
        "$.items[?(@.k == 'z')].length == 0",
        "$.items[?@.k == 'p' && @.ok].ok == true",
        "$.items[*].k == ['p', 'q']",
        "$..k.length == 2",
        '$.state in ["done", "running"]',
        "'p' in $.items[*].k",
        "2 < $.count",
        "$.count == $.items.length || $.state == 'running'",
        "!$.next",
        "!($.state == 'done')",
        "!$.next && $.ready",
        "($.ready)",
        "$.state == 'a' || ($.count == 3 && $.ready == true)",
        "$.state=='running'&&$.count==3",
        "  $.state  ==  'running'  ",
        "$.count == 3.0",
        "$.count > -1e2",
        "$ != null",
    ],
)
def test_passes(text: str) -> None:
    assert judge(text)


@pytest.mark.parametrize(
    "text",
    [
        "$.state == 'done'",
        "$.state == 'x' || $.state == 'y'",
        "$.state != 'a' && $.state != 'RUNNING'",
        "$.nothing > 0",
        "$.nothing != null",
        "$.ready == 'true'",
        "$.state in ['a', 'b']",
        "$.state in 'running'",
        "$.empty.length > 0",
        "$.items.length == 0",
        "!$.state",
        "$.count.length == 1",  # a number has no length
        "$.next && $.ready",
        "$.items == 2",
    ],
)
def test_fails(text: str) -> None:
    assert not judge(text)


def test_and_binds_closer_than_or() -> None:
    assert judge("$.count == 3 || $.count == 4 && $.ready == false")
    assert not judge("($.count == 3 || $.count == 4) && $.ready == false")


@pytest.mark.parametrize(
    "text",
    [
        "$",
        "$.state",
        "$.items[*]",
        "$..k",
        "$[?@.a == 1]",
        "$[?(@.a == 'x' || @.b)]",
        "$.items[?@.k == 'p'].ok",
        "$[?count(@.products) > 0]",
        "$[?@.access_token != null]",
        "$.items.length",
        "$.items[?@.k == ']' && @.x == '[']",
    ],
)
def test_a_plain_query_is_none(text: str) -> None:
    assert read_comparison(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "state == 'x'",
        "$.a = 1",
        "$.a ==",
        "$.a == 'x",
        "$.a == x",
        "$.a[ == 1",
        "$.a[?] == 1",
        "$.a == 1 &&",
        "($.a == 1",
        "$.a == 1)",
        "$.a == 1 2",
        "$.a() == 1",
        "$.a in",
        "true",
        "'x'",
        "$.a < 1 < 2",
        "(" * 5000 + "$.a" + ")" * 5000,
    ],
)
def test_nonsense_is_none(text: str) -> None:
    assert read_comparison(text) is None


# --- runtime expressions ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "expressions"),
    [
        ("$.count <= $inputs.limit", ("$inputs.limit",)),
        ("$.count == $steps.get-it.outputs.n", ("$steps.get-it.outputs.n",)),
        ("$.count == {$inputs.limit}", ("$inputs.limit",)),
        ('$.count == "$inputs.limit"', ("$inputs.limit",)),
        ("$.count == '{$inputs.limit}'", ("$inputs.limit",)),
        ("$statusCode == 200 && $.ready == true", ("$statusCode",)),
        ("$.state in [$inputs.a, '$inputs.b']", ("$inputs.a", "$inputs.b")),
        ("$.state == 'pre-{$inputs.a}'", ("$inputs.a",)),
        ("$.items[?(@.k == '$inputs.k')].length == 0", ("$inputs.k",)),
        ("$.items[?(@.k == $inputs.k)].length == 0", ("$inputs.k",)),
        ("$.items[?(@.k == {$inputs.k})].length == 0", ("$inputs.k",)),
        ("$.count == $steps.a.outputs.list[0].id", ("$steps.a.outputs.list[0].id",)),
        ("$.count == $response.body#/a/b", ("$response.body#/a/b",)),
        ("$.price == '$5.00'", ()),
        ("$.state == 'costs {x}'", ()),
    ],
)
def test_names_the_expressions_that_it_needs(text: str, expressions: tuple[str, ...]) -> None:
    assert read(text).expressions == expressions


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("$.count <= $inputs.x", 3, True),
        ("$.count <= $inputs.x", "3", True),
        ("$.count <= $inputs.x", 2, False),
        ("$.nothing == $inputs.x", MISSING, True),
        ("$.state == '{$inputs.x}'", "running", True),
        ("$.state == 'run{$inputs.x}'", "ning", True),
        ("$.state in $inputs.x", ["running"], True),
        ("$.items[?(@.k == '$inputs.x')].length == 1", "p", True),
        ("$.items[?(@.k == '$inputs.x')].length == 0", "p' || @.k != 'p", True),  # a value cannot become syntax
        ("$.items[?(@.ok == $inputs.x)].k == 'q'", False, True),
    ],
)
def test_uses_their_values(text: str, value: JSON | Missing, expected: bool) -> None:
    assert judge(text, values={"$inputs.x": value}) is expected


# --- verdicts ---------------------------------------------------------------------------------------------------------
def test_operands_are_as_written_with_their_values() -> None:
    text = "$.state == 'done' || $.items[?(@.k == '$inputs.k')].length() > $inputs.n"
    passed, operands = read(text).judge(BODY, {"$inputs.k": "p", "$inputs.n": 4})
    assert not passed
    assert [(operand.text, operand.value) for operand in operands] == [
        ("$.state", "Running"),
        ("$.items[?(@.k == '$inputs.k')].length()", 1),
        ("$inputs.n", 4),
    ]


def test_a_path_that_selects_nothing_is_null() -> None:
    (operand,) = read("$.nothing == 1").judge(BODY, {})[1]
    assert (operand.text, operand.value) == ("$.nothing", None)


@pytest.mark.parametrize("text", ["$.x == null", "!$.x", "$.x.length == 0"])
def test_a_null_context_never_passes(text: str) -> None:
    assert not judge(text, None)
