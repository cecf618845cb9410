"""Sends requests with httpx, from a thread or in an asyncio event loop; the requests go out exactly as they are.

Knows HTTP and OAuth2 token endpoints; it must not know workflows, descriptions or retries: those are the engine's.
"""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

from arazzo_runner.effects import Effect, FetchToken, Headers, Request, Response, Send
from arazzo_runner.errors import TransportError
from arazzo_runner.transports import MAX_REDIRECTS, HttpOptions
from arazzo_runner.transports.failures import explain, timed_out
from arazzo_runner.transports.oauth import MAX_TOKEN_BYTES, Tokens, failed, token_flow
from arazzo_runner.transports.routes import Routes
from arazzo_runner.transports.wire import Content, Origin, Outgoing, origin_of, outgoing, redirected

if TYPE_CHECKING:
    import httpx


#: httpx's own timeouts come first where they can: it closes what it opened, which a cancelled handshake is not.
_GRACE = 0.1


class Exchanged(NamedTuple):
    """An answer, and the URL that gave it after redirects."""

    response: Response
    url: str


class _Hop(NamedTuple):
    """One request on its way; ``foreign`` when a redirect led away from the first origin."""

    request: Request
    foreign: bool = False

    def next(self, response: Response) -> _Hop | None:
        """What a redirect asks for, or None."""
        following = redirected(self.request, response.status_code, response.headers.get("location"))
        if following is None:
            return None
        return _Hop(following, self.foreign or origin_of(following.url) != origin_of(self.request.url))


def _too_many(request: Request) -> TransportError:
    message = f"'{origin_of(request.url)}' redirected the request more than {MAX_REDIRECTS} times"
    return TransportError("protocol", message)


def _unknown(effect: Effect[Any]) -> TypeError:
    return TypeError(f"expected a request, found the effect {type(effect).__name__}")


def _check_client(client: object, expected: str) -> None:
    import httpx

    if client is not None and not isinstance(client, getattr(httpx, expected)):
        raise TypeError(f"expected an httpx.{expected}, found {type(client).__name__}")


class _Shared:
    """What both transports do alike: everything but waiting."""

    def __init__(self, options: HttpOptions | None, client: httpx.Client | httpx.AsyncClient | None) -> None:
        self.options = options or HttpOptions()
        self._tokens = Tokens()
        self._follow = self.options.follow_redirects or (client is not None and client.follow_redirects)

    @staticmethod
    def _outgoing(request: Request, *, ours: bool) -> Outgoing:
        from arazzo_runner import __version__

        accepted = ("accept-encoding", "gzip, deflate")  # what `Content` reads
        own = (("user-agent", f"arazzo-interpreter/{__version__}"), ("accept", "*/*"))
        return outgoing(request, (*own, accepted) if ours else (accepted,))

    @staticmethod
    def _built(out: Outgoing, left: float) -> httpx.Request:
        import httpx

        from arazzo_runner.transports.exact import ExactURL

        extensions = {"timeout": httpx.Timeout(left).as_dict()}
        url = ExactURL(out.url, out.target)
        request = httpx.Request(out.method, url, headers=out.headers, content=out.content, extensions=extensions)
        request.url = url  # httpx made a plain copy
        return request

    @staticmethod
    def _built_by(client: httpx.Client | httpx.AsyncClient, out: Outgoing, left: float) -> dict[str, Any]:
        """The arguments of ``client.send``: the client's own headers, cookies and auth where the step sets none."""
        import httpx

        from arazzo_runner.transports.exact import ExactURL

        extensions = {"timeout": httpx.Timeout(left).as_dict()}
        request = client.build_request(
            out.method, out.url, headers=out.headers, content=out.content, extensions=extensions
        )
        if not client.params:
            request.url = ExactURL(out.url, out.target)
        options: dict[str, Any] = {"request": request, "stream": True, "follow_redirects": False}
        given = any(name.lower() == b"authorization" for name, _ in out.headers)
        return options | {"auth": None} if given else options

    @staticmethod
    def _headers(response: httpx.Response) -> Headers:
        return Headers([(_text(name), _text(value)) for name, value in response.headers.raw])


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


class HttpTransport(_Shared):
    """Sends requests from the calling thread, over one pool of connections for a run.

    ``client`` is a client of the caller's: its headers, cookies, auth and transports apply, and it is not closed. Its
    timeouts bound single reads, so that only the transport's own connections hold a slow answer to its deadline
    between two bytes.
    """

    def __init__(self, options: HttpOptions | None = None, *, client: httpx.Client | None = None) -> None:
        _check_client(client, "Client")
        super().__init__(options, client)
        self._client = client
        self._routes: Routes[httpx.HTTPTransport] = Routes(self.options, _open_in_thread)

    def perform(self, effect: Effect[Any]) -> Response | str:
        """The answer of a `Send`, the token of a `FetchToken`. Raises `TransportError`."""
        match effect:
            case Send(request, timeout, max_bytes):
                return self.exchange(request, timeout, max_bytes, follow=self._follow).response
            case FetchToken():
                return self._tokens.known(effect, monotonic()) or self._fetch(effect)
            case _:
                raise _unknown(effect)

    def exchange(self, request: Request, timeout: float, max_bytes: int, *, follow: bool) -> Exchanged:
        """Send a request and read its whole answer, both within ``timeout`` seconds."""
        deadline = monotonic() + timeout
        hop = _Hop(request)
        for _ in range(MAX_REDIRECTS + 1):
            response = self._send(hop, deadline, timeout, max_bytes)
            following = hop.next(response) if follow else None
            if following is None:
                return Exchanged(response, hop.request.url)
            hop = following
        raise _too_many(request)

    def close(self) -> None:
        """Close the connections; a client of the caller's stays open."""
        for transport in self._routes.made():
            transport.close()

    def _send(self, hop: _Hop, deadline: float, timeout: float, max_bytes: int) -> Response:
        import httpx

        from arazzo_runner.transports.deadline import until

        out = self._outgoing(hop.request, ours=self._client is None or hop.foreign)
        if monotonic() >= deadline:
            raise timed_out(out.origin, timeout)
        try:
            with until(deadline):
                answer = self._open(out, hop.foreign, max(deadline - monotonic(), 0.001))
                try:
                    headers = self._headers(answer)
                    content = Content(headers, max_bytes, out.origin)
                    for chunk in (answer.content,) if answer.is_stream_consumed else answer.iter_raw():
                        content.feed(chunk)
                        if monotonic() > deadline:
                            raise timed_out(out.origin, timeout)
                    return Response(answer.status_code, headers, content.whole())
                finally:
                    answer.close()
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            raise explain(error, out.origin, timeout, self._proxy(out.origin)) from None

    def _proxy(self, origin: Origin) -> str | None:
        return self._routes.proxy(origin) if self._client is None else None

    def _open(self, out: Outgoing, foreign: bool, left: float) -> httpx.Response:
        if self._client is None:
            return self._routes.to(out.origin).handle_request(self._built(out, left))
        if foreign:
            return self._client.send(self._built(out, left), stream=True, auth=None, follow_redirects=False)
        return self._client.send(**self._built_by(self._client, out, left))

    def _fetch(self, effect: FetchToken) -> str:
        flow = token_flow(effect)
        timeout = self.options.token_timeout
        try:
            request = next(flow)
            while True:
                request = flow.send(self.exchange(request, timeout, MAX_TOKEN_BYTES, follow=False).response)
        except StopIteration as done:
            return self._tokens.keep(effect, done.value, monotonic())
        except TransportError as error:
            raise failed(error) from None


def _open_in_thread(**settings: Any) -> httpx.HTTPTransport:
    import httpx

    from arazzo_runner.transports.deadline import DeadlineBackend

    transport = httpx.HTTPTransport(**settings)
    pool: Any = getattr(transport, "_pool", None)
    backend = getattr(pool, "_network_backend", None)
    if backend is not None:  # httpx has no public way to give its pool a backend; a test holds it to this one
        pool._network_backend = DeadlineBackend(backend)
    return transport


class AsyncHttpTransport(_Shared):
    """Sends requests in the running event loop; `HttpTransport`'s twin. ``client`` is an `httpx.AsyncClient`."""

    def __init__(self, options: HttpOptions | None = None, *, client: httpx.AsyncClient | None = None) -> None:
        _check_client(client, "AsyncClient")
        super().__init__(options, client)
        self._client = client
        self._routes: Routes[httpx.AsyncHTTPTransport] = Routes(self.options, _open_in_loop)

    async def perform(self, effect: Effect[Any]) -> Response | str:
        """The answer of a `Send`, the token of a `FetchToken`. Raises `TransportError`."""
        match effect:
            case Send(request, timeout, max_bytes):
                return (await self.exchange(request, timeout, max_bytes, follow=self._follow)).response
            case FetchToken():
                return self._tokens.known(effect, monotonic()) or await self._fetch(effect)
            case _:
                raise _unknown(effect)

    async def exchange(self, request: Request, timeout: float, max_bytes: int, *, follow: bool) -> Exchanged:
        """Send a request and read its whole answer, both within ``timeout`` seconds."""
        deadline = monotonic() + timeout
        hop = _Hop(request)
        for _ in range(MAX_REDIRECTS + 1):
            response = await self._send(hop, deadline, timeout, max_bytes)
            following = hop.next(response) if follow else None
            if following is None:
                return Exchanged(response, hop.request.url)
            hop = following
        raise _too_many(request)

    async def close(self) -> None:
        """Close the connections; a client of the caller's stays open."""
        for transport in self._routes.made():
            await transport.aclose()

    async def _send(self, hop: _Hop, deadline: float, timeout: float, max_bytes: int) -> Response:
        import httpx

        out = self._outgoing(hop.request, ours=self._client is None or hop.foreign)
        left = deadline - monotonic()
        if left <= 0:
            raise timed_out(out.origin, timeout)
        try:
            async with asyncio.timeout(left + _GRACE):
                answer = await self._open(out, hop.foreign, left)
                try:
                    headers = self._headers(answer)
                    content = Content(headers, max_bytes, out.origin)
                    if answer.is_stream_consumed:
                        content.feed(answer.content)
                    else:
                        async for chunk in answer.aiter_raw():
                            content.feed(chunk)
                    return Response(answer.status_code, headers, content.whole())
                finally:
                    await answer.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            raise explain(error, out.origin, timeout, self._proxy(out.origin)) from None

    def _proxy(self, origin: Origin) -> str | None:
        return self._routes.proxy(origin) if self._client is None else None

    async def _open(self, out: Outgoing, foreign: bool, left: float) -> httpx.Response:
        if self._client is None:
            return await self._routes.to(out.origin).handle_async_request(self._built(out, left))
        if foreign:
            return await self._client.send(self._built(out, left), stream=True, auth=None, follow_redirects=False)
        return await self._client.send(**self._built_by(self._client, out, left))

    async def _fetch(self, effect: FetchToken) -> str:
        flow = token_flow(effect)
        timeout = self.options.token_timeout
        try:
            request = next(flow)
            while True:
                answer = await self.exchange(request, timeout, MAX_TOKEN_BYTES, follow=False)
                request = flow.send(answer.response)
        except StopIteration as done:
            return self._tokens.keep(effect, done.value, monotonic())
        except TransportError as error:
            raise failed(error) from None


def _open_in_loop(**settings: Any) -> httpx.AsyncHTTPTransport:
    import httpx

    return httpx.AsyncHTTPTransport(**settings)
