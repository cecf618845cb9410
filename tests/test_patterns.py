"""A rare pattern is what `re.compile` gives."""

from __future__ import annotations

import re

import pytest

from arazzo_runner.patterns import rare


def test_as_a_compiled_pattern() -> None:
    word = rare(r"(\w+)!", re.IGNORECASE)
    for _ in range(2):
        found = word.match("Hi!")
        assert found is not None
        assert found[1] == "Hi"
    assert word.sub("?", "Hi! Ho!") == "? ?"
    assert word.pattern == r"(\w+)!"
    assert word.flags == re.compile(r"(\w+)!", re.IGNORECASE).flags


def test_bytes() -> None:
    assert rare(rb"\d+").findall(b"1 22") == [b"1", b"22"]


def test_a_wrong_pattern_is_told_when_it_is_used() -> None:
    with pytest.raises(re.error, match="unterminated"):
        rare("(").match("")
