"""A strict stand-in for the scenario API of the reference workflow, on the loopback. Knows HTTP, not this package."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

TOKEN = "secret-token"
START = "/v1/scenarios/start_run"
FIELDS = {"scenario_id", "run_name", "benchmark_run_id", "metadata", "runProfile"}
RUN = re.compile(r"/v1/scenarios/runs/([^/?]+)(?:/(score|complete|cancel))?")


@dataclass
class Sent:
    """A request as it arrived, and how it was answered."""

    method: str
    path: str
    headers: dict[str, str]
    body: str
    status: int


@dataclass
class Api:
    """Runs by id. A run scores for ``polls`` looks, then runs; with ``final`` it stays in that state instead."""

    polls: int = 2
    final: str = ""
    flaky: int = 0  #: every so manieth request is answered 503
    url: str = ""
    sent: list[Sent] = field(default_factory=list)
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)

    def answer(self, method: str, path: str, headers: dict[str, str], body: str) -> tuple[int, dict[str, Any]]:
        """The status and the body of the answer."""
        if self.flaky and (len(self.sent) + 1) % self.flaky == 0:
            return 503, {"message": "try again"}
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {"message": f"not authorised: {headers.get('authorization')}"}
        if (method, path) == ("POST", START):
            return self._start(body)
        found = RUN.fullmatch(path)
        run = self.runs.get(found[1]) if found else None
        if found is None or run is None:
            return 404, {"message": f"there is no {path}"}
        match method, found[2]:
            case "GET", None:
                return self._look(run)
            case "POST", "score":
                return self._move(run, "running", "scored")
            case "POST", "complete":
                return self._move(run, "scored", "completed")
            case "POST", "cancel":
                return self._move(run, run["state"], "canceled")
        return 405, {"message": f"{method} is not allowed"}

    def _start(self, body: str) -> tuple[int, dict[str, Any]]:
        given = json.loads(body) if body.startswith("{") else {}
        if unknown := set(given) - FIELDS:
            return 400, {"message": f"unknown fields: {sorted(unknown)}"}
        for name, value in given.items():
            if not isinstance(value, str) or not value or "$" in value:
                return 400, {"message": f"{name} is {value!r}"}
        if "scenario_id" not in given:
            return 400, {"message": "scenario_id is missing"}
        run = {
            "id": f"scr_{len(self.runs) + 1}",
            "scenario_id": given["scenario_id"],
            "devbox_id": "dbx_1",
            "state": self.final or ("scoring" if self.polls else "running"),
            "metadata": {},
            **({"name": given["run_name"]} if "run_name" in given else {}),
        }
        self.runs[run["id"]] = {**run, "looks": 0}
        return 200, run

    def _look(self, run: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        run["looks"] += 1
        if not self.final and run["state"] == "scoring" and run["looks"] > self.polls:
            run["state"] = "running"
        return 200, _view(run)

    def _move(self, run: dict[str, Any], from_state: str, to_state: str) -> tuple[int, dict[str, Any]]:
        if run["state"] != from_state:
            return 409, {"message": f"the run is {run['state']}, not {from_state}"}
        run["state"] = to_state
        if to_state == "scored":
            run["scoring_contract_result"] = {"score": 0.875, "scoring_function_results": []}
        return 200, _view(run)


def _view(run: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in run.items() if name != "looks"}


@contextmanager
def served(api: Api) -> Iterator[Api]:
    """Serve the API on a free port of the loopback until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, answer = api.answer(self.command, self.path, headers, body)
            api.sent.append(Sent(self.command, self.path, headers, body, status))
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_any

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
