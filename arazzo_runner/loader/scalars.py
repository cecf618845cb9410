"""Plain YAML scalars by the core schema of YAML 1.2 (S2): ``on``, ``no``, ``12:30`` and ``2024-01-01`` are text."""

from __future__ import annotations

import re
import sys
from enum import Enum
from math import inf, isfinite, nan
from typing import Final

from arazzo_runner.values import JSON

_WORDS: dict[str, JSON] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((f"{sign}.{word}" for sign in ("", "+") for word in ("inf", "Inf", "INF")), inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), nan),
}
_NUMERIC_START = frozenset("-+.0123456789")
_UNCERTAIN_START = _NUMERIC_START.union(word[:1] for word in _WORDS)
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_BASED = re.compile(r"0o([0-7]+)\Z|0x([0-9a-fA-F]+)\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")


class BadNumber(ValueError):
    """A number that JSON values cannot hold; ``text`` is what stands in the document."""

    def __init__(self, text: str, expected: str) -> None:
        self.text = text
        self.expected = expected
        super().__init__(f"expected {expected}, found '{text[:40]}'")


def read_plain(text: str) -> JSON:
    """The value of a plain scalar. Raises `BadNumber`."""
    if text in _WORDS:
        return _WORDS[text]
    return _number(text) if text[0] in _NUMERIC_START else text


def _number(text: str) -> JSON:
    if _INTEGER.match(text):
        return whole_number(text)
    if _FLOAT.match(text):
        return float(text)
    if based := _BASED.match(text):
        return int(based[1], 8) if based[1] else int(based[2], 16)
    return text


def whole_number(text: str) -> int:
    """The integer of decimal digits. Raises `BadNumber` for more of them than Python converts."""
    most = sys.get_int_max_str_digits()
    if most and len(text) > most:
        raise BadNumber(text, f"a number of at most {most:,} digits")
    return int(text)


def finite_number(text: str) -> float:
    """The number. Raises `BadNumber` when it is too large for a float."""
    if not isfinite(value := float(text)):
        raise BadNumber(text, "a finite number, or text in quotes")
    return value


class Plain(dict[str, JSON]):
    """Plain scalars read so far and their values: documents repeat theirs, and a look-up is cheap.

    ``finite`` refuses ``.inf`` and ``.nan``, which no JSON can carry.
    """

    __slots__ = ("finite",)

    def __init__(self, *, finite: bool) -> None:
        super().__init__()
        self.finite: Final = finite

    def __missing__(self, text: str) -> JSON:
        if text[:1] not in _UNCERTAIN_START:  # most of a large document
            self[text] = text
            return text
        value = read_plain(text)
        if self.finite and isinstance(value, float) and not isfinite(value):
            raise BadNumber(text, "a finite number, or text in quotes")
        self[text] = value
        return value


class OddKey(Enum):
    """Plain keys that are not simply text."""

    MERGE = "<<"
    NOT_TEXT = "not text"


class Keys(dict[str, "str | OddKey"]):
    """Plain keys read so far. ``numbers`` reads ``200:`` as text, as OpenAPI descriptions mean it (S2)."""

    __slots__ = ("numbers",)

    def __init__(self, *, numbers: bool) -> None:
        super().__init__()
        self.numbers: Final = numbers

    def __missing__(self, text: str) -> str | OddKey:
        key = self[text] = self._read(text)
        return key

    def _read(self, text: str) -> str | OddKey:
        if text == OddKey.MERGE.value:
            return OddKey.MERGE
        if self.numbers and text:
            return text
        return text if text and isinstance(read_plain(text), str) else OddKey.NOT_TEXT
