"""Which of the many workflows that finish is a run that was asked for."""

from __future__ import annotations

from arazzo_runner.engine.events import Event, WorkflowFinished, WorkflowStarted
from arazzo_runner.engine.results import RunResult


class Runs:
    """An observer that collects the results of the runs that were asked for, not of those nested in them.

    A run that is handed over by a goto starts a second workflow at the same place; both finish before the run does.
    """

    def __init__(self) -> None:
        self.finished: list[RunResult] = []
        self._open = 0

    def __call__(self, event: Event) -> None:
        match event:
            case WorkflowStarted(path=(_,)):
                self._open += 1
            case WorkflowFinished(path=(_,), result=result):
                self._open -= 1
                if self._open <= 0:
                    self.finished.append(result)
                    self._open = 0
            case _:
                pass

    @property
    def going(self) -> bool:
        """True between the start and the end of a run."""
        return self._open > 0
