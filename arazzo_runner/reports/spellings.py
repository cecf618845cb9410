"""Finds secrets inside text, however URLs, forms, JSON, XML and base64 write them. Knows texts, and no event.

A run may have thousands of secrets, such as a session cookie that every answer sets anew. So a text is searched only
for those of which a gram, some letters that every spelling has as they are, stands in it.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable
from typing import Final

#: Longer secrets (a whole file) are found as they are and JSON-escaped, not in every other spelling.
LONGEST_SPELLED: Final = 8192

_GRAM: Final = 6  #: letters and digits
_FEW: Final = 64  #: grams; more of them are not looked for one by one
_MOST_COMPILED: Final = 64  #: patterns
_CHARS: Final = re.compile(r"\\+|.", re.DOTALL)  #: characters, but a run of backslashes as one
_PLAIN: Final = re.compile(r"[0-9A-Za-z]+")


class Spelled:
    """Secrets in all their spellings, and which of them are in a text."""

    def __init__(self) -> None:
        self._by_gram: dict[str, list[str]] = {}
        self._gramless: list[str] = []  #: secrets with a spelling that has no gram
        self._patterns: dict[tuple[str, ...], re.Pattern[str]] = {}

    def add(self, secrets: Iterable[str]) -> None:
        """Look for these, too."""
        for secret in secrets:
            grams = {_gram(text) for text in _cores(secret)}
            if None in grams:
                self._gramless.append(secret)
            else:
                for gram in grams:
                    self._by_gram.setdefault(gram or "", []).append(secret)

    def replaced(self, text: str, by: str) -> str:
        """The text with other text in the place of every secret; of overlapping ones the longest is found first."""
        found = tuple(sorted({*self._gramless, *self._likely(text)}, key=lambda secret: (-len(secret), secret)))
        return self._pattern(found).sub(by, text) if found else text

    def _likely(self, text: str) -> Iterable[str]:
        if len(self._by_gram) <= _FEW:
            grams = [gram for gram in self._by_gram if gram in text]
        else:
            grams = list(self._by_gram.keys() & {text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1)})
        return [secret for gram in grams for secret in self._by_gram[gram]]

    def _pattern(self, secrets: tuple[str, ...]) -> re.Pattern[str]:
        pattern = self._patterns.get(secrets)
        if pattern is None:
            pattern = re.compile("|".join([pattern for secret in secrets for pattern in spellings(secret)]))
            if len(self._patterns) >= _MOST_COMPILED:
                self._patterns.clear()
            self._patterns[secrets] = pattern
        return pattern


def _gram(text: str) -> str | None:
    """The end of its longest run of letters and digits; the beginning is what tokens of a kind share."""
    longest = max(_PLAIN.findall(text), key=len, default="")
    return longest[-_GRAM:] if len(longest) >= _GRAM else None


def _cores(secret: str) -> list[str]:
    """Texts of which each spelling has one, but for its characters that are no letters and digits."""
    return [secret] if len(secret) > LONGEST_SPELLED else [secret, *(core for core, _ in _cores_in_base64(secret))]


def spellings(secret: str) -> list[str]:
    """Patterns for a secret: as it is, percent-encoded, form-encoded, JSON- and XML-escaped, in any mixture; base64.

    JSON may stand in a string of JSON, and that in another: each time there are more backslashes.
    """
    if len(secret) > LONGEST_SPELLED:
        return [re.escape(secret), re.escape(json.dumps(secret)[1:-1])]
    return ["".join(map(_spelled, _CHARS.findall(secret))), *_in_base64(secret)]


def _backslashes(number: int) -> str:
    """A pattern for a run of backslashes. Patterns for each alone would share out a long run in all ways there are."""
    spelled = "|".join(f"(?:{one}){{{number}}}" for one in ("%5[Cc]", r"\\{1,8}u005[Cc]", "&#92;"))
    return rf"(?:\\{{{number},{8 * number}}}|{spelled})"


def _spelled(char: str) -> str:
    """A pattern for one character, or a run of backslashes, however URLs, forms, JSON and XML write it."""
    if char.isascii() and char.isalnum():
        return char
    if char[0] == "\\":
        return _backslashes(len(char))
    encoded = char.encode("utf-8", "surrogatepass" if not "\udc80" <= char <= "\udcff" else "surrogateescape")
    written = {char, json.dumps(char)[1:-1], html.escape(char), f"\\u{ord(char):04x}", f"&#{ord(char)};"}
    patterns = {re.escape(text) for text in written if not text.startswith("\\")}
    patterns |= {f"(?i:{_escaped(text)})" for text in written if text.startswith("\\")}
    patterns.add("".join(f"%(?i:{byte:02x})" for byte in encoded))
    if char == " ":
        patterns.add(r"\+")
    elif char == "/":
        patterns.add(_escaped(r"\/"))
    elif char == "'":
        patterns.add("&apos;")
    return f"(?:{'|'.join(sorted(patterns))})"


def _escaped(text: str) -> str:
    """A pattern for text with backslashes in it: JSON that was written as a string of JSON has more of them."""
    return "".join(r"\\{1,8}" if part[0] == "\\" else re.escape(part) for part in _CHARS.findall(text))


def _in_base64(secret: str) -> list[str]:
    """Patterns for the part of a secret's base64 that does not depend on what stands before and after it."""
    return ["".join(map(_spelled_base64, core)) + tail for core, tail in _cores_in_base64(secret)]


def _cores_in_base64(secret: str) -> list[tuple[str, str]]:
    """That part as base64 writes it, at each of the three alignments, and a pattern for what ends it."""
    content = secret.encode("utf-8", "surrogateescape")
    found: list[tuple[str, str]] = []
    for before, dropped in ((0, 0), (1, 2), (2, 3)):
        text = base64.b64encode(b"\0" * before + content).decode()
        whole = len(text) - {0: 0, 1: 3, 2: 2}[(before + len(content)) % 3]
        found.append((text[dropped:whole], "[A-Za-z0-9+/_-]?={0,2}" if whole < len(text) else ""))
    return found


def _spelled_base64(char: str) -> str:
    match char:
        case "+":
            return r"(?:\+|-|%2[Bb])"
        case "/":
            return r"(?:/|_|\\/|%2[Ff])"
        case _:
            return char
