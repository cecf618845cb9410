"""Where in a text a JSON Pointer leads: lines and columns, found again in one pass when something is to be shown.

Knows the events of a text; it must not know what is wrong there, nor keep anything between calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from yaml import YAMLError
from yaml.events import (
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from arazzo_runner.diagnostics import Diagnostic, Span
from arazzo_runner.loader.events import Events, JSONText, Lines, NotJSON, end_of, start_of, yaml_events
from arazzo_runner.loader.offsets import index_of
from arazzo_runner.records import dataclass


class Spans(NamedTuple):
    """Where a member's name and its value stand; an element of an array and the root have no name."""

    key: Span | None
    value: Span


def locate(text: str, pointers: Iterable[str]) -> dict[str, Spans]:
    """The spans of those pointers that lead somewhere, in one pass over a YAML or JSON text.

    What lies behind an alias or a merge key has no place of its own and is left out.
    """
    lines = Lines(text)
    return {pointer: _spans(found, lines) for pointer, found in _find(text, set(pointers)).items()}


def place(diagnostics: Sequence[Diagnostic], texts: Mapping[str, str]) -> list[Diagnostic]:
    """The diagnostics with their spans filled in, for those documents whose text is given.

    A pointer that leads nowhere gets the place of its nearest ancestor. One pass over each text that is needed.
    """
    wanted: dict[str, set[str]] = {}
    for diagnostic in diagnostics:
        if diagnostic.span is None and diagnostic.origin.document in texts:
            wanted.setdefault(diagnostic.origin.document, set()).update(_ancestry(diagnostic.origin.pointer))
    sheets = {document: _Sheet(texts[document], pointers) for document, pointers in wanted.items()}
    return [
        sheets[diagnostic.origin.document].placed(diagnostic)
        if diagnostic.span is None and diagnostic.origin.document in sheets
        else diagnostic
        for diagnostic in diagnostics
    ]


@dataclass(slots=True)
class _Found:
    """The events of a place; ``end`` is the offset behind its last token."""

    key: ScalarEvent | None
    value: Event
    end: int


class _Sheet:
    """One text and the places in it that were asked for."""

    def __init__(self, text: str, pointers: set[str]) -> None:
        self._text = text
        self._lines = Lines(text)
        self._found = _find(text, pointers)

    def placed(self, diagnostic: Diagnostic) -> Diagnostic:
        for pointer in _ancestry(diagnostic.origin.pointer):
            if found := self._found.get(pointer):
                exact = pointer == diagnostic.origin.pointer
                return replace(diagnostic, span=self._span(found, diagnostic, exact))
        return diagnostic

    def _span(self, found: _Found, diagnostic: Diagnostic, exact: bool) -> Span:
        if not exact:
            return _head(found, self._lines)
        event = found.key if diagnostic.on_key and found.key is not None else found.value
        if diagnostic.inner is not None and isinstance(event, ScalarEvent):
            return self._inside(event, *diagnostic.inner)
        spans = _spans(found, self._lines)
        return spans.key if diagnostic.on_key and spans.key is not None else spans.value

    def _inside(self, event: ScalarEvent, start: int, end: int) -> Span:
        first = index_of(self._text, event, start)
        last = index_of(self._text, event, max(start, end - 1))
        if first is None or last is None:
            return self._lines.span(start_of(event), end_of(event))
        return self._lines.exact(first, last + (end > start))


def _spans(found: _Found, lines: Lines) -> Spans:
    key = None if found.key is None else lines.span(start_of(found.key), end_of(found.key))
    return Spans(key, lines.span(start_of(found.value), found.end))


def _head(found: _Found, lines: Lines) -> Span:
    """The name of a place, or its first character: what stands for something that is missing in it."""
    if found.key is not None:
        return lines.span(start_of(found.key), end_of(found.key))
    start = start_of(found.value)
    return lines.span(start, start + 1)


def _ancestry(pointer: str) -> list[str]:
    """The pointer and all above it, nearest first."""
    above = [pointer]
    while pointer:
        pointer = pointer.rpartition("/")[0]
        above.append(pointer)
    return above


# --- one pass over the events -----------------------------------------------------------------------------------------
class _Done(Exception):
    """Everything that was asked for is found."""


def _find(text: str, pointers: set[str]) -> dict[str, _Found]:
    if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        try:
            json = JSONText(text)
            return _Walk(json.events(), pointers, json.pass_over).found()
        except NotJSON:
            pass
    return _Walk(yaml_events(text), pointers).found()


class _Walk:
    """Follows the wanted pointers through the events, and skips everything else.

    ``pass_over`` goes on behind the value at an offset, where that is quicker than to take its events.
    """

    def __init__(
        self, events: Events, pointers: set[str], pass_over: Callable[[int], int | None] = lambda _: None
    ) -> None:
        self._get = events
        self._pass_over = pass_over
        self._wanted = pointers
        self._on_the_way = {above for pointer in pointers for above in _ancestry(pointer)}
        self._found: dict[str, _Found] = {}
        self._end = 0

    def found(self) -> dict[str, _Found]:
        """What was found, also when the text breaks off or is broken further down."""
        try:
            self._get()
            if not isinstance(self._get(), StreamEndEvent):
                self._visit("", None, self._get())
        except (YAMLError, StopIteration, RecursionError, _Done):
            pass
        return self._found

    def _visit(self, pointer: str, key: ScalarEvent | None, event: Event) -> None:
        wanted = pointer in self._wanted and pointer not in self._found
        if wanted:  # noted at once, so that a text that breaks off inside still gives its start
            self._found[pointer] = _Found(key, event, end_of(event))
        self._end = end_of(event)
        if pointer not in self._on_the_way:
            self._skip(event)
        elif isinstance(event, MappingStartEvent):
            self._members(pointer)
        elif isinstance(event, SequenceStartEvent):
            self._items(pointer)
        if wanted:
            self._found[pointer].end = self._end
            self._wanted.discard(pointer)
            if not self._wanted:
                raise _Done

    def _members(self, pointer: str) -> None:
        while not isinstance(key := self._next(), MappingEndEvent):
            if isinstance(key, ScalarEvent):
                self._visit(f"{pointer}/{_escaped(key.value)}", key, self._next())
            else:
                self._skip(key)
                self._skip(self._next())

    def _items(self, pointer: str) -> None:
        index = 0
        while not isinstance(item := self._next(), SequenceEndEvent):
            self._visit(f"{pointer}/{index}", None, item)
            index += 1

    def _next(self) -> Event:
        event = self._get()
        if (end := end_of(event)) > start_of(event):  # the end of a block collection has no width
            self._end = end
        return event

    def _skip(self, event: Event) -> None:
        depth = int(isinstance(event, MappingStartEvent | SequenceStartEvent))
        if depth and (end := self._pass_over(start_of(event))) is not None:
            self._end = end
            return
        while depth > 0:
            kind = type(event := self._next())
            if kind is MappingStartEvent or kind is SequenceStartEvent:
                depth += 1
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                depth -= 1


def _escaped(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")
