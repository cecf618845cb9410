"""Requests and responses as HTTP Archive 1.2 writes them: headers, cookies, queries, forms and contents.

The body of a form stands both as ``params`` and as ``text``, as browsers write it: the specification wants one of the
two, but readers look at one or the other. A body that is not text stands as base64: in an answer by ``encoding``, in a
request, for which HAR 1.2 has no place, as ``_base64``.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from arazzo_runner.effects import Headers, Request, Response
from arazzo_runner.reports.bodies import media_type
from arazzo_runner.reports.redact import HIDDEN

#: Which version was spoken is not known; readers want one, and get the one that most servers speak.
HTTP_VERSION: Final = "HTTP/1.1"

_HIDDEN = HIDDEN.encode()


def request_value(request: Request) -> dict[str, Any]:
    """A request."""
    value: dict[str, Any] = {
        "method": request.method,
        "url": request.url,
        "httpVersion": HTTP_VERSION,
        "cookies": [cookie for text in _values(request.headers, "cookie") for cookie in _cookies_sent(text)],
        "headers": _headers(request.headers),
        "queryString": _query(request.url),
        "headersSize": -1,
        "bodySize": _size(request.content),
    }
    if request.content:
        value["postData"] = _post_data(request)
    return value


def response_value(response: Response) -> dict[str, Any]:
    """An answer."""
    return {
        "status": response.status_code,
        "statusText": _phrase(response.status_code),
        "httpVersion": HTTP_VERSION,
        "cookies": [cookie for text in _values(response.headers, "set-cookie") for cookie in _cookie_set(text)],
        "headers": _headers(response.headers),
        "content": _content(response),
        "redirectURL": response.headers.get("location", ""),
        "headersSize": -1,
        "bodySize": -1 if "content-encoding" in response.headers else _size(response.content),
    }


def no_response(error: str) -> dict[str, Any]:
    """What stands in the place of an answer that never came, in the words of Chromium."""
    return {
        "status": 0,
        "statusText": "",
        "httpVersion": "",
        "cookies": [],
        "headers": [],
        "content": {"size": 0, "mimeType": "x-unknown"},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": -1,
        "_error": error,
    }


def _headers(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.fields]


def _values(headers: Headers, name: str) -> Iterator[str]:
    return (value for field, value in headers.fields if field.lower() == name)


def _query(url: str) -> list[dict[str, str]]:
    with suppress(ValueError):
        return _pairs(urlsplit(url).query)
    return []


def _pairs(query: str) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in parse_qsl(query, keep_blank_values=True)]


def _size(content: bytes) -> int:
    return -1 if _HIDDEN in content else len(content)


def _phrase(status: int) -> str:
    with suppress(ValueError):
        return HTTPStatus(status).phrase
    return ""


def _text(content: bytes) -> str | None:
    with suppress(UnicodeDecodeError):
        text = content.decode()
        return text if "\0" not in text else None
    return None


# --- contents ---------------------------------------------------------------------------------------------------------
def _content(response: Response) -> dict[str, Any]:
    content = response.content
    value = {"size": len(content), "mimeType": response.headers.get("content-type", "x-unknown")}
    text = _text(content)
    if text is None:
        return value | {"text": base64.b64encode(content).decode(), "encoding": "base64"}
    return value | ({"text": text} if text else {})


def _post_data(request: Request) -> dict[str, Any]:
    value: dict[str, Any] = {"mimeType": request.headers.get("content-type", "application/octet-stream")}
    text, type_ = _text(request.content), media_type(request.headers)
    if type_ == "application/x-www-form-urlencoded" and text is not None:
        value["params"] = _pairs(text)
    elif type_ == "multipart/form-data":
        value["params"] = list(_fields(value["mimeType"], request.content))
    value["text"] = text or ""  # Chromium shows "undefined" where there is none
    if text is None:
        value["comment"] = f"{len(request.content)} bytes, in base64 in '_base64'"
        value["_base64"] = base64.b64encode(request.content).decode()
    return value


def _fields(content_type: str, content: bytes) -> Iterator[dict[str, str]]:
    """The fields of a multipart form; the contents of files that are not text are left out."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode("utf-8", "replace")
    form = BytesParser(policy=HTTP).parsebytes(head + content)
    for part in form.get_payload() if form.is_multipart() else ():
        if isinstance(part, Message):
            yield _field(part)


def _field(part: Message) -> dict[str, str]:
    name = str(part.get_param("name", "", "content-disposition"))
    field = {"name": name}
    payload = part.get_payload(decode=True)
    text = _text(payload) if isinstance(payload, bytes) else None
    if text is not None:
        field["value"] = text
    if (filename := part.get_filename()) is not None:
        field["fileName"] = filename
    if "content-type" in part:
        field["contentType"] = part["content-type"]
    return field


# --- cookies ----------------------------------------------------------------------------------------------------------
def _cookies_sent(header: str) -> Iterator[dict[str, Any]]:
    """The cookies of a Cookie header; none of one that is hidden whole."""
    for pair in header.split(";"):
        name, equals, value = pair.strip().partition("=")
        if equals:
            yield {"name": name, "value": value}


def _cookie_set(header: str) -> Iterator[dict[str, Any]]:
    """The cookie of a Set-Cookie header with its attributes (RFC 6265); none of one that is hidden whole."""
    first, *rest = header.split(";")
    name, equals, value = first.strip().partition("=")
    if not equals:
        return
    attributes = {key.strip().lower(): text.strip() for key, _, text in (part.partition("=") for part in rest)}
    cookie: dict[str, Any] = {"name": name, "value": value}
    cookie |= {key: attributes[key] for key in ("path", "domain") if key in attributes}
    with suppress(KeyError, ValueError):
        cookie["expires"] = parsedate_to_datetime(attributes["expires"]).astimezone(UTC).isoformat()
    yield cookie | {"httpOnly": "httponly" in attributes, "secure": "secure" in attributes}
