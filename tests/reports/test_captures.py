"""What stands in docs/captures is what a terminal shows. Where this fails, run this file to write them again.

Runs of the reference workflow over HTTP, against our own strict stand-in; the clock is one that moves by itself.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from runloop_api import TOKEN, Api, served

from arazzo_runner import Limits, run
from arazzo_runner.effects.drivers import VirtualClock
from arazzo_runner.reports.bodies import pretty
from arazzo_runner.reports.lines import Line
from arazzo_runner.reports.live_table import Snapshot
from arazzo_runner.reports.places import Places
from arazzo_runner.reports.progress import Detail, Progress
from arazzo_runner.reports.redact import Redactor
from arazzo_runner.reports.screens import Activity, LiveScreen, PlainScreen, Screen
from arazzo_runner.reports.waits import AwaitedAnswer, Pause

ROOT = Path(__file__).parents[2]
CAPTURES = ROOT / "docs" / "captures"
WORKFLOW = "workflows/score-running-scenario-run.yml"
COMMAND = f"$ arazzo run {WORKFLOW} -i scenarioId=scn_1"


class Ticking(VirtualClock):
    """A clock that moves whenever it is looked at, so that requests take some time."""

    def now(self) -> float:
        self.time += 0.0213
        return self.time


class Tty(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


class Watched(LiveScreen):
    """A terminal that keeps what it was told to show; or pictures of the first request and of some waits."""

    def __init__(self, pictures: bool) -> None:
        super().__init__(Tty())
        self.kept: list[str] = []
        self._pictures = pictures

    def show(self, *lines: Line) -> None:
        if not self._pictures:
            self.kept += map(str, lines)

    def doing(self, activity: Activity | None) -> None:
        if not self._pictures or not isinstance(activity, Snapshot):
            return
        match activity.wait:
            case AwaitedAnswer() if not self.kept:
                self._draw(activity, 3.0)
            case Pause(what=what, seconds=seconds) if what in ("poll 2", "poll 8"):
                self._draw(activity, seconds * 0.4)
            case _:
                pass

    def _draw(self, picture: Snapshot, passed: float) -> None:
        self.kept += ["", f"({passed:.1f} s later)", *map(str, picture(self.paper, passed))]


def success(screen: Screen) -> str:
    """The run, and its outputs as they go to stdout."""
    return "\n" + pretty(observed(screen, Api(polls=2)))


def failure(screen: Screen) -> str:
    observed(screen, Api(polls=2, flaky=3))
    return ""


def endless(screen: Screen) -> str:
    observed(screen, Api(final="scoring"), Limits(max_steps=9))
    return ""


def observed(screen: Screen, api: Api, limits: Limits | None = None, detail: Detail = Detail.STEPS) -> object:
    redactor = Redactor()
    progress = Progress(screen, Places(lambda location: (ROOT / location).read_bytes()), detail)
    with served(api):
        inputs = {"apiToken": TOKEN, "scenarioId": "scn_1"}
        result = run(
            WORKFLOW,
            inputs=inputs,
            servers=api.url,
            credentials={},
            clock=Ticking(),
            limits=limits or Limits(),
            observers=[redactor.before(progress)],
        )
    progress.close()
    return redactor.hide(result.outputs)


def on_terminal(shown: Callable[[Screen], str], columns: int, pictures: bool = False) -> str:
    screen = Watched(pictures)
    assert screen.width == columns
    outputs = shown(screen)
    return "\n".join(screen.kept) + outputs


def piped(shown: Callable[[Screen], str]) -> str:
    written: list[str] = []
    outputs = shown(PlainScreen(written.append))
    return "".join(written).rstrip("\n") + outputs


def verbose(screen: Screen) -> str:
    observed(screen, Api(polls=2, flaky=3), detail=Detail.MESSAGES)
    return ""


def parts(name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The blocks of a capture."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("LINES", "40")
    for columns in (100, 60):
        monkeypatch.setenv("COLUMNS", str(columns))
        where = f"(a terminal of {columns} columns"
        match name:
            case "success":
                yield f"{COMMAND}   {where})\n{on_terminal(success, columns)}"
            case "failure":
                yield f"{COMMAND}   {where})\n{on_terminal(failure, columns)}"
            case _:
                yield f"{COMMAND}   {where}, while it waits)\n{on_terminal(endless, columns, pictures=True)}"
    last = {"success": success, "failure": verbose}.get(name, endless)
    yield f"{COMMAND}{' -v' if name == 'failure' else ''}   (piped)\n{piped(last)}"


def capture(name: str, monkeypatch: pytest.MonkeyPatch) -> str:
    return steady("\n\n".join(part.rstrip() for part in parts(name, monkeypatch)) + "\n")


def steady(text: str) -> str:
    """The text without what differs from run to run: ports, dates, and the time of the day."""
    text = re.sub(r"127\.0\.0\.1:\d{4,5}", "127.0.0.1:8080", text)
    text = re.sub(r"(Date|Server): .*", r"\1: ...", text)
    return re.sub(r"\b\d\d:\d\d:\d\d\b", "16:04:59", text)


@pytest.mark.parametrize("name", ["success", "failure", "poll"])
def test_a_capture_is_what_is_shown(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert capture(name, monkeypatch) == (CAPTURES / f"run-{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["success", "failure", "poll"])
def test_a_capture_has_no_secrets_and_no_colours(name: str) -> None:
    text = (CAPTURES / f"run-{name}.txt").read_text(encoding="utf-8")
    assert TOKEN not in text
    assert "\x1b" not in text


if __name__ == "__main__":
    for each in ("success", "failure", "poll"):
        with pytest.MonkeyPatch.context() as patch:
            (CAPTURES / f"run-{each}.txt").write_text(capture(each, patch), encoding="utf-8")
