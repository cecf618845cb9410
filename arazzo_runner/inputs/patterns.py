"""The regular expressions of a schema, which may be hostile: searched in bounded time."""

from __future__ import annotations

from typing import Final

_SECONDS: Final = 1.0


def searches(pattern: object, text: str) -> bool:
    """Whether the pattern is found in the text; False when it is no pattern, or takes too long."""
    import regex

    if not isinstance(pattern, str):
        return False
    try:
        return regex.search(pattern, text, timeout=_SECONDS) is not None
    except (regex.error, TimeoutError):
        return False
