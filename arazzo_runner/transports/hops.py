"""What is sent for one effect, hop by hop: a request, where redirects lead it, the requests for a token.

Pure, and written once: each generator gives hops and takes their answers; a transport moves them, in a thread or an
event loop. It must not open connections.
"""

from __future__ import annotations

from collections.abc import Generator
from time import monotonic
from typing import Any, NamedTuple, TypeAlias, TypeVar

from arazzo_runner.effects import Effect, FetchToken, Request, Response, Send
from arazzo_runner.errors import TransportError
from arazzo_runner.transports import MAX_REDIRECTS
from arazzo_runner.transports.oauth import MAX_TOKEN_BYTES, Tokens, failed, token_flow
from arazzo_runner.transports.outgoing import origin_of
from arazzo_runner.transports.redirects import redirected

T = TypeVar("T")


class Deadline(NamedTuple):
    """When an exchange must be over: monotonic seconds, and how many seconds it was given."""

    at: float
    seconds: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """So many seconds from now."""
        return cls(monotonic() + seconds, seconds)

    def left(self) -> float:
        """The seconds until then. Raises TimeoutError when there are none."""
        left = self.at - monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class Hop(NamedTuple):
    """One request on its way; ``foreign`` when a redirect led away from the first origin."""

    request: Request
    deadline: Deadline
    max_bytes: int
    foreign: bool = False


class Exchanged(NamedTuple):
    """An answer, and the URL that gave it after redirects."""

    response: Response
    url: str


#: Gives hops, takes their answers (or the `TransportError` that was raised), and returns what they are for.
Hops: TypeAlias = Generator[Hop, Response, T]


def sending(request: Request, seconds: float, max_bytes: int, *, follow: bool) -> Hops[Exchanged]:
    """A request and its redirects, all within ``seconds``."""
    hop = Hop(request, Deadline.after(seconds), max_bytes)
    for _ in range(MAX_REDIRECTS + 1):
        response = yield hop
        following = redirected(hop.request, response) if follow else None
        if following is None:
            return Exchanged(response, hop.request.url)
        away = origin_of(following.url) != origin_of(hop.request.url)
        hop = hop._replace(request=following, foreign=hop.foreign or away)
    message = f"'{origin_of(request.url)}' redirected the request more than {MAX_REDIRECTS} times"
    raise TransportError("protocol", message)


def performing(effect: Effect[Any], tokens: Tokens, *, follow: bool, token_timeout: float) -> Hops[Response | str]:
    """The answer of a `Send`, the token of a `FetchToken`. Raises `TransportError`."""
    match effect:
        case Send(request, timeout, max_bytes):
            return (yield from sending(request, timeout, max_bytes, follow=follow)).response
        case FetchToken():
            return tokens.known(effect, monotonic()) or (yield from _fetching(effect, tokens, token_timeout))
        case _:
            raise TypeError(f"expected a request, found the effect {type(effect).__name__}")


def _fetching(effect: FetchToken, tokens: Tokens, timeout: float) -> Hops[str]:
    flow = token_flow(effect)
    try:
        request = next(flow)
        while True:
            exchanged = yield from sending(request, timeout, MAX_TOKEN_BYTES, follow=False)
            request = flow.send(exchanged.response)
    except StopIteration as done:
        return tokens.keep(effect, done.value, monotonic())
    except TransportError as error:
        raise failed(error) from None
