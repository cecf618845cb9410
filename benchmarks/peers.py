"""Other programs that run Arazzo, beside `arazzo run`: the same document against the same server, seconds a process.

``python -m benchmarks.peers FOLDER``: FOLDER has ``bin/arazzo-runner``, ``bin/arazzo-exec`` or
``node_modules/.bin/redocly`` (see README.md); what is not there is left out. A step's seconds are the difference
between a run of `LONG` and one of `SHORT` steps.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.documents import API, INPUTS, document
from benchmarks.measure import Row, in_turns, ratio, show
from benchmarks.servers import answering

SHORT, LONG = 4, 204
ROUNDS = 5


def rows(folder: Path) -> Iterator[Row]:
    """Each program that is there and ends well."""
    with answering() as url, TemporaryDirectory() as place:
        paths = {steps: written(Path(place), url, steps) for steps in (SHORT, LONG)}
        ours = {steps: [sys.executable, "-m", "arazzo_runner", "run", *_ours(path)] for steps, path in paths.items()}
        taken = _measured(ours)
        yield _row("arazzo run", taken, taken)
        for name, command in commands(folder).items():
            if not Path(command[0]).exists():
                continue
            try:
                yield _row(
                    name, _measured({steps: [*command, *_theirs(name, path)] for steps, path in paths.items()}), taken
                )
            except subprocess.CalledProcessError as error:
                yield Row(name, "", f"does not run this document (exit code {error.returncode})")


def commands(folder: Path) -> dict[str, list[str]]:
    """How each peer is started."""
    folder = folder.absolute()
    return {
        "arazzo-runner": [str(folder / "bin" / "arazzo-runner"), "execute-workflow"],
        "arazzo-exec": [str(folder / "bin" / "arazzo-exec"), "run"],
        "redocly respect": [str(folder / "node_modules" / ".bin" / "redocly"), "respect"],
    }


def _ours(path: Path) -> list[str]:
    return [str(path), "-q", *(part for name, value in INPUTS.items() for part in ("-i", f"{name}={value}"))]


def _theirs(name: str, path: Path) -> list[str]:
    match name:
        case "arazzo-runner":
            return [str(path), "--workflow-id", "bench", "--inputs", json.dumps(INPUTS)]
        case "arazzo-exec":
            return [str(path), "--workflow", "bench", "--input", str(path.with_name("inputs.json"))]
        case _:
            return [str(path), *(part for name, value in INPUTS.items() for part in ("--input", f"{name}={value}"))]


def written(folder: Path, url: str, steps: int) -> Path:
    """The document of so many steps, and the description with this server, as files."""
    (folder / "api.json").write_text(json.dumps(API | {"servers": [{"url": url}]}), encoding="utf-8")
    (folder / "inputs.json").write_text(json.dumps(INPUTS), encoding="utf-8")
    path = folder / f"bench{steps}.arazzo.json"
    whole = document(steps)
    for step in whole["workflows"][0]["steps"]:
        step["successCriteria"] = step["successCriteria"][:1]  # not every peer has JSONPath
    path.write_text(json.dumps(whole), encoding="utf-8")
    return path


def _measured(by_steps: dict[int, list[str]]) -> dict[str, list[float]]:
    return in_turns({str(steps): partial(_seconds, command) for steps, command in by_steps.items()}, ROUNDS)


def _seconds(command: list[str]) -> float:
    started = perf_counter()
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return perf_counter() - started


def _row(name: str, taken: dict[str, list[float]], ours: dict[str, list[float]]) -> Row:
    short, long = sorted(taken[str(SHORT)])[ROUNDS // 2], sorted(taken[str(LONG)])[ROUNDS // 2]
    step = (long - short) / (LONG - SHORT) * 1000
    factor = ratio(taken[str(LONG)], ours[str(LONG)])
    return Row(name, "", f"{short:.2f} s for {SHORT} steps, {step:.1f} ms a further step, {factor:.1f} x ours in all")


if __name__ == "__main__":
    show(rows(Path(sys.argv[1])))
