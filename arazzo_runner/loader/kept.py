"""What is kept of a large OpenAPI description between runs: where its parts stand, and what its operations are called.

Knows the form of that record; it must not know where records are stored. A record holds names, offsets and the single
values of the upper levels, and is found by the hash of the whole content: no other content can be taken for it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, Protocol

from arazzo_runner.loader.json_text import Unclear
from arazzo_runner.loader.outline import deferred, outline
from arazzo_runner.loader.skeleton import Skeleton, skeleton
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
    from hashlib import sha256

    hashed = sha256(_FORM)
    hashed.update(content)
    return hashed.hexdigest()


def record_of(found: Skeleton) -> bytes | None:
    """The record of a description; None where not all of its parts can be read alone."""
    members = outline(*found)
    if members is None:
        return None
    return json.dumps({"members": members, "operations": operation_names(found.raw)}).encode()


def read_first(content: bytes, location: str, media_type: str | None, keep: Callable[[bytes], None]) -> Recalled:
    """A description that has no record yet; its record goes to ``keep``. Raises `InvalidDescription`.

    Where there can be one, the parts that are used are read again: few are, and what is not held need not be freed.
    """
    text = bounded_text(content, location)
    with without_gc():
        record = _record(text)
        found = None if record is None else _recalled(record, text, location)
        if record is None or found is None:
            return Recalled(parse_text(text, location, media_type, openapi=True), None)
    keep(record)
    return found


def _record(text: str) -> bytes | None:
    try:
        return record_of(skeleton(text, flow=is_flow(text)))
    except Unclear:
        return None


def recall(record: bytes, content: bytes, location: str) -> Recalled | None:
    """The description of this content by its record; None when that is no record."""
    with without_gc():
        return _recalled(record, decode(content, location), location)


def _recalled(record: bytes, text: str, location: str) -> Recalled | None:
    flow = is_flow(text)

    def read(key: str, start: int, end: int) -> JSON:
        part = text[start:end]
        if flow:
            return json.loads(part)  # type: ignore[no-any-return]
        whole = parse_text(part, location, openapi=True)
        return whole[key] if isinstance(whole, dict) else None

    try:
        found = json.loads(record)
        names = found["operations"]
        operations = None if names is None else tuple(OperationName(*name) for name in names)
        return Recalled(deferred(found["members"], read), operations)
    except (ValueError, TypeError, LookupError, AttributeError):
        return None
