"""HTTP clients side by side: microseconds of processor time a request, one after the other and 100 at once.

Ours is the transport as the engine uses it. Of the others, those that are installed take part:
``pip install httpx2 aiohttp urllib3 pyreqwest``.
"""

from __future__ import annotations

import asyncio
import json
import statistics
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from importlib import import_module
from time import process_time
from typing import Any

from arazzo_runner import HttpOptions
from arazzo_runner.effects import Headers, Request, Send
from arazzo_runner.transports.http import AsyncHttpTransport, HttpTransport
from benchmarks.measure import Row, in_turns, installed, ratio, show
from benchmarks.servers import answering

REQUESTS = 200
CONCURRENCY = 100
ROUNDS = 9
CONTENT = b'{"scenario": "scn_1", "n": 3}'
HEADERS = {"Content-Type": "application/json", "Authorization": "Bearer t0ken-of-bench"}

#: A request that is sent again and again; what it gives back is the content of the answer.
Once = Callable[[], bytes]
AsyncOnce = Callable[[], Awaitable[bytes]]


def rows() -> Iterator[Row]:
    """Each client beside ours."""
    with answering() as url:
        yield from _compared("one after the other", {name: _sequence(make(url)) for name, make in _clients().items()})
        at_once = {name: _at_once(make, url) for name, make in _async_clients().items()}
        yield from _compared(f"{CONCURRENCY} at once", at_once)


def _compared(how: str, contestants: dict[str, Callable[[], float]]) -> Iterator[Row]:
    taken = in_turns(contestants, ROUNDS)
    for name, seconds in taken.items():
        each = statistics.median(seconds) / REQUESTS * 1e6
        what = f"{name} {installed(name.partition('.')[0]) or ''}".rstrip()
        beside = "" if name == "ours" else f" ({ratio(seconds, taken['ours']):.1f} x ours)"
        yield Row(f"{what}, {how}", "", f"{each:.0f} us a request{beside}")


def _sequence(once: Once) -> Callable[[], float]:
    def measured() -> float:
        started = process_time()
        for _ in range(REQUESTS):
            json.loads(once())
        return process_time() - started

    return measured


def _at_once(make: Callable[[str], Any], url: str) -> Callable[[], float]:
    async def run() -> float:
        async with make(url) as once:
            await asyncio.gather(*(once() for _ in range(CONCURRENCY)))  # connects
            left = iter(range(REQUESTS))

            async def work() -> None:
                for _ in left:
                    json.loads(await once())

            started = process_time()
            await asyncio.gather(*(work() for _ in range(CONCURRENCY)))
            return process_time() - started

    return lambda: asyncio.run(run())


# --- one after the other ----------------------------------------------------------------------------------------------
def _clients() -> dict[str, Callable[[str], Once]]:
    makers = {"httpx": _httpx, "httpx2": _httpx, "urllib3": _urllib3, "pyreqwest": _pyreqwest}
    return {"ours": _ours, **{name: partial(make, name) for name, make in makers.items() if installed(name)}}


def _sent(url: str) -> Send:
    return Send(Request("POST", f"{url}/start", Headers(list(HEADERS.items())), CONTENT), 60.0, 1 << 20)


def _ours(url: str) -> Once:
    transport = HttpTransport()
    return lambda: transport.perform(_sent(url)).content  # type: ignore[union-attr]  # a Send gives a Response


def _httpx(name: str, url: str) -> Once:
    client = import_module(name).Client(verify=False)
    return lambda: client.post(f"{url}/start", content=CONTENT, headers=HEADERS).content


def _urllib3(name: str, url: str) -> Once:
    pool = import_module(name).PoolManager()
    return lambda: pool.request("POST", f"{url}/start", body=CONTENT, headers=HEADERS).data


def _pyreqwest(name: str, url: str) -> Once:
    client = import_module(f"{name}.client").SyncClientBuilder().build()

    def once() -> bytes:
        request = client.post(f"{url}/start").headers(HEADERS).body_bytes(CONTENT).build()
        return bytes(request.send().bytes())

    return once


# --- at once ----------------------------------------------------------------------------------------------------------
def _async_clients() -> dict[str, Callable[[str], Any]]:
    makers = {"httpx": _async_httpx, "httpx2": _async_httpx, "aiohttp": _aiohttp, "pyreqwest": _async_pyreqwest}
    return {"ours": _async_ours, **{name: partial(make, name) for name, make in makers.items() if installed(name)}}


@asynccontextmanager
async def _async_ours(url: str) -> AsyncIterator[AsyncOnce]:
    transport = AsyncHttpTransport(HttpOptions(max_connections=CONCURRENCY))

    async def once() -> bytes:
        return (await transport.perform(_sent(url))).content  # type: ignore[union-attr]  # a Send gives a Response

    yield once
    await transport.close()


@asynccontextmanager
async def _async_httpx(name: str, url: str) -> AsyncIterator[AsyncOnce]:
    module = import_module(name)
    limits = module.Limits(max_connections=CONCURRENCY, max_keepalive_connections=CONCURRENCY)
    async with module.AsyncClient(verify=False, limits=limits, timeout=60) as client:

        async def once() -> bytes:
            return (await client.post(f"{url}/start", content=CONTENT, headers=HEADERS)).content  # type: ignore[no-any-return]  # not installed where the types are checked

        yield once


@asynccontextmanager
async def _aiohttp(name: str, url: str) -> AsyncIterator[AsyncOnce]:
    async with import_module(name).ClientSession() as session:

        async def once() -> bytes:
            async with session.post(f"{url}/start", data=CONTENT, headers=HEADERS) as answer:
                return await answer.read()  # type: ignore[no-any-return]  # not installed where the types are checked

        yield once


@asynccontextmanager
async def _async_pyreqwest(name: str, url: str) -> AsyncIterator[AsyncOnce]:
    async with import_module(f"{name}.client").ClientBuilder().build() as client:

        async def once() -> bytes:
            request = client.post(f"{url}/start").headers(HEADERS).body_bytes(CONTENT).build()
            return bytes(await (await request.send()).bytes())

        yield once


if __name__ == "__main__":
    show(rows())
