"""The house's `dataclass` and `sealed` do what the standard decorator does."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from arazzo_runner.records import dataclass, sealed


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


@sealed(frozen=True, slots=True, kw_only=True)
class Place:
    line: int = 1
    column: int


@sealed(frozen=True, slots=True, kw_only=True)
class NamedPlace(Place):
    name: str


@dataclass(slots=True)
class Mixed:
    first: int
    second: int = dataclasses.field(default=2, kw_only=True)
    third: int = 3


@dataclass(slots=True)
class Collection:
    members: list[int] = dataclasses.field(default_factory=list)


@dataclass(slots=True)
class Larger(Collection):
    size: int = 0


@dataclass(slots=True)
class Doubled:
    x: int
    twice: int = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        self.twice = 2 * self.x


def test_as_the_standard_one() -> None:
    assert repr(Point(1, note="n")) == repr(Standard(1, note="n")).replace("Standard", "Point")
    assert Point(1) == Point(1, 0, "other")
    assert Point(1) != Point(2)
    assert Point(1) != Standard(1)
    assert hash(Point(1)) == hash(Point(1, note="other"))
    assert dataclasses.replace(Point(1), y=2) == Point(1, 2)
    assert dataclasses.asdict(Point(1)) == dataclasses.asdict(Standard(1))
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


@pytest.mark.parametrize("given", [{}, {"y": 1}, {"x": 1, "z": 2}])
def test_arguments_are_refused_in_the_words_of_the_standard_one(given: dict[str, Any]) -> None:
    def refusal(make: Callable[..., object]) -> str:
        with pytest.raises(TypeError) as refused:
            make(**given)
        return str(refused.value)

    assert refusal(Point) == refusal(Standard).replace("Standard", "Point")


def test_signature() -> None:
    assert str(inspect.signature(Point)).startswith("(x: 'int', y: 'int' = 0, note: 'str' = '')")
    assert Point.__init__.__qualname__ == "Point.__init__"


def test_keywords() -> None:
    mixed = Mixed(1, 4, second=5)
    assert (mixed.first, mixed.second, mixed.third) == (1, 5, 4)
    assert Mixed(1) == Mixed(1, 3, second=2)
    assert NamedPlace(column=2, name="n") == NamedPlace(name="n", column=2, line=1)
    with pytest.raises(TypeError, match="positional"):
        Place(1, 2)  # type: ignore[misc]


def test_factories_and_what_is_done_afterwards() -> None:
    assert Collection().members is not Collection().members
    assert Larger() == Larger([], 0)
    assert Larger().members is not Larger().members
    assert Doubled(2).twice == 4


def test_a_sealed_object_refuses_changes() -> None:
    place = NamedPlace(column=2, name="n")
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'line'"):
        place.line = 2  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'name'"):
        del place.name
    assert dataclasses.replace(place, line=3) == NamedPlace(column=2, name="n", line=3)
    assert copy.copy(place) == copy.deepcopy(place) == pickle.loads(pickle.dumps(place)) == place
    assert hash(copy.copy(place)) == hash(place)
