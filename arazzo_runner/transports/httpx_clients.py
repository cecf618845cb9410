"""Sends requests through a client of httpx: one of the caller's, or one of ours for what `connections` leave to it.

Knows httpx and its exceptions; targets go out exactly as they were written, which httpx alone would quote.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, TypeVar

import httpx

from arazzo_runner.effects import Headers, Response
from arazzo_runner.errors import TransportError
from arazzo_runner.transports import HttpOptions
from arazzo_runner.transports.content import Content
from arazzo_runner.transports.failures import no_answer, no_connection, no_proxy, not_http, timed_out
from arazzo_runner.transports.hops import Hop
from arazzo_runner.transports.http11 import text
from arazzo_runner.transports.outgoing import Origin, Outgoing, outgoing
from arazzo_runner.transports.routes import Proxy, Route, tls_context, unusable_proxy

C = TypeVar("C", httpx.Client, httpx.AsyncClient)

#: httpx's own timeouts come first where they can: it closes what it opened, which a cancelled handshake is not.
_GRACE = 0.1
_PHASES = ("connect", "read", "write", "pool")
_CUT = ("disconnected", "closed connection", "incomplete")
_FAILURES = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError)


class ThroughClient:
    """Moves requests through an `httpx.Client`; its timeouts bound single reads, not the whole of an answer.

    A client of the caller's adds its headers, cookies and auth where a step sets none, and only to what goes to the
    step's own origin. One of ours (``route``) adds nothing.
    """

    def __init__(self, client: httpx.Client, route: Route | None = None) -> None:
        self._client = client
        self._route = route

    def move(self, hop: Hop) -> Response:
        """The answer to a request. Raises `TransportError`."""
        ours = hop.foreign or self._route is not None
        out = outgoing(hop.request, own=ours)
        try:
            request = _plain(out, hop) if ours else _built(self._client, out, hop)
            answer = self._client.send(request, stream=True, follow_redirects=False, auth=_auth(out, ours))
            try:
                headers = _headers(answer)
                content = Content(headers, hop.max_bytes, out.origin)
                for chunk in (answer.content,) if answer.is_stream_consumed else answer.iter_raw():
                    content.feed(chunk)
                    hop.deadline.left()
                return Response(answer.status_code, headers, content.whole())
            finally:
                answer.close()
        except _FAILURES as error:
            raise _explained(error, out.origin, hop, self._route) from None

    def close(self) -> None:
        """Close a client of ours."""
        if self._route is not None:
            self._client.close()


class ThroughAsyncClient:
    """`ThroughClient`'s twin for an `httpx.AsyncClient`."""

    def __init__(self, client: httpx.AsyncClient, route: Route | None = None) -> None:
        self._client = client
        self._route = route

    async def move(self, hop: Hop) -> Response:
        """The answer to a request. Raises `TransportError`."""
        ours = hop.foreign or self._route is not None
        out = outgoing(hop.request, own=ours)
        try:
            async with asyncio.timeout(hop.deadline.left() + _GRACE):
                request = _plain(out, hop) if ours else _built(self._client, out, hop)
                answer = await self._client.send(request, stream=True, follow_redirects=False, auth=_auth(out, ours))
                try:
                    headers = _headers(answer)
                    content = Content(headers, hop.max_bytes, out.origin)
                    if answer.is_stream_consumed:
                        content.feed(answer.content)
                    else:
                        async for chunk in answer.aiter_raw():
                            content.feed(chunk)
                    return Response(answer.status_code, headers, content.whole())
                finally:
                    await answer.aclose()
        except _FAILURES as error:
            raise _explained(error, out.origin, hop, self._route) from None

    async def close(self) -> None:
        """Close a client of ours."""
        if self._route is not None:
            await self._client.aclose()


def client_of_ours(route: Route, options: HttpOptions) -> ThroughClient:
    """A client for HTTP/2, or for a proxy that is not plain HTTP. Raises `TransportError` when there can be none."""
    return ThroughClient(_made(httpx.Client, route, options), route)


def async_client_of_ours(route: Route, options: HttpOptions) -> ThroughAsyncClient:
    """`client_of_ours` for an event loop."""
    return ThroughAsyncClient(_made(httpx.AsyncClient, route, options), route)


def _made(kind: Callable[..., C], route: Route, options: HttpOptions) -> C:
    if options.http2 and find_spec("h2") is None:
        raise TransportError("connect", "HTTP/2 needs the package 'h2'; pip install arazzo-interpreter[http2]")
    limits = httpx.Limits(
        max_connections=options.max_connections,
        max_keepalive_connections=options.max_keepalive,
        keepalive_expiry=options.keepalive_expiry,
    )
    try:
        proxy = None if route.proxy is None else _proxy(route.proxy, options)
        return kind(verify=route.context or False, http2=options.http2, limits=limits, trust_env=False, proxy=proxy)
    except (ImportError, ValueError, httpx.InvalidURL):  # ImportError: SOCKS needs the package 'socksio'
        raise unusable_proxy() from None


def _proxy(proxy: Proxy, options: HttpOptions) -> httpx.Proxy:
    return httpx.Proxy(proxy.url, ssl_context=tls_context(options) if proxy.scheme == "https" else None)


# --- requests and answers ---------------------------------------------------------------------------------------------
class _ExactURL(httpx.URL):
    """A URL with its path and query as they are.

    (httpcore's ``target`` extension does the same, but breaks every request that goes through a proxy.)
    """

    def __init__(self, url: str, target: bytes) -> None:
        super().__init__(url)
        self._target = target

    @property
    def raw_path(self) -> bytes:
        """What goes over the wire."""
        return self._target


def _plain(out: Outgoing, hop: Hop) -> httpx.Request:
    request = httpx.Request(out.method, out.url, headers=out.headers, content=out.content, extensions=_timeout(hop))
    return _exact(request, out)


def _built(client: httpx.Client | httpx.AsyncClient, out: Outgoing, hop: Hop) -> httpx.Request:
    """With the client's own headers and cookies where the step sets none."""
    request = client.build_request(
        out.method, out.url, headers=out.headers, content=out.content, extensions=_timeout(hop)
    )
    return request if client.params else _exact(request, out)


def _exact(request: httpx.Request, out: Outgoing) -> httpx.Request:
    """The request with its target as it was written, where httpx would write another."""
    if request.url.raw_path != out.target:
        request.url = _ExactURL(out.url, out.target)
    return request


def _auth(out: Outgoing, ours: bool) -> Any:
    """The client's own auth, or none where the request has its credentials or leaves the origin."""
    given = any(name.lower() == b"authorization" for name, _ in out.headers)
    return None if ours or given else httpx.USE_CLIENT_DEFAULT


def _timeout(hop: Hop) -> dict[str, Any]:
    return {"timeout": dict.fromkeys(_PHASES, hop.deadline.left())}


def _headers(response: httpx.Response) -> Headers:
    return Headers([(text(name), text(value)) for name, value in response.headers.raw])


def _explained(error: Exception, origin: Origin, hop: Hop, route: Route | None) -> TransportError:
    proxy, seconds = route and route.proxy, hop.deadline.seconds
    match error:
        case httpx.TimeoutException() | TimeoutError():
            return timed_out(origin, seconds)
        case httpx.ProxyError():
            return no_proxy(origin, proxy)
        case httpx.ConnectError():
            return no_connection(error, origin, seconds, proxy)
        case httpx.LocalProtocolError():
            message = f"the request to '{origin}' is not valid HTTP; check its headers, such as Content-Length"
            return TransportError("protocol", message)
        case httpx.RemoteProtocolError() if not any(word in str(error) for word in _CUT):
            return not_http(origin)
        case httpx.NetworkError() | httpx.RemoteProtocolError() | OSError():
            return no_answer(error, origin, seconds)
        case _:
            return TransportError("connect", f"the request to '{origin}' could not be sent ({type(error).__name__})")
