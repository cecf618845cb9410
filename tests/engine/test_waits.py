"""How long a run waits before it sends again (S30, S31)."""

from __future__ import annotations

import pytest

from arazzo_runner.effects import Headers, Request, Response
from arazzo_runner.engine.state import Polled
from arazzo_runner.engine.waits import next_poll, retry_after

NOW = 1_760_000_000.0  # Thu, 09 Oct 2025 08:53:20 GMT
REQUEST = Request("GET", "http://api/run/1")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        (" 7 ", 7.0),
        ("Thu, 09 Oct 2025 08:53:50 GMT", 30.0),
        ("Thu, 09 Oct 2025 08:00:00 GMT", 0.0),
        ("soon", None),
        ("-3", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str, seconds: float | None) -> None:
    assert retry_after(Response(503, Headers([("Retry-After", text)])), NOW) == seconds


def test_no_answer_asks_for_no_wait() -> None:
    assert retry_after(None, NOW) is None
    assert retry_after(Response(200), NOW) is None


def test_an_identical_request_waits_longer_each_time_up_to_15_seconds() -> None:
    """S31: 1 s first, half as much again each time, at most 15 s."""
    waits: list[float] = []
    last = Polled(REQUEST)
    for _ in range(9):
        last = next_poll(last, 1.0)
        waits.append(last.interval)
    assert waits == pytest.approx([1, 1.5, 2.25, 3.375, 5.0625, 7.59375, 11.390625, 15, 15])


def test_retry_after_overrules_the_interval_and_does_not_change_it() -> None:
    """S31: ... or what `Retry-After` said."""
    last = Polled(REQUEST, retry_after=4.0, interval=1.5)
    assert next_poll(last, 1.0) == last
    assert next_poll(Polled(REQUEST, interval=1.5), 1.0).interval == 2.25
