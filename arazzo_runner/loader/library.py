"""The documents of one description: each location is read and parsed once, and documents are known by identity (S3)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, TypeAlias

from arazzo_runner.effects import Retrieved
from arazzo_runner.errors import InvalidDescription, UnreadableDocument
from arazzo_runner.loader.kept import WORTH, Cache, read_first, recall, record_name
from arazzo_runner.loader.locations import identity, is_remote, join, tidy
from arazzo_runner.loader.yaml import parse_document
from arazzo_runner.records import dataclass
from arazzo_runner.sources.openapi import OperationName
from arazzo_runner.values import JSON

#: How many documents one description may consist of.
MAX_DOCUMENTS = 1000


@dataclass(frozen=True, slots=True)
class Parsed:
    """A document as it was read: where, from which bytes, its URI (`$self` or else the location), and its JSON."""

    location: str
    uri: str
    content: bytes
    raw: JSON
    operations: Sequence[OperationName] | None = None  #: those of an OpenAPI description, where they are known


Outcome: TypeAlias = Parsed | UnreadableDocument | InvalidDescription


class Shared:
    """What was read for other descriptions: a source that several of them name is read and parsed once.

    It stands behind no check of who may read what: share only between descriptions that may read the same.
    """

    #: How many bytes of documents are kept; those that were used least lately go first.
    ROOM: Final = 32 * 1024 * 1024

    def __init__(self) -> None:
        self._outcomes: OrderedDict[str, tuple[Outcome, int]] = OrderedDict()
        self._size = 0

    def get(self, key: str) -> Outcome | None:
        """What reading a location gave."""
        if key not in self._outcomes:
            return None
        self._outcomes.move_to_end(key)
        return self._outcomes[key][0]

    def keep(self, key: str, outcome: Outcome) -> None:
        """Remember what reading a location gave."""
        size = len(outcome.content) if isinstance(outcome, Parsed) else 0
        self._outcomes[key] = (outcome, size)
        self._size += size
        while self._size > self.ROOM and len(self._outcomes) > 1:
            self._size -= self._outcomes.popitem(last=False)[1][1]


class Library:
    """Reads documents through ``retrieve``; those ``given`` are found by their location or their `$self`.

    ``cache`` keeps records of large OpenAPI descriptions, of which only the parts that are used are read again.
    """

    def __init__(
        self,
        retrieve: Callable[[str], Retrieved],
        given: Sequence[Retrieved] = (),
        shared: Shared | None = None,
        cache: Cache | None = None,
    ) -> None:
        self._retrieve = retrieve
        self._shared = shared
        self._cache = cache
        self._read: dict[str, Outcome] = {}
        self._by_uri: dict[str, Parsed] = {}
        for retrieved in given:
            self._keep(identity(retrieved.location), retrieved, openapi=True)

    def by_identity(self, uri: str) -> Parsed | None:
        """The document that calls itself by this URI, if it is among those given or read."""
        return self._by_uri.get(uri)

    def read(self, location: str, *, openapi: bool = False) -> Parsed:
        """The document at a location. Raises `UnreadableDocument` or `InvalidDescription` (it does not parse)."""
        key = identity(location)
        if key not in self._read and not (openapi and self._take(key)):
            self._retrieve_and_keep(key, tidy(location), openapi=openapi)
        found = self._read[key]
        if isinstance(found, Parsed):
            return found
        raise found

    def _take(self, key: str) -> bool:
        """Whether the document was read for another description."""
        found = self._shared.get(key) if self._shared is not None else None
        if found is None:
            return False
        self._read[key] = found
        if isinstance(found, Parsed):
            self._by_uri.setdefault(found.uri, found)
        return True

    def _retrieve_and_keep(self, key: str, location: str, *, openapi: bool) -> None:
        if len(self._read) >= MAX_DOCUMENTS:
            self._read[key] = UnreadableDocument(location, f"there are more than {MAX_DOCUMENTS} documents already")
            return
        try:
            retrieved = self._retrieve(location)
        except UnreadableDocument as error:
            self._read[key] = error
        else:
            self._keep(key, retrieved, openapi=openapi)
        if openapi and self._shared is not None:
            self._shared.keep(key, self._read[key])

    def _keep(self, key: str, retrieved: Retrieved, *, openapi: bool) -> None:
        location = tidy(retrieved.location)
        try:
            if openapi and self._cache is not None and len(retrieved.content) >= WORTH:
                parsed = _by_record(retrieved, location, self._cache)
            else:
                raw = parse_document(retrieved.content, location, retrieved.media_type, openapi=openapi)
                parsed = Parsed(location, own_uri(raw, location), retrieved.content, raw)
        except InvalidDescription as error:
            self._read[key] = error
            return
        self._read[key] = parsed
        self._by_uri.setdefault(parsed.uri, parsed)


def _by_record(retrieved: Retrieved, location: str, cache: Cache) -> Parsed:
    """A large description by the record that an earlier reading left, or read whole and recorded."""
    content = retrieved.content
    name = record_name(content)
    record = cache.get(name)
    found = None if record is None else recall(record, content, location)
    if found is None:
        found = read_first(content, location, retrieved.media_type, partial(cache.put, name))
    return Parsed(location, own_uri(found.raw, location), content, *found)


def own_uri(raw: JSON, location: str) -> str:
    """A document's URI: its `$self`, resolved against where it was read, or else that location."""
    written = raw.get("$self") if isinstance(raw, Mapping) else None
    return identity(join(location, written)) if isinstance(written, str) and written else identity(location)


def base_of(parsed: Parsed) -> str:
    """What relative references of a document are resolved against (S3): a path where it has no `$self` of its own."""
    return parsed.uri if is_remote(parsed.uri) else tidy(parsed.uri) if _renamed(parsed) else parsed.location


def _renamed(parsed: Parsed) -> bool:
    return parsed.uri != identity(parsed.location)
