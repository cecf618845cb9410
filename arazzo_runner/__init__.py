"""Run, validate and embed workflows of the OpenAPI Initiative's Arazzo Specification.

>>> import arazzo_runner
>>> result = arazzo_runner.run("workflow.arazzo.yaml", inputs={"scenarioId": "scn_1"}, mock=True)  # doctest: +SKIP

The public names are those of ``__all__``; they are loaded when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arazzo_runner.description import Description
    from arazzo_runner.diagnostics import Diagnostic
    from arazzo_runner.engine.events import Event
    from arazzo_runner.engine.results import RunResult
    from arazzo_runner.engine.state import Limits
    from arazzo_runner.errors import (
        ArazzoError,
        InvalidDescription,
        InvalidInputs,
        NotSupported,
        RunFailed,
        TransportError,
        UnknownWorkflow,
        UnreadableDocument,
    )
    from arazzo_runner.reports.telemetry import Telemetry
    from arazzo_runner.runner import AsyncRunner, Runner, arun, load, run, validate
    from arazzo_runner.sources import ServerChoice
    from arazzo_runner.transports import HttpOptions

__version__ = "0.1.0"

_HOMES = {
    "ArazzoError": "errors",
    "AsyncRunner": "runner",
    "Description": "description",
    "Diagnostic": "diagnostics",
    "Event": "engine.events",
    "HttpOptions": "transports",
    "InvalidDescription": "errors",
    "InvalidInputs": "errors",
    "Limits": "engine.state",
    "NotSupported": "errors",
    "RunFailed": "errors",
    "RunResult": "engine.results",
    "Runner": "runner",
    "ServerChoice": "sources",
    "Telemetry": "reports.telemetry",
    "TransportError": "errors",
    "UnknownWorkflow": "errors",
    "UnreadableDocument": "errors",
    "arun": "runner",
    "load": "runner",
    "run": "runner",
    "validate": "runner",
}

__all__ = [
    "ArazzoError",
    "AsyncRunner",
    "Description",
    "Diagnostic",
    "Event",
    "HttpOptions",
    "InvalidDescription",
    "InvalidInputs",
    "Limits",
    "NotSupported",
    "RunFailed",
    "RunResult",
    "Runner",
    "ServerChoice",
    "Telemetry",
    "TransportError",
    "UnknownWorkflow",
    "UnreadableDocument",
    "arun",
    "load",
    "run",
    "validate",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
