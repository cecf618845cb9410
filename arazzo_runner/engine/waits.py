"""How long to wait before a request is sent again: polling and `Retry-After` (S30, S31)."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime

from arazzo_runner.effects import Request, Response
from arazzo_runner.engine.state import Polled

POLL_GROWTH = 1.5
POLL_MAXIMUM = 15.0


def retry_after(response: Response | None, now: float) -> float | None:
    """The answer's `Retry-After` in seconds from now (RFC 9110 section 10.2.3), or None where it has none."""
    text = response.headers.get("retry-after") if response is not None else None
    if text is None:
        return None
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, moment.timestamp() - now)


def poll_wait(last: Polled | None, request: Request, first: float) -> float:
    """The seconds to wait before a step is sent again by a goto: none unless its request is identical (S31)."""
    if last is None or last.request != request:
        return 0.0
    if last.retry_after is not None:
        return last.retry_after
    return min(last.wait * POLL_GROWTH, POLL_MAXIMUM) if last.wait else min(first, POLL_MAXIMUM)
