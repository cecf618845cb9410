"""Reads a document's bytes as YAML 1.2 or JSON into JSON values (S2), quickly and within bounds.

Knows encodings and both syntaxes; it must not know what an Arazzo or OpenAPI document is, and keeps no positions:
`positions` finds them again for what has to be shown.

Two decisions that the specification leaves open: merge keys (``<<``, YAML 1.1) are honoured in every document, and
``.inf`` and ``.nan`` are errors except in OpenAPI descriptions, where no one sends them.
"""

from __future__ import annotations

import codecs
import gc
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from json import JSONDecodeError

from yaml import YAMLError
from yaml.events import ScalarEvent, StreamEndEvent

from arazzo_runner.diagnostics import DOCUMENT_TOO_LARGE, YAML_SYNTAX, Code, Diagnostic, Origin, Span
from arazzo_runner.errors import InvalidDescription
from arazzo_runner.loader import syntax
from arazzo_runner.loader.build import MAX_DEPTH, Builder, Problem, Stop
from arazzo_runner.loader.events import Events, Lines, NotJSON, json_events, json_tokens, start_of, yaml_events
from arazzo_runner.loader.json_text import Unclear, load_json
from arazzo_runner.loader.scalars import BadNumber
from arazzo_runner.values import JSON

#: The size limit of a document, in bytes.
MAX_BYTES = 64 * 1024 * 1024

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FLOW = re.compile(r"\s*[{\[]")


def parse_document(
    content: bytes,
    location: str,
    media_type: str | None = None,
    *,
    openapi: bool = False,
    max_bytes: int = MAX_BYTES,
) -> JSON:
    """The value of a YAML or JSON document; None when it is empty.

    With ``openapi``, keys such as ``200:`` are text. Raises `InvalidDescription`, whose diagnostics have their spans.
    """
    text = bounded_text(content, location, max_bytes)
    return parse_text(text, location, media_type, openapi=openapi)


def bounded_text(content: bytes, location: str, max_bytes: int = MAX_BYTES) -> str:
    """`decode` for a document that is not too large. Raises `InvalidDescription`."""
    if len(content) > max_bytes:
        message = f"expected at most {max_bytes:,} bytes, found {len(content):,}"
        raise _invalid(DOCUMENT_TOO_LARGE, message, "split the document", location)
    return decode(content, location)


def decode(content: bytes, location: str) -> str:
    """The text of a document: UTF-8, or UTF-16 and UTF-32 with a byte order mark. Raises `InvalidDescription`."""
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        message = f"expected {encoding.upper()} text, found the byte 0x{content[error.start]:02X}"
        span = Span(line, column, line, column + 1)
        raise _invalid(YAML_SYNTAX, message, "save the document as UTF-8", location, span) from None


def parse_text(text: str, location: str, media_type: str | None = None, *, openapi: bool = False) -> JSON:
    """`parse_document` for a text that is decoded already."""
    with without_gc():
        if not is_flow(text):
            return _parse_yaml(text, location, openapi)
        try:
            return _parse_json(text, location, openapi)
        except JSONDecodeError as error:
            if _declares_json(location, media_type):
                raise _not_json(error, text, location) from None
            return _parse_yaml_flow(text, location, openapi, error)


def is_flow(text: str) -> bool:
    """Whether a text begins as JSON does; YAML in flow style looks alike."""
    return _FLOW.match(text) is not None


def _declares_json(location: str, media_type: str | None) -> bool:
    kind = (media_type or "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json") or location.lower().endswith(".json")


@contextmanager
def without_gc() -> Iterator[None]:
    """The collector would walk the growing document again and again; that costs more than building it."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


# --- YAML -------------------------------------------------------------------------------------------------------------
def _parse_yaml(text: str, location: str, openapi: bool) -> JSON:
    try:
        return _build(text, location, yaml_events, openapi)
    except YAMLError as error:
        found = syntax.explain(error, text)
        span = Lines(text).span(found.place, found.place + 1)
        raise _invalid(YAML_SYNTAX, found.message, found.hint, location, span) from None
    except BadNumber as error:
        raise _bad_number(error, text, location, _find_plain(text, error.text)) from None


def _build(text: str, location: str, events: Callable[[str], Events], openapi: bool) -> JSON:
    builder = Builder(events(text), openapi=openapi)
    try:
        value = builder.document()
    except Stop:
        value = None
    except (NotJSON, StopIteration):
        message = "expected JSON, found something else behind its nesting"
        raise _invalid(YAML_SYNTAX, message, "correct the document's syntax", location) from None
    except RecursionError:  # the caller is deep already
        message = "the document nests too deeply for the stack that is left"
        raise _invalid(YAML_SYNTAX, message, f"at most {MAX_DEPTH} levels are read", location) from None
    if builder.problems:
        lines = Lines(text)
        raise InvalidDescription([_diagnostic(problem, location, lines) for problem in builder.problems])
    return value


def _diagnostic(problem: Problem, location: str, lines: Lines) -> Diagnostic:
    origin = Origin(location).at(*problem.path) if problem.path else Origin(location)
    span = lines.span(problem.start, problem.end)
    return Diagnostic(problem.code, problem.message, origin, problem.hint, on_key=problem.on_key, span=span)


def _find_plain(text: str, value: str) -> int:
    get = yaml_events(text)
    while not isinstance(event := get(), StreamEndEvent):
        if isinstance(event, ScalarEvent) and event.value == value and event.implicit[0]:
            return start_of(event)
    return 0


# --- JSON -------------------------------------------------------------------------------------------------------------
def _parse_json(text: str, location: str, openapi: bool) -> JSON:
    """Raises `JSONDecodeError` when the text is not JSON at all."""
    try:
        value = load_json(text)
    except Unclear:
        return _build(text, location, json_events, openapi)  # finds out where
    except BadNumber as error:
        index = next((token.start(3) for token in json_tokens(text) if token[3] == error.text), 0)
        raise _bad_number(error, text, location, index) from None
    if half := syntax.lone_surrogate(text):
        message = f"expected a whole character, found '{half[0]}', which is half of one"
        span = Lines(text).span(*half.span())
        raise _invalid(YAML_SYNTAX, message, "write both halves, or the character itself", location, span)
    return value


def _parse_yaml_flow(text: str, location: str, openapi: bool, error: JSONDecodeError) -> JSON:
    """Reads it as YAML; when it is not that either, the syntax that was understood further is the one meant."""
    try:
        return _parse_yaml(text, location, openapi)
    except InvalidDescription as invalid:
        first = invalid.diagnostics[0]
        span = first.span
        if first.code is not YAML_SYNTAX or span is None or (span.line, span.column) > (error.lineno, error.colno):
            raise
    raise _not_json(error, text, location)


# --- problems ---------------------------------------------------------------------------------------------------------
def _not_json(error: JSONDecodeError, text: str, location: str) -> InvalidDescription:
    found = syntax.explain_json(error, text)
    return _invalid(YAML_SYNTAX, found.message, found.hint, location, Lines(text).span(found.place, found.place + 1))


def _bad_number(error: BadNumber, text: str, location: str, index: int) -> InvalidDescription:
    span = Lines(text).span(index, index + len(error.text))
    return _invalid(YAML_SYNTAX, str(error), "put it in quotes, or write a smaller number", location, span)


def _invalid(code: Code, message: str, hint: str | None, location: str, span: Span | None = None) -> InvalidDescription:
    return InvalidDescription([Diagnostic(code, message, Origin(location), hint, span=span)])
