"""An httpx URL whose target is sent exactly as it was written; httpx would quote and normalise it.

(httpcore's ``target`` extension does the same, but breaks every request that goes through a proxy.)
"""

from __future__ import annotations

import httpx


class ExactURL(httpx.URL):
    """A URL with its path and query as they are."""

    def __init__(self, url: str, target: bytes) -> None:
        super().__init__(url)
        self._target = target

    @property
    def raw_path(self) -> bytes:
        """What goes over the wire."""
        return self._target
