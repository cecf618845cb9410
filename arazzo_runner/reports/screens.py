"""Where lines for people go: a plain stream, or a terminal with colours and a region that changes (rich)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TextIO

from arazzo_runner.reports.lines import Line, Role, Symbols, cut, duration, printable

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

_STYLES: dict[Role, str] = {
    "": "",
    "ok": "green",
    "bad": "red",
    "warn": "yellow",
    "dim": "bright_black",
    "strong": "bold",
}


@dataclass(frozen=True, slots=True)
class Activity:
    """What is going on: a text that counts up from its start, or down when ``seconds`` are to be waited."""

    text: str
    seconds: float | None = None
    above: Line | None = None  #: a line that may still change, such as that of a polled step


class Screen(Protocol):
    """A place for lines."""

    symbols: Symbols

    @property
    def width(self) -> int | None:
        """How many columns there are; None where lines may be of any length."""

    def show(self, line: Line) -> None:
        """Add a line that stays."""

    def doing(self, activity: Activity | None) -> None:
        """Say what is going on, until the next call."""

    def close(self) -> None:
        """Leave the terminal as it was."""


class PlainScreen:
    """A stream that is no terminal: lines without colours; what is going on is said once, when it is a wait."""

    width: int | None = None

    def __init__(self, write: Callable[[str], object], encoding: str | None = "utf-8") -> None:
        self._write = write
        self.symbols = Symbols.of(encoding)

    def show(self, line: Line) -> None:
        """Add a line."""
        self._write(f"{line}\n")

    def doing(self, activity: Activity | None) -> None:
        """Say a wait."""
        if activity is not None and activity.seconds is not None:
            self._write(f"  {printable(activity.text.format(duration(activity.seconds)))}\n")

    def close(self) -> None:
        """Nothing to do."""


class LiveScreen:
    """A terminal: colours (not with NO_COLOR), and at the bottom what is going on, with a clock."""

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
        self.symbols = Symbols.of(getattr(stream, "encoding", None))

    @property
    def width(self) -> int | None:
        """The columns of the terminal."""
        return self._console.width

    def show(self, line: Line) -> None:
        """Add a line above what is going on."""
        self._console.print(self._text(line), soft_wrap=True)

    def doing(self, activity: Activity | None) -> None:
        """Change what is going on."""
        self._activity = activity
        self._since = self._console.get_time()
        if activity is not None and not self._started:
            self._started = True
            self._live.start()
        elif activity is None:
            self.close()

    def close(self) -> None:
        """Take away what was going on."""
        if self._started:
            self._activity = None
            self._started = False
            self._live.stop()

    def _render(self) -> RenderableType:
        from rich.text import Text

        activity = self._activity
        if activity is None:
            return Text("")
        passed = self._console.get_time() - self._since
        seconds = passed if activity.seconds is None else max(activity.seconds - passed, 0.0)
        frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏" if self.symbols.ok == "✓" else "|/-\\"
        sign = frames[int(passed * 10) % len(frames)]
        clock = f"{seconds:.1f} s" if seconds < 60 else duration(seconds)
        said = cut(f"  {sign} {printable(activity.text.format(clock))}", self._console.width - 1, self.symbols)
        parts = [self._text(activity.above), Text("\n")] if activity.above is not None else []
        return Text.assemble(*parts, Text(said, style="cyan"), no_wrap=True, overflow="ellipsis")

    @staticmethod
    def _text(line: Line) -> Text:
        from rich.text import Text

        return Text.assemble(*((text, _STYLES[role]) for text, role in line.pieces))
