"""A request as it is to go out: its origin, its exact target, its headers; what cannot be sent is refused.

Pure: shared by everything that moves bytes. It must not open connections.
"""

from __future__ import annotations

import re
from base64 import b64encode
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, unquote_to_bytes, urlsplit

from arazzo_runner import __version__
from arazzo_runner.effects import Request
from arazzo_runner.errors import TransportError
from arazzo_runner.records import dataclass

#: The schemes of HTTP with their ports.
PORTS = {"http": 80, "https": 443}
#: The characters that a URL may hold.
PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_FORBIDDEN = re.compile(r"[\r\n\x00]")
_UNSENDABLE = re.compile(r"[^\x21-\x7e]")  # spaces, controls and non-ASCII: what no HTTP message may carry
_PLACE = re.compile(r"[^:/?#]*://[^/?#]*")
_OURS = {"user-agent": f"arazzo-interpreter/{__version__}", "accept": "*/*", "accept-encoding": "gzip, deflate"}
_OWN = tuple((name, (name.encode(), value.encode())) for name, value in _OURS.items())
_ACCEPTED = _OWN[-1:]  # what `content` decodes


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
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


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
    url = request.url
    place = _place(url)
    origin, before, basic = _server(place)
    target = _target(url[len(place) :])
    _check_length(request)
    headers = [(_name(name), _value(name, value)) for name, value in request.headers.fields]
    headers += [field for name, field in (_OWN if own else _ACCEPTED) if name not in request.headers]
    if basic is not None and "authorization" not in request.headers:
        headers.append((b"authorization", basic))
    return Outgoing(request.method, before + target, target.encode(), headers, request.content, origin)


def origin_of(url: str) -> Origin:
    """The origin of an absolute http or https URL. Raises `TransportError` for any other."""
    return _server(_place(url)).origin


def _place(url: str) -> str:
    """What stands before the path."""
    place = _PLACE.match(url)
    return place[0] if place else url


class _Server(NamedTuple):
    """What a URL says before its path."""

    origin: Origin
    before: str  #: without user and password
    basic: bytes | None  #: the Authorization that these make


@lru_cache(maxsize=256)
def _server(place: str) -> _Server:
    try:
        parts = urlsplit(place)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise TransportError("connect", "expected a URL with a host and a port number, found neither") from None
    scheme = parts.scheme.lower()
    if scheme not in PORTS:
        message = f"expected an http or https URL, found '{scheme}:'" if scheme else "expected an absolute URL"
        raise TransportError("connect", f"{message}; give the server as an absolute http or https URL")
    if not host:
        raise TransportError("connect", "expected a URL with a host, found none")
    written, _, authority = place.partition("://")
    userinfo, _, at = authority.rpartition("@")
    origin = Origin(scheme, host, port if port is not None else PORTS[scheme])
    return _Server(origin, f"{written}://{at}", _basic(userinfo))


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
    return quote(target, safe=PRINTABLE) if _UNSENDABLE.search(target) else target


def _basic(userinfo: str) -> bytes | None:
    if not userinfo:
        return None
    plain = unquote_to_bytes(userinfo if ":" in userinfo else f"{userinfo}:")
    return b"Basic " + b64encode(plain)


@lru_cache(maxsize=64)
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
