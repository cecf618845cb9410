"""Header fields: case-insensitive, in order, several values of a name joined (S16)."""

from __future__ import annotations

import pytest

from arazzo_runner.effects import Headers

FIELDS = [("Set-Cookie", "a=1"), ("X-Rate", "1"), ("set-cookie", "b=2"), ("Server", "nginx")]


def test_names_are_found_in_any_case_and_repeats_are_joined() -> None:
    headers = Headers(FIELDS)
    assert headers["x-RATE"] == "1"
    assert headers["Set-Cookie"] == "a=1, b=2"
    assert "SERVER" in headers
    assert 1 not in headers
    assert headers.fields == tuple(FIELDS)


def test_each_name_counts_once() -> None:
    headers = Headers(FIELDS)
    assert list(headers) == ["set-cookie", "x-rate", "server"]
    assert len(headers) == 3
    assert dict(headers) == {"set-cookie": "a=1, b=2", "x-rate": "1", "server": "nginx"}


def test_what_is_absent_is_the_default_or_a_key_error() -> None:
    headers = Headers(FIELDS)
    assert headers.get("Retry-After") is None
    assert headers.get("Retry-After", "0") == "0"
    with pytest.raises(KeyError, match="Retry-After"):
        headers["Retry-After"]
