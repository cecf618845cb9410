"""``python -m benchmarks [NAME...]``: run all benchmarks, or those named; all of them write ``results.md``."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from benchmarks.measure import Row, machine, table

NAMES = ("engine", "clients", "concurrency", "program", "large", "corpus", "growth")

_TEXT = """# Benchmarks

Written by `make bench` on {machine}.

Every figure is a ratio or a difference of contestants that took turns in the same run, medians of several rounds; how
each is measured stands in the module of its name, and in the [README](README.md).

{tables}
"""


def main(chosen: list[str]) -> None:
    """Measure, print each table when it is there, and write them down if they are all of them."""
    tables: list[str] = []
    for name in chosen or NAMES:
        rows: list[Row] = list(import_module(f"benchmarks.{name}").rows())
        tables.append(f"## {name}\n\n{table(rows)}\n")
        print(tables[-1], flush=True)  # noqa: T201  # it is a program
    if not chosen:
        written = _TEXT.format(machine=machine(), tables="\n".join(tables).rstrip())
        Path(__file__).with_name("results.md").write_text(written, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
