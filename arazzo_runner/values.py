"""The values that flow through a run: JSON, bytes for binary content, and *missing*.

*Missing* is what an expression gives when it leads nowhere; it is never confused with an explicit ``null`` (S13).
"""

from __future__ import annotations

from enum import Enum
from typing import Final, TypeAlias

#: A JSON value (RFC 8259), or bytes where an answer or a file is neither JSON nor text (S15).
JSON: TypeAlias = "bool | int | float | str | bytes | list[JSON] | dict[str, JSON] | None"


class Missing(Enum):
    """The type of :data:`MISSING`, the answer of an expression that leads nowhere."""

    MISSING = "missing"

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = Missing.MISSING
