"""What moves a run's requests: `http` over the network, `mock` from OpenAPI descriptions, `scripted` in tests.

Knows how a transport is set up; each module is loaded when it is used, so that this one costs nothing.
"""

from __future__ import annotations

from typing import Final

from arazzo_runner.records import sealed

#: How many redirects of one request are followed at most.
MAX_REDIRECTS: Final = 20


@sealed(frozen=True, slots=True)
class HttpOptions:
    """How requests travel (S41). Timeouts and size limits come with each request.

    ``ca``, ``cert`` and ``key`` are PEM files. With ``trust_env``, proxies (``HTTPS_PROXY``, ``NO_PROXY``, ...) and
    ``SSL_CERT_FILE`` are taken from the environment. HTTP/2 (``pip install arazzo-interpreter[http2]``) and proxies
    that are not plain HTTP are left to httpx, which is slower.
    """

    verify: bool = True
    ca: str | None = None
    cert: str | None = None
    key: str | None = None
    follow_redirects: bool = False
    trust_env: bool = True
    http2: bool = False
    max_connections: int = 100  #: at a time, to one origin, in an event loop; threads have one each
    max_keepalive: int = 100  #: idle ones to one origin
    keepalive_expiry: float = 5.0  #: seconds
    token_timeout: float = 30.0  #: seconds for fetching one OAuth2 token
