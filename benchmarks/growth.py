"""How things grow: time per step and memory of runs of 10 to 10,000 steps, over HTTP, in one process each.

The run goes round ten steps until it has had as many as it may have, as one that polls does. A row of its own says how
the time to load and check a document grows with its steps.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from time import process_time

from benchmarks.documents import described
from benchmarks.measure import ROOT, Row, show
from benchmarks.servers import answering

SIZES = (10, 100, 1000, 10_000)
KEPT = ("none", "last", "all")
GOAL = 1.25  # times the time per step of 100 steps, which is the first size that noise leaves alone

_CHILD = """
import json, sys, time, tracemalloc
from arazzo_runner import Limits, Runner
from benchmarks.documents import INPUTS, described
url, steps, keep, traced = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4] == "traced"
description = described(10, round_and_round=True)
limits = Limits(max_steps=steps, poll_interval=0, keep_bodies=keep)
if traced:
    tracemalloc.start()
with Runner(description, servers=url, credentials={}, limits=limits) as runner:
    started = time.process_time()
    result = runner.run(inputs=INPUTS)
    taken = time.process_time() - started
assert len(result.steps) >= steps - 1, result.error
print(json.dumps([taken / steps * 1000, tracemalloc.get_traced_memory()[1] / 1e6]))
"""


def rows() -> Iterator[Row]:
    """Milliseconds of processor time a step, and the megabytes that a run takes at its peak, as Python allocates."""
    with answering() as url:
        kept = {keep: run(url, SIZES[-1], keep, traced=True)[1] for keep in KEPT}
        taken = {steps: min(run(url, steps, "last")[0] for _ in range(3)) for steps in SIZES}
    listed = ", ".join(f"{steps:,}: {each:.2f} ms" for steps, each in taken.items())
    factor = taken[SIZES[-1]] / taken[100]
    yield Row(
        "time per step from 10 to 10,000 steps", f"flat (<= {GOAL} x)", f"{factor:.2f} x ({listed})", factor <= GOAL
    )
    listed = ", ".join(f"{keep}: {megabytes:.1f} MB" for keep, megabytes in kept.items())
    few, many = (min(loading(steps) for _ in range(3)) for steps in (100, 1000))
    measured = f"{many / few:.1f} x the time per step of 100"
    yield Row("time to load and check a document of 1,000 steps", "", measured)
    yield Row("peak memory of a run of 10,000 steps, by --keep-bodies (tracemalloc)", "bounded", listed)


def loading(steps: int) -> float:
    """Seconds of processor time a step."""
    described.cache_clear()
    started = process_time()
    described(steps)
    return (process_time() - started) / steps


def run(url: str, steps: int, keep: str, *, traced: bool = False) -> tuple[float, float]:
    """Milliseconds a step and, where traced (it takes longer then), megabytes; of a process of its own."""
    command = [sys.executable, "-c", _CHILD, url, str(steps), keep, "traced" if traced else ""]
    done = subprocess.run(command, check=True, capture_output=True, cwd=ROOT, text=True)
    each, megabytes = json.loads(done.stdout)
    return each, megabytes


if __name__ == "__main__":
    show(rows())
