"""What judging a condition gives: a verdict that says why, with the operands it looked at (S18, S23)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeAlias

from arazzo_runner.expressions.scope import Scope
from arazzo_runner.expressions.text import to_text
from arazzo_runner.records import dataclass
from arazzo_runner.values import JSON, MISSING, Missing

_LONGEST_SHOWN = 160  #: characters; longer values are described, never cut, so that a secret is hidden whole (S10)


@dataclass(frozen=True, slots=True)
class Operand:
    """What a condition looked at: the operand as written, and its value (None where it leads nowhere)."""

    text: str
    value: JSON


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judged criterion. ``why`` says which operand had what value when it failed; None when it passed plainly."""

    condition: str
    type: str
    passed: bool
    why: str | None = None
    operands: tuple[Operand, ...] = ()


#: A compiled condition: gives its verdict on a scope and never raises (S23).
Judge: TypeAlias = Callable[[Scope], Verdict]


def operand(text: str, value: JSON | Missing) -> Operand:
    """The operand of a verdict, in which missing is None."""
    return Operand(text, None if value is MISSING else value)


def described(text: str, value: JSON | Missing) -> str:
    """``$statusCode is 503``, ``$inputs.x has no value``."""
    return f"{text} has no value" if value is MISSING else f"{text} is {shown(value)}"


def shown(value: JSON) -> str:
    """A value for people: text in quotes, the rest as JSON; what is long is described."""
    match value:
        case str():
            return f"'{value}'" if len(value) <= _LONGEST_SHOWN else f"a text of {len(value)} characters"
        case bytes():
            return f"binary data of {len(value)} bytes"
        case list() | dict():
            return _structure(value)
    return json.dumps(value)


def _structure(value: list[JSON] | dict[str, JSON]) -> str:
    if len(value) <= _LONGEST_SHOWN:
        try:
            text = to_text(value)
        except RecursionError:
            text = ""
        if 0 < len(text) <= _LONGEST_SHOWN:
            return text
    return f"an array of {len(value)}" if isinstance(value, list) else f"an object of {len(value)} members"
