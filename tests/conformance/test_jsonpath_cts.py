"""The JSONPath Compliance Test Suite, whole, through `compile_query`. It is not part of the project: see `SUITE`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from arazzo_runner.expressions.nodes import ExpressionType
from arazzo_runner.expressions.selectors import QueryError, compile_query

SUITE = Path(__file__).resolve().parents[2].parent / "shared" / "spec" / "jsonpath-cts.json"
RFC = ExpressionType("jsonpath", "rfc9535")


def cases() -> list[Any]:
    if not SUITE.exists():
        return [pytest.param(None, id="absent", marks=pytest.mark.skip(reason=f"no compliance suite at {SUITE}"))]
    return [pytest.param(case, id=case["name"]) for case in json.loads(SUITE.read_text(encoding="utf-8"))["tests"]]


@pytest.mark.parametrize("case", cases())
def test_compliance(case: dict[str, Any]) -> None:
    if case.get("invalid_selector"):
        with pytest.raises(QueryError):
            compile_query(RFC, case["selector"])
        return
    expected = [case["result"]] if "result" in case else case["results"]
    assert compile_query(RFC, case["selector"]).select(case["document"]) in expected
