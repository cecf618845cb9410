"""1,000 runs of the reference workflow at concurrency 200 in one process, beside bare asyncio loops.

The API answers after 5 ms, and a run polls twice, 5 ms apart. The bare loops send the same requests and wait as long;
one over our transport, one over `httpx.AsyncClient`, and the runs are made over both. What httpx takes part in is so
slow at this concurrency that fewer runs are made.
"""

from __future__ import annotations

import asyncio
import gc
import json
import statistics
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator
from functools import cache, partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

from arazzo_runner import AsyncRunner, Description, HttpOptions, Limits, load
from arazzo_runner.effects import Headers, Request, Send
from arazzo_runner.transports.http import AsyncHttpTransport
from benchmarks.measure import ROOT, Row, in_turns, ratio, show
from benchmarks.servers import scoring

if TYPE_CHECKING:
    import httpx

RUNS, CONCURRENCY = 1000, 200
LATENCY, POLLS = 0.005, 2
REQUESTS = POLLS + 4  # of one run
ROUNDS, ROUNDS_OF_HTTPX = 5, 2
SHARE_OF_HTTPX = 5  # one run in so many
OPTIONS = HttpOptions(max_connections=CONCURRENCY, max_keepalive=CONCURRENCY)

_LIMITS = Limits(poll_interval=0.005)
_INPUTS = {"apiToken": "t0ken", "scenarioId": "scn_1"}

#: Sends a request (method, path, body) and gives the JSON of its answer.
Sending = Callable[[str, str, Any], Awaitable[Any]]


def rows() -> Iterator[Row]:
    """Requests per second, and memory of a run in flight."""
    with scoring(latency=LATENCY, polls=POLLS) as url:
        taken = in_turns(
            {"run": lambda: asyncio.run(of_runner(url, RUNS)), "bare": lambda: asyncio.run(of_transport(url, RUNS))},
            ROUNDS,
        )
        some = RUNS // SHARE_OF_HTTPX
        taken |= in_turns(
            {
                "passed": lambda: asyncio.run(over_httpx(url, some)) * SHARE_OF_HTTPX,
                "httpx": lambda: asyncio.run(of_httpx(url, some)) * SHARE_OF_HTTPX,
                "ours": lambda: asyncio.run(of_runner(url, RUNS)),
            },
            ROUNDS_OF_HTTPX,
        )
        kept, beside = (asyncio.run(memory(url, each)) for each in (of_runner, of_transport))
    rates = {name: RUNS * REQUESTS / statistics.median(seconds) for name, seconds in taken.items()}
    for run, loop, what in (
        ("run", "bare", "1,000 runs at 200 over our transport, against a bare loop over it"),
        ("passed", "httpx", "... over the caller's httpx.AsyncClient, against a bare loop over one"),
        ("ours", "httpx", "... over our transport, against a bare loop over httpx.AsyncClient"),
    ):
        share = ratio(taken[loop], taken[run])
        measured = f"{share:.0%} ({rates[run]:,.0f} against {rates[loop]:,.0f} requests/s)"
        yield Row(what, ">= 80 %", measured, share >= 0.8)
    measured = f"{kept:.1f} kB (the bare loop: {beside:.1f} kB)"
    yield Row("memory of a run in flight (tracemalloc, connections included)", "<= 30 kB", measured, kept <= 30)


async def of_runner(url: str, runs: int) -> float:
    """The seconds of so many runs with one `AsyncRunner`."""
    async with AsyncRunner(_description(), servers=url, credentials={}, limits=_LIMITS, http=OPTIONS) as runner:
        return await _all(partial(_run, runner), runs)


async def over_httpx(url: str, runs: int) -> float:
    """The same over a client that the caller passes."""
    async with (
        _client() as client,
        AsyncRunner(_description(), servers=url, credentials={}, limits=_LIMITS, transport=client) as runner,
    ):
        return await _all(partial(_run, runner), runs)


async def _run(runner: AsyncRunner) -> None:
    result = await runner.run(inputs=_INPUTS)
    assert result.succeeded, result.error


async def of_transport(url: str, runs: int) -> float:
    """The seconds of the same requests over our transport, without an engine."""
    headers = [("Authorization", "Bearer t0ken")]
    transport = AsyncHttpTransport(OPTIONS)

    async def send(method: str, path: str, body: Any = None) -> Any:
        fields = [*headers, ("Content-Type", "application/json")] if body else headers
        content = json.dumps(body).encode() if body else b""
        answer = await transport.perform(Send(Request(method, url + path, Headers(fields), content), 60.0, 1 << 20))
        return json.loads(answer.content)  # type: ignore[union-attr]  # a Send gives a Response

    try:
        return await _all(partial(_bare, send), runs)
    finally:
        await transport.close()


async def of_httpx(url: str, runs: int) -> float:
    """The seconds of the same requests over httpx."""
    headers = {"Authorization": "Bearer t0ken"}
    async with _client() as client:

        async def send(method: str, path: str, body: Any = None) -> Any:
            return (await client.request(method, url + path, json=body, headers=headers)).json()

        return await _all(partial(_bare, send), runs)


def _client() -> httpx.AsyncClient:
    import httpx

    limits = httpx.Limits(max_connections=CONCURRENCY, max_keepalive_connections=CONCURRENCY)
    return httpx.AsyncClient(verify=False, limits=limits, timeout=60)  # nothing is encrypted


async def _bare(send: Sending) -> None:
    """What a run does, written down by hand."""
    run = (await send("POST", "/v1/scenarios/start_run", {"scenario_id": "scn_1"}))["id"]
    while (await send("GET", f"/v1/scenarios/runs/{run}", None))["state"] != "running":
        await asyncio.sleep(_LIMITS.poll_interval)
    await send("POST", f"/v1/scenarios/runs/{run}/score", None)
    assert (await send("POST", f"/v1/scenarios/runs/{run}/complete", None))["state"] == "completed"


async def _all(once: Callable[[], Awaitable[None]], runs: int) -> float:
    """The seconds of so many, `CONCURRENCY` at a time."""
    left = iter(range(runs))

    async def work() -> None:
        for _ in left:
            await once()

    started = perf_counter()
    await asyncio.gather(*(work() for _ in range(min(CONCURRENCY, runs))))
    return perf_counter() - started


async def memory(url: str, contestant: Callable[[str, int], Awaitable[float]]) -> float:
    """The kB that a run in flight adds: the peak of 200 at once above that of one, as Python allocates."""
    await contestant(url, CONCURRENCY)  # what is kept for good is kept now
    one, all_of_them = [await _peak(contestant(url, runs)) for runs in (1, CONCURRENCY)]
    return (all_of_them - one) / (CONCURRENCY - 1) / 1000


async def _peak(work: Awaitable[float]) -> int:
    gc.collect()
    tracemalloc.start()
    await work
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


@cache
def _description() -> Description:
    return load(ROOT / "workflows" / "score-running-scenario-run.yml")


if __name__ == "__main__":
    show(rows())
