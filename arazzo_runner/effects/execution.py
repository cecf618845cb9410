"""The one door of a run: `poll` for what it announces and asks, `resume` or `fail` with what came of it. No I/O here.

A run is a coroutine that awaits `perform(effect)` and nothing else, so whoever holds its `Execution` decides how the
world answers: at once, later, in virtual time, or never. Whoever polls says what time it is; the run asks for nothing.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Coroutine, Generator, Iterator
from typing import Any, Generic, TypeVar

from arazzo_runner.effects import Effect
from arazzo_runner.records import dataclass

R = TypeVar("R")
E = TypeVar("E")

#: A run in the making: it yields effects and returns its result.
Flow = Coroutine[Effect[Any], Any, R]


class Cancelled(BaseException):
    """Raised inside a run that is being cancelled, so that its scopes close and its result says where it stood."""


@dataclass(frozen=True, slots=True)
class Ask:
    """An effect that the run waits for; ``id`` is what `resume` and `fail` take."""

    id: int
    effect: Effect[Any]


@types.coroutine
def perform(effect: Effect[R]) -> Generator[Effect[R], R, R]:
    """Ask the world for ``effect`` and wait for its answer. The only thing a run ever awaits."""
    return (yield effect)


class Execution(Generic[E, R]):
    """A run being stepped. ``start`` gives its coroutine, which announces events and reads the time here.

    Where nobody wants the events, ``heard`` is false and the run may leave them out.
    """

    __slots__ = (
        "_answer",
        "_asked",
        "_error",
        "_events",
        "_flow",
        "_outcome",
        "_waits",
        "announce",
        "heard",
        "now",
        "took",
    )

    def __init__(self, start: Callable[[Execution[E, R]], Flow[R]], *, heard: bool = True) -> None:
        self.heard = heard
        self.now = 0.0  #: seconds since the epoch, when the run was last polled
        self.took = 0.0  #: seconds that the last answer took
        self._events: list[E] = []
        self.announce: Callable[[E], None] = self._events.append
        self._flow = start(self)
        self._answer: object = None
        self._error: Exception | None = None
        self._asked = 0
        self._waits = False
        self._outcome: tuple[R] | None = None

    @property
    def done(self) -> bool:
        """True once the run has returned its result."""
        return self._outcome is not None

    @property
    def result(self) -> R:
        """What the run returned. Raises RuntimeError before that."""
        if self._outcome is None:
            raise RuntimeError("the run has not finished")
        return self._outcome[0]

    def poll(self, now: float) -> Iterator[E | Ask]:
        """The events since the last poll, then what the run asks for next, if it does not wait for an answer yet.

        ``now`` is the time: seconds since the epoch, never going back within a run.
        """
        self.now = now
        effect = None if self._waits or self.done else self._advance()
        while self._events:
            yield self._events.pop(0)
        if effect is not None:
            yield Ask(self._asked, effect)

    def resume(self, ask_id: int, answer: object, took: float = 0.0) -> None:
        """Give the answer to an ask, and how many seconds it took."""
        self._take(ask_id, took)
        self._answer = answer

    def fail(self, ask_id: int, error: Exception, took: float = 0.0) -> None:
        """Say that an ask failed: ``error`` is raised where the run asked."""
        self._take(ask_id, took)
        self._error = error

    def cancel(self, now: float | None = None) -> list[E]:
        """Stop the run where it stands and give its last events. Does nothing to a run that is done.

        ``now`` is the time of it, so that a wait that is cut off counts in what the run took.
        """
        if now is not None:
            self.now = max(now, self.now)
        if not self.done and inspect.getcoroutinestate(self._flow) != inspect.CORO_CLOSED:
            try:
                self._flow.throw(Cancelled())
            except StopIteration as stop:
                self._outcome = (stop.value,)
            except Cancelled:
                pass
            else:
                self._flow.close()
        rest = list(self._events)
        self._events.clear()
        self._waits = True
        return rest

    def _advance(self) -> Effect[Any] | None:
        answer, error, self._answer, self._error = self._answer, self._error, None, None
        try:
            effect = self._flow.send(answer) if error is None else self._flow.throw(error)
        except StopIteration as stop:
            self._outcome = (stop.value,)
            return None
        self._asked += 1
        self._waits = True
        return effect

    def _take(self, ask_id: int, took: float) -> None:
        if ask_id != self._asked or not self._waits:
            raise RuntimeError(f"the run does not wait for ask {ask_id}")
        self._waits = False
        self.took = took
