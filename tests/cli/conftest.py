"""The `arazzo` command in this process, its documents, and a server on the loopback that keeps what it was sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner, Result

from arazzo_runner.cli import main

DATA = Path(__file__).parent / "data"


@dataclass
class Shop:
    """A server: what it was sent, and what it answers by method and path."""

    url: str = ""
    sent: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    answers: dict[str, tuple[int, object]] = field(default_factory=dict)
    raw: dict[str, bytes] = field(default_factory=dict)  #: contents that are no JSON, in place of the answers

    def answer(self, method: str, path: str) -> tuple[int, object]:
        return self.answers.get(f"{method} {path}", (200, {"id": "o-1", "state": "done"}))


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A shop that is open."""
    open_shop = Shop()

    class Handler(BaseHTTPRequestHandler):
        def do_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            open_shop.sent.append((self.command, self.path, dict(self.headers.items()), body))
            status, value = open_shop.answer(self.command, self.path)
            content = open_shop.raw.get(f"{self.command} {self.path}") or json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_any

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # a client that did not wait for its answer
    open_shop.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield open_shop
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def arazzo(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs the command beside its documents."""
    monkeypatch.chdir(DATA)
    for name in ("ARAZZO_DEBUG", "ARAZZO_AUTH_BEARER"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: str, stdin: str | bytes | None = None, env: dict[str, str] | None = None) -> Result:
        return CliRunner().invoke(main, list(arguments), input=stdin, env=env, prog_name="arazzo")

    return call
