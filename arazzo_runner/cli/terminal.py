"""What the commands share: stdout for results, stderr for people, and how errors are said."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import click

from arazzo_runner.cli.exits import Exit
from arazzo_runner.errors import ArazzoError, InvalidDescription
from arazzo_runner.reports.frames import by_place, diagnostic_lines
from arazzo_runner.reports.lines import Line, Role, line
from arazzo_runner.reports.places import Places
from arazzo_runner.reports.redact import Redactor
from arazzo_runner.reports.screens import LiveScreen, PlainScreen, Screen


class CannotWrite(OSError):
    """stdout takes nothing: the disk is full, or it is closed."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"cannot write to stdout: {reason}")


class Terminal:
    """stdout for the result, stderr for people. Whatever is said passes the redactor."""

    def __init__(self, redactor: Redactor | None = None, screen: Screen | None = None) -> None:
        self.redactor = redactor or Redactor()
        self.places = Places(lambda _: None)
        self._screen = screen
        self._terminated = False

    @property
    def screen(self) -> Screen:
        """Where lines for people go: with colours and live on a terminal, else plain."""
        if self._screen is None:
            self._screen = LiveScreen(sys.stderr) if is_terminal() else _plain_screen()
        return self._screen

    @property
    def width(self) -> int | None:
        """The columns of stderr, None where it is no terminal."""
        return self.screen.width

    def say(self, *lines: Line) -> None:
        """Lines for a person."""
        for one in lines:
            self.screen.show(Line(tuple((self.redactor.text(text), role) for text, role in one.pieces)))

    def complain(self, message: str, role: Role = "bad") -> None:
        """An error message."""
        head, *rest = message.splitlines() or [""]
        first = line(("error: " if role == "bad" else "", role), head)
        self.say(first, *(line(text) for text in rest))

    def write(self, text: str) -> None:
        """Part of the result, on stdout, in UTF-8; a reader that went away is no error. Raises `CannotWrite`."""
        if sys.stdout is None:  # closed before the start
            raise CannotWrite("it is closed")
        if self._screen is not None:
            self._screen.rest()
        try:
            sys.stdout.buffer.write(text.encode())
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            _forget_stdout()
        except (OSError, ValueError) as error:
            _forget_stdout()
            raise CannotWrite((getattr(error, "strerror", None) or str(error)).lower()) from None

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self._screen is not None:
            self._screen.close()

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Turn what goes wrong into a message and an exit code; never a traceback, unless ARAZZO_DEBUG=1."""
        try:
            with self._terminable():
                yield
        except (click.ClickException, click.exceptions.Exit):
            raise
        except (KeyboardInterrupt, click.Abort):
            code = self.interruption()
            self.complain("terminated" if self._terminated else "interrupted", "warn")
        except ArazzoError as error:
            self.refuse(error)
            code = Exit.NOTHING_DONE
        except CannotWrite as error:
            self.complain(str(error))
            code = Exit.FAILED
        except Exception as error:
            if os.environ.get("ARAZZO_DEBUG") == "1":
                raise
            self._bug(error)
            code = Exit.FAILED
        else:
            return
        finally:
            self.close()
        raise click.exceptions.Exit(code)

    def refuse(self, error: ArazzoError) -> None:
        """Say why something was not done; errors of a document each with its place."""
        if not isinstance(error, InvalidDescription):
            self.complain(str(error))
            return
        for diagnostic in by_place(error.diagnostics):
            self.say(*diagnostic_lines(diagnostic, self.places, self.width))

    def interruption(self) -> Exit:
        """What an interrupted command comes to: someone pressed Ctrl-C, or the process was told to end."""
        self.close()
        return Exit.TERMINATED if self._terminated else Exit.INTERRUPTED

    @contextmanager
    def _terminable(self) -> Iterator[None]:
        """Take SIGTERM, and SIGHUP of a closed terminal, as Ctrl-C: a run is cancelled and its reports are written."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        known = [number for name in ("SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)) is not None]
        heard = [number for number in known if signal.getsignal(number) is not signal.SIG_IGN]  # nohup ignores SIGHUP
        before = {number: signal.signal(number, self._terminate) for number in heard}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler or signal.SIG_DFL)

    def _terminate(self, number: int, frame: FrameType | None) -> None:
        self._terminated = True
        interrupt = signal.getsignal(signal.SIGINT)
        if not callable(interrupt):  # a process in the background of a shell ignores Ctrl-C
            raise KeyboardInterrupt
        interrupt(number, frame)

    def _bug(self, error: Exception) -> None:
        from arazzo_runner import __version__

        self.say(
            line(("this is a bug in arazzo", "bad"), f" {__version__}: {type(error).__name__}: {error}"),
            line("please report it, with the command and what it shows when ARAZZO_DEBUG=1 is set"),
        )


def _forget_stdout() -> None:
    """What is left in its buffer must not fail once more when the process ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def is_terminal() -> bool:
    """True when stderr is a terminal that can move its cursor."""
    return bool(sys.stderr and sys.stderr.isatty()) and os.environ.get("TERM") != "dumb"


def _plain_screen() -> PlainScreen:
    def write(text: str) -> None:
        with suppress(OSError):  # a stderr that takes nothing must not fail the run
            click.echo(text, err=True, nl=False)

    return PlainScreen(write, getattr(sys.stderr, "encoding", None))
