"""What `operationId` and `operationPath` refer to (S5), in the standard's forms and in those of the dialect table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from arazzo_runner import diagnostics as codes
from arazzo_runner.diagnostics import OriginReport
from arazzo_runner.loader.locations import identity, join
from arazzo_runner.loader.nearest import listed, nearest, suggestion
from arazzo_runner.loader.shape import say
from arazzo_runner.loader.sources import OpenedSource
from arazzo_runner.patterns import rare
from arazzo_runner.records import dataclass
from arazzo_runner.sources import Operation
from arazzo_runner.sources.openapi import OpenAPISource

_SOURCES = "$sourceDescriptions."
_HINTS = 200  #: how many findings get near names, which take time to find
_METHOD_AND_PATH = rare(r"(GET|PUT|POST|DELETE|OPTIONS|HEAD|PATCH|TRACE|QUERY)\s+(/\S*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Message:
    """A step that sends or receives an AsyncAPI message."""

    source: str | None = None


#: What a reference leads to; None when that was reported as an error.
Target: TypeAlias = "Operation | Message | None"


@dataclass(frozen=True, slots=True)
class Sources:
    """The opened sources of one document, as its steps refer to them."""

    opened: Sequence[OpenedSource]
    base: str  #: the document's own location, for urls written out

    def named(self, name: str) -> OpenedSource | None:
        """The source of this name."""
        return next((source for source in self.opened if source.name == name), None)

    def split(self, text: str) -> tuple[OpenedSource, str] | None:
        """The source and the rest of ``NAME.REST``; of names with dots the longest that fits."""
        fitting = [source for source in self.opened if text.startswith(f"{source.name}.")]
        if not fitting:
            return None
        source = max(fitting, key=lambda candidate: len(candidate.name))
        return source, text[len(source.name) + 1 :]

    def openapi(self) -> Iterator[tuple[OpenedSource, OpenAPISource]]:
        """Those that are OpenAPI descriptions."""
        return ((source, source.openapi) for source in self.opened if source.openapi is not None)

    def unavailable(self) -> list[OpenedSource]:
        """Those that might have operations but could not be read."""
        return [source for source in self.opened if source.kind is None and source.description.type != "arazzo"]

    def messages(self) -> list[OpenedSource]:
        """Those that are AsyncAPI documents."""
        return [source for source in self.opened if source.kind == "asyncapi"]

    def unknown(self, name: str, report: OriginReport) -> None:
        """Report a source name that is not declared."""
        names = [source.name for source in self.opened]
        hint = suggestion(name, names, otherwise=f"the document has {listed(names)}" if names else None)
        say(report, codes.UNKNOWN_SOURCE, f"there is no source description '{name}'", hint)


def operation_by_id(text: str, step: str, sources: Sources, report: OriginReport) -> Target:
    """What an `operationId` leads to."""
    if text.startswith(_SOURCES):
        return _qualified(text, step, sources, report)
    hits = [(source, found) for source, opened in sources.openapi() if (found := opened.by_id(text)) is not None]
    if len(hits) == 1:
        _check_unqualified(text, hits[0][0], sources, report)
        return hits[0][1]
    if hits:
        names = listed([source.name for source, _ in hits])
        hint = f"write $sourceDescriptions.{hits[0][0].name}.{text}"
        say(report, codes.AMBIGUOUS_OPERATION, f"the sources {names} all have an operation '{text}'", hint)
        return None
    return _unqualified_in_other_words(text, step, sources, report)


def _check_unqualified(text: str, source: OpenedSource, sources: Sources, report: OriginReport) -> None:
    if sum(other.kind != "arazzo" for other in sources.opened) > 1:
        message = f"operationId '{text}' does not say which of the sources has it; it is '{source.name}'"
        say(report, codes.UNQUALIFIED_OPERATION, message, f"write $sourceDescriptions.{source.name}.{text}")


def _qualified(text: str, step: str, sources: Sources, report: OriginReport) -> Target:
    rest = text.removeprefix(_SOURCES)
    split = sources.split(rest)
    if split is None:
        name, mark, pointer = rest.partition("#")
        if mark and sources.named(name):
            message = f"'{text}' is a pointer, which belongs into 'operationPath'"
            say(report, codes.UNKNOWN_OPERATION, message, f"write operationPath: '{{{_SOURCES}{name}.url}}#{pointer}'")
        else:
            sources.unknown(rest.partition(".")[0], report)
        return None
    source, operation_id = split
    if not _usable(source, step, report):
        return Message(source.name) if source.kind == "asyncapi" else None
    opened = source.openapi
    found = opened.by_id(operation_id) if opened else None
    if found is not None:
        return found
    by_case = _by_case(operation_id, [source], report)
    if by_case is None:
        _report_unknown(operation_id, [source], report)
    return by_case


def _usable(source: OpenedSource, step: str, report: OriginReport) -> bool:
    """Whether a source has operations to call; reports those that cannot be read and Arazzo documents."""
    if source.kind is None:
        message = f"step '{step}' needs {source.label}, which cannot be read"
        say(report, codes.SOURCE_UNAVAILABLE, message, f"correct its url or give --source {source.name}=LOCATION")
    elif source.kind == "arazzo":
        message = f"source '{source.name}' is an Arazzo document and has no operations"
        say(report, codes.UNKNOWN_OPERATION, message, "use 'workflowId' to call its workflows")
    return source.kind == "openapi"


def _unqualified_in_other_words(text: str, step: str, sources: Sources, report: OriginReport) -> Target:
    """The dialects, then AsyncAPI, then the reasons why there is no such operation."""
    split = sources.split(text)
    if split is not None:
        source, operation_id = split
        if source.openapi is not None and (found := source.openapi.by_id(operation_id)) is not None:
            hint = f"write {_SOURCES}{text}"
            say(report, codes.OPERATION_ID_QUALIFIED, f"'{text}' names its source without {_SOURCES}", hint)
            return found
    if _METHOD_AND_PATH.fullmatch(text):
        return _by_method_and_path(text, step, sources, report)
    candidates = [source for source, _ in sources.openapi()]
    by_case = _by_case(text, candidates, report)
    if by_case is not None:
        return by_case
    if messages := sources.messages():
        return Message(messages[0].name if len(messages) == 1 else None)
    if missing := sources.unavailable():
        labels = " or ".join(source.label for source in missing)
        message = f"step '{step}' calls '{text}', which may be in {labels}, which cannot be read"
        say(report, codes.SOURCE_UNAVAILABLE, message, f"correct its url or give --source {missing[0].name}=LOCATION")
        return None
    _report_unknown(text, candidates, report)
    return None


def _by_case(text: str, candidates: Sequence[OpenedSource], report: OriginReport) -> Operation | None:
    folded = text.casefold()
    hits = [
        (opened, operation_id)
        for source in candidates
        if (opened := source.openapi) is not None
        for operation_id in opened.operation_ids
        if operation_id.casefold() == folded
    ]
    if len(hits) != 1:
        return None
    opened, operation_id = hits[0]
    message = f"operationId '{text}' is written '{operation_id}' in its source"
    say(report, codes.OPERATION_ID_CASE, message, f"write '{operation_id}'")
    return opened.by_id(operation_id)


def _report_unknown(text: str, candidates: Sequence[OpenedSource], report: OriginReport) -> None:
    names = [source.name for source in candidates]
    where = f"source '{names[0]}' has" if len(names) == 1 else f"none of the sources {listed(names)} has"
    ids = {operation_id for source in candidates if source.openapi for operation_id in source.openapi.operation_ids}
    if not names:
        message = f"there is no OpenAPI source to have an operation '{text}'"
        hint: str | None = "add one to 'sourceDescriptions'"
    else:
        message = f"{where} no operation '{text}'" if len(names) == 1 else f"{where} an operation '{text}'"
        some = f"{'it has' if len(names) == 1 else 'they have'} {listed(sorted(ids), limit=4)}"
        hint = some if ids else "its operations have no operationId: use operationPath"
        if len(report.sink) < _HINTS:
            hint = suggestion(text, ids, otherwise=hint)
    say(report, codes.UNKNOWN_OPERATION, message, hint)


def operation_by_path(text: str, step: str, sources: Sources, report: OriginReport) -> Target:
    """What an `operationPath` leads to: a source and a JSON Pointer to one of its operations."""
    if _METHOD_AND_PATH.fullmatch(text):
        return _by_method_and_path(text, step, sources, report)
    reference, mark, pointer = text.partition("#")
    if not mark:
        message = f"operationPath '{text}' has no '#' with a JSON Pointer"
        say(report, codes.INVALID_POINTER, message, f"write '{{{_SOURCES}NAME.url}}#/paths/~1pets/get'")
        return None
    source = _source_of(reference, pointer, sources, report)
    if source is None:
        return None
    if not _usable(source, step, report):
        return Message(source.name) if source.kind == "asyncapi" else None
    opened = source.openapi
    found = opened.by_pointer(pointer) if opened else None
    if found is None:
        _report_unknown_pointer(pointer, source, report)
    return found


def _source_of(reference: str, pointer: str, sources: Sources, report: OriginReport) -> OpenedSource | None:
    bare = reference.removeprefix("{").removesuffix("}")
    name = bare.removeprefix(_SOURCES).removesuffix(".url")
    expression = bare.startswith(_SOURCES)
    source = sources.named(name if expression else bare) or (None if expression else _by_url(reference, sources))
    if source is None:
        if expression or reference:
            sources.unknown(name if expression else reference, report)
        else:
            say(report, codes.UNKNOWN_SOURCE, f"operationPath '#{pointer}' does not name a source")
        return None
    standard = f"{{{_SOURCES}{source.name}.url}}"
    if reference != standard:
        message = f"operationPath names its source as '{reference}'"
        say(report, codes.OPERATION_PATH_SOURCE, message, f"write '{standard}#{pointer}'")
    return source


def _by_url(reference: str, sources: Sources) -> OpenedSource | None:
    """The source whose url is written out; no reference at all is the only source."""
    if not reference:
        available = [source for source in sources.opened if source.description.type != "arazzo"]
        return available[0] if len(available) == 1 else None
    wanted = identity(join(sources.base, reference))
    fitting = (
        source
        for source in sources.opened
        if reference == source.description.url or wanted == identity(source.location)
    )
    return next(fitting, None)


def _by_method_and_path(text: str, step: str, sources: Sources, report: OriginReport) -> Operation | None:
    match = _METHOD_AND_PATH.fullmatch(text)
    method, path = match.groups() if match else ("", "")
    opened = list(sources.openapi())
    hits = [
        (source, found)
        for source, candidate in opened
        if (found := candidate.by_method_and_path(method.lower(), path)) is not None
    ]
    if len(hits) == 1:
        pointer = f"/paths/{path.replace('~', '~0').replace('/', '~1')}/{method.lower()}"
        hint = f"write operationPath: '{{{_SOURCES}{hits[0][0].name}.url}}#{pointer}'"
        say(report, codes.OPERATION_PATH_METHOD, f"'{text}' is not a reference to an operation", hint)
        return hits[0][1]
    if not hits and (missing := sources.unavailable()):
        message = f"step '{step}' calls '{text}', which may be in {missing[0].label}, which cannot be read"
        say(report, codes.SOURCE_UNAVAILABLE, message)
    elif hits:
        names = listed([source.name for source, _ in hits])
        say(report, codes.AMBIGUOUS_OPERATION, f"the sources {names} all have '{text}'", "use operationPath")
    else:
        say(report, codes.UNKNOWN_OPERATION, f"no source has the operation '{text}'")
    return None


def _report_unknown_pointer(pointer: str, source: OpenedSource, report: OriginReport) -> None:
    pointers = list(_pointers(source))
    message = f"'#{pointer}' leads to no operation of source '{source.name}'"
    below = [found for found in pointers if found.startswith(f"{pointer}/")]
    if not pointer.startswith("/"):
        say(report, codes.INVALID_POINTER, message, "a JSON Pointer begins with '/': #/paths/~1pets/get")
        return
    hint = f"add the method: {listed([f'#{found}' for found in below], 'or', limit=4)}" if below else None
    near = nearest(pointer, pointers) if len(report.sink) < _HINTS else []
    hint = hint or (f"did you mean {listed([f'#{found}' for found in near], 'or')}?" if near else None)
    say(report, codes.UNKNOWN_OPERATION, message, hint)


def _pointers(source: OpenedSource) -> Iterator[str]:
    """The pointers of a source's operations, for hints."""
    for method, path in source.openapi.operations if source.openapi else ():
        yield f"/paths/{path.replace('~', '~0').replace('/', '~1')}/{method.lower()}"
