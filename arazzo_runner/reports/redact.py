"""Secrets become ``***`` in everything that is shown (S10). It stands before every report: reports see only its copies.

A `Redactor` learns secrets from events, headers and credentials; `Redactor.before` makes one observer of several
reports, so that what they are given is already redacted. It knows the shapes of events and values, and no report.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any, Final, TypeVar, overload
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from arazzo_runner.effects import Headers, Request, Response
from arazzo_runner.engine.events import Event, RequestSent, ResponseReceived, WorkflowStarted
from arazzo_runner.engine.results import StepResult
from arazzo_runner.expressions.verdicts import Verdict
from arazzo_runner.reports.spellings import Spelled
from arazzo_runner.secrecy import is_secret_header, is_secret_name
from arazzo_runner.sources import FileContent

T = TypeVar("T")

#: What stands in the place of a secret.
HIDDEN: Final = "***"

#: Secrets shorter than this are hidden only where they are a whole value.
SHORTEST_INSIDE: Final = 6

#: Members of events and results that are words of ours, never values of a run.
_OURS: Final = frozenset({"status", "type", "reason", "code", "keep_bodies"})
_MOST_RECENT: Final = 64  #: requests, responses and verdicts that are remembered redacted
_COOKIES: Final = frozenset({"cookie", "set-cookie"})
_FIELD = re.compile(r"[^/?&=;#]+")


class Redactor:
    """Knows the secrets of a run and hides them in JSON, headers, URLs, bytes, text, events and results."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        self._inside = Spelled()  #: those that are hidden inside other text
        self._short = False  #: there are secrets that only a look at each whole value finds
        self._recent: dict[int, tuple[object, object]] = {}  #: what was redacted last, by identity
        self.add(*secrets)

    # --- learning -----------------------------------------------------------------------------------------------------

    def add(self, *secrets: str) -> None:
        """Hide these from now on."""
        new = {secret for secret in secrets if secret and secret != HIDDEN} - self._secrets
        if new:
            self._secrets |= new
            self._inside.add(secret for secret in new if len(secret) >= SHORTEST_INSIDE)
            self._short = self._short or any(map(_only_whole, new))
            self._recent.clear()

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
        return self._inside.replaced(text, HIDDEN)

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
        return self._inside.replaced(name, HIDDEN) if isinstance(name, str) else name

    def _part(self, value: Any) -> Any:
        return (_PARTS.get(type(value)) or _part_of(type(value)))(self, value)

    def _once(self, value: object, hide: Callable[[Any], object]) -> object:
        """What comes in several events, one soon after the other, is redacted once."""
        known = self._recent.get(id(value))
        if known is not None:
            return known[1]
        redacted = hide(value)
        if len(self._recent) >= _MOST_RECENT:
            self._recent.clear()
        self._recent[id(value)] = value, redacted
        return redacted

    def _message(self, message: Request | Response) -> object:
        headers, content = self.headers(message.headers), self.content(message.content, _media_type(message))
        if isinstance(message, Request):
            return Request(message.method, self.url(message.url), headers, content, dropped=message.dropped)
        return Response(message.status_code, headers, content, dropped=message.dropped)

    def _members(self, value: Any) -> Any:
        members, changed = {}, False
        for name, hide in _plan(value.__class__):
            members[name] = old = getattr(value, name)
            if hide is not None and old is not None:
                members[name] = new = hide(self, old)
                changed = changed or new is not old
        return type(value)(**members) if changed else value


class HiddenSteps(Sequence[StepResult]):
    """The steps of a run, each redacted when it is asked for: those of a long run are never copied all at once."""

    def __init__(self, steps: Sequence[StepResult], redactor: Redactor) -> None:
        self._steps = steps
        self._redactor = redactor

    @overload
    def __getitem__(self, index: int) -> StepResult: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[StepResult]: ...

    def __getitem__(self, index: int | slice) -> StepResult | Sequence[StepResult]:
        if isinstance(index, slice):
            return HiddenSteps(self._steps[index], self._redactor)
        return self._redactor.hide(self._steps[index])

    def __len__(self) -> int:
        return len(self._steps)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # as of other sequences that are made when they are read


def _same(_redactor: Redactor, value: object) -> object:
    return value


#: How values of a class are redacted; what is not here is found by `_part_of` and kept.
_PARTS: Final[dict[type, Callable[[Redactor, Any], Any]]] = {
    Request: lambda redactor, value: redactor._once(value, redactor._message),
    Response: lambda redactor, value: redactor._once(value, redactor._message),
    Verdict: lambda redactor, value: redactor._once(value, redactor._members),
    Headers: Redactor.headers,
    str: Redactor.text,
    tuple: lambda redactor, value: tuple([redactor._part(item) for item in value]) if value else value,
}


def _part_of(cls: type) -> Callable[[Redactor, Any], Any]:
    hide: Callable[[Redactor, Any], Any] = _same
    if is_dataclass(cls) and cls is not FileContent:
        hide = Redactor._members
    elif issubclass(cls, Mapping):  # inputs or outputs: their names stand in the document
        hide = _values
    elif issubclass(cls, tuple):
        hide = _PARTS[tuple]
    elif issubclass(cls, list | str | bytes | FileContent):
        hide = Redactor.json
    _PARTS[cls] = hide
    return hide


def _values(redactor: Redactor, value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: redactor.json(member) for name, member in value.items()}


@lru_cache(maxsize=256)
def _plan(cls: type) -> tuple[tuple[str, Callable[[Redactor, Any], Any] | None], ...]:
    """The members of a class of ours, and how each is redacted; None where it is left as it is."""
    return tuple((member.name, _MEMBERS.get(member.name, Redactor._part)) for member in fields(cls))


#: Members that are not redacted as their value's class is.
_MEMBERS: Final[Mapping[str, Callable[[Redactor, Any], Any] | None]] = {
    **dict.fromkeys(_OURS),
    "secrets": lambda *_: frozenset(),
    "last_exchange": lambda *_: None,  # the request and response say it all
    "value": Redactor.json,  # of an operand
    "steps": lambda redactor, steps: HiddenSteps(steps, redactor),
}


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


def _only_whole(secret: str) -> bool:
    """Whether a secret may be a whole value of JSON that a look at the text does not find."""
    return len(secret) < SHORTEST_INSIDE or _is_json_scalar(secret)


def _is_json_scalar(text: str) -> bool:
    return text in ("true", "false") or re.fullmatch(r"-?\d[\d.eE+-]*", text) is not None


__all__ = ["HIDDEN", "Redactor", "leaves"]
