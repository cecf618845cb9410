"""A loopback stand-in for the API of the reference workflow: every answer comes after a fixed latency.

``scenario_server.py LATENCY POLLS`` prints its port on the first line; a run is running after so many polls.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections import Counter
from functools import partial
from itertools import count

LATENCY, POLLS = float(sys.argv[1]), int(sys.argv[2])
_polled: Counter[str] = Counter()
_numbers = count(1)


def answer(method: str, path: str) -> dict[str, object]:
    """The body for a request."""
    parts = path.split("/")
    if parts[-1] == "start_run":
        return {"id": f"run_{next(_numbers)}", "devbox_id": "dbx_1", "state": "provisioning"}
    run = parts[4]
    if method == "GET":
        _polled[run] += 1
        return {"id": run, "state": "running" if _polled[run] > POLLS else "provisioning"}
    if parts[-1] == "score":
        contract = {"score": 0.875, "scoring_function_results": []}
        return {"id": run, "state": "scored", "scoring_contract_result": contract}
    return {"id": run, "state": "completed"}


class Scoring(asyncio.Protocol):
    """One connection; its requests come one after the other."""

    buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where answers go."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer the request of the buffer, once its body is here."""
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.buffer[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self.buffer) < end + 4 + length:
            return
        method, path, _ = self.buffer.split(b" ", 2)
        self.buffer = b""
        body = json.dumps(answer(method.decode(), path.decode())).encode()
        text = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
        asyncio.get_running_loop().call_later(LATENCY, partial(self._send, text))

    def _send(self, text: bytes) -> None:
        self.transport.write(text)  # type: ignore[attr-defined]  # a WriteTransport


async def main() -> None:
    """Serve until killed."""
    server = await asyncio.get_running_loop().create_server(Scoring, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201  # who started it reads the port
    await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
