"""Reads a JSON text into values with the parser of the standard library, and tells what only a slower look can explain.

Knows JSON; it must not know what a document means, nor how problems are shown.
"""

from __future__ import annotations

from functools import partial
from json import JSONDecoder
from typing import Any, Final, NoReturn

from arazzo_runner.loader.build import MAX_COLLECTIONS, MAX_DEPTH
from arazzo_runner.loader.scalars import BadNumber, finite_number, whole_number
from arazzo_runner.values import JSON

_NESTED: Final = frozenset((dict, list))


class Unclear(Exception):
    """The text has a key twice in an object, nests too deeply or holds too much: read it event by event."""


def _refuse_constant(word: str) -> NoReturn:
    raise BadNumber(word, "a finite number, or text in quotes")


def _each_once(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Unclear
    return members


#: Makes a decoder that refuses numbers that are not finite by `BadNumber`, those with too many digits by ValueError.
decoder: Final = partial(JSONDecoder, parse_float=finite_number, parse_constant=_refuse_constant)
_SYNTAX = decoder(parse_int=whole_number)
_DECODER = decoder(parse_int=whole_number, object_pairs_hook=_each_once)


def load_json(text: str) -> JSON:
    """The value of a JSON text.

    Raises `json.JSONDecodeError`, `BadNumber`, and `Unclear` where a look at each event has to say what is wrong.
    """
    try:
        value = _decoded(text)
    except RecursionError:
        raise Unclear from None
    check_size(value)
    return value


def _decoded(text: str) -> JSON:
    try:
        value: JSON = _DECODER.decode(text)
    except Unclear:
        _SYNTAX.decode(text)  # the events are for what is JSON: errors in the rest of the text come first
        raise
    return value


def check_size(value: JSON, depth: int = MAX_DEPTH) -> None:
    """Raises `Unclear` where a value has more levels of collections than ``depth``, or too many collections."""
    collections = 0
    level: list[Any] = [[value]]
    for _ in range(depth + 2):
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
