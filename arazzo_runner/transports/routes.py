"""The route of a request: straight to its origin or through a proxy of the environment, plain or with TLS.

Knows the environment and the files of TLS; it must not connect. Loading the certificate authorities costs 30-40 ms, so
that no TLS context is made before the first https request.
"""

from __future__ import annotations

import os
import sys
from base64 import b64encode
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes, urlsplit

from arazzo_runner.errors import TransportError
from arazzo_runner.records import dataclass
from arazzo_runner.transports import HttpOptions
from arazzo_runner.transports.outgoing import Origin, Outgoing

if TYPE_CHECKING:
    import ssl

_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy of the environment; ``fields`` are the headers with its credentials."""

    url: str
    scheme: str
    host: str
    port: int
    fields: tuple[tuple[bytes, bytes], ...] = ()

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Route:
    """How an origin is reached; ``context`` is that of TLS to it, None where there is none."""

    origin: Origin
    proxy: Proxy | None
    context: ssl.SSLContext | None

    @property
    def needs_httpx(self) -> bool:
        """Whether the proxy speaks something that `connections` do not: SOCKS, or TLS to itself."""
        return self.proxy is not None and self.proxy.scheme != "http"

    @property
    def address(self) -> tuple[str, int]:
        """Host and port to connect to."""
        if self.proxy is not None:
            return self.proxy.host, self.proxy.port
        return self.origin.ascii_host, self.origin.port

    def sent(self, out: Outgoing) -> Outgoing:
        """The request as it goes over the connection: a proxy that forwards it wants the whole URL."""
        if self.proxy is None or self.context is not None:
            return out
        target = f"http://{self.origin.authority}".encode() + out.target
        return replace(out, target=target, headers=[*out.headers, *self.proxy.fields])

    def tunnel(self, proxy: Proxy) -> Outgoing:
        """What asks the proxy for a tunnel, for TLS."""
        host = f"[{self.origin.host}]" if ":" in self.origin.host else self.origin.ascii_host
        place = f"{host}:{self.origin.port}".encode()
        headers = [(b"Host", place), (b"Accept", b"*/*"), *proxy.fields]
        return Outgoing("CONNECT", "", place, headers, b"", self.origin)


def route_to(origin: Origin, options: HttpOptions) -> Route:
    """The route to an origin. Raises `TransportError` when it cannot be set up."""
    proxy = _proxy(origin) if options.trust_env else None
    return Route(origin, proxy, tls_context(options) if origin.scheme == "https" else None)


def unusable_proxy() -> TransportError:
    """What the environment names is no proxy."""
    message = "the proxy that the environment names cannot be used; check HTTP_PROXY, HTTPS_PROXY and ALL_PROXY"
    return TransportError("connect", message)


def _proxy(origin: Origin) -> Proxy | None:
    named = any(name.lower().endswith("_proxy") for name in os.environ)
    if not named and sys.platform not in ("darwin", "win32"):  # those keep proxies in the system's settings too
        return None
    from urllib.request import getproxies, proxy_bypass  # 40 ms: most runs have no proxy

    proxies = getproxies()
    address = proxies.get(origin.scheme) or proxies.get("all")
    if not address or proxy_bypass(str(origin)):
        return None
    url = address if "://" in address else f"http://{address}"
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme.lower()]
    except (ValueError, KeyError):
        raise unusable_proxy() from None
    if not parts.hostname:
        raise unusable_proxy()
    userinfo, _, _ = parts.netloc.rpartition("@")
    credentials = unquote_to_bytes(userinfo if ":" in userinfo else f"{userinfo}:")
    fields = ((b"Proxy-Authorization", b"Basic " + b64encode(credentials)),) if userinfo else ()
    return Proxy(url, parts.scheme.lower(), parts.hostname, port, fields)


# --- TLS --------------------------------------------------------------------------------------------------------------
def tls_context(options: HttpOptions) -> ssl.SSLContext:
    """The TLS context of these options. Raises `TransportError` when a file cannot be used."""
    if options.ca is None and options.cert is None:
        return _default_context(options.verify, options.http2, *_authorities(options.trust_env))
    context = _context(options.verify, *_authorities(options.trust_env, options.ca))
    if options.cert is not None:
        try:
            context.load_cert_chain(options.cert, options.key)
        except OSError as error:
            files = " and ".join(f"'{file}'" for file in (options.cert, options.key) if file)
            reason = (
                _reason(error) if options.key or _has_key(options.cert) else "its private key is missing; give it too"
            )
            message = f"the client certificate in {files} cannot be used: {reason}"
            raise TransportError("tls", message) from None
    return context


@cache
def _default_context(verify: bool, _http2: bool, file: str | None, folder: str | None) -> ssl.SSLContext:
    return _context(verify, file, folder)  # one each for HTTP/1.1 and HTTP/2: a context is told which it offers


def _authorities(trust_env: bool, ca: str | None = None) -> tuple[str | None, str | None]:
    """The file or folder with the certificates of the authorities: given, of the environment, or certifi's."""
    if ca is not None:
        return (None, ca) if os.path.isdir(ca) else (ca, None)
    file, folder = (os.environ.get(name) if trust_env else None for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"))
    if file or folder:
        return (file, None) if file else (None, folder)

    import certifi

    return certifi.where(), None


def _context(verify: bool, file: str | None, folder: str | None) -> ssl.SSLContext:
    import ssl

    if not verify:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        try:
            context = ssl.create_default_context(cafile=file, capath=folder)
        except OSError as error:
            raise TransportError("tls", f"the CA file '{file or folder}' cannot be used: {_reason(error)}") from None
    context.set_alpn_protocols(["http/1.1"])
    return context


def _has_key(file: str) -> bool:
    """Whether a file holds a private key, or no certificate either, which is another trouble."""
    try:
        content = Path(file).read_bytes()
    except OSError:
        return True
    return b"PRIVATE KEY-----" in content or b"BEGIN CERTIFICATE-----" not in content


def _reason(error: OSError) -> str:
    import ssl

    if isinstance(error, ssl.SSLError):
        return "it is not the PEM file that was expected"
    return (error.strerror or "unreadable").lower()
