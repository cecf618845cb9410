"""Documents by their location: loaded to be run, or validated."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from arazzo_runner.description import Description
from arazzo_runner.diagnostics import Diagnostic
from arazzo_runner.effects import Retrieved
from arazzo_runner.loader import load_description
from arazzo_runner.validation import checked


def load(
    location: str | Path,
    *,
    sources: Mapping[str, str] | None = None,
    strict: bool = False,
    retrieve: Callable[[str], Retrieved] | None = None,
    cache: str | Path | None = None,
) -> Description:
    """Load an Arazzo document and everything that it refers to.

    ``sources`` overrides where source descriptions are read, by name; ``retrieve`` takes the place of reading files and
    URLs, and raises `UnreadableDocument` for what is not there. ``cache`` is a folder that may keep where the parts of
    large OpenAPI descriptions stand, so that the next time only those in use are read. Findings are in
    ``Description.diagnostics``; errors stop a run of the workflows that they concern, not the others (S6). Raises
    `UnreadableDocument`, and `InvalidDescription` when the document gives nothing to run at all.
    """
    from arazzo_runner.transports.cache import FolderCache

    read = retrieve or _reader(location, sources or {})
    records = FolderCache(cache) if cache is not None else None
    return checked(
        load_description(str(location), retrieve=read, overrides=sources, strict=strict, cache=records, placed=False)
    )


def validate(
    location: str | Path,
    *,
    sources: Mapping[str, str] | None = None,
    strict: bool = False,
    ignore: Collection[str] = (),
    retrieve: Callable[[str], Retrieved] | None = None,
) -> list[Diagnostic]:
    """Everything that is wrong with a document, by file and line; never raises on a bad one.

    ``ignore`` are codes that are not told, besides those that ``# arazzo-ignore: CODE`` comments name; ``retrieve`` is
    that of `load`. Raises `UnreadableDocument` where there is no document at all.
    """
    from arazzo_runner.validation.examine import Terms, examine

    terms = Terms(sources or {}, strict, ignore=frozenset(ignore))
    return list(examine(str(location), retrieve or _reader(location, terms.sources), terms).diagnostics)


def _reader(location: str | Path, sources: Mapping[str, str]) -> Callable[[str], Retrieved]:
    """Reads files and URLs, within what an entry document at this location may reach."""
    from arazzo_runner.transports.retrieve import retriever

    return retriever(str(location), named=tuple(sources.values()))
