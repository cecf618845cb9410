"""What a step costs above a bare loop that sends the same requests and reads the same JSON.

Two bare loops: one over our transport, one over `httpx.Client`, as people write it. Two runs: one over our transport,
one over a client of httpx that the caller passes.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator
from time import perf_counter, process_time

from arazzo_runner import Runner
from arazzo_runner.effects import Headers, Request, Send
from arazzo_runner.engine.events import StepFinished
from arazzo_runner.testing import ScriptedTransport
from arazzo_runner.transports.http import HttpTransport
from benchmarks.documents import ANSWER, INPUTS, described
from benchmarks.measure import Row, in_turns, over, ratio, show
from benchmarks.servers import answering

STEPS = 300
ROUNDS = 15
GOAL = 0.15  # milliseconds


def rows() -> Iterator[Row]:
    """Milliseconds a step."""
    with answering() as url:
        contestants = {
            "run": lambda: run(url),
            "bare": lambda: bare(url),
            "httpx": lambda: over_httpx(url),
            "passed": lambda: with_httpx(url),
            "engine": alone,
        }
        taken = in_turns(contestants, ROUNDS)
    step = {name: statistics.median(seconds) / STEPS * 1000 for name, seconds in taken.items()}
    for run_, loop, what in (
        ("run", "bare", "a step over our transport, above a bare loop over it"),
        ("passed", "httpx", "a step over the caller's httpx.Client, above a bare loop over one"),
        ("run", "httpx", "a step over our transport, above a bare loop over httpx.Client"),
    ):
        above, share = over(taken[run_], taken[loop]) / STEPS * 1000, ratio(taken[run_], taken[loop]) - 1
        measured = f"{above:+.3f} ms ({step[run_]:.3f} against {step[loop]:.3f})"
        yield Row(what, f"<= {GOAL} ms", measured, above <= GOAL)
        yield Row("... as a share of that loop", "<= 10 %", f"{share:+.0%}", share <= 0.1)
    yield Row("the engine alone, against scripted answers (processor time)", "", f"{step['engine']:.3f} ms a step")


def run(url: str) -> float:
    """The seconds of all steps over HTTP, connecting included."""
    with Runner(described(STEPS), servers=url, credentials={}) as runner:
        return _timed(runner)


def with_httpx(url: str) -> float:
    """The same over a client that the caller passes."""
    import httpx

    with (
        httpx.Client(verify=False) as client,  # nothing is encrypted, and its set-up would count
        Runner(described(STEPS), servers=url, credentials={}, transport=client) as runner,
    ):
        return _timed(runner)


def _timed(runner: Runner) -> float:
    started = perf_counter()
    result = runner.run(inputs=INPUTS)
    taken = perf_counter() - started
    assert result.succeeded, result.error
    return taken


def bare(url: str) -> float:
    """The same requests over our transport."""
    headers = Headers([("Authorization", "Bearer t0ken-of-bench"), ("Content-Type", "application/json")])
    transport = HttpTransport()
    started = perf_counter()
    for number in range(STEPS):
        content = json.dumps({"scenario": "scn_1", "n": number}).encode()
        answer = transport.perform(Send(Request("POST", f"{url}/start", headers, content), 60.0, 1 << 20))
        json.loads(answer.content)  # type: ignore[union-attr]  # a Send gives a Response
    taken = perf_counter() - started
    transport.close()
    return taken


def over_httpx(url: str) -> float:
    """The same requests over httpx."""
    import httpx

    headers = {"Authorization": "Bearer t0ken-of-bench"}
    with httpx.Client(verify=False, headers=headers) as client:
        started = perf_counter()
        for number in range(STEPS):
            client.post(f"{url}/start", json={"scenario": "scn_1", "n": number}).json()
        return perf_counter() - started


def alone() -> float:
    """Processor seconds of all steps against answers that are there at once."""
    transport = ScriptedTransport({("POST", "/start"): (200, ANSWER, {"X-Rate-Limit": "10"})})
    runner = Runner(described(STEPS), transport=transport, credentials={})
    started = process_time()
    finished = sum(isinstance(event, StepFinished) for event in runner.stream(inputs=INPUTS))
    assert finished == STEPS
    return process_time() - started


if __name__ == "__main__":
    show(rows())
