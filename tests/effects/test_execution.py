"""The door of a run: what it asks comes out in order, what came of it goes in, and nothing else happens."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from arazzo_runner.effects import Effect, FetchToken, Sleep
from arazzo_runner.effects.drivers import SystemClock, VirtualClock, aiterate, iterate
from arazzo_runner.effects.execution import Ask, Cancelled, Execution, perform
from arazzo_runner.errors import TransportError

TOKEN = FetchToken("client_credentials", "http://auth", "id", "secret")


def start(run: Execution[str, list[object]]) -> Coroutine[Effect[Any], Any, list[object]]:
    async def flow() -> list[object]:
        run.announce("begun")
        seen: list[object] = [run.now]
        await perform(Sleep(2.5))
        seen.append(run.now)
        try:
            seen.append(await perform(TOKEN))
        except TransportError as error:
            seen.append(error.code)
        seen.append(run.took)
        run.announce("done")
        return seen

    return flow()


def answer(effect: Effect[Any]) -> str:
    assert effect is TOKEN
    return "token"


def refuse(effect: Effect[Any]) -> str:
    raise TransportError("connect", "refused")


async def answer_later(effect: Effect[Any]) -> str:
    await asyncio.sleep(0)
    return answer(effect)


def test_events_come_before_what_is_asked_next() -> None:
    execution: Execution[str, list[object]] = Execution(start)
    assert list(execution.poll(100.0)) == ["begun", Ask(1, Sleep(2.5))]
    assert list(execution.poll(101.0)) == [], "it waits for an answer"
    assert not execution.done
    execution.resume(1, None)
    assert list(execution.poll(102.5)) == [Ask(2, TOKEN)]
    execution.resume(2, "token", took=0.25)
    assert list(execution.poll(103.0)) == ["done"]
    assert execution.result == [100.0, 102.5, "token", 0.25]


def test_a_cancelled_run_gives_the_events_that_nobody_took_and_goes_nowhere() -> None:
    execution: Execution[str, list[object]] = Execution(start)
    polled = execution.poll(100.0)
    execution.announce("before all")
    assert next(polled) == "before all"
    assert execution.cancel() == ["begun"]
    assert list(execution.poll(101.0)) == []


@pytest.mark.parametrize(("transport", "last"), [(answer, "token"), (refuse, "connect")])
def test_the_driver_answers_and_failures_are_raised_where_the_run_asked(transport: Any, last: str) -> None:
    execution: Execution[str, list[object]] = Execution(start)
    clock = VirtualClock(time=100.0)
    assert list(iterate(execution, transport, clock)) == ["begun", "done"]
    assert execution.result == [100.0, 102.5, last, 0.0]
    assert clock.waits == [2.5]


@pytest.mark.parametrize(("transport", "last"), [(answer, "token"), (refuse, "connect"), (answer_later, "token")])
def test_the_asyncio_driver_does_the_same(transport: Any, last: str) -> None:
    execution: Execution[str, list[object]] = Execution(start)

    async def drive() -> list[str]:
        return [event async for event in aiterate(execution, transport, VirtualClock(time=100.0))]

    assert asyncio.run(drive()) == ["begun", "done"]
    assert execution.result == [100.0, 102.5, last, 0.0]


def test_a_bug_in_a_transport_is_not_swallowed() -> None:
    def broken(effect: Effect[Any]) -> str:
        raise ZeroDivisionError

    execution: Execution[str, list[object]] = Execution(start)
    with pytest.raises(ZeroDivisionError):
        list(iterate(execution, broken, VirtualClock()))
    assert execution.cancel() == []


def test_cancelling_closes_the_scopes_and_gives_the_last_events() -> None:
    def closing(run: Execution[str, str]) -> Coroutine[Effect[Any], Any, str]:
        async def flow() -> str:
            try:
                await perform(Sleep(60))
            except Cancelled:
                run.announce("cancelled")
                return "stopped"
            return "finished"

        return flow()

    execution: Execution[str, str] = Execution(closing)
    list(execution.poll(100.0))
    assert execution.cancel() == ["cancelled"]
    assert execution.result == "stopped"
    assert execution.cancel() == [], "a run that is done stays as it is"


def test_an_answer_that_nobody_waits_for_is_refused() -> None:
    execution: Execution[str, list[object]] = Execution(start)
    with pytest.raises(RuntimeError, match="does not wait for ask 1"):
        execution.resume(1, None)
    with pytest.raises(RuntimeError, match="has not finished"):
        execution.result  # noqa: B018  # the property raises
    list(execution.poll(100.0))
    execution.cancel()


def test_the_system_clock_does_not_go_back() -> None:
    clock = SystemClock()
    first = clock.now()
    clock.sleep(0.001)
    asyncio.run(clock.asleep(0.001))
    assert clock.now() >= first + 0.002
