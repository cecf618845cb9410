"""What this package costs: milliseconds per step beside a bare httpx loop, and how long `arazzo --help` takes.

Run it with `make bench`; it writes `benchmarks/results.md`. Both contestants of a comparison run in turns, and medians
are compared, so that a busy machine disturbs both alike.
"""

from __future__ import annotations

import json
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import httpx

from arazzo_runner import Limits, Runner
from arazzo_runner.description import Description
from arazzo_runner.effects import Retrieved
from arazzo_runner.engine.events import StepFinished
from arazzo_runner.loader import load_description
from arazzo_runner.testing import ScriptedTransport

HERE = Path(__file__).parent
STEPS = 300
ROUNDS = 9
STARTS = 15
GOAL_MS = 0.2
GOAL_RATIO = 1.5
BODY = {"scenario": "scn_1", "n": 3}
ANSWER = {"id": "run_1", "state": "running", "total": 3, "items": [{"id": 1, "ok": True}, {"id": 2, "ok": False}]}


def main() -> None:
    """Measure everything, print it, and write it down."""
    with serving() as url:
        ours, bare = in_turns(lambda: run_steps(url), lambda: bare_loop(url), ROUNDS)
    run_engine()
    alone = [run_engine() for _ in range(ROUNDS)]
    before, engine = (statistics.median(each[part] for each in alone) * 1000 for part in (0, 1))
    arazzo, click = in_turns(
        lambda: start("-m", "arazzo_runner", "--help"), lambda: start("-c", "import click"), STARTS
    )
    report = written(ours / STEPS * 1000, bare / STEPS * 1000, engine / STEPS, before, arazzo * 1000, click * 1000)
    print(report)  # noqa: T201  # it is a program
    (HERE / "results.md").write_text(report, encoding="utf-8")


def in_turns(first: Callable[[], float], second: Callable[[], float], rounds: int) -> tuple[float, float]:
    """The medians of two measurements, taken in turns after one round that does not count."""
    first(), second()
    pairs = [(first(), second()) for _ in range(rounds)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def seconds(work: Callable[[], object]) -> float:
    """How long a piece of work takes."""
    started = perf_counter()
    work()
    return perf_counter() - started


@contextmanager
def serving() -> Iterator[str]:
    """The server of `server.py`, in a process of its own."""
    with subprocess.Popen([sys.executable, str(HERE / "server.py")], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


def document() -> dict[str, Any]:
    """A workflow of `STEPS` steps; each has a parameter, a body, two criteria and two outputs."""
    steps: list[dict[str, Any]] = []
    for number in range(STEPS):
        before = f"$steps.s{number - 1}.outputs.id" if number else "$inputs.scenario"
        steps.append(
            {
                "stepId": f"s{number}",
                "operationId": "start",
                "parameters": [{"name": "Authorization", "in": "header", "value": "Bearer {$inputs.token}"}],
                "requestBody": {"contentType": "application/json", "payload": {"scenario": before, "n": number}},
                "successCriteria": [
                    {"condition": "$statusCode == 200"},
                    {"context": "$response.body", "type": "jsonpath", "condition": "$.items[?@.ok == true]"},
                ],
                "outputs": {"id": "$response.body#/id", "rate": "$response.header.X-Rate-Limit"},
            }
        )
    return {
        "arazzo": "1.0.1",
        "info": {"title": "Bench", "version": "1"},
        "sourceDescriptions": [{"name": "api", "url": "api.json", "type": "openapi"}],
        "workflows": [
            {
                "workflowId": "bench",
                "inputs": {
                    "type": "object",
                    "properties": {"token": {"type": "string"}, "scenario": {"type": "string"}},
                },
                "steps": steps,
                "outputs": {"id": f"$steps.s{STEPS - 1}.outputs.id"},
            }
        ],
    }


API = {
    "openapi": "3.1.0",
    "info": {"title": "Bench", "version": "1"},
    "servers": [{"url": "https://api.test"}],
    "paths": {
        "/start": {
            "post": {
                "operationId": "start",
                "parameters": [{"name": "Authorization", "in": "header", "schema": {"type": "string"}}],
                "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
                "responses": {"200": {"description": "Started.", "content": {"application/json": {"schema": {}}}}},
            }
        }
    },
}


def described() -> Description:
    """The workflow, loaded from memory."""
    files = {"https://bench.test/main.json": document(), "https://bench.test/api.json": API}
    return load_description(
        "https://bench.test/main.json", retrieve=lambda where: Retrieved(where, json.dumps(files[where]).encode())
    )


DESCRIPTION = described()
INPUTS: dict[str, Any] = {"token": "t0ken-of-bench", "scenario": "scn_1"}


def run_steps(url: str) -> float:
    """All steps over HTTP, connecting included."""
    with Runner(DESCRIPTION, servers=url, credentials={}, limits=Limits()) as runner:
        started = perf_counter()
        result = runner.run(inputs=INPUTS)
        taken = perf_counter() - started
    assert result.status == "succeeded", result.error
    return taken


def bare_loop(url: str) -> float:
    """The same requests from a loop over httpx that does nothing with the answers but read them."""
    headers = {"Authorization": "Bearer t0ken-of-bench"}
    with httpx.Client(verify=False) as client:  # nothing here is encrypted, and its set-up would count
        started = perf_counter()
        for number in range(STEPS):
            client.post(f"{url}/start", json={**BODY, "n": number}, headers=headers).json()
        return perf_counter() - started


def run_engine() -> tuple[float, float]:
    """All steps against answers that are there at once: processor time before the first event, and after."""
    transport = ScriptedTransport({("POST", "/start"): (200, ANSWER, {"X-Rate-Limit": "10"})})
    runner = Runner(DESCRIPTION, transport=transport, credentials={})
    started = process_time()
    events = runner.stream(inputs=INPUTS)
    next(events)
    first = process_time()
    assert sum(isinstance(event, StepFinished) for event in events) == STEPS
    return first - started, process_time() - first


def start(*arguments: str) -> float:
    """How long a Python program takes from start to end."""
    return seconds(lambda: subprocess.run([sys.executable, *arguments], check=True, capture_output=True))


def written(ours: float, bare: float, engine: float, before: float, arazzo: float, click: float) -> str:
    """The figures as Markdown."""
    verdicts = {True: "met", False: "missed"}
    packages = ", ".join(f"{name} {version(name)}" for name in ("httpx", "click", "PyYAML", "jsonpath-rfc9535"))
    return f"""# Benchmarks

Written by `make bench` on {platform.machine()} {platform.system()} {platform.release()} \
({processor()}), Python {platform.python_version()}, {packages}.

## A run of {STEPS} steps

Each step sends a header and a JSON body, judges two criteria (one of them JSONPath) and keeps two outputs. The server
is a loopback process that answers at once. Medians of {ROUNDS} runs, in turns.

| | ms per step |
|---|---|
| `Runner` over HTTP | {ours:.3f} |
| a bare `httpx` loop that sends the same requests and reads the JSON | {bare:.3f} |
| the difference | {ours - bare:+.3f} |
| the engine alone, against answers that are there at once (processor time) | {engine:.3f} |

Before the first event, once a run: {before:.0f} ms.

Goal: the engine takes at most {GOAL_MS} ms per step: {verdicts[engine <= GOAL_MS]}.

## Starting

Medians of {STARTS} starts, in turns.

| | ms |
|---|---|
| `arazzo --help` | {arazzo:.0f} |
| `python -c "import click"` | {click:.0f} |
| ratio | {arazzo / click:.2f} |

Goal: at most {GOAL_RATIO}: {verdicts[arazzo / click <= GOAL_RATIO]}.
"""


def processor() -> str:
    """The processor's name, where the system says."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} x {names[0]}" if names else platform.processor()


if __name__ == "__main__":
    main()
