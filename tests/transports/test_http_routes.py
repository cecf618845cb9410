"""S41: proxies come from the environment, and get what they need to let requests through."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from loopback import always, reply, send, serving
from paths import Exchange, failure

from arazzo_runner.transports import HttpOptions

NAMES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_a_proxy_of_the_environment_is_used(exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(always(reply(b"by proxy"))) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"127.0.0.1:{proxy.port}")
        (response,) = exchange(send("http://api.invalid/a%2Fb?x=+"), options=HttpOptions())
    assert response.content == b"by proxy"
    assert proxy.seen[0].startswith(b"GET http://api.invalid/a%2Fb?x=+ HTTP/1.1")


def relay(connection: socket.socket, request: bytes) -> None:
    """A proxy that lets everything through to where it is asked to."""
    host, _, port = request.split(b" ")[1].decode().rpartition(":")
    with socket.create_connection((host, int(port))) as there:
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        threading.Thread(target=copy, args=(there, connection), daemon=True).start()
        copy(connection, there)


def copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)


def test_tls_goes_through_the_tunnel_of_a_proxy(
    exchange: Exchange, context: ssl.SSLContext, pem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(always(reply(b"safe")), context) as server, serving(relay) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://us%40er:word@127.0.0.1:{proxy.port}")
        responses = exchange(send(server.url + "/a%2Fb"), send(server.url), options=HttpOptions(ca=str(pem)))
    assert [response.content for response in responses] == [b"safe", b"safe"]
    assert server.seen[0].startswith(b"GET /a%2Fb HTTP/1.1")
    assert b"proxy-authorization" not in server.seen[0].lower()
    assert proxy.connections == 1
    assert proxy.seen[0].startswith(b"CONNECT 127.0.0.1:%d HTTP/1.1" % server.port)
    assert b"Proxy-Authorization: Basic dXNAZXI6d29yZA==" in proxy.seen[0]


def test_a_proxy_that_forwards_gets_its_credentials(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(always(reply(b"by proxy"))) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://user:word@127.0.0.1:{proxy.port}")
        exchange(send("http://api.invalid:8080/x"), options=HttpOptions())
    assert proxy.seen[0].startswith(b"GET http://api.invalid:8080/x HTTP/1.1")
    assert b"proxy-authorization: basic dxnlcjp3b3jk" in proxy.seen[0].lower()


def test_a_proxy_that_gives_no_tunnel_is_named(exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(always(reply(b"", "407 Proxy Authentication Required"))) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:word@127.0.0.1:{proxy.port}")
        error = failure(exchange, send("https://api.invalid/a%2Fb"), options=HttpOptions())
    assert proxy.seen[0].startswith(b"CONNECT api.invalid:443 HTTP/1.1")
    assert error.code == "connect"
    assert f"the proxy '127.0.0.1:{proxy.port}' gave no connection to 'api.invalid:443'" in error.message
    assert "word" not in error.message


def test_a_proxy_that_is_not_there_is_named_and_not_the_server(exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://user:word@127.0.0.1:1")
    error = failure(exchange, send("http://api.invalid/"), options=HttpOptions())
    assert error.message.startswith("the proxy '127.0.0.1:1' gave no connection to 'api.invalid:80'")


def test_no_proxy_excepts_hosts(exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving(always(reply(b"straight"))) as server:
        assert exchange(send(server.url), options=HttpOptions())[0].content == b"straight"


def test_without_the_environment_there_is_no_proxy(exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with serving(always(reply(b"straight"))) as server:
        assert exchange(send(server.url), options=HttpOptions(trust_env=False))[0].content == b"straight"


@pytest.mark.parametrize("proxy", ["gopher://127.0.0.1:1", "http://127.0.0.1:port"])
def test_a_proxy_that_cannot_be_used_is_explained(exchange, monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy)
    error = failure(exchange, send("http://api.invalid/"), options=HttpOptions())
    assert error.code == "connect"
    assert "the proxy that the environment names cannot be used" in error.message
