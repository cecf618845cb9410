"""Graphviz at work: graphs in, SVG out. It runs as a process of its own, for a limited time.

It is the program ``dot``, or else the library that comes with the extra ``svg``.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from arazzo_runner.reports.flow import Flow

#: How long Graphviz may take, in seconds, and how much it is given, in characters.
LONGEST: Final = 60
MOST: Final = 1_000_000

INSTALL: Final = (
    "install it with 'pip install arazzo-interpreter[svg]', 'apt install graphviz', 'brew install graphviz' "
    "or 'winget install graphviz'"
)
#: What draws with the library, as the program would.
LIBRARY: Final = r"""
import sys, pygraphviz
sys.stdin.reconfigure(encoding="utf-8")
for graph in sys.stdin.read().split("\n}\n")[:-1]:
    sys.stdout.buffer.write(pygraphviz.AGraph(graph + "\n}\n").draw(format="svg", prog="dot"))
"""


class CannotDraw(Exception):
    """There is no SVG; the message says why, and what to do."""


def svg(flows: Sequence[Flow], title: str) -> str:
    """The workflows as one SVG. Raises `CannotDraw`."""
    from xml.etree.ElementTree import ParseError

    from arazzo_runner.reports.graphviz import composed, dots
    from arazzo_runner.reports.lines import count

    command = graphviz()
    if command is None:
        raise CannotDraw(f"SVG is drawn by Graphviz, which was not found; {INSTALL}")
    graphs = dots(flows)
    if sum(map(len, graphs)) > MOST:
        raise CannotDraw(f"{len(flows)} workflows are too much for one SVG; name a WORKFLOW_ID")
    drawn = _run(command, "".join(graphs)).split("<?xml")[1:]
    try:
        if len(drawn) != len(graphs):
            raise ValueError(f"{len(drawn)} drawings of {count(len(graphs), 'graph')}")
        return composed([f"<?xml{each}" for each in drawn], flows, title)
    except (ParseError, ValueError) as error:
        raise CannotDraw(f"what Graphviz gave cannot be read: {error}") from error


def graphviz() -> list[str] | None:
    """The command that turns graphs into SVG documents, one after the other; None where there is none."""
    program = shutil.which("dot")
    if program is not None:
        return [program, "-Tsvg"]
    return [sys.executable, "-c", LIBRARY] if find_spec("pygraphviz") is not None else None


def _run(command: Sequence[str], graphs: str) -> str:
    try:
        done = subprocess.run(command, input=graphs.encode(), capture_output=True, timeout=LONGEST, check=False)
    except subprocess.TimeoutExpired:
        raise CannotDraw(f"Graphviz took longer than {LONGEST} s; name a WORKFLOW_ID") from None
    except OSError as error:
        raise CannotDraw(f"Graphviz does not start: {error.strerror or error}") from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines() or [f"it left with {done.returncode}"]
        raise CannotDraw(f"Graphviz failed: {said[-1]}")
    return done.stdout.decode(errors="replace")
