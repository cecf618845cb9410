"""What the commands share: stdout for results, stderr for people, and how errors are said."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

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

    def __init__(self, redactor: Redactor | None = None) -> None:
        self.redactor = redactor or Redactor()
        self.places = Places(lambda _: None)
        self._screen: Screen | None = None

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
            yield
        except (click.ClickException, click.exceptions.Exit):
            raise
        except (KeyboardInterrupt, click.Abort):
            self.close()
            self.complain("interrupted", "warn")
            code = Exit.INTERRUPTED
        except InvalidDescription as error:
            self._list(error)
            code = Exit.NOTHING_DONE
        except ArazzoError as error:
            self.complain(str(error))
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

    def _list(self, error: InvalidDescription) -> None:
        for diagnostic in by_place(error.diagnostics):
            self.say(*diagnostic_lines(diagnostic, self.places, self.width))

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
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def _plain_screen() -> PlainScreen:
    def write(text: str) -> None:
        with suppress(BrokenPipeError):
            click.echo(text, err=True, nl=False)

    return PlainScreen(write, getattr(sys.stderr, "encoding", None))
