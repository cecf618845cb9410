"""Which way a request takes: straight or through a proxy of the environment, plain or with TLS, made when first needed.

Loading the certificate authorities costs 30-40 ms, so that no TLS context is made before the first https request.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from arazzo_runner.errors import TransportError
from arazzo_runner.transports import HttpOptions
from arazzo_runner.transports.wire import Origin

T = TypeVar("T")


class Routes(Generic[T]):
    """The httpx transports of one run, one for each way."""

    def __init__(self, options: HttpOptions, make: Callable[..., T]) -> None:
        self._options = options
        self._make = make
        self._ways: dict[Origin, T] = {}
        self._made: dict[tuple[bool, str | None], T] = {}

    def to(self, origin: Origin) -> T:
        """The transport that leads to an origin. Raises `TransportError` when it cannot be set up."""
        if origin not in self._ways:
            proxy = _proxy(origin) if self._options.trust_env else None
            secure = origin.scheme == "https" or _is_https(proxy)
            if (secure, proxy) not in self._made:
                self._made[secure, proxy] = self._open(secure, proxy)
            self._ways[origin] = self._made[secure, proxy]
        return self._ways[origin]

    def proxy(self, origin: Origin) -> str | None:
        """Host and port of the proxy on the way to an origin, None where there is none or it is unusable."""
        address = _proxy(origin) if self._options.trust_env else None
        try:
            parts = urlsplit(address or "")
            return f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
        except ValueError:
            return None

    def made(self) -> list[T]:
        """Those that were used, to be closed."""
        ways = list(self._made.values())
        self._made.clear()
        self._ways.clear()
        return ways

    def _open(self, secure: bool, proxy: str | None) -> T:
        import httpx

        options = self._options
        limits = httpx.Limits(
            max_connections=options.max_connections,
            max_keepalive_connections=options.max_keepalive,
            keepalive_expiry=options.keepalive_expiry,
        )
        context = tls_context(options) if secure else _unused_context()
        try:
            inner = context if _is_https(proxy) else None
            way: Any = None if proxy is None else httpx.Proxy(proxy, ssl_context=inner)
            return self._make(verify=context, trust_env=options.trust_env, limits=limits, proxy=way)
        except (ImportError, ValueError, httpx.InvalidURL):
            message = "the proxy that the environment names cannot be used; check HTTP_PROXY, HTTPS_PROXY and ALL_PROXY"
            raise TransportError("connect", message) from None


def _is_https(proxy: str | None) -> bool:
    return proxy is not None and proxy.lower().startswith("https:")


def _proxy(origin: Origin) -> str | None:
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    address = proxies.get(origin.scheme) or proxies.get("all")
    if not address or proxy_bypass(str(origin)):
        return None
    return address if "://" in address else f"http://{address}"


def _unused_context() -> ssl.SSLContext:
    """For connections without TLS: httpx wants a context, and would load the authorities for its own."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def tls_context(options: HttpOptions) -> ssl.SSLContext:
    """The TLS context of these options. Raises `TransportError` when a file cannot be used."""
    if options.ca is None and options.cert is None:
        names = ("SSL_CERT_FILE", "SSL_CERT_DIR") if options.trust_env else ()
        return _default_context(options.verify, options.trust_env, tuple(os.environ.get(name) for name in names))
    context = _context(options.verify, options.trust_env) if options.ca is None else _from_authority(options)
    if options.cert is not None:
        try:
            context.load_cert_chain(options.cert, options.key)
        except (OSError, ssl.SSLError) as error:
            files = " and ".join(f"'{file}'" for file in (options.cert, options.key) if file)
            reason = (
                _reason(error) if options.key or _has_key(options.cert) else "its private key is missing; give it too"
            )
            message = f"the client certificate in {files} cannot be used: {reason}"
            raise TransportError("tls", message) from None
    return context


@cache
def _default_context(verify: bool, trust_env: bool, _files: tuple[str | None, ...]) -> ssl.SSLContext:
    return _context(verify, trust_env)


def _context(verify: bool, trust_env: bool) -> ssl.SSLContext:
    import httpx

    return httpx.create_ssl_context(verify=verify, trust_env=trust_env)


def _from_authority(options: HttpOptions) -> ssl.SSLContext:
    folder = os.path.isdir(options.ca or "")
    try:
        context = ssl.create_default_context(
            cafile=None if folder else options.ca, capath=options.ca if folder else None
        )
    except (OSError, ssl.SSLError) as error:
        raise TransportError("tls", f"the CA file '{options.ca}' cannot be used: {_reason(error)}") from None
    if not options.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _has_key(file: str) -> bool:
    """Whether a file holds a private key, or no certificate either, which is another trouble."""
    try:
        content = Path(file).read_bytes()
    except OSError:
        return True
    return b"PRIVATE KEY-----" in content or b"BEGIN CERTIFICATE-----" not in content


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return "it is not the PEM file that was expected"
    return (error.strerror or "unreadable").lower()
