"""S40: credentials from environment variables."""

from typing import Any

import pytest
from describing import operation, sent, source

from arazzo_runner.effects import FetchToken
from arazzo_runner.errors import CannotSend
from arazzo_runner.sources import Argument, BearerFromToken, Credential, Grant, ServerChoice
from arazzo_runner.values import MISSING

TOKENS = "https://id.example.com/token"
SCHEMES: dict[str, Any] = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "digest": {"type": "http", "scheme": "digest"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
    "client": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": TOKENS, "scopes": {}}}},
    "relative": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/token", "scopes": {}}}},
    "password": {"type": "oauth2", "flows": {"password": {"tokenUrl": TOKENS, "scopes": {}}}},
    "code": {"type": "oauth2", "flows": {"authorizationCode": {"tokenUrl": TOKENS, "authorizationUrl": "x"}}},
    "oidc": {"type": "openIdConnect", "openIdConnectUrl": "https://x"},
    "mtls": {"type": "mutualTLS"},
    "Odd-näme 1": {"type": "http", "scheme": "bearer"},
}


def wanting(*security: dict[str, list[str]], **fields: Any) -> Any:
    return operation({"security": list(security), **fields}, components={"securitySchemes": SCHEMES})


def granted(described: Any, variables: dict[str, str], *given: Argument) -> tuple[Grant, ...]:
    found: tuple[Grant, ...] = described.grants(
        {f"ARAZZO_AUTH_{name}": value for name, value in variables.items()}, given
    )
    return found


@pytest.mark.parametrize(
    ("scheme", "value", "expected"),
    [
        ("bearer", "abc", Credential("header", "Authorization", "Bearer abc")),
        ("bearer", "Bearer abc", Credential("header", "Authorization", "Bearer abc")),
        ("basic", "me:pass:word", Credential("header", "Authorization", "Basic bWU6cGFzczp3b3Jk")),
        ("basic", "key", Credential("header", "Authorization", "Basic a2V5Og==")),
        ("digest", "x=1", Credential("header", "Authorization", "Digest x=1")),
        ("header", "k", Credential("header", "X-API-Key", "k")),
        ("query", "k", Credential("query", "key", "k")),
        ("cookie", "k", Credential("cookie", "sid", "k")),
        ("code", "a:b", Credential("header", "Authorization", "Bearer a:b")),
        ("oidc", "tok", Credential("header", "Authorization", "Bearer tok")),
        ("client", "tok", Credential("header", "Authorization", "Bearer tok")),
        (
            "client",
            "id:se:cret",
            BearerFromToken(FetchToken("client_credentials", TOKENS, "id", "se:cret", ("read", "write"))),
        ),
        (
            "relative",
            "id:s",
            BearerFromToken(
                FetchToken("client_credentials", "https://api.example.com/token", "id", "s", ("read", "write"))
            ),
        ),
    ],
)
def test_schemes(scheme: str, value: str, expected: Grant) -> None:
    assert granted(wanting({scheme: ["read", "write"]}), {scheme.upper(): value}) == (expected,)


@pytest.mark.parametrize("client", [{"PASSWORD": "id:secret"}, {}])
def test_the_password_flow(client: dict[str, str]) -> None:
    variables = {"PASSWORD_USERNAME": "me", "PASSWORD_PASSWORD": "pw", **client}
    client_id, client_secret = ("id", "secret") if client else ("", "")
    fetch = FetchToken("password", TOKENS, client_id, client_secret, ("read",), "me", "pw")
    assert granted(wanting({"password": ["read"]}), variables) == (BearerFromToken(fetch),)


def test_the_name_with_the_source_wins() -> None:
    (grant,) = granted(wanting({"header": []}), {"HEADER": "general", "API_HEADER": "special"})
    assert grant == Credential("header", "X-API-Key", "special")


def test_names_are_upper_case_with_underscores() -> None:
    ((need,),) = wanting({"Odd-näme 1": []}).needs()
    assert need.variables == ("ARAZZO_AUTH_API_ODD_N_ME_1", "ARAZZO_AUTH_ODD_N_ME_1")


@pytest.mark.parametrize(
    ("security", "variables", "expected"),
    [
        ([{"bearer": []}, {"header": []}], {"BEARER": "b", "HEADER": "h"}, ["Authorization"]),
        ([{"bearer": []}, {"header": []}], {"HEADER": "h"}, ["X-API-Key"]),
        ([{"bearer": [], "header": []}, {"query": []}], {"HEADER": "h", "QUERY": "q"}, ["key"]),
        ([{"bearer": [], "header": []}], {"BEARER": "b", "HEADER": "h"}, ["Authorization", "X-API-Key"]),
        ([{}, {"header": []}], {"HEADER": "h"}, ["X-API-Key"]),
        ([{}, {"header": []}], {}, []),
        ([{"mtls": [], "header": []}], {"HEADER": "h"}, ["X-API-Key"]),
        ([{"unknown": []}, {"header": []}], {"UNKNOWN": "u", "HEADER": "h"}, ["X-API-Key"]),
        ([{"header": []}], {"HEADER": ""}, []),
        ([], {"HEADER": "h"}, []),
    ],
)
def test_the_first_alternative_that_can_be_met(
    security: list[dict[str, list[str]]], variables: dict[str, str], expected: list[str]
) -> None:
    grants = granted(wanting(*security), variables)
    assert [grant.name for grant in grants if isinstance(grant, Credential)] == expected


def test_the_documents_security_counts_where_the_operation_has_none() -> None:
    described = operation(components={"securitySchemes": SCHEMES}, security=[{"header": []}])
    assert granted(described, {"HEADER": "h"}) == (Credential("header", "X-API-Key", "h"),)


@pytest.mark.parametrize(
    ("security", "given", "expected"),
    [
        ([{"bearer": []}], Argument("authorization", "x", "header"), []),
        ([{"bearer": []}], Argument("Authorization", MISSING, "header"), ["Authorization"]),
        ([{"query": []}], Argument("key", "x", "query"), []),
        ([{"query": []}], Argument("key", "x", "header"), ["key"]),
        ([{"bearer": [], "header": []}], Argument("Authorization", "x", "header"), ["X-API-Key"]),
        ([{"header": []}, {"bearer": []}], Argument("Authorization", "x", "header"), []),
    ],
)
def test_what_a_step_sets_itself_wins(
    security: list[dict[str, list[str]]], given: Argument, expected: list[str]
) -> None:
    grants = granted(wanting(*security), {"BEARER": "b", "HEADER": "h", "QUERY": "q"}, given)
    assert [grant.name for grant in grants if isinstance(grant, Credential)] == expected


def in_a_file(servers: list[dict[str, str]]) -> Any:
    raw = {
        "openapi": "3.0.3",
        "servers": servers,
        "components": {"securitySchemes": SCHEMES},
        "paths": {"/x": {"get": {"security": [{"relative": []}]}}},
    }
    return source(raw, "/tmp/openapi.yml").by_method_and_path("GET", "/x")


@pytest.mark.parametrize(
    ("declared", "choice", "expected"),
    [
        ("https://api.example.com/v1", ServerChoice(), "https://api.example.com/token"),
        ("https://api.example.com/v1", ServerChoice({"": "http://localhost:8080/v1"}), "http://localhost:8080/token"),
        ("/v1", ServerChoice({"api": "http://localhost:8080"}), "http://localhost:8080/token"),
    ],
)
def test_a_token_url_that_is_relative_to_a_file_is_relative_to_the_server(
    declared: str, choice: ServerChoice, expected: str
) -> None:
    (grant,) = in_a_file([{"url": declared}]).grants({"ARAZZO_AUTH_RELATIVE": "id:secret"}, (), choice)
    assert grant == BearerFromToken(FetchToken("client_credentials", expected, "id", "secret"))


def test_a_token_url_that_is_relative_to_files_alone_is_refused() -> None:
    with pytest.raises(CannotSend, match="token URL '/token' of security scheme 'relative' is relative") as caught:
        granted(in_a_file([{"url": "/v1"}]), {"RELATIVE": "id:secret"})
    assert caught.value.code == "credentials"


def test_a_client_of_the_password_flow_is_no_token() -> None:
    """An id and a secret without username and password cannot be sent: they must not go out as a bearer token."""
    assert granted(wanting({"password": []}), {"PASSWORD": "cid:sec"}) == ()
    (grant,) = granted(wanting({"password": []}), {"PASSWORD": "token"})
    assert grant == Credential("header", "Authorization", "Bearer token")


def test_s41_a_request_knows_the_headers_of_its_api_keys() -> None:
    assert sent(wanting({"header": [], "query": []})).private == {"x-api-key"}


def test_needs_lists_the_alternatives() -> None:
    needs = wanting({"bearer": [], "header": []}, {"password": []}, {}).needs()
    assert [[(need.scheme, need.type) for need in alternative] for alternative in needs] == [
        [("bearer", "http bearer"), ("header", "apiKey")],
        [("password", "oauth2")],
        [],
    ]
    assert "ARAZZO_AUTH_PASSWORD_USERNAME" in needs[1][0].variables


@pytest.mark.parametrize(
    ("scheme", "value", "expected"),
    [
        ({"type": "basic"}, "me:pw", Credential("header", "Authorization", "Basic bWU6cHc=")),
        ({"type": "apiKey", "in": "query", "name": "k"}, "v", Credential("query", "k", "v")),
        ({"type": "oauth2", "flow": "implicit"}, "t", Credential("header", "Authorization", "Bearer t")),
        (
            {"type": "oauth2", "flow": "application", "tokenUrl": TOKENS},
            "id:s",
            BearerFromToken(FetchToken("client_credentials", TOKENS, "id", "s")),
        ),
    ],
)
def test_schemes_of_2_0(scheme: dict[str, Any], value: str, expected: Grant) -> None:
    described = operation({"security": [{"s": []}]}, version="2.0", securityDefinitions={"s": scheme})
    assert granted(described, {"S": value}) == (expected,)


# --- in the request ---------------------------------------------------------------------------------------------------

CREDENTIALS = [
    Credential("header", "Authorization", "Bearer env"),
    Credential("query", "key", "env value"),
    Credential("cookie", "sid", "env"),
]


def test_credentials_are_added() -> None:
    request = sent(operation(), Argument("a", "1", "cookie"), credentials=CREDENTIALS)
    assert request.url.endswith("?key=env%20value")
    assert (request.headers["authorization"], request.headers["cookie"]) == ("Bearer env", "a=1; sid=env")


def test_a_step_wins_over_the_caller_and_the_caller_over_credentials() -> None:
    own = [
        Argument("authorization", "step", "header"),
        Argument("key", "step", "query"),
        Argument("sid", "s", "cookie"),
    ]
    request = sent(operation(), *own, credentials=CREDENTIALS, headers={"Authorization": "caller", "X-Trace": "1"})
    assert (request.headers["authorization"], request.headers["cookie"], request.headers["x-trace"]) == (
        "step",
        "sid=s",
        "1",
    )
    assert request.url.endswith("?key=step")
    assert (
        sent(operation(), credentials=CREDENTIALS, headers={"authorization": "caller"}).headers["authorization"]
        == "caller"
    )
