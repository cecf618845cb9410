"""Criterion Objects: compiled once at load, judged on a scope; every verdict says why (S17-S23)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from arazzo_runner.expressions.nodes import ExpressionType, Expression
from arazzo_runner.expressions.scope import Scope
from arazzo_runner.values import JSON


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


@dataclass(frozen=True, slots=True)
class Criterion:
    """Criterion Object, compiled."""

    condition: str
    type: ExpressionType
    context: Expression | None = None
    judge: Judge = field(compare=False, repr=False, kw_only=True)
