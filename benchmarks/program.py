"""The whole command, from start to end: `arazzo run` of the reference workflow, `arazzo --help`, shell completion."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Iterator
from time import perf_counter

from arazzo_runner.effects import Headers, Request, Send
from arazzo_runner.transports.http import HttpTransport
from benchmarks.measure import Row, in_turns, process, ratio, show
from benchmarks.servers import scoring

ROUNDS = 15
DOCUMENT = "workflows/score-running-scenario-run.yml"
INPUTS = ("-i", "apiToken=t0ken", "-i", "scenarioId=scn_1")


def rows() -> Iterator[Row]:
    """Seconds of processes beside the import that they cannot do without."""
    with scoring(latency=0, polls=0) as url:
        command = ("-m", "arazzo_runner", "run", DOCUMENT, "--server", url, *INPUTS)
        taken = in_turns(
            {
                "run": lambda: process(*command),
                "httpx": lambda: process("-c", "import httpx"),
                "requests": lambda: requests(url),
                "click": lambda: process("-c", "import click"),
                "help": lambda: process("-m", "arazzo_runner", "--help"),
                "completion": completion,
            },
            ROUNDS,
        )
    whole = [one - sent for one, sent in zip(taken["run"], taken["requests"], strict=True)]
    yield _row("arazzo run of the reference workflow, without the time of its requests", whole, taken["httpx"], 1.6)
    yield _row("arazzo --help", taken["help"], taken["click"], 1.3)
    yield _row("shell completion of a command", taken["completion"], taken["click"], 1.3)


def _row(what: str, first: list[float], second: list[float], goal: float) -> Row:
    of = "httpx" if goal == 1.6 else "click"
    factor = ratio(first, second)
    one, other = (statistics.median(seconds) * 1000 for seconds in (first, second))
    return Row(what, f"<= {goal} x import {of}", f"{factor:.2f} ({one:.0f} ms against {other:.0f})", factor <= goal)


def requests(url: str) -> float:
    """The seconds that the four requests of a run take, connecting included."""
    headers = Headers([("Authorization", "Bearer t0ken"), ("Content-Type", "application/json")])
    transport = HttpTransport()

    def send(method: str, path: str, content: bytes = b"") -> bytes:
        effect = Send(Request(method, url + path, headers, content), 60.0, 1 << 20)
        return transport.perform(effect).content  # type: ignore[union-attr]  # a Send gives a Response

    started = perf_counter()
    run = json.loads(send("POST", "/v1/scenarios/start_run", b'{"scenario_id": "scn_1"}'))["id"]
    send("GET", f"/v1/scenarios/runs/{run}")
    send("POST", f"/v1/scenarios/runs/{run}/score")
    send("POST", f"/v1/scenarios/runs/{run}/complete")
    taken = perf_counter() - started
    transport.close()
    return taken


def completion() -> float:
    """The seconds of what a shell asks when someone presses the tabulator after ``arazzo r``."""
    asked = {"_ARAZZO_COMPLETE": "zsh_complete", "COMP_WORDS": "arazzo r", "COMP_CWORD": "1"}
    os.environ.update(asked)
    try:
        return process("-m", "arazzo_runner")
    finally:
        for name in asked:
            del os.environ[name]


if __name__ == "__main__":
    show(rows())
