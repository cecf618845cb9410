"""Text of documents and answers inside GitHub Flavored Markdown, where it must stay text.

In a code span or block nothing is markup: no HTML, no link, no @mention, no reference to an issue. So all text that is
not ours stands in one of the two, and this module knows how to keep it there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from arazzo_runner.records import dataclass
from arazzo_runner.reports.failed_attempts import cut
from arazzo_runner.reports.lines import printable

_BACKTICKS = re.compile("`+")


@dataclass(frozen=True, slots=True)
class Quotes:
    """Puts text of documents and answers into code; ``hide`` takes out secrets that were learned after it was kept."""

    hide: Callable[[str], str]

    def code(self, text: str, room: int = 300) -> str:
        """A text as a code span on one line, cut to ``room`` characters; nothing for an empty one. Fits a cell too."""
        text = printable(cut(self.hide(text), room))
        if not text:
            return ""
        fence = _fence(text, 1)
        padding = " " if text.startswith(("`", " ")) or text.endswith(("`", " ")) else ""
        # a bar is escaped even in code; a backslash of the text before it is parted from that by a space of no width
        text = text.replace("\\|", "\\\u200b|").replace("|", "\\|")
        return f"{fence}{padding}{text}{padding}{fence}"

    def block(self, text: str, language: str = "") -> list[str]:
        """A text as the lines of a fenced code block."""
        text = self.hide(text)
        fence = _fence(text, 3)
        return [f"{fence}{language}", *(printable(line.expandtabs(4)) for line in text.splitlines()), fence]


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table; its cells are Markdown already."""
    return [_row(heads), _row(["---"] * len(heads)), *map(_row, rows)]


def details(summary: str, lines: Iterable[str]) -> list[str]:
    """Lines that are folded away; the summary is HTML of ours."""
    return ["<details>", f"<summary>{summary}</summary>", "", *lines, "", "</details>"]


def _fence(text: str, shortest: int) -> str:
    longest = max(map(len, _BACKTICKS.findall(text)), default=0)
    return "`" * max(longest + 1, shortest)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
