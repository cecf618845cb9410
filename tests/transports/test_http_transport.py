"""S41, S42: requests go out exactly as they are; exchanges have a deadline, answers a limit, failures a sentence."""

from __future__ import annotations

import asyncio
import gzip
import socket
import subprocess
import sys
import time
import zlib
from dataclasses import replace

import httpx
import pytest
from loopback import always, drip, reply, send, serving
from paths import Exchange, failure, in_loop, in_thread

from arazzo_runner.effects import Response, Send
from arazzo_runner.errors import TransportError
from arazzo_runner.transports import HttpOptions
from arazzo_runner.transports.http import AsyncHttpTransport, HttpTransport

FOLLOWING = HttpOptions(trust_env=False, follow_redirects=True)
TOKEN = "s3cr3t-t0ken"


# --- exactly as it is -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/a%2Fb",
        "/a%2fb",
        "/a/../b/./c",
        "/x?q=a+b",
        "/x?q=a%20b&q=%2B",
        "/x?a=1&a=2&",
        "/x?",
        "/a:b@c;d=e,f!$'()*",
        "/x?filter[id]=1|2",
        '/x?q={"a":1}',
        "/x?uploads",
        "//double",
        "/%E2%82%AC?%e2%82%ac",
        "/x?a=b?c/d",
        "/~tilde-_.",
        "/x?time=12:30&z=^`\\",
    ],
)
def test_the_target_arrives_as_it_was_given(exchange: Exchange, target: str) -> None:
    with serving(always(reply())) as server:
        exchange(send(server.url + target))
    assert server.seen[0].split(b"\r\n")[0].decode() == f"GET {target} HTTP/1.1"


@pytest.mark.parametrize(
    ("target", "arrives"),
    [("", "/"), ("?a=1", "/?a=1"), ("/x#part", "/x"), ("/a b", "/a%20b"), ("/é", "/%C3%A9"), ("/a\tb", "/a%09b")],
)
def test_only_what_http_cannot_carry_is_encoded(exchange: Exchange, target: str, arrives: str) -> None:
    with serving(always(reply())) as server:
        exchange(send(server.url + target))
    assert server.seen[0].split(b" ")[1].decode() == arrives


def test_headers_and_content_arrive_as_they_were_given(exchange: Exchange) -> None:
    headers = [("X-One", "1"), ("X-One", "2"), ("Content-Type", "application/json"), ("X-Name", "Zoë")]
    with serving(always(reply())) as server:
        exchange(send(server.url + "/x", method="POST", headers=headers, content=b'{"a": 1}\n'))
    head, _, body = server.seen[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")[1:]
    assert body == b'{"a": 1}\n'
    assert [line for line in lines if line.startswith("X-")] == ["X-One: 1", "X-One: 2", "X-Name: Zoë"]
    assert sorted(line.partition(":")[0].lower() for line in lines) == sorted(
        [
            "host",
            "x-one",
            "x-one",
            "content-type",
            "x-name",
            "user-agent",
            "accept",
            "accept-encoding",
            "content-length",
        ]
    )


def test_what_a_request_sets_itself_replaces_the_defaults(exchange: Exchange) -> None:
    headers = [("User-Agent", "mine"), ("Accept", "text/plain"), ("Accept-Encoding", "identity"), ("Host", "there")]
    with serving(always(reply())) as server:
        exchange(send(server.url, headers=headers))
    lines = [line.lower() for line in server.seen[0].decode().split("\r\n")[1:-2]]
    assert sorted(lines) == ["accept-encoding: identity", "accept: text/plain", "host: there", "user-agent: mine"]


def test_a_get_may_have_a_body_and_a_post_may_have_none(exchange: Exchange) -> None:
    with serving(always(reply())) as server:
        exchange(send(server.url, content=b"q"), send(server.url, method="POST"))
    assert server.seen[0].endswith(b"\r\n\r\nq")
    assert b"content-length: 0" in server.seen[1].lower()


def test_any_method_is_sent(exchange: Exchange) -> None:
    with serving(always(reply())) as server:
        exchange(send(server.url, method="QUERY", content=b"x"))
    assert server.seen[0].startswith(b"QUERY / HTTP/1.1")


def test_credentials_in_a_server_url_become_basic_authentication(exchange: Exchange) -> None:
    with serving(always(reply())) as server:
        exchange(send(server.url.replace("//", "//user:p%40ss@")))
    assert b"authorization: Basic dXNlcjpwQHNz" in server.seen[0]


# --- answers ----------------------------------------------------------------------------------------------------------
def test_an_answer_has_its_status_headers_and_content(exchange: Exchange) -> None:
    with serving(always(reply(b"\x00\xff", "418 Teapot", "X-A: 1\r\nx-a: 2\r\n"))) as server:
        (response,) = exchange(send(server.url))
    assert (response.status_code, response.headers["X-A"], response.content) == (418, "1, 2", b"\x00\xff")


def test_chunks_are_put_together(exchange: Exchange) -> None:
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    with serving(always(answer)) as server:
        assert exchange(send(server.url))[0].content == b"abcde"


@pytest.mark.parametrize(
    ("coding", "coded"),
    [
        ("gzip", gzip.compress(b"text", mtime=0)),
        ("x-gzip", gzip.compress(b"text", mtime=0)),
        ("deflate", zlib.compress(b"text")),
        ("deflate", zlib.compress(b"text")[2:-4]),
        ("deflate, gzip", gzip.compress(zlib.compress(b"text"), mtime=0)),
        ("identity", b"text"),
        ("GZIP", gzip.compress(b"text", mtime=0)),
    ],
)
def test_content_codings_are_undone(exchange: Exchange, coding: str, coded: bytes) -> None:
    with serving(always(reply(coded, headers=f"Content-Encoding: {coding}\r\n"))) as server:
        assert exchange(send(server.url))[0].content == b"text"


def test_an_empty_answer_may_name_a_coding(exchange: Exchange) -> None:
    with serving(always(b"HTTP/1.1 204 No Content\r\nContent-Encoding: gzip\r\n\r\n")) as server:
        assert exchange(send(server.url))[0].content == b""


@pytest.mark.parametrize(
    ("coding", "coded", "words"),
    [
        ("br", b"x", "coded as 'br'"),
        ("gzip", b"not gzip", "is not the gzip data"),
        ("gzip", gzip.compress(b"text" * 99, mtime=0)[:-9], "breaks off"),
    ],
)
def test_a_broken_coding_is_not_http(exchange: Exchange, coding: str, coded: bytes, words: str) -> None:
    with serving(always(reply(coded, headers=f"Content-Encoding: {coding}\r\n"))) as server:
        error = failure(exchange, send(server.url))
    assert error.code == "protocol"
    assert words in error.message


def test_connections_are_kept_between_requests(exchange: Exchange) -> None:
    with serving(always(reply(b"x"))) as server:
        exchange(send(server.url), send(server.url), send(server.url))
    assert (server.connections, len(server.seen)) == (1, 3)


def test_no_cookie_is_carried_to_the_next_request(exchange: Exchange) -> None:
    with serving(always(reply(headers="Set-Cookie: session=1; Path=/\r\n"))) as server:
        exchange(send(server.url), send(server.url))
    assert b"cookie" not in server.seen[1].lower()


# --- limits -----------------------------------------------------------------------------------------------------------
def test_s42_a_declared_size_above_the_limit_is_refused_unread(exchange: Exchange) -> None:
    with serving(always(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")) as server:
        error = failure(exchange, send(server.url, max_bytes=1000))
    assert error.code == "too-large"
    assert f"'127.0.0.1:{server.port}' has more than 1,000 bytes" in error.message


def test_s42_content_is_counted_as_it_comes(exchange: Exchange) -> None:
    answer = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5000
    with serving(lambda connection, request: (connection.sendall(answer), connection.close())) as server:
        assert failure(exchange, send(server.url, max_bytes=4999)).code == "too-large"
        assert len(exchange(send(server.url, max_bytes=5000))[0].content) == 5000


def test_s42_a_gzip_bomb_is_counted_decoded_and_never_unpacked(exchange: Exchange) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000, mtime=0)
    with serving(always(reply(bomb, headers="Content-Encoding: gzip\r\n"))) as server:
        assert failure(exchange, send(server.url, max_bytes=100_000)).code == "too-large"


@pytest.mark.parametrize(
    "script",
    [
        lambda connection, request: time.sleep(2),
        drip(reply(b"x" * 400), 0.02),
    ],
    ids=["silence", "a dripped body"],
)
def test_the_timeout_bounds_the_whole_exchange(exchange: Exchange, script: object) -> None:
    with serving(script) as server:
        begun = time.monotonic()
        error = failure(exchange, send(server.url, timeout=0.3))
    assert time.monotonic() - begun < 1.5
    assert error.code == "timeout"
    assert f"no complete answer from '127.0.0.1:{server.port}' within 0.3 s" in error.message


@pytest.mark.parametrize("own", [in_thread, in_loop])
def test_the_timeout_bounds_headers_that_drip(own: Exchange) -> None:
    with serving(drip(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 400, 0.02)) as server:
        begun = time.monotonic()
        error = failure(own, send(server.url, timeout=0.3))
    assert time.monotonic() - begun < 1.5
    assert error.code == "timeout"


# --- failures ---------------------------------------------------------------------------------------------------------
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test_a_refused_connection_names_host_and_port(exchange: Exchange) -> None:
    port = free_port()
    error = failure(exchange, send(f"http://127.0.0.1:{port}/x?key={TOKEN}"))
    assert error.code == "connect"
    assert f"'127.0.0.1:{port}' refused the connection; is the server running" in error.message


def test_an_unknown_host_is_named(exchange: Exchange) -> None:
    error = failure(exchange, send("http://nowhere.invalid/"))
    assert error.code == "connect"
    assert "nowhere.invalid" in error.message


def test_what_is_not_http_is_said_to_be_none(exchange: Exchange) -> None:
    with serving(always(b"220 mail ESMTP\r\n\r\n")) as server:
        error = failure(exchange, send(server.url))
    assert error.code == "protocol"
    assert "is not HTTP" in error.message


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"])
def test_a_connection_that_breaks_off_is_a_connection_failure(exchange: Exchange, sent: bytes) -> None:
    with serving(lambda connection, request: (connection.sendall(sent), connection.close())) as server:
        error = failure(exchange, send(server.url))
    assert error.code == "connect"
    assert "closed the connection before its answer was complete" in error.message


@pytest.mark.parametrize(
    ("url", "code", "words"),
    [
        ("ftp://host/x", "connect", "found 'ftp:'"),
        ("/relative", "connect", "expected an absolute URL"),
        ("http:///x", "connect", "expected a URL with a host"),
        ("http://host:99999/", "connect", "host and a port number"),
        ("http://[::1/", "connect", "host and a port number"),
    ],
)
def test_a_url_that_cannot_be_sent_to_is_explained(exchange: Exchange, url: str, code: str, words: str) -> None:
    error = failure(exchange, send(url))
    assert error.code == code
    assert words in error.message


@pytest.mark.parametrize(
    "effect",
    [
        send("http://127.0.0.1:1/", headers=[("Authorization", f"Bearer {TOKEN}\nX: 1")]),
        send("http://127.0.0.1:1/", headers=[("X Bad", TOKEN)]),
        send("http://127.0.0.1:1/", method=f"GET {TOKEN[:0]}x"),
        send(f"http://127.0.0.1:1/?key={TOKEN}", headers=[("Authorization", TOKEN)]),
        send(f"http://user:{TOKEN}@127.0.0.1:1/"),
    ],
)
def test_no_failure_tells_a_secret(exchange: Exchange, effect: Send) -> None:
    error = failure(exchange, effect)
    chain = f"{error} {error.message} {error.__cause__} {error.__suppress_context__ or error.__context__}"
    assert TOKEN not in chain


def test_a_wrong_content_length_is_a_fault_of_the_request(exchange: Exchange) -> None:
    with serving(always(reply())) as server:
        error = failure(exchange, send(server.url, method="POST", content=b"abc", headers=[("Content-Length", "2")]))
    assert error.code == "protocol"
    assert "Content-Length" in error.message


# --- redirects --------------------------------------------------------------------------------------------------------
def test_s41_redirects_are_not_followed_unless_asked_for(exchange: Exchange) -> None:
    with serving(always(reply(status="302 Found", headers="Location: /there\r\n"))) as server:
        (response,) = exchange(send(server.url))
    assert (response.status_code, response.headers["location"], len(server.seen)) == (302, "/there", 1)


SECRETS = [("Authorization", TOKEN), ("Cookie", TOKEN), ("X-API-Key", TOKEN), ("X-Other", "kept")]


def test_s41_secrets_stay_on_their_origin(exchange: Exchange) -> None:
    with serving(always(reply(b"there"))) as other:
        location = f"Location: http://evil:word@127.0.0.1:{other.port}/x\r\n"
        with serving(always(reply(status="307 Moved", headers=location))) as server:
            (response,) = exchange(send(server.url, headers=SECRETS), options=FOLLOWING)
    assert response.content == b"there"
    assert TOKEN.encode() in server.seen[0]
    assert TOKEN.encode() not in other.seen[0]
    assert b"authorization" not in other.seen[0].lower()
    assert b"X-Other: kept" in other.seen[0]


def test_s41_secrets_follow_within_their_origin(exchange: Exchange) -> None:
    def script(connection: socket.socket, request: bytes) -> None:
        first = request.startswith(b"GET /a ")
        connection.sendall(reply(status="302 Found", headers="Location: b?c=%2F\r\n") if first else reply(b"b"))

    with serving(script) as server:
        (response,) = exchange(send(server.url + "/a", headers=SECRETS), options=FOLLOWING)
    assert response.content == b"b"
    assert server.seen[1].startswith(b"GET /b?c=%2F HTTP/1.1")
    assert server.seen[1].count(TOKEN.encode()) == 3


@pytest.mark.parametrize(
    ("status", "method", "arrives", "with_content"),
    [
        ("303 See Other", "POST", "GET", False),
        ("302 Found", "POST", "GET", False),
        ("301 Moved", "PUT", "PUT", True),
        ("307 Temporary", "POST", "POST", True),
        ("308 Permanent", "POST", "POST", True),
        ("303 See Other", "HEAD", "HEAD", False),
    ],
)
def test_a_redirect_keeps_or_changes_the_method(
    exchange: Exchange, status: str, method: str, arrives: str, with_content: bool
) -> None:
    def script(connection: socket.socket, request: bytes) -> None:
        moved = b" / HTTP" in request
        connection.sendall(reply(status=status, headers="Location: /to\r\n") if moved else reply())

    with serving(script) as server:
        content = b"" if method == "HEAD" else b"body"
        exchange(send(server.url, method=method, content=content), options=FOLLOWING)
    assert server.seen[1].startswith(f"{arrives} /to HTTP/1.1".encode())
    assert server.seen[1].endswith(b"\r\n\r\nbody" if with_content else b"\r\n\r\n")


def test_an_endless_redirect_ends(exchange: Exchange) -> None:
    with serving(always(reply(status="302 Found", headers="Location: /again\r\n"))) as server:
        error = failure(exchange, send(server.url), options=FOLLOWING)
    assert error.code == "protocol"
    assert "more than 20 times" in error.message


@pytest.mark.parametrize("location", ["http://[bad", "http://h:99999/", "http://@:80/"])
def test_a_redirect_to_a_url_that_is_none_is_refused(exchange: Exchange, location: str) -> None:
    with serving(always(reply(status="302 Found", headers=f"Location: {location}\r\n"))) as server:
        error = failure(exchange, send(server.url), options=FOLLOWING)
    assert error.code == "protocol"
    assert error.message == f"'127.0.0.1:{server.port}' redirected to a URL that is none"


def test_s41_headers_of_api_keys_stay_on_their_origin_whatever_their_name(exchange: Exchange) -> None:
    with serving(always(reply(b"there"))) as other:
        location = f"Location: http://127.0.0.1:{other.port}/x\r\n"
        with serving(always(reply(status="307 Moved", headers=location))) as server:
            sent = send(server.url, headers=[("X-K", TOKEN), ("X-Other", "kept")])
            private = replace(sent, request=replace(sent.request, private=frozenset({"x-k"})))
            exchange(private, options=FOLLOWING)
    assert b"X-K: " + TOKEN.encode() in server.seen[0]
    assert TOKEN.encode() not in other.seen[0]
    assert b"X-Other: kept" in other.seen[0]


@pytest.mark.parametrize("timeout", [0, -1])
def test_without_time_nothing_is_sent(exchange: Exchange, timeout: float) -> None:
    with serving(always(reply())) as server:
        error = failure(exchange, replace(send(server.url), timeout=timeout))
    assert error.code == "timeout"
    assert (server.connections, server.seen) == (0, [])


def test_a_redirect_away_from_http_is_refused(exchange: Exchange) -> None:
    with serving(always(reply(status="302 Found", headers="Location: file:///etc/passwd\r\n"))) as server:
        assert "found 'file:'" in failure(exchange, send(server.url), options=FOLLOWING).message


# --- clients of the caller --------------------------------------------------------------------------------------------
def answered(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"path": str(request.url), "headers": dict(request.headers)})


def test_a_client_of_the_caller_is_used_with_its_headers_and_stays_open() -> None:
    with httpx.Client(transport=httpx.MockTransport(answered), headers={"X-Mine": "1"}) as client:
        transport = HttpTransport(client=client)
        response = transport.perform(send("http://api.test/a%2Fb?x=1", headers=[("X-Step", "2")]))
        transport.close()
        assert not client.is_closed
    body = httpx.Response(200, content=response.content).json()
    assert body["path"] == "http://api.test/a%2Fb?x=1"
    assert (body["headers"]["x-mine"], body["headers"]["x-step"]) == ("1", "2")


def test_an_async_client_of_the_caller_is_used_and_stays_open() -> None:
    async def run() -> Response:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answered)) as client:
            transport = AsyncHttpTransport(client=client)
            response = await transport.perform(send("http://api.test/"))
            await transport.close()
            assert not client.is_closed
            return response

    assert asyncio.run(run()).status_code == 200


def test_what_a_step_sets_wins_over_the_auth_of_a_client() -> None:
    with httpx.Client(transport=httpx.MockTransport(answered), auth=("u", "p")) as client:
        transport = HttpTransport(client=client)
        given = transport.perform(send("http://api.test/", headers=[("Authorization", "Bearer mine")]))
        absent = transport.perform(send("http://api.test/"))
    assert b"Bearer mine" in given.content
    assert b"Basic dTpw" in absent.content


def test_a_client_that_follows_redirects_leaves_its_credentials_at_home() -> None:
    def redirecting(request: httpx.Request) -> httpx.Response:
        if request.url.host == "api.test":
            return httpx.Response(302, headers={"Location": "http://other.test/x"})
        return answered(request)

    headers = {"Authorization": TOKEN, "X-API-Key": TOKEN}
    with httpx.Client(
        transport=httpx.MockTransport(redirecting), headers=headers, cookies={"session": TOKEN}, follow_redirects=True
    ) as client:
        response = HttpTransport(client=client).perform(send("http://api.test/"))
    assert b"other.test" in response.content
    assert TOKEN.encode() not in response.content


def test_the_wrong_kind_of_client_is_refused_at_once() -> None:
    with httpx.Client() as client, pytest.raises(TypeError, match=r"expected an httpx\.AsyncClient, found Client"):
        AsyncHttpTransport(client=client)


def test_a_client_is_bounded_and_explained_like_our_own() -> None:
    slow = drip(reply(b"x" * 400), 0.02)
    with serving(slow) as server, httpx.Client(trust_env=False) as client, pytest.raises(TransportError) as caught:
        HttpTransport(client=client).perform(send(server.url, timeout=0.3))
    assert caught.value.code == "timeout"


# --- costs ------------------------------------------------------------------------------------------------------------
def test_no_certificates_are_loaded_for_plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ssl.create_default_context", lambda **_: pytest.fail("loaded the certificate authorities"))
    with serving(always(reply())) as server:
        in_thread(send(server.url))


def test_importing_the_transport_imports_no_http_library() -> None:
    code = (
        "import sys, arazzo_runner.transports.http as h; sys.exit('httpx' in sys.modules or 'authlib' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
