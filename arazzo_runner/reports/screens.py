"""Where lines for people go: a plain stream, or a terminal with colours and a region that changes (rich)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TextIO, TypeAlias

from arazzo_runner.reports.lines import Line, Paper, Role, Symbols

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

_STYLES: dict[Role, str] = {
    "": "",
    "ok": "green",
    "bad": "red",
    "warn": "yellow",
    "dim": "dim",
    "strong": "bold",
    "live": "cyan",
}

#: What is going on, as lines on a paper, so many seconds after it began. Called again and again, from another thread.
Activity: TypeAlias = Callable[[Paper, float], Sequence[Line]]


class Screen(Protocol):
    """A place for lines. ``live`` when it can show what is going on."""

    @property
    def live(self) -> bool:
        """True when `doing` shows something."""

    @property
    def paper(self) -> Paper:
        """How lines are to be written for it now."""

    @property
    def width(self) -> int | None:
        """How many columns there are; None where lines may be of any length."""

    @property
    def height(self) -> int:
        """How many lines are seen at once."""

    def show(self, *lines: Line) -> None:
        """Add lines that stay."""

    def doing(self, activity: Activity | None) -> None:
        """Show what is going on, until the next call."""

    def rest(self) -> None:
        """Show nothing that changes any more: a result is written meanwhile, perhaps to the same terminal."""

    def close(self) -> None:
        """Leave the terminal as it was."""


class PlainScreen:
    """A stream that is no terminal: lines without colours, of any length, and nothing that changes."""

    live = False
    width: int | None = None
    height = 0

    def __init__(self, write: Callable[[str], object], encoding: str | None = "utf-8") -> None:
        self._write = write
        self.paper = Paper(None, Symbols.of(encoding))

    def show(self, *lines: Line) -> None:
        """Add lines."""
        if lines:
            self._write("".join(f"{line}\n" for line in lines))

    def doing(self, activity: Activity | None) -> None:
        """Nothing to do."""

    def rest(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to do."""


class LiveScreen:
    """A terminal: colours (not with NO_COLOR), and at the bottom what is going on, drawn ten times a second."""

    live = True

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console
        from rich.live import Live

        self._console: Console = Console(file=stream, highlight=False, markup=False, emoji=False)
        self._activity: Activity | None = None
        self._since = 0.0
        self._live = Live(
            console=self._console,
            get_renderable=self._render,
            refresh_per_second=10,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._started = False
        self._resting = False
        self._symbols = Symbols.of(getattr(stream, "encoding", None))

    @property
    def paper(self) -> Paper:
        """As wide as the terminal is now."""
        from rich.cells import cell_len

        return Paper(self._console.width, self._symbols, cell_len)

    @property
    def width(self) -> int | None:
        """The columns of the terminal."""
        return self._console.width

    @property
    def height(self) -> int:
        """The lines of the terminal."""
        return self._console.height

    def show(self, *lines: Line) -> None:
        """Add lines above what is going on."""
        if lines:
            self._console.print(_joined(lines), soft_wrap=True)

    def doing(self, activity: Activity | None) -> None:
        """Change what is going on."""
        if self._resting:
            return
        self._activity = activity
        self._since = self._console.get_time()
        if activity is not None and not self._started:
            self._started = True
            self._live.start()
        elif activity is None:
            self.close()

    def rest(self) -> None:
        """Take away what was going on, for good."""
        self._resting = True
        self.close()

    def close(self) -> None:
        """Take away what was going on."""
        if self._started:
            self._activity = None
            self._started = False
            self._live.stop()

    def _render(self) -> RenderableType:
        from rich.console import Group

        activity, since = self._activity, self._since
        if activity is None:
            return Group()
        text = _joined(activity(self.paper, self._console.get_time() - since))
        text.no_wrap, text.overflow = True, "crop"
        return text


def _joined(lines: Sequence[Line]) -> Text:
    from rich.text import Text

    return Text("\n").join(Text.assemble(*((text, _STYLES[role]) for text, role in line.pieces)) for line in lines)
