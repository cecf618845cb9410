"""How conditions compare two values (S18); one rule for simple conditions and for JSONPath comparisons.

Text compares case-insensitively; a numeric string beside a number is a number; null, like missing, equals only null;
order exists between numbers and between texts, and two numeric strings are ordered as numbers. It knows values only:
how a condition is written is its parser's business.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from arazzo_runner.values import JSON, MISSING, Missing

_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_LONGEST_INTEGER: Final = 300  #: digits; Python refuses to read integers of some thousands
_CONTAINER: Final = (dict, list)  #: named once: ``dict | list`` written where it is used is made anew each time
_NUMERIC: Final = (int, float)
_PLAIN: Final = frozenset({bool, int, float})  #: beside their own kind they are equal as in Python

_Ordered: TypeAlias = "tuple[int | float, int | float] | tuple[str, str] | None"


def compare(operator: str, left: JSON | Missing, right: JSON | Missing) -> bool:
    """Whether ``left operator right`` holds, for ``== != < <= > >=`` (S18). Never raises on a value."""
    if operator == "==":
        return equal(left, right)
    if operator == "!=":
        return not equal(left, right)
    pair = _ordered(left, right)
    return pair is not None and _ORDERS[operator](*pair)


def equal(left: JSON | Missing, right: JSON | Missing) -> bool:
    """Whether two values are equal by S18; structures are when their members are."""
    if type(left) is type(right) and type(left) in _PLAIN:
        return left == right
    if not isinstance(left, _CONTAINER):
        return _same(left, right)
    pending: list[tuple[JSON | Missing, JSON | Missing]] = [(left, right)]
    while pending:
        one, other = pending.pop()
        match one, other:
            case dict(), dict():
                if one.keys() != other.keys():
                    return False
                pending.extend((value, other[name]) for name, value in one.items())
            case list(), list():
                if len(one) != len(other):
                    return False
                pending.extend(zip(one, other, strict=True))
            case _:
                if not _same(one, other):
                    return False
    return True


def holds(value: JSON | Missing) -> bool:
    """Whether a condition that is this one operand passes: it is neither false nor null nor missing (S18)."""
    return value is not False and value is not None and value is not MISSING


def number(value: JSON | Missing) -> int | float | None:
    """The number that a value is or, as text, writes; None for everything else, booleans included."""
    if isinstance(value, str):
        return _read(value.strip())
    return value if isinstance(value, _NUMERIC) and not isinstance(value, bool) else None


def _same(left: JSON | Missing, right: JSON | Missing) -> bool:
    if left is None or left is MISSING:
        return right is None or right is MISSING
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold() == right.casefold()
    if isinstance(left, _NUMERIC) or isinstance(right, _NUMERIC):
        one, other = number(left), number(right)
        return one is not None and one == other
    return isinstance(left, bytes) and left == right


def _ordered(left: JSON | Missing, right: JSON | Missing) -> _Ordered:
    one, other = number(left), number(right)
    if one is not None and other is not None:
        return one, other
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold(), right.casefold()
    return None


def _read(text: str) -> int | float | None:
    if _NUMBER.fullmatch(text) is None:
        return None
    if len(text) <= _LONGEST_INTEGER and text.lstrip("+-").isdigit():
        return int(text)
    return float(text)


_ORDERS: Final[dict[str, Callable[..., bool]]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
