"""Runs of a loaded description: a transport, observers and limits around the engine, in a thread or an event loop."""

from arazzo_runner.runner.prepared import Observer, Transport
from arazzo_runner.runner.reading import load, validate
from arazzo_runner.runner.runners import AsyncRunner, Runner, arun, run

__all__ = ["AsyncRunner", "Observer", "Runner", "Transport", "arun", "load", "run", "validate"]
