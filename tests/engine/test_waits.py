"""How long a run waits before it sends again (S30, S31)."""

from __future__ import annotations

import pytest

from arazzo_runner.effects import Headers, Request, Response
from arazzo_runner.engine.state import Polled
from arazzo_runner.engine.waits import poll_wait, retry_after

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
        waits.append(poll_wait(last, REQUEST, 1.0))
        last = Polled(REQUEST, wait=waits[-1])
    assert waits == pytest.approx([1, 1.5, 2.25, 3.375, 5.0625, 7.59375, 11.390625, 15, 15])


def test_a_request_that_differs_does_not_wait() -> None:
    """S31: a loop whose requests differ (paging) does not wait."""
    assert poll_wait(Polled(REQUEST), Request("GET", "http://api/run/1?page=2"), 1.0) == 0
    assert poll_wait(None, REQUEST, 1.0) == 0


def test_retry_after_overrules_the_interval() -> None:
    assert poll_wait(Polled(REQUEST, retry_after=4.0, wait=1.5), REQUEST, 1.0) == 4.0
    assert poll_wait(Polled(REQUEST, retry_after=0.0), REQUEST, 1.0) == 0.0
