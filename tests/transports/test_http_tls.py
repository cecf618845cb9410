"""S41: TLS is verified; a CA, a client certificate and their mistakes."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from loopback import always, reply, send, serving
from paths import failure

from arazzo_runner.transports import HttpOptions


def test_an_untrusted_certificate_is_refused(exchange: Callable, context: ssl.SSLContext) -> None:
    with serving(always(reply()), context) as server:
        error = failure(exchange, send(server.url))
    assert error.code == "tls"
    assert f"the certificate of '127.0.0.1:{server.port}' is not trusted: self-signed certificate" in error.message
    assert server.seen == []


def test_the_given_authority_is_trusted(exchange: Callable, context: ssl.SSLContext, pem: Path) -> None:
    with serving(always(reply(b"safe")), context) as server:
        (response,) = exchange(send(server.url), options=HttpOptions(ca=str(pem), trust_env=False))
    assert response.content == b"safe"


def test_verification_can_be_switched_off(exchange: Callable, context: ssl.SSLContext) -> None:
    with serving(always(reply(b"open")), context) as server:
        assert exchange(send(server.url), options=HttpOptions(verify=False, trust_env=False))[0].content == b"open"


def test_a_client_certificate_is_shown(exchange: Callable, context: ssl.SSLContext, pem: Path) -> None:
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(pem)
    with serving(always(reply(b"known")), context) as server:
        options = HttpOptions(ca=str(pem), cert=str(pem), trust_env=False)
        assert exchange(send(server.url), options=options)[0].content == b"known"
        error = failure(exchange, send(server.url), options=HttpOptions(ca=str(pem), trust_env=False))
    assert error.code in ("tls", "connect")  # TLS 1.3 servers may just hang up


def test_tls_to_a_server_without_it_is_explained(exchange: Callable) -> None:
    def greet(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.recv(10)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            while connection.recv(4096):
                pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=greet, args=(listener,), daemon=True)
        thread.start()
        error = failure(exchange, send(f"https://127.0.0.1:{listener.getsockname()[1]}"))
        thread.join(5)
    assert error.code == "tls"
    assert "does not speak TLS; is it an http:// server?" in error.message


def test_a_handshake_that_never_ends_meets_the_timeout(exchange: Callable) -> None:
    with serving(always(b"")) as server:
        error = failure(exchange, send(server.url.replace("http:", "https:"), timeout=0.3))
    assert error.code == "timeout"


def test_a_certificate_without_its_key_is_explained(exchange: Callable, pem: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone.pem"
    alone.write_text(pem.read_text().partition("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n")
    error = failure(exchange, send("https://127.0.0.1:1"), options=HttpOptions(cert=str(alone), trust_env=False))
    assert (
        error.message == f"the client certificate in '{alone}' cannot be used: its private key is missing; give it too"
    )


@pytest.mark.parametrize("field", ["ca", "cert"])
def test_a_file_that_is_missing_or_no_pem_is_named(exchange: Callable, tmp_path: Path, field: str) -> None:
    text = tmp_path / "no.pem"
    text.write_text("no certificate")
    for path, words in ((tmp_path / "missing.pem", "no such file"), (text, "not the PEM file")):
        error = failure(exchange, send("https://127.0.0.1:1/"), options=HttpOptions(**{field: str(path)}))
        assert error.code == "tls"
        assert str(path) in error.message
        assert words in error.message
