"""How long to wait before a request is sent again: polling and `Retry-After` (S30, S31)."""

from __future__ import annotations

from datetime import UTC

from arazzo_runner.effects import Response
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
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, moment.timestamp() - now)


def next_poll(last: Polled, first: float) -> Polled:
    """The poll after ``last``: it waits what `Retry-After` said, or half as long again as the poll before (S31)."""
    if last.retry_after is not None:
        return last
    interval = last.interval * POLL_GROWTH if last.interval else first
    return Polled(last.request, None, min(interval, POLL_MAXIMUM))
