"""S40: tokens are fetched by client credentials or password, cached for the run, and never shown."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from loopback import Script, always, reply, serving

from arazzo_runner.effects import FetchToken, Response
from arazzo_runner.errors import TransportError
from arazzo_runner.transports import HttpOptions
from arazzo_runner.transports.http import AsyncHttpTransport, HttpTransport
from arazzo_runner.transports.oauth import Token, Tokens, token_flow

OPTIONS = HttpOptions(trust_env=False, token_timeout=5)
SECRET = "cl13nt-s3cret"


def wanted(url: str, **changes: object) -> FetchToken:
    return replace(FetchToken("client_credentials", url + "/token", "me", SECRET, ("read", "write")), **changes)


def in_thread(*effects: FetchToken) -> list[str]:
    transport = HttpTransport(OPTIONS)
    try:
        return [transport.perform(effect) for effect in effects]
    finally:
        transport.close()


def in_loop(*effects: FetchToken) -> list[str]:
    async def fetch() -> list[str]:
        transport = AsyncHttpTransport(OPTIONS)
        try:
            return [await transport.perform(effect) for effect in effects]
        finally:
            await transport.close()

    return asyncio.run(fetch())


@pytest.fixture(params=[in_thread, in_loop])
def fetch(request: pytest.FixtureRequest) -> object:
    return request.param


def answer(body: object, status: str = "200 OK") -> bytes:
    return reply(json.dumps(body).encode(), status, "Content-Type: application/json\r\n")


def form(request: bytes) -> dict[str, list[str]]:
    return parse_qs(request.partition(b"\r\n\r\n")[2].decode())


def basic(request: bytes) -> str | None:
    line = next((line for line in request.split(b"\r\n") if line.lower().startswith(b"authorization: basic ")), None)
    return None if line is None else base64.b64decode(line[21:]).decode()


def test_client_credentials_are_sent_with_basic_authentication(fetch) -> None:
    with serving(always(answer({"access_token": "t", "token_type": "Bearer", "expires_in": 3600}))) as server:
        assert fetch(wanted(server.url)) == ["t"]
    assert server.seen[0].startswith(b"POST /token HTTP/1.1")
    assert form(server.seen[0]) == {"grant_type": ["client_credentials"], "scope": ["read write"]}
    assert basic(server.seen[0]) == f"me:{SECRET}"


def test_the_password_grant_sends_the_user_too(fetch) -> None:
    with serving(always(answer({"access_token": "t"}))) as server:
        fetch(wanted(server.url, grant="password", username="ann", password="p&w", scopes=()))
    assert form(server.seen[0]) == {"grant_type": ["password"], "username": ["ann"], "password": ["p&w"]}


def only_in_body(connection: socket.socket, request: bytes) -> None:
    refused = basic(request) is not None
    connection.sendall(answer({"error": "invalid_client"}, "401 No") if refused else answer({"access_token": "t"}))


def test_a_server_that_wants_the_credentials_in_the_body_gets_them(fetch) -> None:
    with serving(only_in_body) as server:
        assert fetch(wanted(server.url)) == ["t"]
    assert basic(server.seen[1]) is None
    assert form(server.seen[1])["client_secret"] == [SECRET]


@pytest.mark.parametrize("changes", [{"client_id": "a:b"}, {"client_secret": "schlüssel"}])
def test_credentials_that_basic_cannot_carry_go_in_the_body_at_once(fetch, changes: dict[str, str]) -> None:
    with serving(always(answer({"access_token": "t"}))) as server:
        fetch(wanted(server.url, **changes))
    assert len(server.seen) == 1
    assert basic(server.seen[0]) is None
    assert form(server.seen[0])["client_id"] == [changes.get("client_id", "me")]


def test_a_token_is_fetched_once_for_each_effect(fetch) -> None:
    with serving(always(answer({"access_token": "t", "expires_in": "3600"}))) as server:
        fetch(wanted(server.url), wanted(server.url), wanted(server.url, scopes=("other",)))
    assert len(server.seen) == 2


def test_runs_at_the_same_time_fetch_one_token() -> None:
    async def fetch(url: str) -> list[object]:
        transport = AsyncHttpTransport(OPTIONS)
        tokens = await asyncio.gather(*(transport.perform(wanted(url)) for _ in range(20)))
        await transport.close()
        return [*tokens]

    with serving(always(answer({"access_token": "t"}))) as server:
        assert asyncio.run(fetch(server.url)) == ["t"] * 20
    assert len(server.seen) == 1


def test_a_token_is_fetched_again_before_it_ends() -> None:
    tokens, effect = Tokens(), wanted("http://x")
    tokens.keep(effect, Token("t", 100.0), now=1000.0)
    assert tokens.known(effect, 1069.0) == "t"
    assert tokens.known(effect, 1070.0) is None
    tokens.keep(effect, Token("short", 20.0), now=2000.0)
    assert tokens.known(effect, 2009.0) == "short"
    assert tokens.known(effect, 2010.0) is None
    tokens.keep(effect, Token("ever", None), now=3000.0)
    assert tokens.known(effect, 1e12) == "ever"


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (
            always(answer({"error": "invalid_scope", "error_description": f"no: {SECRET}"}, "400 Bad")),
            "with status 400: invalid_scope: no: ***",
        ),
        (always(reply(b"<html>", "503 Busy")), "with status 503"),
        (always(answer({"token": "t"})), "has no 'access_token'"),
        (always(answer({"access_token": 5})), "has no 'access_token'"),
        (always(reply(b"[" * 100_000)), "has no 'access_token'"),
        (always(reply(status="302 Found", headers="Location: /elsewhere\r\n")), "with status 302"),
        (lambda connection, request: connection.close(), "closed the connection"),
    ],
)
def test_a_failure_is_one_of_the_credentials_and_shows_no_secret(fetch, script: Script, words: str) -> None:
    with serving(script) as server, pytest.raises(TransportError) as caught:
        fetch(wanted(server.url))
    assert caught.value.code == "credentials"
    assert words in caught.value.message
    assert SECRET not in f"{caught.value} {caught.value.__cause__}"


def test_a_refused_client_is_tried_in_both_ways_and_no_more() -> None:
    flow = token_flow(wanted("http://x"))
    next(flow)
    flow.send(Response(401, content=b'{"error": "invalid_client"}'))
    with pytest.raises(TransportError, match="status 401: invalid_client"):
        flow.send(Response(401, content=b'{"error": "invalid_client"}'))
