"""How the benchmarks measure and what they say: contestants in turns, medians, ratios, rows of one table."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Row:
    """One line of the table; ``met`` is None where there is no goal."""

    what: str
    goal: str
    measured: str
    met: bool | None = None


def in_turns(contestants: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """What each contestant gives in each round, after one round that does not count.

    They run one after the other within a round, so that a busy machine disturbs all alike.
    """
    for work in contestants.values():
        work()
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, work in contestants.items():
            taken[name].append(work())
    return taken


def ratio(first: list[float], second: list[float]) -> float:
    """The median of the ratios of what was measured in the same round."""
    return statistics.median(one / other for one, other in zip(first, second, strict=True))


def over(first: list[float], second: list[float]) -> float:
    """The median of the differences of what was measured in the same round."""
    return statistics.median(one - other for one, other in zip(first, second, strict=True))


def process(*arguments: str) -> float:
    """The seconds that a Python program takes from start to end, with its bytecode compiled before."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=environment, cwd=ROOT)
    return perf_counter() - started


def table(rows: Iterable[Row]) -> str:
    """The rows as Markdown."""
    verdicts = {True: "yes", False: "**no**", None: ""}
    lines = [f"| {row.what} | {row.goal} | {row.measured} | {verdicts[row.met]} |" for row in rows]
    return "\n".join(["| what | goal | measured | met |", "|---|---|---|---|", *lines])


def show(rows: Iterable[Row]) -> None:
    """Print the rows: what each benchmark does when it is run alone."""
    print(table(rows))  # noqa: T201  # it is a program


def machine() -> str:
    """The machine and the versions that matter."""
    names = ("httptools", "httpx", "click", "PyYAML")
    found = ", ".join(f"{name} {installed(name)}" for name in names)
    return f"{_processor()}, {platform.system()} {platform.machine()}, Python {platform.python_version()}, {found}"


def installed(name: str) -> str | None:
    """The version of a package, None where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} x {names[0]}" if names else platform.processor()
