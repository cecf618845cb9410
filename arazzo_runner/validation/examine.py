"""Everything that is wrong with one document, from its location: loaded, checked, and its comments heeded.

Knows the order of those steps; it must not know how findings are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import field

from arazzo_runner import diagnostics as codes
from arazzo_runner.diagnostics import Diagnostic
from arazzo_runner.effects import Retrieved
from arazzo_runner.errors import InvalidDescription
from arazzo_runner.loader import load_description
from arazzo_runner.loader.kept import Cache
from arazzo_runner.loader.library import Shared
from arazzo_runner.loader.locations import tidy
from arazzo_runner.loader.yaml import decode
from arazzo_runner.records import dataclass
from arazzo_runner.validation import checked
from arazzo_runner.validation.ignoring import heeded

#: Findings behind which others may hide.
_HIDING = (codes.SOURCE_UNAVAILABLE, codes.SOURCE_INVALID)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a document is held to, and what is not to be told."""

    sources: Mapping[str, str] = field(default_factory=dict)  #: where source descriptions are, by name
    strict: bool = False
    with_sources: bool = True
    ignore: Collection[str] = ()  #: names of codes
    slowly: bool = False  #: whether the OpenAPI descriptions themselves are checked, which takes a second or more


@dataclass(frozen=True, slots=True)
class Examination:
    """The findings, by document and line, and what was read."""

    diagnostics: tuple[Diagnostic, ...]
    contents: Mapping[str, bytes]

    def text(self, location: str) -> str | None:
        """The text of a document that was read."""
        content = self.contents.get(location)
        try:
            return None if content is None else decode(content, location)
        except InvalidDescription:
            return None


def examine(
    location: str,
    retrieve: Callable[[str], Retrieved],
    terms: Terms | None = None,
    shared: Shared | None = None,
    cache: Cache | None = None,
) -> Examination:
    """Examine a document. Raises `UnreadableDocument`, and nothing for a bad document."""
    terms = terms or Terms()
    contents: dict[str, bytes] = {}

    def keep(wanted: str) -> Retrieved:
        retrieved = retrieve(wanted)
        contents[wanted] = contents[tidy(retrieved.location)] = retrieved.content
        return retrieved

    try:
        description = checked(
            load_description(
                location,
                retrieve=keep,
                overrides=terms.sources,
                strict=terms.strict,
                with_sources=terms.with_sources,
                shared=shared,
                cache=cache,
                placed=False,
            ),
            slowly=terms.slowly,
        )
    except InvalidDescription as error:
        found, documents, whole = error.diagnostics, [tidy(location)], False
    else:
        found = description.diagnostics
        documents = [document.location for document in description.documents.values()]
        contents |= {document.location: document.content for document in description.documents.values()}
        whole = terms.with_sources and not any(diagnostic.code in _HIDING for diagnostic in found)
    seen = Examination((), contents)
    kept = heeded(found, documents, seen.text, complete=whole)
    shown = [diagnostic for diagnostic in kept if diagnostic.code.name not in terms.ignore]
    return Examination(tuple(by_place(shown)), contents)


def by_place(diagnostics: Collection[Diagnostic]) -> list[Diagnostic]:
    """In the order in which their documents were met, and of lines and columns in each."""
    order = {name: index for index, name in enumerate(dict.fromkeys(one.origin.document for one in diagnostics))}

    def place(diagnostic: Diagnostic) -> tuple[int, int, int]:
        span = diagnostic.span
        return order[diagnostic.origin.document], span.line if span else 0, span.column if span else 0

    return sorted(diagnostics, key=place)
