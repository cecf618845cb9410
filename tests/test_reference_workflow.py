"""The reference workflow, run as its users run it: over HTTP, against two strict stand-ins for its API.

One stand-in is ours (`runloop_api.py`); the other is `../shared/tools/fake_runloop.py`, where that lies beside the
checkout.
"""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote

import pytest
from runloop_api import TOKEN, Api, Sent, served

from arazzo_runner import AsyncRunner, Limits, run
from arazzo_runner.effects.drivers import VirtualClock
from arazzo_runner.engine.events import Waiting

ROOT = Path(__file__).parents[1]
WORKFLOW = ROOT / "workflows" / "score-running-scenario-run.yml"
FAKE = ROOT.parent / "shared" / "tools" / "fake_runloop.py"
INPUTS = {"apiToken": TOKEN, "scenarioId": "scn_1"}
STEPS = ["startRun", "waitUntilRunning", "scoreRun", "completeRun"]


class Running:
    """A stand-in that is open: where it is, and what it was sent."""

    def __init__(self, url: str, sent: Callable[[], list[Sent]]) -> None:
        self.url = url
        self.sent = sent


Start: TypeAlias = Callable[..., AbstractContextManager[Running]]


@contextmanager
def ours(polls: int = 2, final: str = "", flaky: int = 0) -> Iterator[Running]:
    with served(Api(polls, final, flaky)) as api:
        yield Running(api.url, lambda: api.sent)


def shared(log: Path) -> Start:
    @contextmanager
    def start(polls: int = 2, final: str = "", flaky: int = 0) -> Iterator[Running]:
        command = [sys.executable, str(FAKE), "--polls", str(polls), "--flaky", str(flaky), "--log", str(log)]
        with subprocess.Popen([*command, *(["--final", final] if final else [])], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            try:
                yield Running(f"http://127.0.0.1:{int(process.stdout.readline())}", lambda: read_log(log))
            finally:
                process.terminate()

    return start


def read_log(log: Path) -> list[Sent]:
    return [Sent(**json.loads(line)) for line in log.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(params=["ours", "shared"])
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Start:
    """Opens one of the two stand-ins."""
    if request.param == "ours":
        return ours
    if not FAKE.exists():
        pytest.skip(f"the shared stand-in is not beside the checkout, at {FAKE}")
    return shared(tmp_path / "log.jsonl")


def arazzo(*arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """The command, as a program of its own, with nothing in its environment but what is given."""
    command = [sys.executable, "-m", "arazzo_runner", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment or {}, timeout=120
    )


@pytest.mark.parametrize("polls", [0, 1, 4])
def test_the_four_operations_run_in_order(start: Start, polls: int) -> None:
    with start(polls=polls) as api:
        clock = VirtualClock()
        result = run(WORKFLOW, inputs=INPUTS, servers=api.url, credentials={}, clock=clock)
        sent = api.sent()
    run_id = str(result.outputs["runId"])
    assert result.status == "succeeded"
    assert dict(result.outputs) == {"runId": run_id, "score": 0.875, "finalState": "completed"}
    assert [(each.method, each.path) for each in sent] == [
        ("POST", "/v1/scenarios/start_run"),
        *[("GET", f"/v1/scenarios/runs/{run_id}")] * (polls + 1),
        ("POST", f"/v1/scenarios/runs/{run_id}/score"),
        ("POST", f"/v1/scenarios/runs/{run_id}/complete"),
    ]
    assert [each.headers["authorization"] for each in sent] == ["Bearer secret-token"] * (polls + 4)
    assert [each.body for each in sent[1:]] == [""] * (polls + 3)
    assert clock.waits == [1.0, 1.5, 2.25, 3.375][:polls]  # S31


@pytest.mark.parametrize(
    ("inputs", "body"),
    [
        (INPUTS, {"scenario_id": "scn_1"}),  # S13: a member that is missing is left out
        ({**INPUTS, "runName": "nightly"}, {"scenario_id": "scn_1", "run_name": "nightly"}),
    ],
)
def test_the_body_holds_what_was_given(start: Start, inputs: dict[str, str], body: dict[str, str]) -> None:
    with start(polls=0) as api:
        run(WORKFLOW, inputs=inputs, servers=api.url, credentials={})
        first = api.sent()[0]
    assert json.loads(first.body) == body
    assert first.headers["content-type"] == "application/json"


def test_asyncio_runs_it_as_well(start: Start) -> None:
    async def go(url: str) -> dict[str, object]:
        async with AsyncRunner(WORKFLOW, servers=url, credentials={}, clock=VirtualClock()) as runner:
            events = [event async for event in runner.stream(inputs=INPUTS)]
            assert [event.seconds for event in events if isinstance(event, Waiting)] == [1.0, 1.5]
            return dict((await runner.run(inputs=INPUTS)).outputs)

    with start() as api:
        outputs = asyncio.run(go(api.url))
    assert outputs["score"] == 0.875


def test_a_run_that_never_runs_is_stopped_by_the_budget(start: Start) -> None:
    with start(final="failed") as api:
        options = {"credentials": {}, "clock": VirtualClock(), "limits": Limits(max_steps=30)}
        result = run(WORKFLOW, inputs=INPUTS, servers=api.url, **options)
        sent = api.sent()
    assert result.status == "failed"
    assert result.error is not None
    assert result.error.code == "budget-steps"  # S32
    for fragment in ("waitUntilRunning", "30", "29", "notReady", '$.state was "failed"'):
        assert fragment in result.error.message
    assert len(sent) == 30
    assert set(result.outputs) == {"runId"}  # S36


def test_a_service_that_is_busy_fails_the_run_and_says_so(start: Start) -> None:
    with start(polls=0, flaky=3) as api:
        result = run(WORKFLOW, inputs=INPUTS, servers=api.url, credentials={})
    assert result.status == "failed"
    assert result.error is not None
    assert result.error.step_id == "scoreRun"
    assert "503" in result.error.message
    assert [step.status for step in result.steps] == ["succeeded", "succeeded", "failed"]


def test_the_command_prints_the_outputs_and_nothing_else(start: Start) -> None:
    with start(polls=1) as api:
        done = arazzo("run", str(WORKFLOW), "--server", api.url, "--poll-interval", "0.01", *given(INPUTS))
    assert done.returncode == 0, done.stderr
    outputs = json.loads(done.stdout)
    assert outputs == {"runId": outputs["runId"], "score": 0.875, "finalState": "completed"}
    for step in STEPS:
        assert step in done.stderr


def test_the_command_takes_inputs_from_the_environment(start: Start) -> None:
    environment = {"ARAZZO_INPUT_apiToken": TOKEN, "ARAZZO_INPUT_SCENARIOID": "scn_1"}  # S9
    with start(polls=0) as api:
        done = arazzo("run", str(WORKFLOW), "--server", api.url, environment=environment)
    assert done.returncode == 0, done.stderr


def test_missing_inputs_are_named_and_nothing_is_sent(start: Start) -> None:
    with start() as api:
        done = arazzo("run", str(WORKFLOW), "--server", api.url)
        assert done.returncode == 2  # S7
    assert done.stdout == ""
    assert "apiToken" in done.stderr
    assert "scenarioId" in done.stderr


@pytest.mark.parametrize(
    ("stand_in", "token", "code", "form"),
    [
        ({"polls": 1}, TOKEN, 0, "json"),
        ({"polls": 0, "flaky": 2}, TOKEN, 1, "jsonl"),
        ({}, "another-token", 1, "text"),  # the answer repeats the token
        ({}, "another-token", 1, "json"),
    ],
)
def test_the_token_appears_nowhere(
    start: Start, stand_in: dict[str, int], token: str, code: int, form: str, tmp_path: Path
) -> None:
    """S10: not in what is printed, not in any report, in no encoding."""
    reports = [f"--report={kind}={tmp_path / kind}" for kind in ("json", "jsonl")]
    with start(**stand_in) as api:
        options = ("--server", api.url, "--poll-interval", "0.01", "--format", form, "--verbose", *reports)
        done = arazzo("run", str(WORKFLOW), *options, *given({**INPUTS, "apiToken": token}))
    assert done.returncode == code, done.stderr
    written = [done.stdout, done.stderr, *((tmp_path / kind).read_text(encoding="utf-8") for kind in ("json", "jsonl"))]
    for text in written:
        assert token not in text
        assert quote(token, safe="").replace("-", "%2D") not in text
        assert base64.b64encode(token.encode()).decode().rstrip("=") not in text
    assert any("***" in text for text in written)


def test_the_mock_shows_a_poll_and_the_score() -> None:
    done = arazzo("run", str(WORKFLOW), "--mock", "-i", "scenarioId=scn_demo", "--poll-interval", "0.01")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["finalState"] == "completed"
    assert 0 <= json.loads(done.stdout)["score"] <= 1
    assert "poll" in done.stderr


def given(inputs: dict[str, str]) -> list[str]:
    """Inputs as options of the command."""
    return [part for name, value in inputs.items() for part in ("-i", f"{name}={value}")]
