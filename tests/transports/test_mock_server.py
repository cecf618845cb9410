"""`arazzo mock`: the same answers over HTTP, for the operations that a document's workflows use."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import httpx
import pytest
from mock_documents import described, jsonpath, step

from arazzo_runner.transports.mock.server import MAX_BODY, MockServer, serve

WAIT = {"name": "again", "type": "goto", "stepId": "poll", "criteria": [jsonpath("$.state == 'running'")]}
ID = [{"name": "id", "value": "1"}]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MockServer]:
    steps = [
        step("begin", "start", outputs={"id": "$response.body#/job"}),
        step("poll", "look", parameters=ID, onSuccess=[WAIT]),
        step("again", "look", "$response.body#/state == 'failed'", parameters=ID),
        step("drop", "drop", parameters=ID),
    ]
    with MockServer(described(tmp_path, steps)) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def client(server: MockServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        yield client


@pytest.mark.parametrize("base", ["", "/v1"])
def test_the_base_path_of_the_server_may_be_there_or_not(client: httpx.Client, base: str) -> None:
    answer = client.post(f"{base}/jobs", json={"a": 1})
    assert answer.status_code == 201
    assert answer.json()["job"] == "job"


def test_a_walk_over_http_waits_and_goes_on(client: httpx.Client) -> None:
    client.post("/jobs", content=iter([b"{", b"}"]))
    states = [client.get("/jobs/j1").json()["state"] for _ in range(3)]
    assert states[0] == "running"
    assert states[-1] == "failed"
    gone = client.delete("/v1/jobs/j1?really=yes")
    assert (gone.status_code, gone.content) == (204, b"")


def test_what_no_workflow_uses_is_explained(client: httpx.Client) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert answer.json() == {
        "error": "no workflow of this document uses GET /nowhere",
        "operations": ["POST /jobs", "GET /jobs/{id}", "DELETE /jobs/{id}"],
    }
    assert client.put("/jobs").status_code == 404
    assert client.get("/x/jobs/j1").status_code == 404


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (f"POST /jobs HTTP/1.1\r\nHost: a\r\nContent-Length: {MAX_BODY + 1}\r\n\r\n", b"413"),
        ("POST /jobs HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", b"400"),
        ("POST /jobs HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (f"POST /jobs HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{MAX_BODY + 1:x}\r\n", b"413"),
        ("nonsense\r\n\r\n", b"400"),
        (f"GET /jobs/{'a' * 70000} HTTP/1.1\r\n\r\n", b""),
    ],
)
def test_a_bad_request_does_no_harm(server: MockServer, client: httpx.Client, head: str, status: bytes) -> None:
    with socket.create_connection(server.server_address[:2], timeout=5) as connection:  # type: ignore[arg-type]  # a host and a port, as it is bound to an IPv4 address
        connection.sendall(head.encode())
        connection.shutdown(socket.SHUT_WR)
        assert status in connection.recv(4096) if status else True
    assert client.post("/jobs").status_code == 201


def test_serve_tells_where_it_listens(tmp_path: Path) -> None:
    def ready(url: str) -> None:
        assert url.startswith("http://127.0.0.1:")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        serve(described(tmp_path, [step("s", "free")]), on_ready=ready)
