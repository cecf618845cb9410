"""One operation of an OpenAPI description, compiled: arguments become a request, an answer becomes values.

The compiled parts (template, parameters, body, server, security) are worked out once, when the operation is first
asked for; a broken `$ref` among them is a problem in ``problems``, not an exception.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from arazzo_runner.effects import Headers, Request, Response
from arazzo_runner.errors import CannotSend
from arazzo_runner.expressions.scope import Exchange
from arazzo_runner.records import dataclass
from arazzo_runner.sources import Argument, Body, Credential, Grant, SecurityNeed, ServerChoice
from arazzo_runner.sources.openapi.answers import decode
from arazzo_runner.sources.openapi.bodies import RequestBody
from arazzo_runner.sources.openapi.media import media_type
from arazzo_runner.sources.openapi.parameters import Draft, Parameter, Parameters
from arazzo_runner.sources.openapi.references import BrokenReference, References, members, text
from arazzo_runner.sources.openapi.security import Alternatives, Spot, grants, secrets
from arazzo_runner.sources.openapi.servers import Server, address
from arazzo_runner.sources.openapi.styles import encode, encode_cookie, query_text
from arazzo_runner.values import JSON, MISSING

if TYPE_CHECKING:
    from arazzo_runner.sources.openapi.check import Checker

#: The answers an operation declares: status (``200``, ``4XX``, ``default``) to media type to Media Type Object.
Responses = Mapping[str, Mapping[str, Mapping[str, JSON]]]


@dataclass(frozen=True, slots=True)
class Compiled:
    """What an operation's requests are made of."""

    parameters: Parameters
    body: RequestBody | None
    server: Server
    security: Alternatives
    produces: tuple[str, ...] = ()  #: of an OpenAPI 2.0 operation
    problems: tuple[str, ...] = ()


class OpenAPIOperation:
    """The `Operation` of the protocol; ``raw`` is its Operation Object, ``path_item`` the one it stands in.

    For a mock and for rules: `parameters`, `request_body`, `responses`, `contents`, `dereference` and `schema`.
    """

    def __init__(
        self,
        source: str,
        method: str,
        path: str,
        raw: Mapping[str, JSON],
        path_item: Mapping[str, JSON],
        references: References,
        version: tuple[int, int],
        compiled: Compiled,
    ) -> None:
        self.source = source
        self.method = method
        self.path = path
        self.raw = raw
        self.path_item = path_item
        self.references = references
        self.version = version
        self.operation_id = text(raw.get("operationId"))
        self.label = f"{method} {path}"
        self.problems = compiled.problems
        self.server = compiled.server
        self._compiled = compiled
        self._last_base: tuple[ServerChoice | None, str] = (None, "")
        self._template = compiled.parameters.template

    def __repr__(self) -> str:
        return f"<{self.label} of '{self.source}'>"

    # --- what a step asks ---------------------------------------------------------------------------------------------

    def grants(
        self,
        credentials: Mapping[str, str],
        given: Sequence[Argument],
        servers: ServerChoice = ServerChoice(),  # noqa: B008  # frozen
    ) -> tuple[Grant, ...]:
        """The credentials of the first alternative of ``security`` that the environment can meet (S40).

        A token URL that is relative leads to the description's origin, or, where that is a file, to the server's.
        """
        wanted = self._compiled.security
        if not wanted:
            return ()
        spots = {self._spot(argument) for argument in given}
        return grants(wanted, credentials, spots, lambda: self.server.base(servers))

    @property
    def spots(self) -> frozenset[Spot]:
        """The places of a request that its security schemes fill."""
        return frozenset(scheme.spot for schemes in self._compiled.security for scheme in schemes if scheme.spot)

    @cached_property
    def _private(self) -> frozenset[str]:
        """The headers that its security schemes fill; an API key's name may say nothing of a secret."""
        return frozenset(name for place, name in self.spots if place == "header")

    def secrets(self, request: Request) -> frozenset[str]:
        """The values in a request that stand where its security schemes put a credential (S10)."""
        return secrets(self._compiled.security, request)

    def needs(self) -> tuple[tuple[SecurityNeed, ...], ...]:
        """The alternatives of its ``security``; an empty one means that no credential is needed."""
        return tuple(tuple(scheme.need for scheme in schemes) for schemes in self._compiled.security)

    def ask(
        self,
        arguments: Sequence[Argument],
        body: Body | None,
        servers: ServerChoice,
        credentials: Sequence[Credential] = (),
        headers: Mapping[str, str] | None = None,
    ) -> tuple[Request, Exchange]:
        """The request to send, and the half-filled exchange that `read` completes. Raises `CannotSend`.

        What the step sets wins over ``headers``, and those win over ``credentials``.
        """
        try:
            return self._ask(arguments, body, servers, credentials, headers or {})
        except UnicodeEncodeError:
            raise CannotSend("unserialisable", f"a value for {self.label} holds characters its place cannot") from None
        except RecursionError:
            raise CannotSend("unserialisable", f"a value for {self.label} is nested too deeply") from None

    def read(self, exchange: Exchange, response: Response) -> Exchange:
        """The exchange with the answer decoded by its media type (S15)."""
        decoded = decode(response.content, response.headers.get("content-type"))
        return Exchange(
            exchange.method,
            exchange.url,
            exchange.request_headers,
            exchange.query,
            exchange.path,
            exchange.request_body,
            response.status_code,
            response.headers,
            decoded.value,
            decoded.is_xml,
            (*exchange.notes, *decoded.notes),
        )

    def check_request(self, request: Request) -> tuple[str, ...]:
        """What the request breaks in the description (S43); imports openapi-core."""
        return self._checker.request(request)

    def check_response(self, request: Request, response: Response) -> tuple[str, ...]:
        """What the answer breaks in the description (S43); imports openapi-core."""
        return self._checker.response(request, response)

    # --- what rules and a mock read -----------------------------------------------------------------------------------

    def parameters(self) -> tuple[Parameter, ...]:
        """Its declared parameters, those of the path item merged in; of 2.0 without ``body`` and ``formData``."""
        return self._compiled.parameters.declared

    @property
    def path_names(self) -> tuple[str, ...]:
        """The names in its path template, each of which a request needs."""
        return self._template.names

    @property
    def path_groups(self) -> tuple[str, ...]:
        """The names of the path itself, as often as they stand in it: the groups of ``path_pattern``."""
        return self._template.parts[1::2]

    @cached_property
    def path_pattern(self) -> re.Pattern[str]:
        """Finds the encoded values of the path's parameters at the end of a sent path."""
        return self._template.pattern()

    def place_of(self, argument: Argument) -> str:
        """Where an argument goes: its own place, else the declared one, else the query (S38)."""
        return self._compiled.parameters.place(argument)

    def parameter(self, place: str, name: str) -> Parameter | None:
        """The declared parameter of that place and name."""
        return self._compiled.parameters.find(place, name)

    def request_body(self) -> RequestBody | None:
        """What it declares about its body, by media type; None when it declares none."""
        return self._compiled.body

    def responses(self) -> dict[str, dict[str, JSON]]:
        """Status (``200``, ``4XX``, ``default``) to media type to schema; None for one without a schema."""
        return {
            status: {name: content.get("schema") for name, content in contents.items()}
            for status, contents in self.contents().items()
        }

    def contents(self) -> Responses:
        """Status to media type to Media Type Object (of 2.0 in the words of 3.x)."""
        return self._contents

    def response_objects(self) -> dict[str, dict[str, JSON]]:
        """Status to Response Object, as it stands in the description; broken references are left out."""
        found = {}
        for status, node in members(self.raw.get("responses")).items():
            if not status.startswith("x-"):
                try:
                    found[status] = members(self.dereference(node))
                except BrokenReference:
                    continue
        return found

    def dereference(self, node: JSON) -> JSON:
        """``node``, or what its `$ref` points at. Raises `BrokenReference`, a ValueError."""
        return self.references.dereference(node)

    def schema(self, reference: str) -> JSON:
        """What a reference such as ``#/components/schemas/Run`` points at. Raises `BrokenReference`."""
        return self.dereference(self.references.resolve(reference if "#" in reference else f"#{reference}"))

    # --- how --------------------------------------------------------------------------------------------------------

    def _ask(
        self,
        arguments: Sequence[Argument],
        body: Body | None,
        servers: ServerChoice,
        credentials: Sequence[Credential],
        extra: Mapping[str, str],
    ) -> tuple[Request, Exchange]:
        draft = self._compiled.parameters.fill(arguments)
        written = (self._compiled.body or _UNDECLARED_BODY).write(body, draft.header_values.get("content-type"))
        self._add_headers(draft, extra, written.content_type)
        if credentials:
            _add_credentials(draft, credentials)
        headers = Headers(_with_cookies(draft))
        url = self._url(draft, servers)
        request = Request(self.method, url, headers, written.content, self._private)
        return request, Exchange(
            self.method,
            url,
            headers,
            draft.query_values or _NOTHING,
            draft.path_values or _NOTHING,
            written.value,
        )

    def _url(self, draft: Draft, servers: ServerChoice) -> str:
        url = address(self._base(servers), self._template.path(draft.path, self.label))
        query = draft.query
        if self._template.query:
            given = {name for name, _ in query}
            query = [*self._template.fixed_query(draft.path, given, self.label), *query]
        if not query:
            return url
        return f"{url}{'&' if '?' in url else '?'}{query_text(query)}"

    def _base(self, servers: ServerChoice) -> str:
        """The server's URL; kept for the choice that was made last, which is the same all through a run."""
        choice, base = self._last_base
        if choice is not servers:
            base = self.server.base(servers)
            self._last_base = servers, base
        return base

    def _add_headers(self, draft: Draft, extra: Mapping[str, str], content_type: str | None) -> None:
        """The caller's headers, ``Content-Type`` where there is a body, and ``Accept``, unless the step sets them."""
        own = draft.header_values.get("content-type")
        if own is not None and content_type is not None and _lacks_boundary(own, content_type):
            draft.drop_header("content-type")
        if extra:
            _add_extra(draft, extra, has_body=content_type is not None)
        if content_type is not None and "content-type" not in draft.header_values:
            draft.add_header("Content-Type", content_type)
        if "accept" not in draft.header_values:
            draft.add_header("Accept", self._accept)

    def _spot(self, argument: Argument) -> Spot:
        """The place that an argument fills, for credentials; nowhere when it has no value."""
        if argument.value is MISSING or argument.value is None:
            return ("", "")
        place = self.place_of(argument)
        return (place, argument.name.lower() if place == "header" else argument.name)

    @cached_property
    def _contents(self) -> Responses:
        produces = self._compiled.produces
        return {
            status: _swagger_contents(response, produces) if self.version[0] == 2 else self._media_types(response)
            for status, response in self.response_objects().items()
        }

    def _media_types(self, response: Mapping[str, JSON]) -> dict[str, Mapping[str, JSON]]:
        found: dict[str, Mapping[str, JSON]] = {}
        for name, node in members(response.get("content")).items():
            try:
                found[name] = members(self.dereference(node))
            except BrokenReference:
                found[name] = {}
        return found

    @cached_property
    def _accept(self) -> str:
        return accept(name for status, found in self._contents.items() if status[:1] in {"2", "d"} for name in found)

    @cached_property
    def _checker(self) -> Checker:
        from arazzo_runner.sources.openapi.check import Checker

        return Checker(self)


def accept(declared: Iterable[str]) -> str:
    """An Accept field for the declared types of success: JSON first, because that is what expressions read.

    Other types follow with half the weight; an operation that declares none is asked for anything.
    """
    names = list(dict.fromkeys(name for name in declared if media_type(name) is not None))
    json = [name for name in names if (kind := media_type(name)) is not None and kind.is_json]
    others = [name for name in names if name not in json]
    return ", ".join([*json, *(f"{name};q=0.5" for name in others)] if json else others) or "*/*"


_UNDECLARED_BODY = RequestBody()
_NOTHING: Final[Mapping[str, JSON]] = {}  #: results hold on to every exchange


def _lacks_boundary(own: str, content_type: str) -> bool:
    """Whether a step's own multipart header has no boundary, without which nobody can read the body."""
    return "boundary=" in content_type and "boundary=" not in own and own.lower().lstrip().startswith("multipart/")


def _swagger_contents(response: Mapping[str, JSON], produces: tuple[str, ...]) -> dict[str, Mapping[str, JSON]]:
    """The answer of an OpenAPI 2.0 operation as media types: one schema for all, an example for each."""
    examples = members(response.get("examples"))
    if "schema" not in response and not examples:
        return {}
    schema = {"schema": response["schema"]} if "schema" in response else {}
    names = produces or tuple(name for name in examples if media_type(name)) or ("application/json",)
    return {name: schema | ({"example": examples[name]} if name in examples else {}) for name in names}


def _add_extra(draft: Draft, extra: Mapping[str, str], *, has_body: bool) -> None:
    """The caller's headers, unless the step sets them."""
    set_by_step = draft.header_values.copy()
    for name, value in extra.items():
        if name.lower() not in set_by_step and (has_body or name.lower() != "content-type"):
            draft.add_header(name, value)


def _add_credentials(draft: Draft, credentials: Sequence[Credential]) -> None:
    """Credentials in places that neither the step nor the caller has filled (S40)."""
    for credential in credentials:
        name, value = credential.name, credential.value
        match credential.place:
            case "header" if name.lower() not in draft.header_values:
                draft.add_header(name, value)
            case "query" if name not in draft.query_values:
                draft.query.append((encode(name), encode(value)))
                draft.query_values[name] = value
            case "cookie" if encode_cookie(name) not in {cookie for cookie, _ in draft.cookies}:
                draft.cookies.append((encode_cookie(name), encode_cookie(value)))


def _with_cookies(draft: Draft) -> list[tuple[str, str]]:
    """The header fields with all cookies in one Cookie field."""
    if not draft.cookies:
        return draft.headers
    own = [value for name, value in draft.headers if name.lower() == "cookie"]
    line = "; ".join([*own, *(f"{name}={value}" for name, value in draft.cookies)])
    return [*(field for field in draft.headers if field[0].lower() != "cookie"), ("Cookie", line)]
