"""Connections of an asyncio event loop to one origin; the twin of `connections`.

Knows asyncio's transports and TLS; `http11` knows what goes over them, `routes` where they lead.
"""

from __future__ import annotations

import asyncio
from time import monotonic

from arazzo_runner.effects import Response
from arazzo_runner.errors import TransportError
from arazzo_runner.transports import HttpOptions
from arazzo_runner.transports.connections import ended
from arazzo_runner.transports.failures import no_answer, no_connection, no_proxy
from arazzo_runner.transports.hops import Deadline, Hop
from arazzo_runner.transports.http11 import Answer, message
from arazzo_runner.transports.outgoing import outgoing
from arazzo_runner.transports.routes import Proxy, Route

_HEAD_START = 0.25  # seconds for one address of a host before the next is tried beside it (RFC 8305)
_PIECE = 64 * 1024


class AsyncConnections:
    """The connections to one origin; idle ones wait in a stack, so that the one used last is used next."""

    def __init__(self, route: Route, options: HttpOptions) -> None:
        self._route = route
        self._options = options
        self._free = asyncio.Semaphore(options.max_connections)
        self._idle: list[tuple[_Connection, float]] = []  # and since when, in monotonic seconds

    async def move(self, hop: Hop) -> Response:
        """The answer to a request, whole and within its deadline and limit. Raises `TransportError`."""
        out = outgoing(hop.request)
        sent = message(self._route.sent(out))
        answer = Answer(out, hop.max_bytes)
        try:
            async with asyncio.timeout(hop.deadline.left()), self._free:
                connection = self._kept() or await self._new(hop.deadline)
                await self._exchange(connection, sent, answer)
        except OSError as error:
            raise no_answer(error, out.origin, hop.deadline.seconds) from None
        return answer.response()

    async def close(self) -> None:
        """Close those that are idle."""
        connections = [connection for connection, _ in self._idle]
        self._idle.clear()
        for connection in connections:
            connection.abort()
        await asyncio.gather(*(connection.lost for connection in connections))

    async def _exchange(self, connection: _Connection, sent: bytes, answer: Answer) -> None:
        try:
            await connection.exchange(sent, answer)
        except BaseException:
            connection.abort()
            raise
        if answer.reusable and len(self._idle) < self._options.max_keepalive:
            self._idle.append((connection, monotonic()))
        else:
            connection.abort()

    def _kept(self) -> _Connection | None:
        oldest = monotonic() - self._options.keepalive_expiry
        while self._idle:
            connection, since = self._idle.pop()
            if since > oldest and not connection.ended():
                return connection
            connection.abort()
        return None

    async def _new(self, deadline: Deadline) -> _Connection:
        try:
            return await _connected(self._route)
        except OSError as error:
            raise no_connection(error, self._route.origin, deadline.seconds, self._route.proxy) from None


class _Connection(asyncio.Protocol):
    """One connection: what comes over it goes to the answer that is waited for. ``lost`` is done once it is closed."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._answer: Answer | None = None
        self._waiter = self._loop.create_future()
        self.lost = self._loop.create_future()

    async def exchange(self, sent: bytes, answer: Answer) -> None:
        """Send a request and read until its answer is complete."""
        self._answer, self._waiter = answer, self._loop.create_future()
        self.transport.write(sent)
        try:
            await self._waiter
        finally:
            self._answer = None

    def ended(self) -> bool:
        """Whether the other side closed it, even if the event loop has not seen that yet."""
        return self.transport.is_closing() or ended(self.transport.get_extra_info("socket").fileno())

    def abort(self) -> None:
        """Close it without another word."""
        self.transport.abort()

    # --- what asyncio calls -------------------------------------------------------------------------------------------
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Some of an answer; what nobody asked for ends the connection."""
        if self._answer is None:
            self.abort()
            return
        try:
            if self._answer.feed(data):
                self._wake(None)
        except TransportError as error:
            self._wake(error)

    def connection_lost(self, error: Exception | None) -> None:
        """It is closed, by either side."""
        self.lost.set_result(None)
        if self._answer is None:
            return
        try:
            if error is None:
                self._answer.end()
            self._wake(error)
        except TransportError as cut:
            self._wake(cut)

    def _wake(self, error: Exception | None) -> None:
        if self._waiter.done():
            return
        if error is None:
            self._waiter.set_result(None)
        else:
            self._waiter.set_exception(error)


async def _connected(route: Route) -> _Connection:
    """A connection that leads to an origin, through the proxy and with TLS where the route has them."""
    loop = asyncio.get_running_loop()
    host, port = route.address
    name = route.origin.ascii_host
    straight = route.context is not None and route.proxy is None
    _, connection = await loop.create_connection(
        _Connection,
        host,
        port,
        ssl=route.context if straight else None,
        server_hostname=name if straight else None,
        happy_eyeballs_delay=None if _is_address(host) else _HEAD_START,
    )
    if route.context is None or route.proxy is None:
        return connection
    try:
        await _tunnel(connection, route, route.proxy)
        secured = await loop.start_tls(connection.transport, connection, route.context, server_hostname=name)
        assert secured is not None
        connection.transport = secured
    except BaseException:
        connection.abort()
        raise
    return connection


def _is_address(host: str) -> bool:
    """Whether a host is one address, not a name of several that are tried side by side."""
    return ":" in host or host.rpartition(".")[2].isdigit()


async def _tunnel(connection: _Connection, route: Route, proxy: Proxy) -> None:
    out = route.tunnel(proxy)
    answer = Answer(out, _PIECE)
    try:
        await connection.exchange(message(out), answer)
    except TransportError:
        raise no_proxy(route.origin, proxy) from None
    if answer.status // 100 != 2:
        raise no_proxy(route.origin, proxy)
