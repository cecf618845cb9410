"""Says why a request got no usable answer, in a sentence for the person who reads it.

Knows the exceptions of sockets and TLS; its messages name the host and port, never a path, header or body, which may
hold secrets. TLS is loaded only when something failed: not every run needs it.
"""

from __future__ import annotations

import errno
import re
import socket
from collections.abc import Iterator

from arazzo_runner.errors import TransportError
from arazzo_runner.transports.outgoing import Origin

_UNREACHABLE = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTDOWN})


def timed_out(origin: Origin, seconds: float) -> TransportError:
    """No complete answer in time."""
    message = f"no complete answer from '{origin}' within {seconds:g} s; is the server busy, or the timeout too short?"
    return TransportError("timeout", message)


def broken_off(origin: Origin) -> TransportError:
    """The connection ended too early."""
    return TransportError("connect", f"'{origin}' closed the connection before its answer was complete")


def not_http(origin: Origin, *, begun: bool = False) -> TransportError:
    """The answer is no HTTP at all, or is no more after its head had ``begun`` well."""
    if begun:
        return TransportError("protocol", f"the answer of '{origin}' stops being HTTP in the middle")
    return TransportError("protocol", f"what '{origin}' answered is not HTTP; check the server's address and port")


def no_proxy(origin: Origin, proxy: object) -> TransportError:
    """The proxy on the way leads nowhere; its text is its host and port."""
    named = f"the proxy '{proxy}'" if proxy else "the proxy"
    message = f"{named} gave no connection to '{origin}'; check HTTP_PROXY, HTTPS_PROXY and ALL_PROXY"
    return TransportError("connect", message)


def no_connection(error: BaseException, origin: Origin, seconds: float, proxy: object = None) -> TransportError:
    """Why a connection could not be made."""
    if isinstance(error, TransportError):
        return error
    if isinstance(error, TimeoutError):
        return timed_out(origin, seconds)
    if (told := _tls(error, origin)) is not None:
        return told
    if proxy:
        return no_proxy(origin, proxy)
    if _cause(error, socket.gaierror) is not None:
        message = f"the host '{origin.host}' is not known; check the server's name and the network"
        return TransportError("connect", message)
    numbers = _numbers(error)
    if errno.ECONNREFUSED in numbers:
        message = f"'{origin}' refused the connection; is the server running there, and the port right?"
    elif numbers & _UNREACHABLE:
        message = f"'{origin}' cannot be reached; check the server's address and the network"
    else:
        message = f"no connection to '{origin}'; check the server's address and port, and the network"
    return TransportError("connect", message)


def no_answer(error: BaseException, origin: Origin, seconds: float) -> TransportError:
    """Why an open connection brought no answer."""
    if isinstance(error, TransportError):
        return error
    if isinstance(error, TimeoutError):
        return timed_out(origin, seconds)
    return _tls(error, origin) or broken_off(origin)


def _tls(raised: BaseException, origin: Origin) -> TransportError | None:
    """What TLS has to say of it, if it was TLS."""
    import ssl

    error = _cause(raised, ssl.SSLError)
    if error is None:
        return None
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


def _numbers(error: BaseException) -> set[int]:
    """The error numbers of the system; asyncio hides those of several addresses in one text."""
    errors = [below for below in _chain(error) if isinstance(below, OSError)]
    told = {int(number) for below in errors for number in re.findall(r"\[Errno (\d+)\]", str(below))}
    return told | {below.errno for below in errors if below.errno is not None}


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
