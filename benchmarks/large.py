"""A description of 10 MB and 1,000 operations: load, check and run six steps of it, beside the parser alone.

The description is that of `large_documents`, in YAML and in JSON. "First" is without a record in the cache, "second"
with one. The C parser of YAML is PyYAML's, its events drained (``yaml.parse``); ``yaml.load`` takes several times as
long. Whole processes are measured, and the same within one process, without the start of the program.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

import yaml

from arazzo_runner import Runner, load
from benchmarks.large_documents import write
from benchmarks.measure import ROOT, Row, in_turns, over, process, ratio, show

ROUNDS: Final = 5
GOAL_SECONDS: Final = 0.25
GOAL_MEGABYTES: Final = 150.0
GOALS: Final = {"yaml": 1.2, "json": 1.5}

_PARSERS: Final = {
    "yaml": "import sys, yaml\nfor _ in yaml.parse(open(sys.argv[1], 'rb').read(), yaml.CSafeLoader): pass",
    "json": "import json, sys\njson.loads(open(sys.argv[1], 'rb').read())",
}


def rows() -> Iterator[Row]:
    """Both forms, the first time and the second."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder)
        for form in GOALS:
            yield from _processes(folder, form)
            yield from _within(folder, form)


def _processes(folder: Path, form: str) -> Iterator[Row]:
    """Whole commands."""
    command = ("-m", "arazzo_runner", "run", str(folder / f"{form}.arazzo.json"), "--mock", "-q")
    cache = folder / "cache"

    def first() -> float:
        shutil.rmtree(cache, ignore_errors=True)
        return process(*command)

    with _cached(cache):
        taken = in_turns(
            {
                "first": first,
                "second": lambda: process(*command),
                "parser": lambda: process("-c", _PARSERS[form], str(folder / f"api.{form}")),
                "python": lambda: process("-c", "pass"),
            },
            ROUNDS,
        )
        above = _megabytes(*command[1:]) - _megabytes("this")
    yield _ratio(f"{form}: the command, first time", form, taken["first"], taken["parser"])
    if form == "json":
        yield _ratio(f"{form}: the command, second time", form, taken["second"], taken["parser"])
        return
    seconds, whole = over(taken["second"], taken["python"]), statistics.median(taken["second"])
    yield Row(
        f"{form}: the command, second time, above Python's own start",
        f"<= {GOAL_SECONDS} s",
        f"{seconds:.2f} s ({whole:.2f} in all)",
        seconds <= GOAL_SECONDS,
    )
    yield Row(
        f"{form}: its memory, second time, above Python's own",
        f"<= {GOAL_MEGABYTES:.0f} MB",
        f"{above:.0f} MB",
        above <= GOAL_MEGABYTES,
    )


@contextmanager
def _cached(folder: Path) -> Iterator[None]:
    before = os.environ.get("ARAZZO_CACHE")
    os.environ["ARAZZO_CACHE"] = str(folder)
    try:
        yield
    finally:
        del os.environ["ARAZZO_CACHE"]
        if before is not None:
            os.environ["ARAZZO_CACHE"] = before


def _megabytes(module: str, *arguments: str) -> float:
    """What a module's program takes of memory at most, as Linux tells it; ``this`` does nothing."""
    program = (
        "import atexit, re, runpy, sys\n"
        "peak = lambda: re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1]\n"
        "atexit.register(lambda: print(peak(), file=sys.stderr))\n"
        "sys.argv[:] = sys.argv[1:]\n"
        "runpy.run_module(sys.argv[0], run_name='__main__')"
    )
    command = [sys.executable, "-c", program, module, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return int(done.stderr.split()[-1]) / 1024


def _within(folder: Path, form: str) -> Iterator[Row]:
    """The same in this process."""
    document, cache = folder / f"{form}.arazzo.json", folder / "records"

    def ours() -> None:
        with Runner(load(document, cache=cache), mock=True) as runner:
            runner.run().raise_for_failure()

    def first() -> float:
        shutil.rmtree(cache, ignore_errors=True)
        return _seconds(ours)

    content = (folder / f"api.{form}").read_bytes()
    parse = _drained if form == "yaml" else json.loads
    contestants = {"first": first, "second": lambda: _seconds(ours), "parser": lambda: _seconds(lambda: parse(content))}
    taken = in_turns(contestants, ROUNDS)
    yield _ratio(f"{form}: within one process, first time", form, taken["first"], taken["parser"])
    yield _ratio(f"{form}: within one process, second time", form, taken["second"], taken["parser"])


def _seconds(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def _drained(content: bytes) -> None:
    for _ in yaml.parse(content, yaml.CSafeLoader):
        pass


def _ratio(what: str, form: str, ours: list[float], parser: list[float]) -> Row:
    factor, goal = ratio(ours, parser), GOALS[form]
    of = "the C parser's events" if form == "yaml" else "json.loads"
    measured = f"{factor:.2f} ({statistics.median(ours):.2f} s against {statistics.median(parser):.2f})"
    return Row(what, f"<= {goal} x {of}", measured, factor <= goal)


if __name__ == "__main__":
    show(rows())
