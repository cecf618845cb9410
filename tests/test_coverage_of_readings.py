"""Every reading (S1 to S44) and every dialect is shown by some scenario or test."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from arazzo_runner.diagnostics import CODES
from arazzo_runner.expressions.dialect import TABLE

TESTS = Path(__file__).parent
sys.path.insert(0, str(TESTS / "scenarios"))

from scenario import readings  # noqa: E402  # a module of the scenarios' folder

READINGS = {f"S{number}" for number in range(1, 45)}
DIALECTS = {row.name for row in TABLE} | {code.name for code in CODES.values() if code.dialect}


def test_every_reading_is_cited() -> None:
    in_scenarios = {cited for cited, _ in readings()}
    in_tests = {
        cited
        for path in TESTS.rglob("test_*.py")
        if path.name != Path(__file__).name
        for cited in re.findall(r"\bS\d{1,2}\b", path.read_text(encoding="utf-8"))
    }
    assert READINGS - in_scenarios - in_tests == set()


def test_every_dialect_has_a_scenario() -> None:
    assert DIALECTS - {cited for cited, _ in readings()} == set()


def test_scenarios_cite_only_what_there_is() -> None:
    assert {cited for cited, _ in readings()} - READINGS - DIALECTS - set(CODES) == set()
