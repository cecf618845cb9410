"""How a request becomes bytes and an answer becomes content: exact targets, headers, codings, limits, redirects.

Pure: shared by everything that moves bytes. It must not open connections.
"""

from __future__ import annotations

import re
import zlib
from base64 import b64encode
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

from arazzo_runner import __version__
from arazzo_runner.effects import Headers, Request, Response
from arazzo_runner.errors import TransportError
from arazzo_runner.records import dataclass
from arazzo_runner.secrecy import is_secret_header

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_FORBIDDEN = re.compile(r"[\r\n\x00]")
_UNSENDABLE = re.compile(r"[^\x21-\x7e]")  # spaces, controls and non-ASCII: what no HTTP message may carry
_PLACE = re.compile(r"[^:/?#]*://[^/?#]*")
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
_PORTS = {"http": 80, "https": 443}
_ACCEPTED = (("accept-encoding", "gzip, deflate"),)  # what `Content` reads
_OWN = (("user-agent", f"arazzo-interpreter/{__version__}"), ("accept", "*/*"), *_ACCEPTED)
_ABOUT_CONTENT = frozenset({"content-type", "content-length", "content-encoding", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port of a URL: what credentials are meant for."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def ascii_host(self) -> str:
        """The host as the network knows it. Raises `TransportError` for a name that is none."""
        return self.host if self.host.isascii() else _idna(self.host)

    @property
    def authority(self) -> str:
        """The host, and the port unless it is the scheme's own: what a ``Host`` header says."""
        host = f"[{self.host}]" if ":" in self.host else self.ascii_host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as it goes over the wire; ``target`` is its path and query exactly as the request has them."""

    method: str
    url: str
    target: bytes
    headers: list[tuple[bytes, bytes]]
    content: bytes
    origin: Origin


def outgoing(request: Request, *, own: bool = True) -> Outgoing:
    """The request ready to be sent, with the headers that each of our ``own`` has unless it sets them itself.

    Raises `TransportError` for what cannot be sent; its message never holds a value.
    """
    if not _TOKEN.match(request.method):
        raise TransportError("protocol", f"expected an HTTP method, found '{request.method}'")
    origin = origin_of(request.url)
    scheme, _, rest = request.url.partition("://")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    userinfo, _, place = authority.rpartition("@")
    target = _target(rest[len(authority) :])
    _check_length(request)
    headers = [(_name(name), _value(name, value)) for name, value in request.headers.fields]
    defaults = [*(_OWN if own else _ACCEPTED), *_basic(userinfo)]
    headers += [(name.encode(), value.encode()) for name, value in defaults if name not in request.headers]
    return Outgoing(request.method, f"{scheme}://{place}{target}", target.encode(), headers, request.content, origin)


def origin_of(url: str) -> Origin:
    """The origin of an absolute http or https URL. Raises `TransportError` for any other."""
    place = _PLACE.match(url)
    return _origin(place[0] if place else url)


@lru_cache(maxsize=256)
def _origin(place: str) -> Origin:
    try:
        parts = urlsplit(place)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise TransportError("connect", "expected a URL with a host and a port number, found neither") from None
    scheme = parts.scheme.lower()
    if scheme not in _PORTS:
        message = f"expected an http or https URL, found '{scheme}:'" if scheme else "expected an absolute URL"
        raise TransportError("connect", f"{message}; give the server as an absolute http or https URL")
    if not host:
        raise TransportError("connect", "expected a URL with a host, found none")
    return Origin(scheme, host, port if port is not None else _PORTS[scheme])


def _idna(host: str) -> str:
    import idna

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise TransportError("connect", f"expected a host that the network can know, found '{host}'") from None


def _target(written: str) -> str:
    target = written.partition("#")[0]
    if not target.startswith("/"):
        target = f"/{target}"
    return quote(target, safe=_PRINTABLE) if _UNSENDABLE.search(target) else target


def _basic(userinfo: str) -> list[tuple[str, str]]:
    if not userinfo:
        return []
    plain = unquote_to_bytes(userinfo if ":" in userinfo else f"{userinfo}:")
    return [("authorization", f"Basic {b64encode(plain).decode()}")]


def _name(name: str) -> bytes:
    if not _TOKEN.match(name):
        raise TransportError("protocol", f"expected a header name, found {name!r}")
    return name.encode("ascii")


def _value(name: str, value: str) -> bytes:
    if _FORBIDDEN.search(value):
        raise TransportError("protocol", f"the value of header '{name}' has a line break, which no header may hold")
    return value.strip(" \t").encode("utf-8", "surrogateescape")


def _check_length(request: Request) -> None:
    length, actual = request.headers.get("content-length"), len(request.content)
    if length is not None and length.strip() != str(actual):
        raise TransportError(
            "protocol", f"header 'Content-Length' is wrong: the content has {actual} bytes; leave it out"
        )


# --- redirects --------------------------------------------------------------------------------------------------------
def redirected(request: Request, response: Response) -> Request | None:
    """The request that a redirect asks for, or None when the answer is none.

    Secrets never cross to another origin (S41); a 303, and a POST that is moved, go on as GET without content.
    """
    status, location = response.status_code, response.headers.get("location")
    if status not in (301, 302, 303, 307, 308) or location is None:
        return None
    url, origin = _led_to(request.url, location)
    fields = request.headers.fields
    method, content = request.method, request.content
    if (status == 303 and method != "HEAD") or (status in (301, 302) and method == "POST"):
        method, content = "GET", b""
        fields = tuple(field for field in fields if field[0].lower() not in _ABOUT_CONTENT)
    if origin != origin_of(request.url):
        kept = request.private | {"host"}
        fields = tuple(field for field in fields if not is_secret_header(field[0]) and field[0].lower() not in kept)
    return Request(method, url, Headers(fields), content, request.private)


def _led_to(url: str, location: str) -> tuple[str, Origin]:
    """Where a redirect leads, without credentials, which the answer of a server must not choose."""
    try:
        parts = urlsplit(urljoin(url, quote(location, safe=_PRINTABLE)))
        leads = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        if parts.scheme.lower() in _PORTS:
            return leads, origin_of(leads)
    except (ValueError, TransportError):
        raise TransportError("protocol", f"'{origin_of(url)}' redirected to a URL that is none") from None
    return leads, origin_of(leads)


# --- content ----------------------------------------------------------------------------------------------------------
class _TooLarge(Exception):
    """More than the limit."""


class _Inflate:
    """Decodes gzip or deflate, never more than asked for: a small answer can stand for gigabytes."""

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._decoder = zlib.decompressobj(zlib.MAX_WBITS | 16 if coding == "gzip" else zlib.MAX_WBITS)
        self._begun = False

    def feed(self, data: bytes, limit: int) -> bytes:
        out = bytearray()
        while data:
            if self._decoder.eof:
                break  # a second member, or padding: no server means it
            out += self._decompress(data, limit - len(out) + 1)
            self._begun = True
            if len(out) > limit:
                raise _TooLarge
            data = self._decoder.unconsumed_tail
        return bytes(out)

    def _decompress(self, data: bytes, most: int) -> bytes:
        try:
            return self._decoder.decompress(data, most)
        except zlib.error:
            if self._begun or self._coding == "gzip":
                raise
        self._decoder = zlib.decompressobj(-zlib.MAX_WBITS)  # deflate without the zlib header, as some servers send it
        return self._decoder.decompress(data, most)

    @property
    def complete(self) -> bool:
        return self._decoder.eof or not self._begun


class Content:
    """Collects an answer's content, decoded, up to a limit of bytes (S42). Everything raises `TransportError`."""

    def __init__(self, headers: Headers, limit: int, origin: Origin) -> None:
        codings = [coding.strip().lower() for coding in headers.get("content-encoding", "").split(",")]
        self._codings = [coding for coding in reversed(codings) if coding not in ("", "identity")]
        self._decoders: list[_Inflate] = []
        self._parts: list[bytes] = []
        self._size = 0
        self._limit = limit
        self._origin = origin
        declared = headers.get("content-length", "")
        if not self._codings and declared.isdecimal() and len(declared) < 20 and int(declared) > limit:
            raise self._too_large()

    def feed(self, raw: bytes) -> None:
        """Take the next bytes as they came."""
        try:
            data = self._decode(raw) if self._codings else raw
        except _TooLarge:
            raise self._too_large() from None
        except zlib.error:
            raise self._broken(f"is not the {self._codings[0]} data that its Content-Encoding says") from None
        self._size += len(data)
        if self._size > self._limit:
            raise self._too_large()
        self._parts.append(data)

    def whole(self) -> bytes:
        """All of it."""
        if not all(decoder.complete for decoder in self._decoders):
            raise self._broken("breaks off in the middle of its compressed content")
        return b"".join(self._parts)

    def _decode(self, data: bytes) -> bytes:
        if not self._decoders:
            self._decoders = [self._decoder(coding) for coding in self._codings]
        for decoder in self._decoders:
            data = decoder.feed(data, self._limit)
        return data

    def _decoder(self, coding: str) -> _Inflate:
        coding = coding.removeprefix("x-")
        if coding not in ("gzip", "deflate"):
            raise self._broken(
                f"is coded as '{coding}', expected gzip or deflate; do not ask for it in Accept-Encoding"
            )
        return _Inflate(coding)

    def _too_large(self) -> TransportError:
        message = f"the answer of '{self._origin}' has more than {self._limit:,} bytes; raise the limit to accept it"
        return TransportError("too-large", message)

    def _broken(self, what: str) -> TransportError:
        return TransportError("protocol", f"the answer of '{self._origin}' {what}")
