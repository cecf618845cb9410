"""What a request or an answer carried, as a report shows it: JSON parsed, text as text, other bytes as base64."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, NoReturn

from arazzo_runner.effects import Headers
from arazzo_runner.reports.lines import count, size
from arazzo_runner.sources import FileContent

#: A body of more bytes is not parsed to be shown, and only so many of it are.
_LARGE: Final = 1_000_000
_BEGINNING: Final = 4_000

_TEXT = (
    "text/",
    "application/x-www-form-urlencoded",
    "application/graphql",
    "application/javascript",
    "application/yaml",
)


def media_type(headers: Headers) -> str:
    """The media type without its parameters, in lower case; empty when there is none."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def body(headers: Headers, content: bytes) -> Any:
    """A body for a report: parsed JSON, text, or ``{"base64": "..."}``; None when there is no content."""
    if not content:
        return None
    type_ = media_type(headers)
    if type_.endswith(("json", "+json")):
        with suppress(ValueError, RecursionError):
            return json.loads(content, parse_constant=_refuse)
    text = _as_text(content, type_)
    return in_base64(content) if text is None else text


def body_text(headers: Headers, content: bytes) -> str:
    """A body for a person: pretty JSON, text, or ``<123 bytes of image/png>``."""
    shown = body(headers, content)
    if shown is None and not content:
        return ""
    type_ = media_type(headers)
    if isinstance(shown, str) and not type_.endswith("json"):
        return shown
    if isinstance(shown, dict) and _as_text(content, type_) is None:
        text = _as_text(content, type_, "replace") if type_.startswith(_TEXT) else None
        readable = text is not None and text.count("\ufffd") * 10 < len(text)  # as of Latin-1; else it is no text
        return text if text is not None and readable else _as_size(headers, content)
    return json.dumps(shown, ensure_ascii=False, indent=2)


def excerpt(headers: Headers, content: bytes, most: int, mark: str) -> list[str]:
    """A body for a person in at most so many lines; where it is cut the last one says how large the whole is."""
    if len(content) <= _LARGE:
        lines = _lines(body_text(headers, content))
        if len(lines) <= most:
            return lines
        return [*lines[: most - 1], f"{mark} {count(len(lines) - most + 1, 'more line')}, {size(len(content))} in all"]
    text = content[:_BEGINNING].decode(errors="replace")
    if _as_text(text.encode(), media_type(headers)) is None:
        return [_as_size(headers, content)]
    return [*_lines(text)[: most - 1], f"{mark} {size(len(content))} in all"]


def _lines(text: str) -> list[str]:
    """The lines of a text. Other separators, such as those of Unicode, stay in their line: JSON has them in strings."""
    plain = text.expandtabs(4).replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    return plain.split("\n") if plain else []


def _as_size(headers: Headers, content: bytes) -> str:
    return f"<{size(len(content))} of {media_type(headers) or 'unknown type'}>"


def in_base64(content: bytes) -> dict[str, str]:
    """Bytes in JSON: an object with the one member ``base64``."""
    return {"base64": base64.b64encode(content).decode()}


def encodable(value: object) -> Any:
    """A value of a run as plain JSON: bytes and files become ``{"base64": "..."}``, a file with its ``filename``."""
    match value:
        case bytes():
            return in_base64(value)
        case FileContent(name, content):
            return {"filename": name, **in_base64(content)}
        case Mapping():
            return {str(name): encodable(member) for name, member in value.items()}
        case list() | tuple():
            return [encodable(item) for item in value]
        case _:
            return value


def pretty(value: object) -> str:
    """JSON for people and programs alike, ending in a newline."""
    return _dumped(encodable(value), 2)


def compact(value: object) -> str:
    """JSON on one line, ending in a newline."""
    return _dumped(encodable(value), None)


def _dumped(value: object, indent: int | None) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=indent) + "\n"
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which only an escape can write
        return json.dumps(value, indent=indent) + "\n"
    return text


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def _as_text(content: bytes, type_: str, errors: str = "strict") -> str | None:
    if type_ and not type_.startswith(_TEXT) and not type_.endswith(("json", "xml")):
        return None
    try:
        text = content.decode(errors=errors)
    except UnicodeDecodeError:
        return None
    return text if "\0" not in text else None
