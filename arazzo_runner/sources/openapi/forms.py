"""Forms: `application/x-www-form-urlencoded` and `multipart/*` bodies with their Encoding Objects (S39).

The boundary of a multipart body is derived from its parts, so that identical requests are identical.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from arazzo_runner.errors import CannotSend
from arazzo_runner.records import dataclass
from arazzo_runner.sources import FileContent
from arazzo_runner.sources.openapi.media import MediaType, media_type, of_file
from arazzo_runner.sources.openapi.references import elements, member, members, text
from arazzo_runner.sources.openapi.styles import (
    Encode,
    encode_form,
    encode_nothing,
    encode_reserved,
    pairs,
    query_text,
    to_json,
    to_text,
)
from arazzo_runner.values import JSON

_STYLED = ("style", "explode", "allowReserved")
_JSON = MediaType("application/json")


def urlencoded(payload: JSON, encoding: Mapping[str, JSON], what: str) -> str:
    """An object as a form. Null members are left out (S13); nested structures are JSON unless a style is declared."""
    if not isinstance(payload, dict):
        raise CannotSend("unserialisable", f"{what} is a form: its payload must be an object or the form's text")
    found: list[tuple[str, str | None]] = []
    for name, value in payload.items():
        if value is None:
            continue
        declared = members(encoding.get(name))
        field = f"the form field '{name}'"
        if any(key in declared for key in _STYLED):
            found += _styled(name, value, declared, encode_form, field)
        else:
            found += [(encode_form(name), encode_form(item)) for item in _plain(value, declared, field)]
    return query_text(found)


def _styled(name: str, value: JSON, declared: Mapping[str, JSON], encode: Encode, what: str) -> list[tuple[str, str]]:
    style = text(declared.get("style")) or "form"
    explode = declared.get("explode")
    if declared.get("allowReserved") is True and encode is encode_form:
        encode = encode_reserved
    return pairs(name, value, style, explode if isinstance(explode, bool) else style == "form", encode, what)


def _plain(value: JSON, declared: Mapping[str, JSON], what: str) -> list[str]:
    """The texts of a field without a style: arrays repeat it, structures are JSON."""
    kind = media_type(text(declared.get("contentType")) or "")
    if kind is not None and kind.is_json:
        return [to_json(value, what)]
    if isinstance(value, list):
        return [to_text(item, what) for item in value if item is not None]
    return [to_text(value, what)]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a multipart body: its header fields and its content."""

    headers: tuple[tuple[str, str], ...]
    content: bytes

    def written(self) -> bytes:
        """The part as it stands between boundaries."""
        head = "".join(f"{name}: {value}\r\n" for name, value in self.headers)
        return head.encode() + b"\r\n" + self.content + b"\r\n"


def multipart(
    payload: JSON, kind: MediaType, chosen: str, encoding: Mapping[str, JSON], schemas: Mapping[str, JSON]
) -> tuple[bytes, str]:
    """An object (or, but for form-data, an array) as a multipart body, and the media type with its boundary."""
    from hashlib import sha256

    form = kind.essence == "multipart/form-data"
    if isinstance(payload, dict):
        parts = [part for name, value in payload.items() for part in _named(name, value, encoding, schemas, form)]
    elif isinstance(payload, list) and not form:
        parts = [_part(None, item, {}, None, form) for item in payload if item is not None]
    else:
        raise CannotSend("unserialisable", f"'{kind.essence}' needs an object as its payload")
    written = [part.written() for part in parts]
    boundary = kind.parameters.get("boundary") or sha256(b"\0".join(written)).hexdigest()[:32]
    line = f"--{boundary}".encode()
    content = b"".join(line + b"\r\n" + part for part in written) + line + b"--\r\n"
    return content, chosen if "boundary" in kind.parameters else f"{chosen.rstrip('; ')}; boundary={boundary}"


def _named(
    name: str, value: JSON, encoding: Mapping[str, JSON], schemas: Mapping[str, JSON], form: bool
) -> Iterator[Part]:
    declared, schema = members(encoding.get(name)), schemas.get(name)
    if value is None:
        return
    if any(key in declared for key in _STYLED) and not isinstance(value, bytes | FileContent):
        for key, item in _styled(name, value, declared, encode_nothing, f"the form field '{name}'"):
            yield _part(key, item, {}, None, form)
    elif isinstance(value, list):
        items = member(schema, "items")
        for each in value:
            if each is not None:
                yield _part(name, each, declared, items, form)
    else:
        yield _part(name, value, declared, schema, form)


def _part(name: str | None, value: JSON, declared: Mapping[str, JSON], schema: JSON, form: bool) -> Part:
    filename = _filename(name, value, schema)
    kind = _part_type(value, declared, filename, form)
    headers: list[tuple[str, str]] = []
    if name is not None:
        disposition = f'{"form-data" if form else "attachment"}; name="{_quoted(name)}"'
        headers.append(
            (
                "Content-Disposition",
                disposition if filename is None else f'{disposition}; filename="{_quoted(filename)}"',
            )
        )
    if kind is not None:
        headers.append(("Content-Type", kind))
    headers += _fixed_headers(declared)
    return Part(tuple(headers), _content(value, kind, f"the part '{name}'" if name else "a part"))


def _filename(name: str | None, value: JSON, schema: JSON) -> str | None:
    """Files have a name: their own, else the field's; text is a file where the schema says that it is binary."""
    if isinstance(value, FileContent):
        return value.name
    if isinstance(value, bytes) or (isinstance(value, str) and _is_binary(schema)):
        return name or "file"
    return None


def _is_binary(schema: JSON) -> bool:
    if member(schema, "format") == "binary":
        return True
    return member(schema, "contentMediaType") is not None and member(schema, "contentEncoding") is None


def _part_type(value: JSON, declared: Mapping[str, JSON], filename: str | None, form: bool) -> str | None:
    """The part's media type: the declared one, else by its value; a form's plain text has none."""
    guessed = _guess(value, filename)
    wanted = [item.strip() for item in (text(declared.get("contentType")) or "").split(",") if item.strip()]
    if wanted:
        return _declared_type(wanted, guessed)
    return guessed if filename is not None or isinstance(value, dict | list) or not form else None


def _guess(value: JSON, filename: str | None) -> str:
    if isinstance(value, dict | list):
        return "application/json"
    if isinstance(value, FileContent):
        return of_file(value.name)
    return "text/plain" if filename is None else "application/octet-stream"


def _declared_type(wanted: list[str], guessed: str) -> str:
    """Of several types and ranges: the one that fits the file, else the first that is concrete."""
    kind = media_type(guessed) or _JSON
    kinds = [(item, found) for item in wanted if (found := media_type(item)) is not None]
    for item, found in kinds:
        if found.covers(kind):
            return guessed if found.is_range else item
    return next((item for item, found in kinds if not found.is_range), guessed)


def _content(value: JSON, kind: str | None, what: str) -> bytes:
    if isinstance(value, FileContent):
        return value.content
    if isinstance(value, bytes):
        return value
    declared = media_type(kind or "")
    if isinstance(value, str):
        return value.encode((declared.charset if declared else None) or "utf-8")
    if isinstance(value, dict | list) and declared is not None and declared.is_xml:
        raise CannotSend("unserialisable", f"{what} is a structure, which cannot become '{kind}'")
    return to_text(value, what).encode()


def _fixed_headers(declared: Mapping[str, JSON]) -> list[tuple[str, str]]:
    """Headers whose value the description fixes: by ``const``, a single ``enum`` value, or ``default``."""
    found = []
    for name, header in members(declared.get("headers")).items():
        schema = member(header, "schema")
        choices = elements(member(schema, "enum"))
        value = member(schema, "const") or (choices[0] if len(choices) == 1 else member(schema, "default"))
        if value is not None and name.lower() not in {"content-type", "content-disposition"}:
            found.append((_header_text(name), _header_text(to_text(value, f"the header '{name}'"))))
    return found


def _header_text(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")


def _quoted(value: str) -> str:
    """A name inside quotes, as HTML has it (multipart/form-data encoding algorithm)."""
    return value.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
