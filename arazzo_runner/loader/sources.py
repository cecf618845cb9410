"""Source descriptions: found (S3), told apart by what they are, opened. Knows no operations and no workflows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

from arazzo_runner import diagnostics as codes
from arazzo_runner.diagnostics import OriginReport
from arazzo_runner.errors import InvalidDescription, UnreadableDocument
from arazzo_runner.loader.library import Library, Parsed, base_of
from arazzo_runner.loader.locations import identity, is_remote, join, near_files
from arazzo_runner.loader.nearest import listed
from arazzo_runner.loader.shape import kind, say
from arazzo_runner.model import SourceDescription
from arazzo_runner.records import dataclass
from arazzo_runner.sources.openapi import OpenAPISource, open_source
from arazzo_runner.values import JSON

Kind: TypeAlias = Literal["openapi", "arazzo", "asyncapi"]

_NOUNS: Mapping[Kind, str] = {
    "openapi": "an OpenAPI description",
    "arazzo": "an Arazzo description",
    "asyncapi": "an AsyncAPI document",
}


@dataclass(frozen=True, slots=True)
class OpenedSource:
    """A source description and what was found there; ``kind`` is None when it could not be read."""

    description: SourceDescription
    location: str
    kind: Kind | None = None
    parsed: Parsed | None = None
    openapi: OpenAPISource | None = None

    @property
    def name(self) -> str:
        """Its name in the document."""
        return self.description.name

    @property
    def label(self) -> str:
        """What messages call it when it could not be read: its name, its url, and where that leads."""
        url = self.description.url
        place = "" if self.location == url else f", looked for at '{self.location}'"
        return f"source '{self.name}' (url '{url}'{place})"


def detect(raw: JSON) -> Kind | None:
    """What a document is, by the field that says so."""
    if not isinstance(raw, dict):
        return None
    if "openapi" in raw or "swagger" in raw:
        return "openapi"
    return "arazzo" if "arazzo" in raw else "asyncapi" if "asyncapi" in raw else None


@dataclass(frozen=True, slots=True)
class SourceShelf:
    """Opens the sources of the documents of one library."""

    library: Library
    overrides: Mapping[str, str]

    def open_source(self, source: SourceDescription, owner: Parsed, report: OriginReport) -> OpenedSource:
        """The source, found and told apart; what is wrong is reported at it and leaves it without a kind."""
        location = self.overrides.get(source.name) or join(base_of(owner), source.url)
        try:
            parsed = self._find(source, owner, location, report)
        except UnreadableDocument as error:
            self._report_unavailable(source, owner, error, report)
            return OpenedSource(source, location)
        except InvalidDescription as error:
            report.sink.extend(error.diagnostics)
            message = f"source '{source.name}' cannot be read: '{location}' is neither valid YAML nor JSON"
            say(report, codes.SOURCE_INVALID, message, "its own errors are listed too")
            return OpenedSource(source, location)
        return self._told_apart(source, parsed, report)

    def _find(self, source: SourceDescription, owner: Parsed, location: str, report: OriginReport) -> Parsed:
        openapi = source.type != "arazzo"
        if source.name in self.overrides:
            return self.library.read(location, openapi=openapi)
        known = self.library.by_identity(identity(location))
        if known is not None:
            return known
        local = not is_remote(owner.location)
        if not local and not is_remote(location):
            raise UnreadableDocument(location, "a document from the network cannot refer to local files")
        beside = join(owner.location, source.url)
        found = self._read_beside(beside, openapi=openapi) if local and beside != location else None
        if found is None:
            return self.library.read(location, openapi=openapi)
        message = f"source '{source.name}' was read from '{beside}', beside the document, not from '{location}'"
        say(
            report.at("url"),
            codes.SOURCE_BESIDE,
            message,
            f"where another is meant, give --source {source.name}=LOCATION",
        )
        return found

    def _read_beside(self, location: str, *, openapi: bool) -> Parsed | None:
        try:
            return self.library.read(location, openapi=openapi)
        except UnreadableDocument:
            return None

    def _report_unavailable(
        self, source: SourceDescription, owner: Parsed, error: UnreadableDocument, report: OriginReport
    ) -> None:
        looked = [error.location]
        beside = join(owner.location, source.url)
        if source.name not in self.overrides and not is_remote(beside) and beside != error.location:
            looked.append(beside)
        local = [] if is_remote(owner.location) else [place for place in looked if not is_remote(place)]
        near = next(filter(None, map(near_files, local)), None)
        hint = f"give --source {source.name}=LOCATION"
        message = f"source '{source.name}' with url '{source.url}' cannot be read from {listed(looked, 'or')}"
        told = near is None or near in error.reason
        advice = f"correct the url, or {hint}" if told else f"{near} correct the url, or {hint}"
        say(report.at("url"), codes.SOURCE_UNAVAILABLE, f"{message}: {error.reason}", advice)

    def _told_apart(self, source: SourceDescription, parsed: Parsed, report: OriginReport) -> OpenedSource:
        found = detect(parsed.raw)
        if found is None:
            what = kind(parsed.raw) if not isinstance(parsed.raw, dict) else "neither OpenAPI nor Arazzo nor AsyncAPI"
            say(report, codes.SOURCE_INVALID, f"source '{source.name}' ('{parsed.location}') is {what}")
            return OpenedSource(source, parsed.location)
        if source.type is not None and source.type != found:
            message = f"source '{source.name}' has type '{source.type}' but '{parsed.location}' is {_NOUNS[found]}"
            say(report.at("type"), codes.SOURCE_INVALID, message, f"write type: {found}")
        if found != "openapi":
            return OpenedSource(source, parsed.location, found, parsed)
        return self._opened(source, parsed, report)

    def _opened(self, source: SourceDescription, parsed: Parsed, report: OriginReport) -> OpenedSource:
        raw = parsed.raw if isinstance(parsed.raw, dict) else {}
        try:
            opened = open_source(
                source.name, raw, parsed.location, fetch=self._fetch_for(parsed), operations=parsed.operations
            )
        except ValueError as error:
            say(report, codes.SOURCE_INVALID, f"source '{source.name}' ('{parsed.location}') cannot be used: {error}")
            return OpenedSource(source, parsed.location)
        return OpenedSource(source, parsed.location, "openapi", parsed, opened)

    def _fetch_for(self, parsed: Parsed) -> Callable[[str], JSON]:
        def fetch(location: str) -> JSON:
            if is_remote(parsed.location) and not is_remote(location):
                raise UnreadableDocument(location, "a document from the network cannot refer to local files")
            return self.library.read(location, openapi=True).raw

        return fetch
