"""Lines and columns of places in documents, and the documents' text, for messages. Computed only when one is shown."""

from __future__ import annotations

from collections.abc import Callable

from arazzo_runner.diagnostics import Origin, Span
from arazzo_runner.errors import InvalidDescription
from arazzo_runner.loader.positions import locate
from arazzo_runner.loader.yaml import decode

#: Gives the bytes of a document by its location, or None when they are not at hand; sends nothing.
ReadText = Callable[[str], bytes | None]


#: Finds the line and column of a place in a document, where it is known.
Locate = Callable[[Origin], Span | None]


def nowhere(_: Origin) -> None:
    """A `Locate` that knows no place."""


class Places:
    """Finds where an origin stands; remembers the documents that it read."""

    def __init__(self, read: ReadText) -> None:
        self._read = read
        self._texts: dict[str, str | None] = {}

    def text(self, document: str) -> str | None:
        """The text of a document, or None when it is not at hand."""
        if document not in self._texts:
            content = self._read(document)
            try:
                self._texts[document] = None if content is None else decode(content, document)
            except InvalidDescription:
                self._texts[document] = None
        return self._texts[document]

    def locate(self, origin: Origin) -> Span | None:
        """Where an origin stands, or the nearest thing around it; None when the document is not at hand."""
        text = self.text(origin.document)
        if text is None:
            return None
        pointers = _ancestry(origin.pointer)
        found = locate(text, pointers)
        nearest = next((found[pointer] for pointer in pointers if pointer in found), None)
        return None if nearest is None else nearest.value


def _ancestry(pointer: str) -> list[str]:
    """The pointer and those of everything around it, the nearest first."""
    pointers = [pointer]
    while pointer:
        pointer = pointer.rpartition("/")[0]
        pointers.append(pointer)
    return pointers
