"""Reads a condition loosely, as wishes about its operands, so that an answer can be mended towards it.

This only proposes: the compiled criterion judges (`arazzo_runner.expressions`). So a condition that is read wrongly
here costs a failed try and nothing else. Knows the syntax of conditions; must not know answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, product
from typing import Final, TypeAlias

from arazzo_runner.records import dataclass
from arazzo_runner.transports.mock.values import MIRRORED, NEGATED

_MOST_WAYS: Final = 12
_LONGEST: Final = 4096
_OPERATORS: Final = ("==", "!=", "<=", ">=", "<", ">")
_WORDS: Final = re.compile(r"\s+(contains|matches|in)\s+", re.IGNORECASE)
_BRACKETS: Final = {"[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Wish:
    """One comparison that should hold; ``right`` is empty for ``truthy`` and ``falsy``."""

    left: str
    operator: str
    right: str = ""

    def mirrored(self) -> Wish | None:
        """The same wish with its sides exchanged."""
        return Wish(self.right, MIRRORED[self.operator], self.left) if self.operator in MIRRORED else None


#: Wishes that together make a condition hold.
Way: TypeAlias = tuple[Wish, ...]


def ways(condition: str, *, hold: bool = True) -> list[Way]:
    """The ways in which the condition can be made to hold, or to fail; () parts are where it cannot be read."""
    try:
        reader = _Reader(condition[:_LONGEST])
        tree = reader.alternatives()
    except (ValueError, RecursionError):
        return []
    return list(islice(tree.ways(hold), _MOST_WAYS))


class _Tree:
    def ways(self, hold: bool) -> Iterator[Way]:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class _Leaf(_Tree):
    wish: Wish

    def ways(self, hold: bool) -> Iterator[Way]:
        wish = self.wish
        yield (wish if hold else Wish(wish.left, NEGATED[wish.operator], wish.right),)


@dataclass(frozen=True, slots=True)
class _Not(_Tree):
    inner: _Tree

    def ways(self, hold: bool) -> Iterator[Way]:
        return self.inner.ways(not hold)


@dataclass(frozen=True, slots=True)
class _Group(_Tree):
    parts: tuple[_Tree, ...]
    all_: bool  #: `&&`, else `||`

    def ways(self, hold: bool) -> Iterator[Way]:
        if self.all_ == hold:
            choices = (list(islice(part.ways(hold), _MOST_WAYS)) for part in self.parts)
            for chosen in product(*choices):
                yield tuple(wish for way in chosen for wish in way)
        else:
            for part in self.parts:
                yield from part.ways(hold)


@dataclass(slots=True)
class _Reader:
    """alternatives: all ('||' all)* ; all: unary ('&&' unary)* ;

    unary: '!' unary | '(' alternatives ')' | comparison
    """

    text: str
    at: int = 0

    def alternatives(self) -> _Tree:
        parts = [self.all()]
        while self.take("||"):
            parts.append(self.all())
        return parts[0] if len(parts) == 1 else _Group(tuple(parts), all_=False)

    def all(self) -> _Tree:
        parts = [self.unary()]
        while self.take("&&"):
            parts.append(self.unary())
        return parts[0] if len(parts) == 1 else _Group(tuple(parts), all_=True)

    def unary(self) -> _Tree:
        if self.text.startswith("!=", self.at):
            raise ValueError(self.text)
        if self.take("!"):
            return _Not(self.unary())
        if self.take("("):
            inner = self.alternatives()
            if not self.take(")"):
                raise ValueError(self.text)
            return inner
        return self.comparison()

    def comparison(self) -> _Tree:
        left = self.operand()
        if found := _WORDS.search(left):
            return _Leaf(Wish(left[: found.start()], found[1].lower(), left[found.end() :].strip()))
        for operator in _OPERATORS:
            if self.take(operator):
                return _Leaf(Wish(left, operator, self.operand()))
        return _Leaf(Wish(left, "truthy"))

    def operand(self) -> str:
        """Text up to the next operator that stands outside quotes and brackets."""
        start, depth, closing = self.at, 0, list[str]()
        while self.at < len(self.text):
            character = self.text[self.at]
            if character in "'\"":
                self.quoted(character)
                continue
            if character in _BRACKETS:
                closing.append(_BRACKETS[character])
            elif closing and character == closing[-1]:
                closing.pop()
            elif not closing:
                if character == "(":
                    depth += 1
                elif character == ")" and depth:
                    depth -= 1
                elif not depth and self.ends():
                    break
            self.at += 1
        operand = self.text[start : self.at].strip()
        if not operand:
            raise ValueError(self.text)
        return operand

    def ends(self) -> bool:
        return self.text[self.at] == ")" or self.text.startswith(("&&", "||", *_OPERATORS), self.at)

    def quoted(self, quote: str) -> None:
        end = self.text.find(quote, self.at + 1)
        self.at = end + 1 if end >= 0 else len(self.text)

    def take(self, text: str) -> bool:
        while self.text[self.at : self.at + 1].isspace():
            self.at += 1
        found = self.text.startswith(text, self.at)
        self.at += len(text) * found
        return found
