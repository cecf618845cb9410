"""`arazzo validate` over a folder of documents, beside the C parser alone over the same files, both on all cores.

Nothing is read from the cache, nor kept in it. Some documents name descriptions on hosts that there are not: a proxy
that refuses at once stands before them, since a resolver may keep a process waiting for seconds. The folder is the
environment's ``ARAZZO_CORPUS``, or ``../shared/corpus`` beside the checkout; without one there is no row.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from pathlib import Path
from time import perf_counter

from benchmarks.measure import ROOT, Row, in_turns, ratio, show

GOAL = 1.5
ROUNDS = 2
#: What the command gets to know of the network.
_NOWHERE = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "no_proxy": ""}


def rows() -> Iterator[Row]:
    """Seconds for the whole folder."""
    folder = Path(os.environ.get("ARAZZO_CORPUS", ROOT.parent / "shared" / "corpus"))
    if not folder.is_dir():
        return
    taken = in_turns({"ours": lambda: validated(folder), "parser": lambda: parsed(folder)}, ROUNDS)
    found = ratio(taken["ours"], taken["parser"])
    ours, parser = min(taken["ours"]), min(taken["parser"])
    measured = f"{found:.2f} ({ours:.1f} s against {parser:.1f} s, {len(_files(folder)):,} files)"
    yield Row("arazzo validate over the corpus", f"<= {GOAL} x the C parser", measured, found <= GOAL)


def validated(folder: Path) -> float:
    """The seconds of the command; that it finds errors is what the corpus is for."""
    command = [sys.executable, "-m", "arazzo_runner", "validate", str(folder), "--format", "json", "--no-cache"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | _NOWHERE
    started = perf_counter()
    done = subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, cwd=ROOT, env=environment
    )
    assert done.returncode in (0, 1)
    return perf_counter() - started


def parsed(folder: Path) -> float:
    """The seconds that PyYAML's C parser takes for the same files, in as many processes as there are cores."""
    started = perf_counter()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(_parse, _files(folder), chunksize=16))
    return perf_counter() - started


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in (".yaml", ".yml", ".json") and path.is_file())


def _parse(path: Path) -> None:
    import yaml

    with suppress(yaml.YAMLError, ValueError, RecursionError):
        yaml.load(path.read_bytes(), yaml.CSafeLoader)


if __name__ == "__main__":
    show(rows())
