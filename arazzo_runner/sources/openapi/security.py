"""The credentials an operation wants, filled from environment variables that the caller hands over (S40)."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import field
from urllib.parse import parse_qsl, urlsplit

from arazzo_runner.effects import FetchToken, Request
from arazzo_runner.errors import CannotSend
from arazzo_runner.records import dataclass
from arazzo_runner.sources import BearerFromToken, Credential, Grant, SecurityNeed
from arazzo_runner.sources.openapi.references import elements, join, member, members, text
from arazzo_runner.values import JSON

_SWAGGER_FLOWS = {"application": "clientCredentials", "password": "password", "accessCode": "authorizationCode"}

#: A place of a request that a credential fills: ``header`` and a lower-case name, ``query`` or ``cookie`` and a name.
Spot = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Scheme:
    """A Security Scheme Object of 3.x, or of 2.0 in its words, with the scopes that the operation wants."""

    name: str
    type: str  #: ``http``, ``apiKey``, ``oauth2``, ``openIdConnect``, ``mutualTLS``, or what the description says
    spot: Spot | None = None  #: where its credential goes
    parameter: str = ""  #: the name of the header, parameter or cookie, as declared
    http: str = ""  #: the HTTP authentication scheme: ``bearer``, ``basic``, ...
    flows: Mapping[str, str] = field(default_factory=dict)  #: OAuth2 flow to its token URL
    scopes: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()  #: environment variables, the more special first

    @property
    def need(self) -> SecurityNeed:
        """What `arazzo show --auth` says of it."""
        variables = self.variables
        if "password" in self.flows:
            variables += tuple(f"{name}_{part}" for name in variables for part in ("USERNAME", "PASSWORD"))
        return SecurityNeed(self.name, f"http {self.http}" if self.type == "http" else self.type, variables)

    def value(self, credentials: Mapping[str, str], suffix: str = "") -> str | None:
        """The first of its variables that is set and not empty."""
        return next((value for name in self.variables if (value := credentials.get(name + suffix))), None)

    def grant(self, credentials: Mapping[str, str], server: Callable[[], str]) -> Grant | None:
        """Its credential, None when the environment has none. Raises `CannotSend` for an unusable token URL.

        A value with a colon is a client's id and secret where a flow takes one: then it is no token.
        """
        value = self.value(credentials)
        if self.type == "oauth2" and (fetch := self._fetch(credentials, value, server)):
            return BearerFromToken(fetch)
        is_client = ":" in (value or "") and not self.flows.keys().isdisjoint({"password", "clientCredentials"})
        if value is None or self.spot is None or is_client:
            return None
        if self.type == "apiKey":
            return Credential(self.spot[0], self.parameter, value)
        return Credential("header", "Authorization", _authorization(self.http, value))

    def _fetch(self, credentials: Mapping[str, str], value: str | None, server: Callable[[], str]) -> FetchToken | None:
        client, colon, secret = (value or "").partition(":")
        username, password = self.value(credentials, "_USERNAME"), self.value(credentials, "_PASSWORD")
        if "password" in self.flows and username is not None and password is not None:
            url = self._token_url("password", server)
            return FetchToken("password", url, client, secret, self.scopes, username, password)
        if "clientCredentials" in self.flows and colon:
            url = self._token_url("clientCredentials", server)
            return FetchToken("client_credentials", url, client, secret, self.scopes)
        return None

    def _token_url(self, flow: str, server: Callable[[], str]) -> str:
        """The URL, where it is relative to a file, against the operation's server."""
        url = self.flows[flow]
        if "://" not in url:
            try:
                url = join(f"{server()}/", url)
            except CannotSend as error:
                message = f"the token URL '{url}' of security scheme '{self.name}' is relative, and {error.message}"
                raise CannotSend("credentials", message) from None
        if not url.lower().startswith(("https://", "http://")):
            raise CannotSend("credentials", f"the token URL '{url}' of security scheme '{self.name}' is not http(s)")
        return url


def _authorization(scheme: str, value: str) -> str:
    """The value of an Authorization header; one that names its scheme already is left as it is."""
    if value.lower().startswith(f"{scheme.lower()} "):
        return value
    if scheme.lower() == "basic":
        value = b64encode((value if ":" in value else f"{value}:").encode()).decode("ascii")
    return f"{scheme.capitalize() if scheme.islower() else scheme} {value}"


#: The alternatives of a ``security`` field: one of them is enough, all schemes of it are needed.
Alternatives = tuple[tuple[Scheme, ...], ...]


def alternatives(
    source: str, requirements: JSON, schemes: Mapping[str, JSON], location: str, resolve: Callable[[JSON], JSON]
) -> Alternatives:
    """The Security Requirement Objects of an operation with their schemes looked up."""
    return tuple(
        tuple(
            _scheme(source, name, members(resolve(schemes.get(name))), elements(scopes), location)
            for name, scopes in members(requirement).items()
        )
        for requirement in elements(requirements)
    )


def _scheme(source: str, name: str, raw: Mapping[str, JSON], scopes: Iterable[JSON], location: str) -> Scheme:
    type_ = text(raw.get("type")) or "undeclared"
    variables = (_variable(f"{source}_{name}"), _variable(name))
    parameter = text(raw.get("name")) or ""
    match type_:
        case "apiKey":
            place = text(raw.get("in")) or "header"
            key = parameter.lower() if place == "header" else parameter
            return Scheme(name, type_, (place, key), parameter, variables=variables)
        case "mutualTLS":
            return Scheme(name, type_)
        case "undeclared":
            return Scheme(name, type_, variables=variables)
    return Scheme(
        name,
        "http" if type_ == "basic" else type_,
        ("header", "authorization"),
        http="basic" if type_ == "basic" else text(raw.get("scheme")) or "bearer",
        flows=_flows(raw, location) if type_ == "oauth2" else {},
        scopes=tuple(scope for scope in scopes if isinstance(scope, str)),
        variables=variables,
    )


def _flows(raw: Mapping[str, JSON], location: str) -> dict[str, str]:
    declared = members(raw.get("flows")) or {_SWAGGER_FLOWS.get(str(raw.get("flow")), "implicit"): dict(raw)}
    return {
        flow: join(location, url) if location.lower().startswith(("https://", "http://")) else url
        for flow, fields in declared.items()
        if (url := text(member(fields, "tokenUrl"))) is not None
    }


def _variable(name: str) -> str:
    return "ARAZZO_AUTH_" + re.sub(r"[^A-Z0-9]", "_", name.upper())


def grants(
    wanted: Alternatives, credentials: Mapping[str, str], given: Collection[Spot], server: Callable[[], str]
) -> tuple[Grant, ...]:
    """The credentials of the first alternative that can be met, without those that the step gives itself.

    An alternative that the step has begun to meet comes first; the empty one is met last, because a
    caller who has set a credential wants it used.
    """
    ranked = sorted(wanted, key=lambda schemes: _rank(schemes, given)) if len(wanted) > 1 else wanted
    for alternative in ranked:
        found = [_met(scheme, credentials, given, server) for scheme in alternative]
        if None not in found:
            return tuple(grant for grant in found if grant is not None and grant is not _NOTHING)
    return ()


def _rank(schemes: tuple[Scheme, ...], given: Collection[Spot]) -> int:
    if not schemes:
        return 2
    return 0 if any(scheme.spot in given for scheme in schemes) else 1


_NOTHING = Credential("", "", "")


def _met(
    scheme: Scheme, credentials: Mapping[str, str], given: Collection[Spot], server: Callable[[], str]
) -> Grant | None:
    if scheme.type == "mutualTLS" or (scheme.spot is not None and scheme.spot in given):
        return _NOTHING
    return scheme.grant(credentials, server)


def secrets(wanted: Alternatives, request: Request) -> frozenset[str]:
    """The values in a request at the places of API keys; an Authorization header is known as a secret anyway."""
    keys = {scheme.spot for schemes in wanted for scheme in schemes if scheme.type == "apiKey" and scheme.spot}
    if not keys:
        return frozenset()
    query = parse_qsl(urlsplit(request.url).query)
    found = [value for name, value in query if ("query", name) in keys]
    found += [value for name, value in request.headers.fields if ("header", name.lower()) in keys]
    return frozenset(value for value in found if value)
