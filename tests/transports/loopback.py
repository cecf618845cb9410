"""Loopback servers for the transports' tests: a raw one that records bytes and answers as told."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from arazzo_runner.effects import Headers, Request, Send

Script = Callable[[socket.socket, bytes], None]


class RawServer:
    """Accepts connections, reads one request at a time, and lets the script answer. ``seen`` are the raw requests."""

    def __init__(self, script: Script, context: ssl.SSLContext | None = None) -> None:
        self.seen: list[bytes] = []
        self.connections = 0
        self._script = script
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.port}"
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
            self._open.append(connection)
            while request := _read(connection):
                self.seen.append(request)
                self._script(connection, request)
        except OSError:
            pass
        finally:
            connection.close()

    def close(self) -> None:
        self._listener.close()
        for connection in self._open:
            connection.close()


def _read(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        if not (chunk := connection.recv(65536)):
            return b""
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def reply(content: bytes = b"", status: str = "200 OK", headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(content)}\r\n{headers}\r\n".encode() + content


def always(data: bytes) -> Script:
    return lambda connection, request: connection.sendall(data)


def drip(data: bytes, pause: float) -> Script:
    def send(connection: socket.socket, request: bytes) -> None:
        for byte in data:
            connection.sendall(bytes([byte]))
            time.sleep(pause)

    return send


@contextmanager
def serving(script: Script, context: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    server = RawServer(script, context)
    try:
        yield server
    finally:
        server.close()


def send(
    url: str,
    *,
    method: str = "GET",
    headers: list[tuple[str, str]] | None = None,
    content: bytes = b"",
    timeout: float = 5.0,
    max_bytes: int = 1_000_000,
) -> Send:
    return Send(Request(method, url, Headers(headers or []), content), timeout, max_bytes)
