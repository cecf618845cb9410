"""What is kept of a large OpenAPI description between runs: where its parts stand, and what its operations are called.

Knows the form of that record; it must not know where records are stored. A record holds names, offsets and the single
values of the upper levels, and is found by the hash of the whole content: no other content can be taken for it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final, NamedTuple, Protocol

from arazzo_runner.loader.json_text import load_part
from arazzo_runner.loader.outline import Ranges, deferred, outline
from arazzo_runner.loader.yaml import bounded_text, decode, is_flow, parse_text, without_gc
from arazzo_runner.sources.openapi import OperationName, operation_names
from arazzo_runner.values import JSON

#: Descriptions of fewer bytes are read as quickly as a record of them.
WORTH: Final = 64 * 1024
#: Changes with the form of records, and with what reading a document means.
_FORM: Final = b"arazzo outline 1\n"


class Cache(Protocol):
    """Keeps records by name; it may lose any of them, and never raises."""

    def get(self, name: str) -> bytes | None:
        """The record of this name, exactly as it was put there; None when there is none, or it is damaged."""

    def put(self, name: str, record: bytes) -> None:
        """Keep a record."""


class Recalled(NamedTuple):
    """A description whose parts are read when they are asked for, and its operations where they are known."""

    raw: JSON
    operations: Sequence[OperationName] | None


def record_name(content: bytes) -> str:
    """The name of the record for a description of this content."""
    hashed = sha256(_FORM)
    hashed.update(content)
    return hashed.hexdigest()


def record_of(raw: JSON, ranges: Ranges) -> bytes | None:
    """The record for a description that was read whole; None when its parts cannot be read alone."""
    members = outline(raw, ranges)
    if members is None:
        return None
    return json.dumps({"members": members, "operations": operation_names(raw)}).encode()


def read_whole(content: bytes, location: str, media_type: str | None, keep: Callable[[bytes], None]) -> Recalled:
    """A description that has no record yet; its record goes to ``keep``. Raises `InvalidDescription`.

    Where there can be one, the whole value is let go while the collector is off, and the parts that are used are read
    again: few are, and the collector would walk through all of them soon after, for a good part of the time it took to
    read them.
    """
    with without_gc():
        text = bounded_text(content, location)
        ranges: Ranges = {}
        raw = parse_text(text, location, media_type, openapi=True, ranges=ranges)
        record = record_of(raw, ranges)
        if record is None:
            return Recalled(raw, None)
        keep(record)
        found = _recalled(record, text, location)
        if found is None or found.operations is None:  # without their names all paths are read
            return Recalled(raw, None)
        del raw
    return found


def recall(record: bytes, content: bytes, location: str) -> Recalled | None:
    """The description of this content by its record; None when that is no record."""
    return _recalled(record, decode(content, location), location)


def _recalled(record: bytes, text: str, location: str) -> Recalled | None:
    flow = is_flow(text)

    def read(key: str, start: int, end: int) -> JSON:
        part = text[start:end]
        if flow:
            return load_part(part)
        whole = parse_text(part, location, openapi=True)
        return whole[key] if isinstance(whole, dict) else None

    try:
        found = json.loads(record)
        names = found["operations"]
        operations = None if names is None else tuple(OperationName(*name) for name in names)
        return Recalled(deferred(found["members"], read), operations)
    except (ValueError, TypeError, LookupError, AttributeError):
        return None
