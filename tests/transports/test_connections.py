"""What our own connections read, keep and give up: the framings of HTTP/1.1, reuse, threads and tasks, HTTP/2."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from loopback import always, reply, send, serving
from paths import PLAIN, Exchange, failure, in_loop, in_thread

from arazzo_runner.errors import TransportError
from arazzo_runner.transports import HttpOptions
from arazzo_runner.transports.http import AsyncHttpTransport, HttpTransport
from arazzo_runner.transports.outgoing import origin_of

own = pytest.mark.parametrize("exchange", [in_thread, in_loop])


# --- framings ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("answer", "status", "content"),
    [
        (b"HTTP/1.1 100 Continue\r\n\r\n" + reply(b"x"), 200, b"x"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + reply(b"x"), 200, b"x"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", 304, b""),
        (b"HTTP/1.1 200 OK\nContent-Length: 1\n\nx", 200, b"x"),
        (b"HTTP/1.1 200\r\nContent-Length: 1\r\n\r\nx", 200, b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;a=b\r\nx\r\n0\r\nX-Late: 1\r\n\r\n", 200, b"x"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", 200, b"x"),
    ],
)
def test_an_answer_ends_where_its_head_says(exchange: Exchange, answer: bytes, status: int, content: bytes) -> None:
    with serving(always(answer)) as server:
        responses = exchange(send(server.url), send(server.url))
    assert [(response.status_code, response.content) for response in responses] == [(status, content)] * 2
    assert "x-late" not in responses[0].headers
    assert "link" not in responses[0].headers


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\n"])
def test_an_answer_without_a_length_ends_with_its_connection(exchange: Exchange, head: bytes) -> None:
    with serving(lambda connection, _: (connection.sendall(head + b"abc"), connection.close())) as server:
        assert [response.content for response in exchange(send(server.url), send(server.url))] == [b"abc"] * 2
    assert server.connections == 2


def test_head_has_no_content_and_keeps_its_connection(exchange: Exchange) -> None:
    def script(connection: socket.socket, request: bytes) -> None:
        connection.sendall(reply(b"x" * 5).split(b"x")[0] if request.startswith(b"HEAD") else reply(b"y"))

    with serving(script) as server:
        head, got = exchange(send(server.url, method="HEAD"), send(server.url))
    assert (head.content, head.headers["content-length"], got.content) == (b"", "5", b"y")
    assert server.connections == 1


def test_an_answer_that_stops_being_http_is_refused(exchange: Exchange) -> None:
    with serving(always(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n")) as server:
        assert failure(exchange, send(server.url)).code == "protocol"


@own
def test_a_change_of_protocol_ends_the_connection(exchange: Exchange) -> None:
    with serving(always(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nx")) as server:
        assert [response.status_code for response in exchange(send(server.url), send(server.url))] == [101, 101]
    assert server.connections == 2


@own
def test_the_head_of_an_answer_is_bounded(exchange: Exchange) -> None:
    with serving(always(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000)) as server:
        error = failure(exchange, send(server.url))
    assert error.code == "too-large"
    assert "headers" in error.message


def test_a_request_may_name_the_chunked_framing_itself(exchange: Exchange) -> None:
    read: list[bytes] = []

    def script(connection: socket.socket, request: bytes) -> None:
        data = request.partition(b"\r\n\r\n")[2]
        while not data.endswith(b"0\r\n\r\n"):
            data += connection.recv(100)
        read.append(data)
        connection.sendall(reply(b"x"))

    with serving(script) as server:
        exchange(send(server.url, method="POST", headers=[("Transfer-Encoding", "chunked")], content=b"abc"))
    assert read == [b"3\r\nabc\r\n0\r\n\r\n"]


@own
def test_no_other_framing_is_sent(exchange: Exchange) -> None:
    error = failure(exchange, send("http://127.0.0.1:1", headers=[("Transfer-Encoding", "gzip")], content=b"abc"))
    assert "'Transfer-Encoding' does not fit" in error.message


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("http://api.test/x", "api.test"),
        ("HTTPS://API.test:443", "api.test"),
        ("http://api.test:443", "api.test:443"),
        ("http://[::1]:8080/x", "[::1]:8080"),
        ("http://bücher.test/", "xn--bcher-kva.test"),
        ("http://user:word@api.test:80/", "api.test"),
    ],
)
def test_the_host_header_names_host_and_port(url: str, authority: str) -> None:
    assert origin_of(url).authority == authority


def test_a_host_that_no_network_knows_is_explained(exchange: Exchange) -> None:
    assert failure(exchange, send("http://a\u200eb.test/")).code == "connect"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_address_and_a_name_of_several_lead_to_the_same_server(exchange: Exchange, host: str) -> None:
    with serving(always(b"HTTP/1.1 204 No Content\r\n\r\n")) as server:
        (answer,) = exchange(send(server.url.replace("127.0.0.1", host)))
    assert answer.status_code == 204


# --- reuse ------------------------------------------------------------------------------------------------------------
def test_a_connection_that_the_server_closed_is_not_used_again(exchange: Exchange) -> None:
    def script(connection: socket.socket, request: bytes) -> None:
        connection.send(reply(b"x"), getattr(socket, "MSG_MORE", 0))  # the answer and the end in one packet
        connection.close()

    with serving(script) as server:
        assert len(exchange(*[send(server.url)] * 5)) == 5
    assert server.connections == 5


@own
def test_a_connection_with_more_than_was_asked_for_is_not_used_again(exchange: Exchange) -> None:
    with serving(always(reply(b"x") + reply(b"y"))) as server:
        assert [response.content for response in exchange(send(server.url), send(server.url))] == [b"x", b"x"]
    assert server.connections == 2


@own
def test_a_connection_that_was_idle_for_too_long_is_not_used_again(exchange: Exchange) -> None:
    with serving(always(reply(b"x"))) as server:
        exchange(send(server.url), send(server.url), options=HttpOptions(trust_env=False, keepalive_expiry=0))
    assert server.connections == 2


def test_an_answer_that_comes_before_all_was_sent_is_read() -> None:
    answer = reply(b"too much", "413 Content Too Large", "Connection: close\r\n")
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def refuse() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(answer)
                connection.shutdown(socket.SHUT_WR)
                with suppress(OSError):
                    while connection.recv(1 << 20):
                        pass

        threading.Thread(target=refuse, daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        (response,) = in_thread(send(url, method="POST", content=b"x" * 5_000_000))
    assert (response.status_code, response.content) == (413, b"too much")


def test_threads_may_share_a_transport() -> None:
    def echo(connection: socket.socket, request: bytes) -> None:
        connection.sendall(reply(request.split(b" ")[1]))

    with serving(echo) as server, ThreadPoolExecutor(8) as pool:
        transport = HttpTransport(PLAIN)
        answers = list(pool.map(lambda number: transport.perform(send(f"{server.url}/{number}")), range(200)))
        transport.close()
    assert [answer.content for answer in answers] == [b"/%d" % number for number in range(200)]
    assert server.connections <= 8


def test_tasks_share_as_many_connections_as_are_allowed() -> None:
    def echo(connection: socket.socket, request: bytes) -> None:
        connection.sendall(reply(request.split(b" ")[1]))

    async def run(url: str) -> list[bytes]:
        transport = AsyncHttpTransport(HttpOptions(trust_env=False, max_connections=5))
        answers = await asyncio.gather(*(transport.perform(send(f"{url}/{number}")) for number in range(100)))
        await transport.close()
        return [answer.content for answer in answers]

    with serving(echo) as server:
        assert asyncio.run(run(server.url)) == [b"/%d" % number for number in range(100)]
    assert server.connections <= 5


def test_a_request_that_is_cancelled_takes_its_connection_with_it() -> None:
    def script(connection: socket.socket, request: bytes) -> None:
        if not request.startswith(b"GET /never "):
            connection.sendall(reply(b"x"))

    async def run(url: str) -> bytes:
        transport = AsyncHttpTransport(HttpOptions(trust_env=False, max_connections=1))
        await transport.perform(send(url))
        task = asyncio.create_task(transport.perform(send(f"{url}/never")))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        answer = await transport.perform(send(url))
        await transport.close()
        return answer.content

    with serving(script) as server:
        assert asyncio.run(run(server.url)) == b"x"
    assert server.connections == 2


def test_waiting_for_a_connection_counts() -> None:
    async def run(url: str) -> list[object]:
        transport = AsyncHttpTransport(HttpOptions(trust_env=False, max_connections=1))
        requests = [transport.perform(send(url, timeout=seconds)) for seconds in (0.3, 0.1)]
        answers = await asyncio.gather(*requests, return_exceptions=True)
        await transport.close()
        return [*answers]

    with serving(lambda connection, request: None) as server:
        answers = asyncio.run(run(server.url))
    assert [answer.code for answer in answers if isinstance(answer, TransportError)] == ["timeout", "timeout"]
    assert server.connections == 1


# --- HTTP/2 -----------------------------------------------------------------------------------------------------------
@own
def test_http2_is_offered_and_not_insisted_on(exchange: Exchange, context: ssl.SSLContext, pem: Path) -> None:
    context.set_alpn_protocols(["http/1.1"])
    with serving(always(reply(b"x")), context) as server:
        (response,) = exchange(send(server.url), options=HttpOptions(ca=str(pem), trust_env=False, http2=True))
    assert response.content == b"x"


@own
def test_http2_without_its_package_is_explained(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arazzo_runner.transports.httpx_clients.find_spec", lambda name: None)
    error = failure(exchange, send("http://127.0.0.1:1"), options=HttpOptions(trust_env=False, http2=True))
    assert "pip install arazzo-interpreter[http2]" in error.message
