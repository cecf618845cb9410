"""Connections of threads: blocking sockets to one origin, each used by one request at a time.

Knows sockets and TLS; `http11` knows what goes over them, `routes` where they lead.
"""

from __future__ import annotations

import select
from contextlib import suppress
from socket import IPPROTO_TCP, TCP_NODELAY, create_connection, socket
from time import monotonic

from arazzo_runner.effects import Response
from arazzo_runner.errors import TransportError
from arazzo_runner.transports import HttpOptions
from arazzo_runner.transports.failures import no_answer, no_connection, no_proxy
from arazzo_runner.transports.hops import Deadline, Hop
from arazzo_runner.transports.http11 import Answer, message
from arazzo_runner.transports.outgoing import outgoing
from arazzo_runner.transports.routes import Proxy, Route

_PIECE = 64 * 1024


class Connections:
    """The connections to one origin; idle ones wait in a stack, so that the one used last is used next.

    Threads may share it: each request has a connection of its own.
    """

    def __init__(self, route: Route, options: HttpOptions) -> None:
        self._route = route
        self._options = options
        self._idle: list[tuple[socket, float]] = []  # and since when, in monotonic seconds

    def move(self, hop: Hop) -> Response:
        """The answer to a request, whole and within its deadline and limit. Raises `TransportError`."""
        out = outgoing(hop.request)
        sent = message(self._route.sent(out))
        answer = Answer(out, hop.max_bytes)
        connection = self._kept() or self._new(hop.deadline)
        try:
            _exchange(connection, sent, answer, hop.deadline)
            response = answer.response()
        except BaseException as error:
            connection.close()
            if isinstance(error, OSError):
                raise no_answer(error, out.origin, hop.deadline.seconds) from None
            raise
        if answer.reusable and len(self._idle) < self._options.max_keepalive:
            self._idle.append((connection, monotonic()))
        else:
            connection.close()
        return response

    def close(self) -> None:
        """Close those that are idle."""
        while self._idle:
            self._idle.pop()[0].close()

    def _kept(self) -> socket | None:
        oldest = monotonic() - self._options.keepalive_expiry
        with suppress(IndexError):  # another thread may take the last one
            while True:
                connection, since = self._idle.pop()
                if since > oldest and not ended(connection.fileno()):
                    return connection
                connection.close()
        return None

    def _new(self, deadline: Deadline) -> socket:
        try:
            return _connected(self._route, deadline)
        except OSError as error:
            raise no_connection(error, self._route.origin, deadline.seconds, self._route.proxy) from None


def _connected(route: Route, deadline: Deadline) -> socket:
    """A socket that leads to an origin, through the proxy and with TLS where the route has them."""
    connection = create_connection(route.address, deadline.left())
    try:
        connection.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        if route.context is None:
            return connection
        if route.proxy is not None:
            _tunnel(connection, route, route.proxy, deadline)
        connection.settimeout(deadline.left())
        return route.context.wrap_socket(connection, server_hostname=route.origin.ascii_host)
    except BaseException:
        connection.close()
        raise


def _tunnel(connection: socket, route: Route, proxy: Proxy, deadline: Deadline) -> None:
    out = route.tunnel(proxy)
    answer = Answer(out, _PIECE)
    try:
        _exchange(connection, message(out), answer, deadline)
    except TransportError:
        raise no_proxy(route.origin, proxy) from None
    if answer.status // 100 != 2:
        raise no_proxy(route.origin, proxy)


def _exchange(connection: socket, sent: bytes, answer: Answer, deadline: Deadline) -> None:
    """Send a request and read until its answer is complete."""
    connection.settimeout(deadline.left())
    with suppress(BrokenPipeError, ConnectionResetError):  # a server may answer and close before it has read all
        connection.sendall(sent)
    while not answer.complete:
        connection.settimeout(deadline.left())
        data = connection.recv(_PIECE)
        if data:
            answer.feed(data)
        else:
            answer.end()


def ended(number: int) -> bool:
    """Whether the other side closed the idle connection of a file number: what it has to read is its end."""
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([number], [], [], 0)[0])
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return bool(poll.poll(0))
