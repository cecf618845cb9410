"""The upper levels of a large OpenAPI description, and where its parts stand: all is read, next to nothing is kept.

Knows both syntaxes; it must not know what a description means, nor say what is wrong. Each part is read and checked as
in a whole reading, and then let go: to hold millions of values takes as long as to read them.
"""

from __future__ import annotations

import re
import sys
from typing import Any, Final, NamedTuple, NoReturn

from yaml import YAMLError
from yaml.events import Event, MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent

from arazzo_runner.loader.build import MAX_COLLECTIONS, MAX_DEPTH, Builder
from arazzo_runner.loader.events import Events, yaml_events
from arazzo_runner.loader.json_text import Unclear, check_size, decoder
from arazzo_runner.loader.outline import LEVELS, Path, Ranges
from arazzo_runner.loader.syntax import lone_surrogate
from arazzo_runner.patterns import rare
from arazzo_runner.values import JSON

#: Its members are operations too, and the names of all operations are kept.
_OPERATIONS: Final = "additionalOperations"
#: Mappings of so many levels are kept of YAML, for the same reason: root, ``paths``, a path, these, an operation.
_KEPT: Final = 5
_ODD_KEYS: Final = frozenset({"<<", ""})  #: plain, they are not text
_NESTED: Final = frozenset((dict, list))
_SPACE = rare(r"[ \t\n\r]*")
_COLON = rare(r"[ \t\n\r]*:[ \t\n\r]*")
_AFTER = rare(r"[ \t\n\r]*([,}])[ \t\n\r]*")
#: Where a key does not begin its line: ``- name: x``, or ``: name: x`` after a key with ``?``.
_INSIDE_A_LINE = rare(r" *[-:][ \t]")


class Skeleton(NamedTuple):
    """A description without what its parts hold: deeper collections are empty; ``ranges`` says where parts stand."""

    raw: JSON
    ranges: Ranges


def skeleton(text: str, *, flow: bool) -> Skeleton:
    """The skeleton of a JSON text (``flow``), or one of YAML.

    Raises `Unclear` where a text has to be read whole: something is wrong in it, or a part refers to another.
    """
    try:
        return _of_json(text) if flow else _of_yaml(text)
    except (YAMLError, ValueError, RecursionError):
        raise Unclear from None


# --- JSON -------------------------------------------------------------------------------------------------------------
def _of_json(text: str) -> Skeleton:
    reader = _Reader(text)
    raw, end = reader.object(_end_of(_SPACE, text, 0), ())
    if _end_of(_SPACE, text, end) < len(text) or lone_surrogate(text):
        raise Unclear
    return Skeleton(raw, reader.ranges)


class _Reader:
    """Reads the objects of the upper levels member by member, and their parts by the parser in C."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._objects = 1  # the root
        self._room = MAX_COLLECTIONS
        self._decode = decoder(object_pairs_hook=self._each_once).raw_decode
        self.ranges: Ranges = {}

    def _each_once(self, pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
        self._objects += 1
        members = dict(pairs)
        if len(members) != len(pairs):
            raise Unclear
        return members

    def object(self, start: int, path: Path) -> tuple[JSON, int]:
        """The object that begins at ``start``, and where it ends."""
        text = self._text
        if text[start : start + 1] != "{":
            raise Unclear
        members: dict[str, JSON] = {}
        at = _end_of(_SPACE, text, start + 1)
        if text[at : at + 1] == "}":
            return members, at + 1
        while True:
            key, at = self._decode(text, at)
            colon = _COLON.match(text, at)
            if colon is None or type(key) is not str or key in members:
                raise Unclear
            members[key], at = self._member(colon.end(), (*path, key))
            after = _AFTER.match(text, at)
            if after is None:
                raise Unclear
            at = after.end()
            if after[1] == "}":
                return members, after.start(1) + 1

    def _member(self, at: int, path: Path) -> tuple[JSON, int]:
        opened = len(path) < LEVELS or (len(path) == LEVELS and path[-1] == _OPERATIONS)
        if opened and self._text[at : at + 1] == "{":
            self._objects += 1
            value, end = self.object(at, path)
        else:
            before = self._objects
            value, end = self._decode(self._text, at)
            if type(value) not in _NESTED:
                return value, end
            self._check(value, at, end, self._objects - before, MAX_DEPTH - len(path))
            value = _single(value)
        self.ranges[path] = (at, end)
        return value, end

    def _check(self, value: JSON, start: int, end: int, objects: int, depth: int) -> None:
        """Raises `Unclear` where a part is deeper than that, or too large with those before it."""
        arrays = self._text.count("[", start, end)  # or more: those in texts
        self._room -= arrays
        if self._room < self._objects:
            raise Unclear
        if objects + arrays > depth:  # so many may stand in each other
            check_size(value, depth)


def _single(value: JSON) -> JSON:
    """An object with those of its members only that are single values."""
    if not isinstance(value, dict):
        return []
    return {name: member for name, member in value.items() if type(member) not in _NESTED}


def _end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


# --- YAML -------------------------------------------------------------------------------------------------------------
def _of_yaml(text: str) -> Skeleton:
    if _has_anchor(text):  # the most frequent reason, known before everything is read
        raise Unclear
    skimmer = _Skimmer(yaml_events(text), openapi=True)
    raw = skimmer.document()
    ranges = {path: found for path, found in skimmer.ranges.items() if not _INSIDE_A_LINE.match(text, found[0])}
    return Skeleton(raw, ranges)


def _has_anchor(text: str) -> bool:
    """Whether a value looks as if it had an anchor: ``key: &name`` or ``- &name``."""
    at = text.find("&")
    while at >= 0:
        if text[at - 2 : at] in (": ", "- ") and not text[at + 1 : at + 2].isspace():
            return True
        at = text.find("&", at + 1)
    return False


class _Skimmer(Builder):
    """Builds the upper levels, and passes over what is deeper. Its first problem and its first anchor end it."""

    def __init__(self, events: Events, *, openapi: bool) -> None:
        super().__init__(events, openapi=openapi)
        self._longest = sys.get_int_max_str_digits() or sys.maxsize  # a number must not have more digits

    def _mapping(self, start: Any) -> dict[str, JSON]:
        if len(self._path) < _KEPT:
            return super()._mapping(start)
        self._skim_mapping(len(self._path))
        return {}

    def _sequence(self, start: Event) -> list[JSON]:
        self._skim_sequence(len(self._path))
        return []

    def _skim_mapping(self, depth: int) -> None:
        self._check_bounds(depth)
        get: Any = self._get
        seen, longest = set(_ODD_KEYS), self._longest
        while True:
            event = get()
            if type(event) is not ScalarEvent:
                break
            key = event.value
            if key in seen or event.anchor is not None or event.tag is not None:
                raise Unclear
            seen.add(key)
            event = get()
            if (
                type(event) is not ScalarEvent
                or event.anchor is not None
                or event.tag is not None
                or len(event.value) > longest
            ):
                self._skim(event, depth + 1)
        if type(event) is not MappingEndEvent:
            raise Unclear
        self._last = event

    def _skim_sequence(self, depth: int) -> None:
        self._check_bounds(depth)
        get: Any = self._get
        longest = self._longest
        while True:
            event = get()
            kind = type(event)
            if kind is SequenceEndEvent:
                self._last = event
                return
            if (
                kind is not ScalarEvent
                or event.anchor is not None
                or event.tag is not None
                or len(event.value) > longest
            ):
                self._skim(event, depth + 1)

    def _skim(self, event: Any, depth: int) -> None:
        """Past a value that is not simply a scalar."""
        if event.anchor is not None:  # an alias, too
            raise Unclear
        if isinstance(event, ScalarEvent):
            self._scalar(event)
        elif isinstance(event, MappingStartEvent):
            self._check_collection_tag(event, "map")
            self._skim_mapping(depth)
        else:
            self._check_collection_tag(event, "seq")
            self._skim_sequence(depth)

    def _check_bounds(self, depth: int) -> None:
        self._room -= 1
        if self._room < 0 or depth >= MAX_DEPTH:
            raise Unclear

    def _anchored(self, event: Event, name: str) -> NoReturn:
        raise Unclear

    def _note(self, *_: object, **__: object) -> NoReturn:
        raise Unclear
