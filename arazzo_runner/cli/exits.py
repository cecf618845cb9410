"""Exit codes: what a command comes to (`docs/cli.md`)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Exit(IntEnum):
    """What a command comes to."""

    DONE = 0
    FAILED = 1
    NOTHING_DONE = 2
    ENDED = 3
    INTERRUPTED = 130
    TERMINATED = 143


def worst(codes: Iterable[Exit]) -> Exit:
    """The exit code of several runs: a failed one counts more than one that ended."""
    found = set(codes)
    order = (Exit.TERMINATED, Exit.INTERRUPTED, Exit.FAILED, Exit.ENDED, Exit.NOTHING_DONE)
    return next((code for code in order if code in found), Exit.DONE)
