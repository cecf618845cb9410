"""How values become text in URLs, headers and forms: the styles of OpenAPI 3 and the collection formats of 2.0 (S38).

Knows values and text; not where a parameter was declared.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import TypeAlias
from urllib.parse import quote, quote_plus

from arazzo_runner.errors import CannotSend
from arazzo_runner.patterns import rare
from arazzo_runner.sources import FileContent
from arazzo_runner.values import JSON

#: Makes text fit for its place: percent-encoding, or nothing.
Encode: TypeAlias = Callable[[str], str]

_RESERVED_IN_QUERY = ":/?@!$&'()*+,;="
_RESERVED_IN_PATH = ":/@!$&'()*+,;="
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]*")
_LONE_PERCENT = rare(r"%(?![0-9A-Fa-f]{2})")
_COOKIE_UNSAFE = rare(r"[^\x21\x23-\x2B\x2D-\x3A\x3C-\x5B\x5D-\x7E]")

_QUERY_DELIMITERS = {"spaceDelimited": " ", "pipeDelimited": "|", "tabDelimited": "\t"}
_DELIMITERS = {"simple": ",", "label": ",", "matrix": ","} | _QUERY_DELIMITERS


def encode(text: str) -> str:
    """Percent-encode all but the unreserved characters (RFC 3986, section 2.3)."""
    return text if _UNRESERVED.fullmatch(text) else quote(text, safe="")


def encode_reserved(text: str) -> str:
    """For ``allowReserved``: reserved characters and percent-encoded triples pass, but what a query cannot hold."""
    return quote(_LONE_PERCENT.sub("%25", text), safe=_RESERVED_IN_QUERY + "%")


def encode_reserved_path(text: str) -> str:
    """The same in a path, where ``?`` would end it."""
    return quote(_LONE_PERCENT.sub("%25", text), safe=_RESERVED_IN_PATH + "%")


def encode_form(text: str) -> str:
    """As `application/x-www-form-urlencoded` has it: a space is ``+``."""
    return quote_plus(text, safe="*")


def encode_cookie(text: str) -> str:
    """Percent-encode only what a cookie's value cannot hold (RFC 6265, section 4.1.1)."""
    return _COOKIE_UNSAFE.sub(lambda found: quote(found[0], safe=""), text)


def encode_nothing(text: str) -> str:
    """For headers and multipart fields."""
    return text


def plain_json(value: JSON) -> str | None:
    """Compact JSON of a value that is JSON through and through; None where `to_json` has to look closer."""
    try:
        return _PLAIN_ENCODER.encode(value)
    except (ValueError, TypeError):
        return None


def to_json(value: JSON, what: str) -> str:
    """Compact JSON. Raises `CannotSend` for what JSON cannot hold: bytes, NaN, infinities."""
    try:
        return _ENCODER.encode(value)
    except ValueError:
        raise CannotSend("unserialisable", f"{what} holds a number that JSON cannot write (NaN or infinity)") from None
    except TypeError:
        raise CannotSend(
            "unserialisable", f"{what} holds binary data, which JSON cannot; encode it as text (base64) first"
        ) from None


def _file_text(value: object) -> str:
    if isinstance(value, FileContent):
        try:
            return value.content.decode()
        except UnicodeDecodeError:
            pass
    raise TypeError


_PLAIN_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":"))
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":"), default=_file_text
)


def to_text(value: JSON, what: str) -> str:
    """A value as a parameter's text: strings as they are, everything else as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return _decoded(value, what)
    if isinstance(value, FileContent):
        return _decoded(value.content, what)
    return to_json(value, what)


def _decoded(content: bytes, what: str) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise CannotSend("unserialisable", f"{what} is binary data, which cannot stand here") from None


def present(value: JSON) -> JSON:
    """``value`` without null elements and members, which stand for nothing here (S13; RFC 6570, section 2.3)."""
    if isinstance(value, list):
        return [item for item in value if item is not None]
    if isinstance(value, dict):
        return {name: item for name, item in value.items() if item is not None}
    return value


def pairs(name: str, value: JSON, style: str, explode: bool, encode: Encode, what: str) -> list[tuple[str, str]]:
    """A value as encoded ``name=value`` pairs: form, spaceDelimited, pipeDelimited, deepObject.

    Nothing for an empty array or object, which are undefined (RFC 6570, section 3.2.1).
    """
    if isinstance(value, str):
        return [(encode(name), encode(value))]
    value = present(value)
    match value:
        case dict():
            if style == "deepObject":
                return _deep(name, value, encode, what)
            if explode:
                return [(encode(key), encode(to_text(item, what))) for key, item in value.items()]
            flat = [part for key, item in value.items() for part in (key, to_text(item, what))]
        case list():
            flat = [to_text(item, what) for item in value]
            if explode or style == "deepObject":
                return [(encode(name), encode(text)) for text in flat]
        case _:
            return [(encode(name), encode(to_text(value, what)))]
    if not flat:
        return []
    delimiter = _QUERY_DELIMITERS.get(style)
    joined = "," if delimiter is None else encode(delimiter)
    return [(encode(name), joined.join(map(encode, flat)))]


def _deep(name: str, value: dict[str, JSON], encode: Encode, what: str) -> list[tuple[str, str]]:
    """``name[key]=value``; objects deeper down continue the brackets, arrays repeat (not defined by OpenAPI)."""
    found: list[tuple[str, str]] = []
    for key, item in value.items():
        item, inner = present(item), f"{name}[{key}]"
        if isinstance(item, dict):
            found += _deep(inner, item, encode, what)
        else:
            found += [
                (encode(inner), encode(to_text(each, what))) for each in (item if isinstance(item, list) else [item])
            ]
    return found


def line(name: str, value: JSON, style: str, explode: bool, encode: Encode, what: str) -> str:
    """A value as one text: simple, label, matrix, and the delimited ones of OpenAPI 2.0 in paths and headers."""
    if style == "simple" and isinstance(value, str):
        return encode(value)
    value = present(value)
    match style:
        case "label":
            return "." + _joined(value, "." if explode else ",", explode, encode, what)
        case "matrix":
            return _matrix(encode(name), value, explode, encode, what)
        case _:
            delimiter = _DELIMITERS.get(style, ",")
            return _joined(value, delimiter if delimiter == "," else encode(delimiter), explode, encode, what)


def _joined(value: JSON, delimiter: str, explode: bool, encode: Encode, what: str) -> str:
    match value:
        case dict() if explode:
            return delimiter.join(f"{encode(key)}={encode(to_text(item, what))}" for key, item in value.items())
        case dict():
            return ",".join(part for key, item in value.items() for part in (encode(key), encode(to_text(item, what))))
        case list():
            return delimiter.join(encode(to_text(item, what)) for item in value)
        case _:
            return encode(to_text(value, what))


def _matrix(name: str, value: JSON, explode: bool, encode: Encode, what: str) -> str:
    if explode and isinstance(value, dict):
        return "".join(_assignment(encode(key), encode(to_text(item, what))) for key, item in value.items())
    if explode and isinstance(value, list):
        return "".join(_assignment(name, encode(to_text(item, what))) for item in value)
    if isinstance(value, dict | list) and not value:
        return ""
    return _assignment(name, _joined(value, ",", False, encode, what))


def _assignment(name: str, value: str) -> str:
    return f";{name}={value}" if value else f";{name}"


def query_text(found: Sequence[tuple[str, str | None]]) -> str:
    """Encoded pairs as a query; a name with None has no ``=``."""
    return "&".join(name if value is None else f"{name}={value}" for name, value in found)
