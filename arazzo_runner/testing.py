"""For tests of your own workflows: scripted answers, a clock that does not wait, and a pytest fixture.

pytest finds the fixture `arazzo` by itself where this package is installed::

    def test_a_busy_service_is_asked_again(arazzo):
        result = arazzo("workflow.arazzo.yaml", [503, (200, {"id": 1})], inputs={"name": "x"})
        assert result.status == "succeeded"
        assert [request.method for request in arazzo.requests] == ["GET", "GET"]
        assert arazzo.clock.waits == [1.0]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from arazzo_runner.effects import Request, Response
from arazzo_runner.effects.drivers import VirtualClock
from arazzo_runner.errors import TransportError
from arazzo_runner.transports.scripted import Answer, Script, ScriptedTransport

if TYPE_CHECKING:
    from arazzo_runner.description import Description
    from arazzo_runner.engine.results import RunResult
    from arazzo_runner.values import JSON

__all__ = [
    "Answer",
    "Play",
    "Request",
    "Response",
    "Script",
    "ScriptedTransport",
    "TransportError",
    "VirtualClock",
]


class Play:
    """Runs workflows against scripted answers in virtual time; ``requests`` and ``clock`` are of the last run."""

    def __init__(self) -> None:
        self.transport = ScriptedTransport()
        self.clock = VirtualClock()
        self._played: list[ScriptedTransport] = []

    def __call__(
        self,
        description: Description | str | Path,
        answers: Script | ScriptedTransport = (),
        *,
        workflow_id: str | None = None,
        inputs: Mapping[str, JSON] | None = None,
        **options: Any,
    ) -> RunResult:
        """Run a workflow, by default the only one; ``options`` are those of `arazzo_runner.Runner`."""
        from arazzo_runner.runner import Runner

        self.transport = answers if isinstance(answers, ScriptedTransport) else ScriptedTransport(answers)
        self.clock = options.pop("clock", None) or VirtualClock()
        self._played.append(self.transport)
        settings = {"credentials": {}, **options}
        runner = Runner(description, transport=self.transport, clock=self.clock, **settings)
        return runner.run(workflow_id, inputs)

    @property
    def requests(self) -> list[Request]:
        """The requests of the last run, in order."""
        return self.transport.requests

    def assert_done(self) -> None:
        """Raises AssertionError when a run left answers that no request asked for."""
        for transport in self._played:
            transport.assert_done()


try:
    import pytest
except ImportError:  # the transport and the clock serve without pytest
    pass
else:

    @pytest.fixture
    def arazzo() -> Iterator[Play]:
        """Runs workflows against scripted answers; afterwards every answer must have been asked for."""
        play = Play()
        yield play
        play.assert_done()
