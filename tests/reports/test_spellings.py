"""S10: a secret is found in whatever spelling it stands in other text, and looking for it takes no time."""

from __future__ import annotations

import json

import pytest

from arazzo_runner.reports.spellings import Spelled


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("times", [0, 1, 2, 3])
@pytest.mark.parametrize(
    "secret",
    [
        "-----BEGIN KEY-----\nMIIEvQIBADAN\n-----END KEY-----\n",
        'with "quotes" in it',
        r"back\slash\nquoted",
        r"ends-in-several\\\\",
        "tab\tand/slash",
        "пароль-\U0001f600-secret",
    ],
)
def test_s10_json_in_a_string_of_json(secret: str, times: int, ascii_only: bool) -> None:
    spelled = Spelled()
    spelled.add([secret])
    text = f"before {secret} after"
    for _ in range(times):
        text = json.dumps(text, ensure_ascii=ascii_only)
    shown = spelled.replaced(text, "***")
    assert "before *** after" in shown


def test_a_long_run_of_backslashes_is_not_shared_out_in_all_ways() -> None:
    spelled = Spelled()
    spelled.add(["\\" * 200 + "abcdefgh"])
    assert spelled.replaced("\\" * 300 + "x abcdefgh", "***") == "\\" * 300 + "x abcdefgh"
    assert spelled.replaced("\\" * 400 + "abcdefgh", "***") == "***"
