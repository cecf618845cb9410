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
from arazzo_runner.transports.routes import Proxy, Route
from arazzo_runner.transports.wire import outgoing

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
        line = self._kept() or self._new(hop.deadline)
        try:
            _exchange(line, sent, answer, hop.deadline)
            response = answer.response()
        except BaseException as error:
            line.close()
            if isinstance(error, OSError):
                raise no_answer(error, out.origin, hop.deadline.seconds) from None
            raise
        if answer.reusable and len(self._idle) < self._options.max_keepalive:
            self._idle.append((line, monotonic()))
        else:
            line.close()
        return response

    def close(self) -> None:
        """Close those that are idle."""
        while self._idle:
            self._idle.pop()[0].close()

    def _kept(self) -> socket | None:
        oldest = monotonic() - self._options.keepalive_expiry
        with suppress(IndexError):  # another thread may take the last one
            while True:
                line, since = self._idle.pop()
                if since > oldest and not ended(line.fileno()):
                    return line
                line.close()
        return None

    def _new(self, deadline: Deadline) -> socket:
        try:
            return _connected(self._route, deadline)
        except OSError as error:
            raise no_connection(error, self._route.origin, deadline.seconds, self._route.proxy) from None


def _connected(route: Route, deadline: Deadline) -> socket:
    """A socket that leads to an origin, through the proxy and with TLS where the way has them."""
    line = create_connection(route.address, deadline.left())
    try:
        line.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        if route.context is None:
            return line
        if route.proxy is not None:
            _tunnel(line, route, route.proxy, deadline)
        line.settimeout(deadline.left())
        return route.context.wrap_socket(line, server_hostname=route.origin.ascii_host)
    except BaseException:
        line.close()
        raise


def _tunnel(line: socket, route: Route, proxy: Proxy, deadline: Deadline) -> None:
    out = route.tunnel(proxy)
    answer = Answer(out, _PIECE)
    try:
        _exchange(line, message(out), answer, deadline)
    except TransportError:
        raise no_proxy(route.origin, proxy) from None
    if answer.status // 100 != 2:
        raise no_proxy(route.origin, proxy)


def _exchange(line: socket, sent: bytes, answer: Answer, deadline: Deadline) -> None:
    """Send a request and read until its answer is complete."""
    line.settimeout(deadline.left())
    with suppress(BrokenPipeError, ConnectionResetError):  # a server may answer and close before it has read all
        line.sendall(sent)
    while not answer.complete:
        line.settimeout(deadline.left())
        data = line.recv(_PIECE)
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
