"""The command on a real terminal (a pseudo one): what it draws goes away again, also when it is interrupted."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

pty = pytest.importorskip("pty", reason="needs pseudo terminals")

ROOT = Path(__file__).parents[2]
RUN = ("run", "workflows/score-running-scenario-run.yml", "--mock", "-i", "scenarioId=scn_demo")
HIDE, SHOW = b"\x1b[?25l", b"\x1b[?25h"


def on_terminal(
    *arguments: str, interrupt_at: bytes = b"", environment: Sequence[tuple[str, str]] = ()
) -> tuple[int, bytes]:
    """The exit code and all that was written to a terminal; Ctrl-C is pressed when it shows a text."""
    ours, theirs = pty.openpty()
    variables = {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40", **dict(environment)}
    variables |= {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, "-m", "arazzo_runner", *arguments],
        cwd=ROOT,
        env=variables,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    seen, pressed = b"", not interrupt_at
    while part := read(ours):
        seen += part
        if not pressed and interrupt_at in seen:
            pressed = True
            process.send_signal(signal.SIGINT)
    os.close(ours)
    return process.wait(timeout=30), seen


def read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other end is closed
        return b""


def plain(seen: bytes) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen.decode()).replace("\r", "")


def test_the_table_is_drawn_live_and_stays_once_with_the_outputs_below() -> None:
    code, seen = on_terminal(*RUN, "--poll-interval", "0.3")
    assert code == 0
    assert seen.count(HIDE) == seen.count(SHOW) > 0
    assert "poll 2 in " in plain(seen)
    end = plain(seen[seen.rindex(SHOW) :])
    assert end.count("waitUntilRunning") == 1
    assert end.rstrip().endswith("}")
    assert re.search(r"✓ waitUntilRunning +GET \S+ +200 +\d+ ms +2 polls", end)


def test_ctrl_c_leaves_the_terminal_clean_and_says_where_it_stood() -> None:
    code, seen = on_terminal(*RUN, "--poll-interval", "30", interrupt_at=b"poll 2 in")
    end = plain(seen[seen.rindex(SHOW) :])
    assert code == 130
    assert seen.count(HIDE) == seen.count(SHOW)
    assert "! waitUntilRunning" in end
    assert "stood at   step 'waitUntilRunning', waiting 15.0 s for poll 2: $.state was \"scoring\"" in end
    assert "Traceback" not in end


def test_events_on_the_same_terminal_are_not_drawn_over() -> None:
    """With --format jsonl the events are the live view: each is a line of its own."""
    code, seen = on_terminal(*RUN, "--poll-interval", "0.3", "--format", "jsonl")
    assert code == 0
    assert "poll 2 in " not in plain(seen)
    assert all(line.endswith("}") for line in plain(seen).splitlines() if '{"event"' in line)


@pytest.mark.parametrize(("variable", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")], ids=["NO_COLOR", "TERM=dumb"])
def test_terminals_that_want_no_colours_get_none(variable: str, value: str) -> None:
    code, seen = on_terminal(*RUN, "--poll-interval", "0.3", environment=[(variable, value)])
    assert code == 0
    assert re.search(rb"\x1b\[[0-9;]*3[0-9]m", seen) is None
    assert (b"\x1b" in seen) == (variable == "NO_COLOR")


def test_piped_it_does_not_import_rich() -> None:
    program = (
        "import sys; from arazzo_runner.cli import main; main(standalone_mode=False); print('rich' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *RUN, "--poll-interval", "0", "-v"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.endswith("}\nFalse\n")
    assert "\x1b" not in done.stderr
