"""Two small loops that answer what a run asks: `iterate` in this thread, `aiterate` in an asyncio event loop.

Both know clocks; a transport answers everything else. This is the one place where time passes.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any, Protocol, TypeAlias, TypeVar

from arazzo_runner.effects import Sleep
from arazzo_runner.effects.execution import Ask, Execution
from arazzo_runner.errors import TransportError

E = TypeVar("E")
R = TypeVar("R")

#: What answers the effects that are not about time; the asyncio driver awaits the answer where it has to.
Perform: TypeAlias = Callable[[Any], Any]


class Clock(Protocol):
    """Where a run's time comes from."""

    def now(self) -> float:
        """Seconds since the epoch, never going back."""

    def sleep(self, seconds: float) -> None:
        """Wait in this thread."""

    async def asleep(self, seconds: float) -> None:
        """Wait in the event loop."""


class SystemClock:
    """The machine's time; monotonic from the moment it is made."""

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._offset + time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait in this thread."""
        time.sleep(seconds)

    async def asleep(self, seconds: float) -> None:
        """Wait in the event loop."""
        from asyncio import sleep

        await sleep(seconds)


@dataclass(slots=True)
class VirtualClock:
    """A clock for tests: waiting takes no time and moves it. ``waits`` lists every wait in seconds."""

    time: float = 1_760_000_000.0
    waits: list[float] = field(default_factory=list)

    def now(self) -> float:
        """The virtual time."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Move the time."""
        self.waits.append(seconds)
        self.time += seconds

    async def asleep(self, seconds: float) -> None:
        """Move the time."""
        self.sleep(seconds)


def iterate(execution: Execution[E, R], perform: Perform, clock: Clock) -> Iterator[E]:
    """Drive a run to its end in this thread and give its events as they happen."""
    while not execution.done:
        for item in execution.poll(clock.now()):
            if not isinstance(item, Ask):
                yield item
            elif isinstance(item.effect, Sleep):
                clock.sleep(item.effect.seconds)
                execution.resume(item.id, None)
            else:
                began = clock.now()
                try:
                    answer = perform(item.effect)
                except TransportError as error:
                    execution.fail(item.id, error, clock.now() - began)
                else:
                    execution.resume(item.id, answer, clock.now() - began)


async def aiterate(execution: Execution[E, R], perform: Perform, clock: Clock) -> AsyncIterator[E]:
    """Drive a run to its end in the running event loop and give its events as they happen."""
    while not execution.done:
        for item in execution.poll(clock.now()):
            if not isinstance(item, Ask):
                yield item
            elif isinstance(item.effect, Sleep):
                await clock.asleep(item.effect.seconds)
                execution.resume(item.id, None)
            else:
                began = clock.now()
                try:
                    answer = perform(item.effect)
                    if isawaitable(answer):
                        answer = await answer
                except TransportError as error:
                    execution.fail(item.id, error, clock.now() - began)
                else:
                    execution.resume(item.id, answer, clock.now() - began)
