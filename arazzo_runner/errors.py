"""The exceptions a caller may meet; what happens *in* a run is data in its result instead.

::

    ArazzoError
    ├── InvalidDescription      the document has errors; ``diagnostics`` lists them all
    ├── UnreadableDocument      a location could not be read
    ├── UnknownWorkflow         the asked-for workflow is not in the document
    ├── InvalidInputs           the given inputs do not satisfy the workflow's schema; ``violations`` lists them all
    ├── NotSupported            the workflow needs something this version cannot do (an AsyncAPI step)
    ├── RunFailed               raised by ``Result.raise_for_failure()``; ``result`` is the run
    ├── CannotSend              a step's request cannot be built (the engine turns it into a failed attempt)
    └── TransportError          a request got no usable answer (the engine turns it into a failed attempt)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arazzo_runner.diagnostics import Diagnostic
    from arazzo_runner.engine.results import RunResult


class ArazzoError(Exception):
    """The root of everything this library raises on purpose."""


class InvalidDescription(ArazzoError):
    """The document has errors. Raised once, after all of them were collected (S6)."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(str(diagnostic) for diagnostic in self.diagnostics))


class UnreadableDocument(ArazzoError):
    """A document's location could not be read: no such file, no answer, too large."""

    def __init__(self, location: str, reason: str) -> None:
        self.location = location
        self.reason = reason
        super().__init__(f"cannot read '{location}': {reason}")


class UnknownWorkflow(ArazzoError):
    """The asked-for workflow is not in the document; the message lists those that are."""


class InvalidInputs(ArazzoError):
    """The given inputs do not satisfy the workflow's ``inputs`` schema (S7, S8); nothing was sent."""

    def __init__(self, violations: Sequence[str]) -> None:
        self.violations = tuple(violations)
        super().__init__("invalid inputs:\n" + "\n".join(f"  {violation}" for violation in self.violations))


class NotSupported(ArazzoError):
    """The workflow needs something that this version cannot do; nothing was sent."""


class RunFailed(ArazzoError):
    """The run did not succeed. ``result`` holds every attempt of it (S36)."""

    def __init__(self, message: str, result: RunResult) -> None:
        self.result = result
        super().__init__(message)


class CannotSend(ArazzoError):
    """A step's request cannot be built; nothing of it was sent (S13, S39).

    ``code`` is the attempt error's code in reports, such as ``missing-value``.
    """

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)


class TransportError(ArazzoError):
    """A request got no usable answer.

    ``code`` is one of ``connect``, ``timeout``, ``tls``, ``protocol`` (not HTTP), ``too-large`` (S42), ``credentials``.
    """

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)
