"""Says why a request got no usable answer, in a sentence for the person who reads it.

Knows the exceptions of httpx, sockets and TLS; its messages name the host and port, never a path, header or body,
which may hold secrets.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator

from arazzo_runner.errors import TransportError
from arazzo_runner.transports.wire import Origin

_UNREACHABLE = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTDOWN})
_CUT = ("disconnected", "closed connection", "incomplete")


def explain(error: BaseException, origin: Origin, timeout: float, proxy: str | None = None) -> TransportError:
    """The `TransportError` for an exception of httpx; ``proxy`` is host and port of the one on the way."""
    import httpx

    if isinstance(error, TransportError):
        return error
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return timed_out(origin, timeout)
    if (below := _cause(error, ssl.SSLError)) is not None:
        return _tls(below, origin)
    if isinstance(error, httpx.ProxyError) or (proxy and isinstance(error, httpx.ConnectError)):
        named = f"the proxy '{proxy}'" if proxy else "the proxy"
        message = f"{named} gave no connection to '{origin}'; check HTTP_PROXY, HTTPS_PROXY and ALL_PROXY"
        return TransportError("connect", message)
    if isinstance(error, httpx.ConnectError):
        return _connect(error, origin)
    if isinstance(error, httpx.NetworkError) or any(word in str(error) for word in _CUT):
        return TransportError("connect", f"'{origin}' closed the connection before its answer was complete")
    if isinstance(error, httpx.RemoteProtocolError):
        return TransportError("protocol", f"what '{origin}' answered is not HTTP; check the server's address and port")
    if isinstance(error, httpx.LocalProtocolError):
        message = f"the request to '{origin}' is not valid HTTP; check its headers, such as Content-Length"
        return TransportError("protocol", message)
    return TransportError("connect", f"the request to '{origin}' could not be sent ({type(error).__name__})")


def timed_out(origin: Origin, timeout: float) -> TransportError:
    """No complete answer in time."""
    message = f"no complete answer from '{origin}' within {timeout:g} s; is the server busy, or the timeout too short?"
    return TransportError("timeout", message)


def _connect(error: BaseException, origin: Origin) -> TransportError:
    if _cause(error, socket.gaierror) is not None:
        message = f"the host '{origin.host}' is not known; check the server's name and the network"
        return TransportError("connect", message)
    numbers = {below.errno for below in _chain(error) if isinstance(below, OSError)}
    if errno.ECONNREFUSED in numbers:
        message = f"'{origin}' refused the connection; is the server running there, and the port right?"
    elif numbers & _UNREACHABLE:
        message = f"'{origin}' cannot be reached; check the server's address and the network"
    else:
        message = f"no connection to '{origin}'; check the server's address and port, and the network"
    return TransportError("connect", message)


def _tls(error: BaseException, origin: Origin) -> TransportError:
    if isinstance(error, ssl.SSLCertVerificationError):
        message = (
            f"the certificate of '{origin}' is not trusted: {error.verify_message.rstrip('.')}; "
            "give the authority's certificate as a CA file, if it should be"
        )
        return TransportError("tls", message)
    reason = str(getattr(error, "reason", "") or "").replace("_", " ").lower()
    if reason in ("wrong version number", "record layer failure", "packet length too long", "http request"):
        return TransportError("tls", f"'{origin}' does not speak TLS; is it an http:// server?")
    if "certificate required" in reason or "handshake failure" in reason:
        message = f"'{origin}' refused the TLS handshake ({reason}); does it want a client certificate?"
        return TransportError("tls", message)
    return TransportError("tls", f"no TLS connection to '{origin}'" + (f" ({reason})" if reason else ""))


def _cause(error: BaseException | None, kind: type[BaseException]) -> BaseException | None:
    return next((link for link in _chain(error) if isinstance(link, kind)), None)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield from _chain(inner)
        error = error.__cause__ or error.__context__
