"""The text form of values, as templates and messages need it (S11)."""

from __future__ import annotations

import base64
import json

from arazzo_runner.values import JSON


def to_text(value: JSON) -> str:
    """The text of a value: strings as they are, everything else as JSON; bytes as base64 (S11, S15)."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return _base64(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_base64)


def _base64(value: object) -> str:
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else str(value)
