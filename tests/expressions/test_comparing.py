"""S18: how conditions compare two values."""

from __future__ import annotations

import pytest

from arazzo_runner.expressions.comparing import compare, equal, holds
from arazzo_runner.values import JSON, MISSING, Missing


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Running", "rUNNING"),
        ("straße", "STRASSE"),
        (200, 200.0),
        ("200", 200),
        (1.5, " 1.50 "),
        ("0.1", 0.1),
        ("1e3", 1000),
        (None, None),
        (None, MISSING),
        (MISSING, MISSING),
        (True, True),
        ([1, {"a": "X"}], [1.0, {"a": "x"}]),
        (b"x", b"x"),
    ],
)
def test_what_is_equal(left: JSON | Missing, right: JSON | Missing) -> None:
    assert equal(left, right)
    assert equal(right, left)
    assert not compare("!=", left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("a", "b"),
        ("1.0", "1"),  # two texts are texts
        ("", 0),
        ("x", 0),
        ("NaN", 0),
        (True, 1),
        (False, 0),
        ("true", True),
        (None, 0),
        (None, ""),
        (None, False),
        (MISSING, False),
        (None, []),
        ([1], [True]),
        ([1], [1, 2]),
        ({"a": 1}, {"b": 1}),
        ({"a": 1}, [1]),
        (b"x", "x"),
    ],
)
def test_what_is_not_equal(left: JSON | Missing, right: JSON | Missing) -> None:
    assert not equal(left, right)
    assert not equal(right, left)
    assert compare("!=", left, right)


@pytest.mark.parametrize(
    ("less", "more"),
    [(1, 2), (1, 1.5), ("9", "10"), ("9", 10), (9, "10"), ("apple", "Banana"), ("9", "9a"), ("", "a")],
)
def test_what_is_ordered(less: JSON, more: JSON) -> None:
    assert compare("<", less, more)
    assert compare("<=", less, more)
    assert compare(">", more, less)
    assert compare(">=", more, less)
    assert not compare("<", more, less)
    assert not compare(">=", less, more)


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">="])
@pytest.mark.parametrize(
    ("left", "right"),
    [(None, None), (None, 1), (MISSING, 1), (True, True), (True, 0), ([1], [2]), ({}, {}), ("a", 1), (b"a", b"b")],
)
def test_nothing_else_has_an_order(operator: str, left: JSON | Missing, right: JSON | Missing) -> None:
    assert not compare(operator, left, right)
    assert not compare(operator, right, left)


def test_less_or_equal_holds_for_equals() -> None:
    assert compare("<=", "A", "a")
    assert compare(">=", "2", 2.0)


def test_long_integers_are_compared_exactly() -> None:
    assert not equal("12345678901234567891", 12345678901234567890)
    assert equal("9" * 5000, float("inf"))  # and those that Python refuses to read do not raise


def test_deep_structures_do_not_raise() -> None:
    left: JSON = []
    right: JSON = []
    for _ in range(10_000):
        left, right = [left], [right]
    assert equal(left, right)


@pytest.mark.parametrize(("value", "expected"), [(False, False), (None, False), (MISSING, False), (True, True)])
def test_one_operand_alone(value: JSON | Missing, expected: bool) -> None:
    assert holds(value) is expected


@pytest.mark.parametrize("value", [0, "", [], {}])
def test_what_is_there_passes_alone(value: JSON) -> None:
    assert holds(value)
