"""Serves what `MockTransport` answers over HTTP, for `arazzo mock`. Standard library only; local by default."""

from __future__ import annotations

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any, Final

from arazzo_runner.description import Description
from arazzo_runner.effects import Headers, Request, Response
from arazzo_runner.errors import TransportError
from arazzo_runner.transports.mock.answers import BODYLESS
from arazzo_runner.transports.mock.routes import Progress, routes_of
from arazzo_runner.transports.mock.transport import MockTransport
from arazzo_runner.values import JSON

MAX_BODY: Final = 64 * 1024 * 1024
_IDLE_SECONDS: Final = 60


def serve(
    description: Description,
    host: str = "127.0.0.1",
    port: int = 0,
    on_ready: Callable[[str], None] = lambda url: None,  # noqa: ARG005  # it takes the url to drop it
) -> None:
    """Serve the description's operations until interrupted; ``on_ready`` gets the server's URL.

    Port 0 takes a free one. Raises OSError when the address cannot be had.
    """
    with MockServer(description, host, port) as server:
        on_ready(server.url)
        server.serve_forever()


class MockServer(ThreadingHTTPServer):
    """The listening server; ``shutdown()`` from another thread ends ``serve_forever()``."""

    daemon_threads = True

    def __init__(self, description: Description, host: str = "127.0.0.1", port: int = 0) -> None:
        self.transport = MockTransport(description)
        self.progress = Progress(routes_of(description))
        self.lock = Lock()
        super().__init__((host, port), _Conversation)

    @property
    def url(self) -> str:
        """Where it listens, without a slash at its end."""
        host, port = self.server_address[:2]
        shown = host if isinstance(host, str) else host.decode()
        return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"

    def answer(self, request: Request, target: str) -> Response:
        """The answer to a request; 404 with the list of operations where it is none of the document's."""
        with self.lock:
            site = self.progress.site(request.method.upper(), target)
            if site is None:
                labels: list[JSON] = [route.label for route in self.progress.routes]
                message = f"no workflow of this document uses {request.method} {target.partition('?')[0]}"
                return _explained(404, {"error": message, "operations": labels})
            try:
                return self.transport.respond(request, site)
            except TransportError as error:
                return _explained(500, {"error": error.message})

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news."""


class _Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "arazzo-mock"
    sys_version = ""
    timeout = _IDLE_SECONDS
    server: MockServer

    def handle_one_request(self) -> None:
        """Any method is answered, those of OpenAPI 3.2 included."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or len(self.raw_requestline) > 65536:
            self.close_connection = True
        elif self.parse_request():
            self._answer()
            self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: standard error belongs to the program."""

    def _answer(self) -> None:
        content = self._content()
        if isinstance(content, Response):
            self.close_connection = True
            self._send(content)
            return
        fields = tuple((name, value) for name, value in self.headers.items())
        request = Request(self.command, f"{self.server.url}{self.path}", Headers(fields), content)
        self._send(self.server.answer(request, self.path))

    def _content(self) -> bytes | Response:
        if "transfer-encoding" in self.headers:
            return self._chunks()
        length = self.headers.get("content-length", "0").strip()
        if not (length.isascii() and length.isdigit()):
            return _explained(400, {"error": f"'{length}' is no Content-Length"})
        if int(length) > MAX_BODY:
            return _explained(413, {"error": f"the mock takes bodies of up to {MAX_BODY} bytes"})
        return self.rfile.read(int(length))

    def _chunks(self) -> bytes | Response:
        content = bytearray()
        while True:
            line = self.rfile.readline(1026).partition(b";")[0].strip()
            try:
                size = int(line, 16)
            except ValueError:
                return _explained(400, {"error": "the body is not chunked as its Transfer-Encoding says"})
            if size < 0 or len(content) + size > MAX_BODY:
                return _explained(413, {"error": f"the mock takes bodies of up to {MAX_BODY} bytes"})
            if size == 0:
                while self.rfile.readline(65537).strip():
                    pass
                return bytes(content)
            content += self.rfile.read(size)
            self.rfile.readline(1026)

    def _send(self, response: Response) -> None:
        status = response.status_code if response.status_code >= 200 else 200
        self.send_response(status)
        for name, value in response.headers.fields:
            self.send_header(name, value.encode("latin-1", "replace").decode("latin-1"))
        if status not in BODYLESS:
            self.send_header("Content-Length", str(len(response.content)))
        self.end_headers()
        if status not in BODYLESS and self.command != "HEAD":
            self.wfile.write(response.content)


def _explained(status: int, body: dict[str, JSON]) -> Response:
    content = json.dumps(body, indent=2).encode()
    return Response(status, Headers((("Content-Type", "application/json"),)), content)
