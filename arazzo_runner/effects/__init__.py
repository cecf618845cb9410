"""What a run may ask of the world, as plain values. A transport or a driver answers them; nothing here does I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import lru_cache
from typing import Final, Generic, TypeVar, overload

from arazzo_runner.records import dataclass
from arazzo_runner.values import JSON

R_co = TypeVar("R_co", covariant=True)
D = TypeVar("D")


@dataclass(frozen=True, slots=True)
class Effect(Generic[R_co]):
    """A request to the world whose answer has the type of the parameter."""


@lru_cache(maxsize=64)
def _lower(names: tuple[str, ...]) -> tuple[str, ...]:
    """The same for all messages with these names: results hold many, and those of a server are alike."""
    return tuple([name.lower() for name in names])


class Headers(Mapping[str, str]):
    """HTTP header fields: case-insensitive, in order, several values of a name joined by ``, `` (S16)."""

    __slots__ = ("_fields", "_names")

    def __init__(self, fields: list[tuple[str, str]] | tuple[tuple[str, str], ...] = ()) -> None:
        self._fields = tuple(fields)
        self._names = _lower(tuple([name for name, _ in self._fields]))

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """Every field as it was sent or received, repeats included."""
        return self._fields

    @overload
    def get(self, name: str, /) -> str | None: ...
    @overload
    def get(self, name: str, default: D, /) -> str | D: ...
    def get(self, name: str, default: object = None) -> object:
        """The value of a name, or ``default``."""
        key, names = name.lower(), self._names
        if key not in names:
            return default
        if names.count(key) == 1:
            return self._fields[names.index(key)][1]
        return ", ".join([value for own, (_, value) in zip(self._names, self._fields, strict=True) if own == key])

    def __getitem__(self, name: str) -> str:
        value = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(self._names))

    def __len__(self) -> int:
        return len(set(self._names))

    def __eq__(self, other: object) -> bool:
        return self._fields == other._fields if isinstance(other, Headers) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._fields)

    def __repr__(self) -> str:
        return f"Headers({list(self._fields)!r})"


NO_HEADERS: Final = Headers()


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request, complete and serialised: what goes over the wire."""

    method: str
    url: str
    headers: Headers = NO_HEADERS
    content: bytes = b""
    #: lower-case names of headers with a credential, whatever they are called: they stay with the request's origin
    private: frozenset[str] = field(default=frozenset(), compare=False)
    dropped: int = field(default=0, compare=False)  #: bytes of content that a result does not hold on to


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response with its whole content, decoded from its transfer and content coding."""

    status_code: int
    headers: Headers = NO_HEADERS
    content: bytes = b""
    notes: tuple[str, ...] = field(default=(), compare=False)  #: what a mock has to say of its answer
    dropped: int = field(default=0, compare=False)  #: bytes of content that a result does not hold on to


@dataclass(frozen=True, slots=True)
class CallSite:
    """Where in the description a request comes from; a mock answers by it, an HTTP transport ignores it."""

    document: str  #: the document's URI
    workflow_id: str
    step_id: str
    visit: int  #: how many times the step was sent before in this workflow run (retries included), from 0
    #: what criteria may compare an answer with: the workflow run's inputs and its steps' outputs, where they are known
    inputs: Mapping[str, JSON] = field(default_factory=dict, compare=False, repr=False)
    steps: Mapping[str, Mapping[str, JSON]] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Send(Effect[Response]):
    """Send one HTTP request. Fails with :class:`~arazzo_runner.errors.TransportError`."""

    request: Request
    timeout: float  #: seconds for the whole exchange
    max_bytes: int  #: larger contents fail with code ``too-large`` (S42)
    site: CallSite | None = None


@dataclass(frozen=True, slots=True)
class FetchToken(Effect[str]):
    """Fetch an OAuth2 access token (S40). The performer caches it for the run by this value."""

    grant: str  #: ``client_credentials`` or ``password``
    token_url: str
    client_id: str
    client_secret: str
    scopes: tuple[str, ...] = ()
    username: str | None = None
    password: str | None = None


@dataclass(frozen=True, slots=True)
class Sleep(Effect[None]):
    """Wait. Fails only by cancellation."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A document as it was read: its final location (after redirects) and its bytes."""

    location: str
    content: bytes
    media_type: str | None = None
