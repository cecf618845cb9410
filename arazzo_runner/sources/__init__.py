"""What a source description means to a step: operations that can be asked and whose answers can be read, purely.

The engine knows only the protocols of this module. `openapi` implements them; `asyncapi` will.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Protocol, TypeAlias

from arazzo_runner.effects import FetchToken, Request, Response
from arazzo_runner.expressions.scope import Exchange
from arazzo_runner.records import dataclass, sealed
from arazzo_runner.values import JSON, MISSING, Missing


@dataclass(frozen=True, slots=True)
class Argument:
    """A parameter's value for one request; ``place`` is the parameter's ``in``, None when the step leaves it out."""

    name: str
    value: JSON | Missing
    place: str | None = None
    text: str = ""  #: the expression as written, for messages about a missing value


@dataclass(frozen=True, slots=True)
class Replacement:
    """One payload replacement with its values known; ``language`` is empty when the media type decides (S39)."""

    target: str
    value: JSON
    language: str = ""  #: ``jsonpointer``, ``jsonpath`` or ``xpath``
    version: str = ""


@dataclass(frozen=True, slots=True)
class Body:
    """The request body of one request: a value, what to replace in it, and the step's ``contentType``."""

    payload: JSON | Missing = MISSING
    content_type: str | None = None
    replacements: Sequence[Replacement] = ()
    text: str = ""  #: the payload's expression as written, for messages


@dataclass(frozen=True, slots=True)
class FileContent:
    """An input read from a file (`NAME=@FILE`) that is sent as a file in a multipart body (S39)."""

    name: str
    content: bytes


@sealed(frozen=True, slots=True)
class ServerChoice:
    """Where the caller wants requests to go: whole URLs by source name ("" for all), and server variables (S37).

    ``variables`` maps a name, or ``SOURCE.NAME``, to a value. ``fallback`` is what a server is relative to that would
    otherwise be relative to a file, and fills variables without a value by their name: a mock has one.
    """

    urls: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    fallback: str | None = None


@dataclass(frozen=True, slots=True)
class Credential:
    """Something to add to a request: a header, query parameter or cookie with a secret value."""

    place: str  #: ``header``, ``query`` or ``cookie``
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class BearerFromToken:
    """A credential whose token has to be fetched first (OAuth2, S40)."""

    fetch: FetchToken


Grant: TypeAlias = "Credential | BearerFromToken"


@dataclass(frozen=True, slots=True)
class SecurityNeed:
    """One security scheme that an operation wants, and the environment variables that would fill it."""

    scheme: str
    type: str
    variables: tuple[str, ...]


class Operation(Protocol):
    """One operation of a source, compiled: serialisers, media types and security are worked out once."""

    @property
    def source(self) -> str:
        """The name of its source description."""

    @property
    def operation_id(self) -> str | None:
        """Its operationId, where it has one."""

    @property
    def label(self) -> str:
        """What a person calls it: ``POST /v1/runs``."""

    def grants(
        self,
        credentials: Mapping[str, str],
        given: Sequence[Argument],
        servers: ServerChoice = ...,
    ) -> tuple[Grant, ...]:
        """The credentials that its ``security`` wants and ``credentials`` (environment variables) has (S40).

        A place that ``given`` already fills is left alone. A relative token URL may need the server of ``servers``.
        """

    def needs(self) -> tuple[tuple[SecurityNeed, ...], ...]:
        """The alternatives of its ``security``, for ``arazzo show --auth``."""

    def ask(
        self,
        arguments: Sequence[Argument],
        body: Body | None,
        servers: ServerChoice,
        credentials: Sequence[Credential] = (),
        headers: Mapping[str, str] | None = None,
    ) -> tuple[Request, Exchange]:
        """The request to send, and the half-filled exchange that `read` completes.

        Raises `CannotSend` when a required value is missing or a structure cannot be serialised (S13, S38, S39).
        """

    def read(self, exchange: Exchange, response: Response) -> Exchange:
        """The exchange with the answer decoded by its media type (S15)."""

    def secrets(self, request: Request) -> frozenset[str]:
        """The values in a request that stand where its security schemes put a credential (S10)."""

    def check_request(self, request: Request) -> tuple[str, ...]:
        """What the request breaks in the description (S43)."""

    def check_response(self, request: Request, response: Response) -> tuple[str, ...]:
        """What the answer breaks in the description (S43)."""
