"""Sends requests over HTTP, from a thread or in an asyncio event loop; the requests go out exactly as they are.

`hops` says what is sent; `connections` and `async_connections` move it, or a client of httpx does. It must not know
workflows or retries: those are the engine's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from arazzo_runner.effects import Effect, FetchToken, Request, Response
from arazzo_runner.errors import TransportError
from arazzo_runner.transports import HttpOptions
from arazzo_runner.transports.hops import Exchanged, Hop, Hops, T, performing, sending
from arazzo_runner.transports.oauth import Tokens
from arazzo_runner.transports.outgoing import Origin, origin_of
from arazzo_runner.transports.routes import route_to

if TYPE_CHECKING:
    import asyncio

    import httpx


class Mover(Protocol):
    """What moves the bytes of requests to an origin, in a thread."""

    def move(self, hop: Hop) -> Response:
        """The answer to a request, whole and within its deadline and limit. Raises `TransportError`."""

    def close(self) -> None:
        """Let go of connections."""


class AsyncMover(Protocol):
    """What moves the bytes of requests to an origin, in an event loop."""

    async def move(self, hop: Hop) -> Response:
        """The answer to a request, whole and within its deadline and limit. Raises `TransportError`."""

    async def close(self) -> None:
        """Let go of connections."""


class HttpTransport:
    """Sends requests from the calling thread, over connections that are kept for a run.

    ``client`` is a client of the caller's: its headers, cookies, auth and transports apply, and it is not closed. Its
    timeouts bound single reads, so that only the transport's own connections hold a slow answer to its deadline
    between two bytes.
    """

    def __init__(self, options: HttpOptions | None = None, *, client: httpx.Client | None = None) -> None:
        _check_client(client, "Client")
        self.options = options or HttpOptions()
        self._client = client
        self._follow = self.options.follow_redirects or (client is not None and client.follow_redirects)
        self._tokens = Tokens()
        self._movers: dict[Origin, Mover] = {}

    def perform(self, effect: Effect[Any]) -> Response | str:
        """The answer of a `Send`, the token of a `FetchToken`. Raises `TransportError`."""
        return self._moved(
            performing(effect, self._tokens, follow=self._follow, token_timeout=self.options.token_timeout)
        )

    def exchange(self, request: Request, timeout: float, max_bytes: int, *, follow: bool) -> Exchanged:
        """Send a request and read its whole answer, both within ``timeout`` seconds."""
        return self._moved(sending(request, timeout, max_bytes, follow=follow))

    def close(self) -> None:
        """Close the connections; a client of the caller's stays open."""
        while self._movers:
            self._movers.popitem()[1].close()

    def _moved(self, hops: Hops[T]) -> T:
        try:
            hop = next(hops)
            while True:
                try:
                    response = self._mover(origin_of(hop.request.url)).move(hop)
                except TransportError as error:
                    hop = hops.throw(error)
                else:
                    hop = hops.send(response)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]  # a generator gives what it returns as Any

    def _mover(self, origin: Origin) -> Mover:
        if origin not in self._movers:
            self._movers[origin] = self._opened(origin)
        return self._movers[origin]

    def _opened(self, origin: Origin) -> Mover:
        if self._client is not None:
            from arazzo_runner.transports.httpx_clients import ThroughClient

            return ThroughClient(self._client)
        route = route_to(origin, self.options)
        if self.options.http2 or route.needs_httpx:
            from arazzo_runner.transports.httpx_clients import client_of_ours

            return client_of_ours(route, self.options)
        from arazzo_runner.transports.connections import Connections

        return Connections(route, self.options)


class AsyncHttpTransport:
    """Sends requests in the running event loop; `HttpTransport`'s twin. ``client`` is an `httpx.AsyncClient`."""

    def __init__(self, options: HttpOptions | None = None, *, client: httpx.AsyncClient | None = None) -> None:
        _check_client(client, "AsyncClient")
        self.options = options or HttpOptions()
        self._client = client
        self._follow = self.options.follow_redirects or (client is not None and client.follow_redirects)
        self._tokens = Tokens()
        self._movers: dict[Origin, AsyncMover] = {}
        self._fetching: dict[FetchToken, asyncio.Lock] = {}

    async def perform(self, effect: Effect[Any]) -> Response | str:
        """The answer of a `Send`, the token of a `FetchToken`. Raises `TransportError`."""
        hops = performing(effect, self._tokens, follow=self._follow, token_timeout=self.options.token_timeout)
        if not isinstance(effect, FetchToken):
            return await self._moved(hops)
        async with self._fetching.setdefault(effect, _lock()):  # runs at the same time want one token, not one each
            return await self._moved(hops)

    async def close(self) -> None:
        """Close the connections; a client of the caller's stays open."""
        while self._movers:
            await self._movers.popitem()[1].close()

    async def _moved(self, hops: Hops[T]) -> T:
        try:
            hop = next(hops)
            while True:
                try:
                    response = await self._mover(origin_of(hop.request.url)).move(hop)
                except TransportError as error:
                    hop = hops.throw(error)
                else:
                    hop = hops.send(response)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]  # a generator gives what it returns as Any

    def _mover(self, origin: Origin) -> AsyncMover:
        if origin not in self._movers:
            self._movers[origin] = self._opened(origin)
        return self._movers[origin]

    def _opened(self, origin: Origin) -> AsyncMover:
        if self._client is not None:
            from arazzo_runner.transports.httpx_clients import ThroughAsyncClient

            return ThroughAsyncClient(self._client)
        route = route_to(origin, self.options)
        if self.options.http2 or route.needs_httpx:
            from arazzo_runner.transports.httpx_clients import async_client_of_ours

            return async_client_of_ours(route, self.options)
        from arazzo_runner.transports.async_connections import AsyncConnections

        return AsyncConnections(route, self.options)


def _lock() -> asyncio.Lock:
    import asyncio

    return asyncio.Lock()


def _check_client(client: object, expected: str) -> None:
    if client is None:
        return
    import httpx

    if not isinstance(client, getattr(httpx, expected)):
        raise TypeError(f"expected an httpx.{expected}, found {type(client).__name__}")
