"""Reads a JSON text into values with the parser of the standard library, and tells what only a slower look can explain.

Knows JSON; it must not know what a document means, nor how problems are shown.
"""

from __future__ import annotations

import re
from functools import partial
from json import JSONDecodeError, JSONDecoder
from typing import Any, Final, NoReturn

from arazzo_runner.loader.build import MAX_COLLECTIONS, MAX_DEPTH
from arazzo_runner.loader.outline import LEVELS, Path, Ranges
from arazzo_runner.loader.scalars import BadNumber, finite_number, whole_number
from arazzo_runner.values import JSON

_NESTED: Final = frozenset((dict, list))
_SPACE = re.compile(r"[ \t\n\r]*")
_COLON = re.compile(r"[ \t\n\r]*:[ \t\n\r]*")
_AFTER = re.compile(r"[ \t\n\r]*([,}])[ \t\n\r]*")


class Unclear(Exception):
    """The text has a key twice in an object, nests too deeply or holds too much: read it event by event."""


def _refuse_constant(word: str) -> NoReturn:
    raise BadNumber(word, "a finite number, or text in quotes")


def _each_once(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Unclear
    return members


_decoder = partial(JSONDecoder, parse_int=whole_number, parse_float=finite_number, parse_constant=_refuse_constant)
_DECODER = _decoder(object_pairs_hook=_each_once)
_SYNTAX = _decoder()


def load_json(text: str, ranges: Ranges | None = None) -> JSON:
    """The value of a JSON text; the places of its upper levels go to ``ranges``.

    Raises `json.JSONDecodeError`, `BadNumber`, and `Unclear` where a look at each event has to say what is wrong.
    """
    try:
        value = _decoded(text, ranges)
    except RecursionError:
        raise Unclear from None
    _check_size(value)
    return value


def _decoded(text: str, ranges: Ranges | None) -> JSON:
    try:
        return load_part(text) if ranges is None else _with_ranges(text, ranges)
    except Unclear:
        _SYNTAX.decode(text)  # the events are for what is JSON: errors in the rest of the text come first
        raise


def load_part(text: str) -> JSON:
    """The value of a part of a JSON text that was read before as a whole."""
    value: JSON = _DECODER.decode(text)
    return value


def _check_size(value: JSON) -> None:
    """Raises `Unclear` where a value is too deep or too large."""
    collections = 0
    level: list[Any] = [[value]]
    for _ in range(MAX_DEPTH + 2):
        level = [
            child
            for each in level
            for child in (each.values() if type(each) is dict else each)
            if type(child) in _NESTED
        ]
        collections += len(level)
        if not level:
            return
        if collections > MAX_COLLECTIONS:
            break
    raise Unclear


# --- with the places of the upper levels ------------------------------------------------------------------------------
def _with_ranges(text: str, ranges: Ranges) -> JSON:
    start = _end_of(_SPACE, text, 0)
    if text[start : start + 1] != "{":
        return load_part(text)
    try:
        value, end = _object(text, start, (), ranges)
    except JSONDecodeError:
        end = start
    return value if _end_of(_SPACE, text, end) == len(text) else load_part(text)  # which says what is wrong


def _object(text: str, start: int, path: Path, ranges: Ranges) -> tuple[JSON, int]:
    """The object that begins at ``start``, and where it ends; its members are read by the parser in C."""
    members: dict[str, JSON] = {}
    at = _end_of(_SPACE, text, start + 1)
    while text[at : at + 1] == '"':
        key, at = _DECODER.raw_decode(text, at)
        colon = _COLON.match(text, at)
        if colon is None:
            break
        if key in members:
            raise Unclear
        members[key], at = _member(text, colon.end(), (*path, key), ranges)
        after = _AFTER.match(text, at)
        if after is None:
            break
        at = after.end()
        if after[1] == "}":
            return members, after.start(1) + 1
    return _DECODER.raw_decode(text, start)  # an empty object; else the parser says what it expected


def _member(text: str, at: int, path: Path, ranges: Ranges) -> tuple[JSON, int]:
    first = text[at : at + 1]
    opened = first == "{" and len(path) < LEVELS
    value, end = _object(text, at, path, ranges) if opened else _DECODER.raw_decode(text, at)
    if first in ("{", "["):
        ranges[path] = (at, end)
    return value, end


def _end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at
