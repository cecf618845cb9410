"""Reads a JSON text into values with the parser of the standard library, and tells what only a slower look can explain.

Knows JSON; it must not know what a document means, nor how problems are shown.
"""

from __future__ import annotations

import re
from json import JSONDecodeError, JSONDecoder
from typing import Final, NoReturn

from arazzo_runner.loader.build import MAX_COLLECTIONS, MAX_DEPTH
from arazzo_runner.loader.outline import LEVELS, Path, Ranges
from arazzo_runner.loader.scalars import BadNumber, finite_number, whole_number
from arazzo_runner.values import JSON

_NESTED: Final = frozenset((dict, list))
_SPACE = re.compile(r"[ \t\n\r]*")
_COLON = re.compile(r"[ \t\n\r]*:[ \t\n\r]*")
_AFTER = re.compile(r"[ \t\n\r]*([,}])[ \t\n\r]*")


class Unclear(Exception):
    """The text may have a key twice in an object, nest too deeply or hold too much: read it event by event."""


def _refuse_constant(word: str) -> NoReturn:
    raise BadNumber(word, "a finite number, or text in quotes")


_DECODER = JSONDecoder(parse_int=whole_number, parse_float=finite_number, parse_constant=_refuse_constant)


def load_json(text: str, ranges: Ranges | None = None) -> JSON:
    """The value of a JSON text; the places of its upper levels go to ``ranges``.

    Raises `json.JSONDecodeError`, `BadNumber`, and `Unclear` where a look at each event has to say what is wrong.
    """
    try:
        value = _DECODER.decode(text) if ranges is None else _with_ranges(text, ranges)
    except RecursionError:
        raise Unclear from None
    if _members(value) != _keys_at_most(text):
        raise Unclear
    return value


def load_part(text: str) -> JSON:
    """The value of a part of a JSON text that was read before as a whole."""
    value: JSON = _DECODER.decode(text)
    return value


def _keys_at_most(text: str) -> int:
    """How many members the objects of a text have, or more: some texts look like a key (``": no key"``).

    Each key ends with a quote before a colon. A quote behind one backslash is a character of a text.
    """
    squeezed = text.encode("utf-8", "surrogatepass").translate(None, b" \t\n\r")
    keys = squeezed.count(b'":')
    if b"\\" in squeezed:
        keys -= squeezed.count(b'\\":') - squeezed.count(b'\\\\":')
    return keys


def _members(value: JSON) -> int:
    """How many members the objects of a value have. Raises `Unclear` where it is too deep or too large."""
    members = collections = 0
    level: list[JSON] = [value]
    for _ in range(MAX_DEPTH + 1):
        members += sum([len(each) for each in level if type(each) is dict])
        level = [
            child
            for each in level
            for child in (each.values() if isinstance(each, dict) else each if isinstance(each, list) else ())
            if type(child) in _NESTED
        ]
        collections += len(level)
        if not level:
            return members
        if collections > MAX_COLLECTIONS:
            break
    raise Unclear


# --- with the places of the upper levels ------------------------------------------------------------------------------
def _with_ranges(text: str, ranges: Ranges) -> JSON:
    start = _end_of(_SPACE, text, 0)
    try:
        value, end = _object(text, start, (), ranges)
    except JSONDecodeError:
        end = start
    if _end_of(_SPACE, text, end) != len(text):
        value = _DECODER.decode(text)  # says what is wrong
    return value


def _object(text: str, start: int, path: Path, ranges: Ranges) -> tuple[JSON, int]:
    """The object that begins at ``start``, and where it ends; its members are read by the parser in C."""
    members: dict[str, JSON] = {}
    at = _end_of(_SPACE, text, start + 1)
    while text[at : at + 1] == '"':
        key, at = _DECODER.raw_decode(text, at)
        at = _end_of(_COLON, text, at)
        here, first = (*path, key), text[at : at + 1]
        value, end = (
            _object(text, at, here, ranges) if first == "{" and len(here) < LEVELS else _DECODER.raw_decode(text, at)
        )
        if first in ("{", "["):
            ranges[here] = (at, end)
        members[key] = value
        after = _AFTER.match(text, end)
        if after is None:
            break
        at = after.end()
        if after[1] == "}":
            return members, after.start(1) + 1
    return _DECODER.raw_decode(text, start)  # an empty object; else the parser says what it expected


def _end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at
