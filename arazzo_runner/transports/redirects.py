"""Where a redirect leads a request, and what of it goes there (S41). Pure: `hops` follows it."""

from __future__ import annotations

from urllib.parse import quote, urljoin, urlsplit

from arazzo_runner.effects import Headers, Request, Response
from arazzo_runner.errors import TransportError
from arazzo_runner.secrecy import is_secret_header
from arazzo_runner.transports.outgoing import PORTS, PRINTABLE, Origin, origin_of

_ABOUT_CONTENT = frozenset({"content-type", "content-length", "content-encoding", "transfer-encoding"})


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
        parts = urlsplit(urljoin(url, quote(location, safe=PRINTABLE)))
        leads = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        if parts.scheme.lower() in PORTS:
            return leads, origin_of(leads)
    except (ValueError, TransportError):
        raise TransportError("protocol", f"'{origin_of(url)}' redirected to a URL that is none") from None
    return leads, origin_of(leads)
