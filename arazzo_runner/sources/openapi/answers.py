"""What the content of an answer is as a value: JSON, text, bytes or nothing, by its media type (S15)."""

from __future__ import annotations

import json

from arazzo_runner.patterns import rare
from arazzo_runner.records import dataclass
from arazzo_runner.sources.openapi.media import MediaType, media_type
from arazzo_runner.values import JSON, MISSING, Missing

_DECLARED_ENCODING = rare(rb"""\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True)
class Decoded:
    """A content's value, whether it is XML, and what was odd about it."""

    value: JSON | Missing
    is_xml: bool = False
    notes: tuple[str, ...] = ()


def decode(content: bytes, content_type: str | None) -> Decoded:
    """The value of ``content``; never raises."""
    if not content:
        return Decoded(MISSING)
    kind = media_type(content_type) if content_type else None
    if kind is None:
        return _undeclared(content, content_type)
    if kind.is_json:
        return _json(content, kind)
    if kind.is_xml:
        return _text(content, _xml_charset(content, kind), is_xml=True)
    if kind.is_text:
        return _text(content, kind.charset)
    return Decoded(content)


def parse_json(content: bytes | str) -> JSON:
    """JSON as RFC 8259 has it, without Python's NaN and Infinity. Raises ValueError or RecursionError."""
    text = content.decode(_encoding(content), "surrogatepass") if isinstance(content, bytes) else content
    value: JSON = _DECODER.decode(text)
    return value


def _encoding(content: bytes) -> str:
    if content.startswith((b"{", b"[")) and content[1:2] != b"\0":
        return "utf-8"  # seen at once
    return json.detect_encoding(content)


def _refuse(constant: str) -> JSON:
    raise ValueError(f"'{constant}' is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)


def _json(content: bytes, kind: MediaType) -> Decoded:
    try:
        return Decoded(parse_json(_recoded(content, kind)))
    except RecursionError:
        reason = "it is nested too deeply"
    except ValueError as error:
        reason = str(error)
    as_text = _text(content, kind.charset)
    return Decoded(
        as_text.value, False, (f"the answer says '{kind.essence}' but is not JSON: {reason}", *as_text.notes)
    )


def _recoded(content: bytes, kind: MediaType) -> bytes | str:
    """JSON is UTF-8 whatever its parameters say, unless it is not and they name what it is."""
    if kind.charset in {None, "utf-8"}:
        return content
    try:
        content.decode()
    except UnicodeDecodeError:
        return content.decode(kind.charset or "utf-8")
    return content


def _xml_charset(content: bytes, kind: MediaType) -> str | None:
    if kind.charset is not None:
        return kind.charset
    declared = _DECLARED_ENCODING.match(content[:300])
    if declared is None:
        return None
    return MediaType("text/xml", {"charset": declared[1].decode("ascii")}).charset


def _text(content: bytes, charset: str | None, *, is_xml: bool = False) -> Decoded:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            charset = encoding
    charset = charset or "utf-8"
    try:
        return Decoded(content.decode(charset), is_xml)
    except UnicodeDecodeError:
        note = f"the answer is not all '{charset}' text; what is not stands as U+FFFD"
        return Decoded(content.decode(charset, "replace"), is_xml, (note,))


def _undeclared(content: bytes, content_type: str | None) -> Decoded:
    """An answer that does not say what it is: JSON when it parses, else text when it is UTF-8, else bytes."""
    said = f"the content type '{content_type}', which is none" if content_type else "no content type"
    try:
        return Decoded(parse_json(content), False, (f"the answer has {said}; it was read as JSON",))
    except (ValueError, RecursionError):
        pass
    try:
        return Decoded(content.decode(), False, (f"the answer has {said}; it was read as text",))
    except UnicodeDecodeError:
        return Decoded(content, False, (f"the answer has {said}; it was read as bytes",))
