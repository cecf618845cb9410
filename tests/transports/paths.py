"""The paths that requests take in tests: our own connections, and the clients of httpx that stand in for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from arazzo_runner.effects import Response, Send
from arazzo_runner.errors import TransportError
from arazzo_runner.transports import HttpOptions
from arazzo_runner.transports.http import AsyncHttpTransport, HttpTransport

PLAIN = HttpOptions(trust_env=False)

Exchange = Callable[..., list[Response]]


def in_thread(*effects: Send, options: HttpOptions = PLAIN) -> list[Response]:
    transport = HttpTransport(options)
    try:
        return [transport.perform(effect) for effect in effects]
    finally:
        transport.close()


def in_loop(*effects: Send, options: HttpOptions = PLAIN) -> list[Response]:
    async def exchange() -> list[Response]:
        transport = AsyncHttpTransport(options)
        try:
            return [await transport.perform(effect) for effect in effects]
        finally:
            await transport.close()

    return asyncio.run(exchange())


def failure(exchange: Exchange, *effects: Send, **kwargs: HttpOptions) -> TransportError:
    with pytest.raises(TransportError) as caught:
        exchange(*effects, **kwargs)
    return caught.value
