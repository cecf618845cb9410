"""The scenarios over real HTTP on the loopback: our own connections, and clients of httpx that a caller passes.

The script still says what each answer is; here a server gives it, so that what a run sees has been over the wire.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from scenario import Scenario
from test_scenarios import SCENARIOS, Observed, Script, check_observed, load, run_options
from transports.loopback import RawServer

from arazzo_runner import AsyncRunner, HttpOptions, Runner
from arazzo_runner.effects import Effect, Response, Send
from arazzo_runner.effects.drivers import VirtualClock
from arazzo_runner.transports.http import AsyncHttpTransport, HttpTransport

WITH_ANSWERS = [scenario for scenario in SCENARIOS if scenario.get("answers") and "refused" not in scenario]
BODYLESS = (204, 304)
PLAIN = HttpOptions(trust_env=False)


class Stage:
    """A server that gives the answer it was handed last."""

    def __init__(self) -> None:
        self.answer = Response(200)
        self.server = RawServer(self._play)

    def _play(self, connection: socket.socket, request: bytes) -> None:
        answer = self.answer
        body = b"" if answer.status_code in BODYLESS or request.startswith(b"HEAD ") else answer.content
        fields = [field for field in answer.headers.fields if field[0].lower() != "content-length"]
        if answer.status_code not in BODYLESS:
            fields.append(("Content-Length", str(len(answer.content))))
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        connection.sendall(f"HTTP/1.1 {answer.status_code} Scripted\r\n{head}\r\n".encode() + body)

    def rehearsed(self, script: Script, effect: Send) -> Send:
        """The request as it goes to this server, which has the script's answer for it. Raises what the script does."""
        answer = script.perform(effect)
        assert isinstance(answer, Response)
        self.answer = answer
        _, _, rest = effect.request.url.partition("://")
        target = rest[len(rest.split("/", 1)[0].split("?", 1)[0]) :]
        return replace(effect, request=replace(effect.request, url=self.server.url + target))

    def arrived(self, sent: Send) -> None:
        """The server saw the method, the target and the content of the request."""
        head, _, body = self.server.seen[-1].partition(b"\r\n\r\n")
        target = sent.request.url.removeprefix(self.server.url).partition("#")[0]
        assert head.decode().startswith(
            f"{sent.request.method} {target if target[:1] == '/' else '/' + target} HTTP/1.1"
        )
        assert body == sent.request.content


class InThread:
    """Plays a script over the transport of threads."""

    def __init__(self, stage: Stage, script: Script, client: httpx.Client | None = None) -> None:
        self._stage, self._script = stage, script
        self._http = HttpTransport(PLAIN, client=client)

    def perform(self, effect: Effect[Any]) -> Response | str:
        if not isinstance(effect, Send):
            return self._script.perform(effect)
        sent = self._stage.rehearsed(self._script, effect)
        answer = self._http.perform(sent)
        self._stage.arrived(sent)
        return answer

    def close(self) -> None:
        self._http.close()


class InLoop:
    """Plays a script over the transport of event loops."""

    def __init__(self, stage: Stage, script: Script, client: httpx.AsyncClient | None = None) -> None:
        self._stage, self._script = stage, script
        self._http = AsyncHttpTransport(PLAIN, client=client)

    async def perform(self, effect: Effect[Any]) -> Response | str:
        if not isinstance(effect, Send):
            return self._script.perform(effect)
        sent = self._stage.rehearsed(self._script, effect)
        answer = await self._http.perform(sent)
        self._stage.arrived(sent)
        return answer

    async def close(self) -> None:
        await self._http.close()


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.server.close()


def over(scenario: Scenario, play: Callable[[Observed, dict[str, Any]], None]) -> Observed:
    """Run a scenario as `play` does."""
    clock = VirtualClock()
    answers: list[Any] = []
    for answer in scenario["answers"]:
        answers += [answer] * (answer.get("repeat", 1) if isinstance(answer, dict) else 1)
    observed = Observed(Script(answers, clock), clock)
    play(observed, run_options(scenario, observed))
    return observed


def by_name(scenario: Scenario) -> str:
    return scenario.name


@pytest.mark.parametrize("own", [True, False], ids=["ours", "httpx"])
@pytest.mark.parametrize("scenario", WITH_ANSWERS[::3], ids=by_name)
def test_in_a_thread(scenario: Scenario, stage: Stage, own: bool) -> None:
    def play(observed: Observed, options: dict[str, Any]) -> None:
        description = load(scenario)
        observed.diagnostics = description.diagnostics
        with httpx.Client(trust_env=False, verify=False) as client:
            transport = InThread(stage, observed.script, None if own else client)
            observed.result = Runner(description, **options | {"transport": transport}).run(
                scenario.workflow, scenario.get("inputs")
            )
            transport.close()

    check_observed(scenario, over(scenario, play))


@pytest.mark.parametrize("own", [True, False], ids=["ours", "httpx"])
@pytest.mark.parametrize("scenario", WITH_ANSWERS[1::3], ids=by_name)
def test_in_an_event_loop(scenario: Scenario, stage: Stage, own: bool) -> None:
    async def run(observed: Observed, options: dict[str, Any]) -> None:
        description = load(scenario)
        observed.diagnostics = description.diagnostics
        async with httpx.AsyncClient(trust_env=False, verify=False) as client:
            transport = InLoop(stage, observed.script, None if own else client)
            observed.result = await AsyncRunner(description, **options | {"transport": transport}).run(
                scenario.workflow, scenario.get("inputs")
            )
            await transport.close()

    check_observed(scenario, over(scenario, lambda observed, options: asyncio.run(run(observed, options))))
