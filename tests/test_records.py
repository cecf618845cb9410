"""The house's `dataclass` does what the standard one does."""

from __future__ import annotations

import dataclasses
import pickle

import pytest

from arazzo_runner.records import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int = 0
    note: str = dataclasses.field(default="", compare=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Standard:
    x: int
    y: int = 0
    note: str = dataclasses.field(default="", compare=False)


@dataclass(slots=True)
class One:
    x: list[int]


@dataclass(frozen=True, slots=True)
class Nothing:
    pass


def test_as_the_standard_one() -> None:
    assert repr(Point(1, note="n")) == repr(Standard(1, note="n")).replace("Standard", "Point")
    assert Point(1) == Point(1, 0, "other")
    assert Point(1) != Point(2)
    assert Point(1) != Standard(1)
    assert hash(Point(1)) == hash(Point(1, note="other"))
    assert dataclasses.replace(Point(1), y=2) == Point(1, 2)
    assert not hasattr(Point(1), "__dict__")
    assert pickle.loads(pickle.dumps(Point(1, 2))) == Point(1, 2)
    match Point(3, 4):
        case Point(x, y):
            assert (x, y) == (3, 4)


def test_one_field_and_none() -> None:
    assert One([1]) == One([1])
    assert One([1]) != One([2])
    assert Nothing() == Nothing()
    assert hash(Nothing()) == hash(Nothing())
    with pytest.raises(TypeError, match="unhashable"):
        hash(One([1]))
