"""Secrets become ``***`` in everything that is shown (S10). It stands before every report: reports see only its copies.

A `Redactor` learns secrets from events, headers and credentials; `Redactor.before` makes one observer of several
reports, so that what they are given is already redacted. It knows the shapes of events and values, and no report.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from arazzo_runner.effects import Headers, Request, Response
from arazzo_runner.engine.events import Event, RequestSent, ResponseReceived, WorkflowStarted
from arazzo_runner.secrecy import is_secret_header, is_secret_name
from arazzo_runner.sources import FileContent

T = TypeVar("T")

#: What stands in the place of a secret.
HIDDEN: Final = "***"

#: Secrets shorter than this are hidden only where they are a whole value.
SHORTEST_INSIDE: Final = 6

#: Longer ones (a whole file) are found as they are and JSON-escaped, not in every other spelling.
LONGEST_SPELLED: Final = 8192

#: Members of events and results that are words of ours, never values of a run.
_OURS: Final = frozenset({"status", "type", "reason", "code"})
_COOKIES: Final = frozenset({"cookie", "set-cookie"})
_FIELD = re.compile(r"[^/?&=;#]+")


class Redactor:
    """Knows the secrets of a run and hides them in JSON, headers, URLs, bytes, text, events and results."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        self._inside: re.Pattern[str] | None = None
        self._short = False  #: there are secrets that only a look at each whole value finds
        self._stale = False
        self._wire: dict[int, tuple[object, object]] = {}  #: requests and responses that were redacted before
        self.add(*secrets)

    # --- learning -----------------------------------------------------------------------------------------------------

    def add(self, *secrets: str) -> None:
        """Hide these from now on."""
        new = {secret for secret in secrets if secret and secret != HIDDEN} - self._secrets
        if new:
            self._secrets |= new
            self._stale = True
            self._wire.clear()

    def add_credentials(self, environment: Mapping[str, str]) -> None:
        """Hide what ``ARAZZO_AUTH_*`` variables hold: whole, and the password of ``user:password`` (S40)."""
        for name, value in environment.items():
            if name.startswith("ARAZZO_AUTH_"):
                self.add(value, value.partition(":")[2])

    def add_header(self, name: str, value: str) -> None:
        """Hide the value of a header that carries a secret, with and without its scheme word, and cookies' values."""
        if not is_secret_header(name):
            return
        self.add(value)
        if name.lower() in _COOKIES:
            self.add(*_cookie_values(name, value))
        elif name.lower().endswith("authorization"):
            self._add_authorization(value)

    def _add_authorization(self, value: str) -> None:
        scheme, _, credentials = value.partition(" ")
        self.add(credentials.strip())
        if scheme.lower() == "basic":
            decoded = _from_base64(credentials.strip())
            self.add(decoded, decoded.partition(":")[2])

    def add_url(self, url: str) -> None:
        """Hide a password before the host, and query parameters named as API keys are."""
        try:
            parts = urlsplit(url)
            self.add(parts.password or "", unquote_plus(parts.password or ""))
        except ValueError:
            return
        for name, value in parse_qsl(parts.query):
            if len(value) >= SHORTEST_INSIDE and _is_secret_parameter(name):
                self.add(value)

    def learn(self, event: Event) -> None:
        """Hide the secrets that an event brings."""
        match event:
            case WorkflowStarted(inputs=inputs, secrets=secrets):
                self.add(*secrets)
                self.add(*(leaf for name in inputs if is_secret_name(name) for leaf in leaves(inputs[name])))
            case RequestSent(request=request, secrets=secrets):
                self.add(*secrets)
                self.add_url(request.url)
                self._learn_headers(request.headers)
            case ResponseReceived(response=response):
                self._learn_headers(response.headers)
            case _:
                pass

    def _learn_headers(self, headers: Headers) -> None:
        for name, value in headers.fields:
            self.add_header(name, value)

    # --- hiding -------------------------------------------------------------------------------------------------------

    def before(self, *observers: Callable[[Event], None]) -> Callable[[Event], None]:
        """One observer that learns from each event and hands these observers its redacted copy."""

        def observe(event: Event) -> None:
            self.learn(event)
            if observers:
                redacted = self.hide(event)
                for observer in observers:
                    observer(redacted)

        return observe

    def hide(self, value: T) -> T:
        """A copy of an event, a result or any part of one, without secrets; the same thing when there are none."""
        return self._part(value) if self._secrets else value

    def text(self, text: str) -> str:
        """A text without secrets."""
        if text in self._secrets:
            return HIDDEN
        pattern = self._pattern()
        return text if pattern is None else pattern.sub(HIDDEN, text)

    def url(self, url: str) -> str:
        """A URL, or a form, without secrets; short ones are hidden where they are a whole segment or field."""
        url = self.text(url)
        if not self._secrets:
            return url
        return _FIELD.sub(lambda found: HIDDEN if unquote_plus(found[0]) in self._secrets else found[0], url)

    def json(self, value: Any) -> Any:
        """A value without secrets; numbers and booleans are hidden where they are one."""
        match value:
            case str():
                return self.text(value)
            case bool() | int() | float():
                return HIDDEN if _plain(value) in self._secrets else value
            case bytes():
                return self.content(value)
            case Mapping():
                return {self._key(name): self.json(member) for name, member in value.items()}
            case list() | tuple():
                return [self.json(item) for item in value]
            case FileContent(name, content):
                return FileContent(self.text(name), self.content(content))
            case _:
                return value

    def headers(self, headers: Headers) -> Headers:
        """Header fields without secrets; those that carry one by their name are hidden whole."""
        return Headers(
            [(name, HIDDEN if value and is_secret_header(name) else self.text(value)) for name, value in headers.fields]
        )

    def content(self, content: bytes, media_type: str = "") -> bytes:
        """A body without secrets. JSON is searched value by value, so that it stays JSON."""
        if not content or not self._secrets:
            return content
        text = content.decode("utf-8", "surrogateescape")
        redacted = self.url(text) if "urlencoded" in media_type else self.text(text)
        if "json" in media_type and (redacted != text or self._short):
            redacted = self._json_text(text, redacted)
        return content if redacted == text else redacted.encode("utf-8", "surrogateescape")

    def _json_text(self, text: str, otherwise: str) -> str:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return otherwise
        redacted = self.json(value)
        return text if redacted == value else json.dumps(redacted, ensure_ascii=False)

    def _key(self, name: object) -> object:
        pattern = self._pattern()
        return pattern.sub(HIDDEN, name) if pattern is not None and isinstance(name, str) else name

    def _part(self, value: Any) -> Any:
        match value:
            case Request() | Response():
                return self._message(value)
            case FileContent():
                return self.json(value)
            case _ if is_dataclass(value) and not isinstance(value, type):
                return self._members(value)
            case Headers():
                return self.headers(value)
            case tuple():
                return tuple(self._part(item) for item in value)
            case Mapping():  # inputs or outputs: their names stand in the document
                return {name: self.json(member) for name, member in value.items()}
            case list() | str() | bytes():
                return self.json(value)
            case _:
                return value

    def _message(self, message: Request | Response) -> object:
        """A request or response; the same one comes in several events and in the result, and is redacted once."""
        known = self._wire.get(id(message))
        if known is not None:
            return known[1]
        headers, content = self.headers(message.headers), self.content(message.content, _media_type(message))
        redacted: object
        if isinstance(message, Request):
            redacted = Request(message.method, self.url(message.url), headers, content)
        else:
            redacted = Response(message.status_code, headers, content)
        self._wire[id(message)] = (message, redacted)
        return redacted

    def _members(self, value: Any) -> Any:
        changed: dict[str, object] = {}
        for member in fields(value):
            old = getattr(value, member.name)
            new = self._member(member.name, old)
            if new is not old:
                changed[member.name] = new
        return replace(value, **changed) if changed else value

    def _member(self, name: str, value: Any) -> Any:
        match name:
            case "secrets":
                return frozenset()
            case "exchange":  # the request and response say it all
                return None
            case "value":  # of an operand
                return self.json(value)
            case _:
                return value if name in _OURS else self._part(value)

    # --- the pattern --------------------------------------------------------------------------------------------------

    def _pattern(self) -> re.Pattern[str] | None:
        if self._stale:
            long = [secret for secret in self._secrets if len(secret) >= SHORTEST_INSIDE]
            spelled = [pattern for secret in sorted(long, key=len, reverse=True) for pattern in spellings(secret)]
            self._short = any(len(secret) < SHORTEST_INSIDE or _is_json_scalar(secret) for secret in self._secrets)
            self._inside = re.compile("|".join(spelled)) if spelled else None
            self._stale = False
        return self._inside


def leaves(value: object) -> list[str]:
    """The texts, numbers and booleans of a value, each as text."""
    match value:
        case bool() | int() | float():
            return [_plain(value)]
        case str():
            return [value]
        case bytes():
            return [value.decode("utf-8", "surrogateescape")]
        case FileContent(content=content):
            return leaves(content)
        case Mapping():
            return [leaf for member in value.values() for leaf in leaves(member)]
        case list() | tuple():
            return [leaf for item in value for leaf in leaves(item)]
        case _:
            return []


def spellings(secret: str) -> list[str]:
    """Patterns for a secret: as it is, percent-encoded, form-encoded, JSON- and XML-escaped, in any mixture; base64."""
    if len(secret) > LONGEST_SPELLED:
        return [re.escape(secret), re.escape(json.dumps(secret)[1:-1])]
    return ["".join(map(_spelled, secret)), *_in_base64(secret)]


def _spelled(char: str) -> str:
    """A pattern for one character, however URLs, forms, JSON and XML write it."""
    if char.isascii() and char.isalnum():
        return char
    encoded = char.encode("utf-8", "surrogatepass" if not "\udc80" <= char <= "\udcff" else "surrogateescape")
    written = {char, json.dumps(char)[1:-1], html.escape(char), f"\\u{ord(char):04x}", f"&#{ord(char)};"}
    patterns = {re.escape(text) for text in written if len(text) == 1 or "\\u" not in text}
    patterns |= {f"(?i:{re.escape(text)})" for text in written if "\\u" in text}
    patterns.add("".join(f"%(?i:{byte:02x})" for byte in encoded))
    if char == " ":
        patterns.add(r"\+")
    elif char == "/":
        patterns.add(r"\\/")
    elif char == "'":
        patterns.add("&apos;")
    return f"(?:{'|'.join(sorted(patterns))})"


def _in_base64(secret: str) -> list[str]:
    """Patterns for the part of a secret's base64 that does not depend on what stands before and after it."""
    content = secret.encode("utf-8", "surrogateescape")
    found: list[str] = []
    for before, dropped in ((0, 0), (1, 2), (2, 3)):
        text = base64.b64encode(b"\0" * before + content).decode()
        whole = len(text) - {0: 0, 1: 3, 2: 2}[(before + len(content)) % 3]
        tail = "[A-Za-z0-9+/_-]?={0,2}" if whole < len(text) else ""
        found.append("".join(map(_spelled_base64, text[dropped:whole])) + tail)
    return found


def _spelled_base64(char: str) -> str:
    match char:
        case "+":
            return r"(?:\+|-|%2[Bb])"
        case "/":
            return r"(?:/|_|\\/|%2[Ff])"
        case _:
            return char


def _is_secret_parameter(name: str) -> bool:
    return is_secret_header(name.replace("_", "-")) or re.search("secret|passw", name, re.IGNORECASE) is not None


def _media_type(message: Request | Response) -> str:
    return message.headers.get("content-type", "").lower()


def _cookie_values(name: str, value: str) -> list[str]:
    pairs = value.split(";") if name.lower() == "cookie" else value.split(";")[:1]
    values = (pair.partition("=")[2].strip().strip('"') for pair in pairs)
    return [text for text in values if len(text) >= SHORTEST_INSIDE]


def _from_base64(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def _plain(value: float | bool) -> str:
    return json.dumps(value)


def _is_json_scalar(text: str) -> bool:
    return text in ("true", "false") or re.fullmatch(r"-?\d[\d.eE+-]*", text) is not None


__all__ = ["HIDDEN", "Redactor", "leaves", "spellings"]
