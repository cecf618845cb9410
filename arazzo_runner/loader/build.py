"""Builds JSON values from parse events: duplicate keys, keys that are not text, tags, aliases, depth and size.

Knows the rules of S2; it must not know where the events come from (YAML or JSON), nor what the document means.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn, TypeAlias

from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from arazzo_runner.diagnostics import (
    DOCUMENT_TOO_LARGE,
    YAML_ALIASES,
    YAML_DUPLICATE_KEY,
    YAML_KEY,
    YAML_SYNTAX,
    YAML_TAG,
    Code,
)
from arazzo_runner.loader.events import Events, end_of, start_of
from arazzo_runner.loader.outline import LEVELS, Ranges
from arazzo_runner.loader.scalars import Keys, OddKey, Plain
from arazzo_runner.values import JSON

#: How deep collections may nest; no published description comes near it.
MAX_DEPTH = 200
#: How many collections a document may hold.
MAX_COLLECTIONS = 5_000_000
#: How many characters aliases may stand for, all together.
MAX_REPLAYED = 10_000_000
#: How many problems are listed before reading stops.
MAX_PROBLEMS = 50

_CORE = "tag:yaml.org,2002:"
_SCALAR_TAGS: dict[str, tuple[type, ...]] = {
    f"{_CORE}int": (int,),
    f"{_CORE}float": (int, float),
    f"{_CORE}bool": (bool,),
    f"{_CORE}null": (type(None),),
}

_Mapping: TypeAlias = "dict[str, JSON]"


class Problem(NamedTuple):
    """One thing that is wrong, at ``start`` to ``end`` of the text."""

    code: Code
    message: str
    hint: str | None
    path: tuple[str | int, ...]
    start: int
    end: int
    on_key: bool = False


class Stop(Exception):
    """The rest of the document is not read; the problems tell why."""


class Builder:
    """Builds the value of one document. ``problems`` lists what is wrong; the value then means nothing."""

    def __init__(self, events: Events, *, openapi: bool = False) -> None:
        self._get = events
        self._openapi = openapi
        self._plain = Plain(finite=not openapi)
        self._keys = Keys(numbers=openapi)
        self._path: list[str | int] = []
        self._anchors: dict[str, tuple[JSON, int] | None] = {}
        self._replayed = 0
        self._last: Event
        self._room = MAX_COLLECTIONS
        self.problems: list[Problem] = []
        self.ranges: Ranges = {}  #: the collections of the upper levels, from the line of their key

    def document(self) -> JSON:
        """The value of the only document; None for an empty text. Raises `Stop`, and what the events raise."""
        self._get()  # the start of the stream
        if isinstance(self._get(), StreamEndEvent):
            return None
        value = self._value(self._get())
        self._get()  # the end of the document
        if isinstance(second := self._get(), DocumentStartEvent):
            self._stop(YAML_SYNTAX, "expected one document, found a second one", "keep one document in a file", second)
        return value

    def _value(self, event: Event) -> JSON:
        if isinstance(event, AliasEvent):
            return self._alias(event)
        if isinstance(event, NodeEvent) and event.anchor is not None:
            return self._anchored(event, event.anchor)
        return self._untied(event)

    def _untied(self, event: Event) -> JSON:
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        if isinstance(event, MappingStartEvent):
            self._check_collection_tag(event, "map")
            return self._mapping(event)
        if isinstance(event, CollectionStartEvent):
            self._check_collection_tag(event, "seq")
        return self._sequence(event)

    # The two hot loops: what has no anchor and no tag is read without another look at it.

    def _mapping(self, start: Any) -> _Mapping:
        members: _Mapping = {}
        merged: list[_Mapping] = []
        get: Callable[[], Any] = self._get  # the kind of an event is told by its type: isinstance costs more
        plain, keys, path = self._plain, self._keys, self._path
        self._room -= 1
        if self._room < 0 or len(path) >= MAX_DEPTH:
            self._refuse_more(start)
        while True:
            event = get()
            kind = type(event)
            if kind is ScalarEvent and event.anchor is None and event.tag is None:
                key = keys[event.value] if event.implicit[0] else event.value
            elif kind is MappingEndEvent:
                break
            else:
                key = self._unusual_key(event)
            if key in members or type(key) is not str:
                merged += self._refused(key, event)
                continue
            name, event = event, get()
            kind = type(event)
            if kind is ScalarEvent and event.anchor is None and event.tag is None:
                members[key] = plain[event.value] if event.implicit[0] else event.value
            elif event.anchor is not None or event.tag is not None:
                path.append(key)
                members[key] = self._value(event)
                path.pop()
            else:
                path.append(key)
                members[key] = self._mapping(event) if kind is MappingStartEvent else self._sequence(event)
                if len(path) <= LEVELS and not start.flow_style:
                    self.ranges[tuple(path)] = (name.start_mark.index - name.start_mark.column, end_of(self._last))
                path.pop()
        self._last = event
        for source in merged:
            members = source | members
        return members

    def _sequence(self, start: Event) -> list[JSON]:
        items: list[JSON] = []
        get: Callable[[], Any] = self._get
        plain, path = self._plain, self._path
        self._room -= 1
        if self._room < 0 or len(path) >= MAX_DEPTH:
            self._refuse_more(start)
        path.append(0)
        while True:
            event = get()
            kind = type(event)
            if kind is ScalarEvent and event.anchor is None and event.tag is None:
                items.append(plain[event.value] if event.implicit[0] else event.value)
            elif kind is SequenceEndEvent:
                path.pop()
                self._last = event
                return items
            elif event.anchor is not None or event.tag is not None:
                path[-1] = len(items)
                items.append(self._value(event))
            else:
                path[-1] = len(items)
                items.append(self._mapping(event) if kind is MappingStartEvent else self._sequence(event))

    def _refuse_more(self, event: Event) -> NoReturn:
        if self._room < 0:
            message = f"expected at most {MAX_COLLECTIONS:,} mappings and sequences, found more"
            self._stop(DOCUMENT_TOO_LARGE, message, "split the document", event)
        message = f"expected at most {MAX_DEPTH} levels of nesting, found more"
        self._stop(YAML_SYNTAX, message, "flatten the document", event)

    # --- keys ---------------------------------------------------------------------------------------------------------
    def _unusual_key(self, event: Event) -> str | OddKey:
        """A key with a tag or an anchor, an alias, or a collection."""
        self._path.append("")  # a collection as a key counts as a level too
        value = self._value(event)
        self._path.pop()
        if isinstance(value, str):
            return value
        return event.value if self._openapi and isinstance(event, ScalarEvent) else OddKey.NOT_TEXT

    def _refused(self, key: str | OddKey, event: Event) -> list[_Mapping]:
        """Reads the value of a key that is not a member's: what it merges, or nothing and a problem."""
        if key is OddKey.MERGE:
            return self._merged(self._get())
        if key is OddKey.NOT_TEXT:
            found = f"'{event.value}'" if isinstance(event, ScalarEvent) else "a collection"
            message = f"expected a key that is text, found {found}"
            self._note(YAML_KEY, message, "put the key in quotes", event, on_key=True)
        else:
            message = f"expected each key once, found '{key}' a second time in the same mapping"
            self._note(YAML_DUPLICATE_KEY, message, "remove or rename one of the two", event, key=str(key), on_key=True)
        self._value(self._get())
        return []

    def _merged(self, event: Event) -> list[_Mapping]:
        value = self._value(event)
        sources = value if isinstance(value, list) else [value]
        mappings = [source for source in sources if isinstance(source, dict)]
        if len(mappings) < len(sources):
            message = "expected '<<' to merge a mapping or a list of mappings, found something else"
            self._note(YAML_KEY, message, "write '\"<<\"' where the key itself is meant", event)
        return mappings

    # --- aliases ------------------------------------------------------------------------------------------------------
    def _anchored(self, event: Event, name: str) -> JSON:
        self._anchors[name] = None  # open: an alias inside it would hold itself
        before, self._last = self._replayed, event
        value = self._untied(event)
        written = end_of(self._last) - start_of(event)
        self._anchors[name] = (value, max(1, written + self._replayed - before))
        return value

    def _alias(self, event: AliasEvent) -> JSON:
        name = event.anchor
        if name not in self._anchors:
            message = f"expected an anchor '&{name}' before its alias, found none"
            self._stop(YAML_ALIASES, message, f"put '&{name}' at the value that is meant", event)
        anchored = self._anchors[name]
        if anchored is None:
            self._stop(YAML_ALIASES, f"'*{name}' stands inside '&{name}': the value would hold itself", None, event)
        value, size = anchored
        self._replayed += size
        if self._replayed > MAX_REPLAYED:
            message = f"the aliases stand for more than {MAX_REPLAYED:,} characters"
            self._stop(YAML_ALIASES, message, "write the values out", event)
        return value

    # --- tags ---------------------------------------------------------------------------------------------------------
    def _scalar(self, event: ScalarEvent) -> JSON:
        text: str = event.value
        match event.tag:
            case None:
                return self._plain[text] if event.implicit[0] else text
            case "!" | "tag:yaml.org,2002:str":
                return text
            case tag if tag in _SCALAR_TAGS:
                return self._tagged(event, text, tag)
            case tag:
                self._refuse_tag(event, tag)
                return text

    def _tagged(self, event: ScalarEvent, text: str, tag: str) -> JSON:
        value = self._plain[text]
        if type(value) not in _SCALAR_TAGS[tag]:
            name = tag.removeprefix(_CORE)
            message = f"expected a value of the tag '!!{name}', found '{text[:40]}'"
            self._note(YAML_TAG, message, f"remove the tag, or write a value that is {name}", event)
        return float(value) if tag == f"{_CORE}float" and isinstance(value, int) else value

    def _check_collection_tag(self, event: CollectionStartEvent, name: str) -> None:
        if event.tag is not None and event.tag not in ("!", f"{_CORE}{name}"):
            self._refuse_tag(event, event.tag)

    def _refuse_tag(self, event: Event, tag: str) -> None:
        shown = f"!!{tag.removeprefix(_CORE)}" if tag.startswith(_CORE) else tag
        message = f"expected a value that JSON has, found the tag '{shown}'"
        self._note(YAML_TAG, message, "remove the tag, and write the value as JSON or text", event)

    # --- problems -----------------------------------------------------------------------------------------------------
    def _note(
        self, code: Code, message: str, hint: str | None, event: Event, *, key: str | None = None, on_key: bool = False
    ) -> None:
        path = (*self._path, key) if key is not None else tuple(self._path)
        self.problems.append(Problem(code, message, hint, path, start_of(event), end_of(event), on_key))
        if len(self.problems) >= MAX_PROBLEMS:
            raise Stop

    def _stop(self, code: Code, message: str, hint: str | None, event: Event) -> NoReturn:
        self._note(code, message, hint, event)
        raise Stop
