"""Says what a syntax error means to the person who wrote the text: expected, found, what to do.

Knows the words of libyaml, PyYAML and ``json``; it must not parse anything itself.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from yaml import YAMLError
from yaml.error import MarkedYAMLError
from yaml.reader import ReaderError

from arazzo_runner.patterns import rare


class Explained(NamedTuple):
    """A syntax error at ``place`` of the text."""

    place: int
    message: str
    hint: str


#: Words in the parser's problem; what was expected and found; what to do.
_YAML: tuple[tuple[str, str, str], ...] = (
    (
        "mapping values are not allowed",
        "expected one value, found another ': ' after it",
        "put text that contains ': ' in quotes, or correct the indentation",
    ),
    ("tab character", "expected spaces as indentation, found a tab", "indent with spaces"),
    (
        "cannot start any token",
        "expected a value, found {found}",
        "indent with spaces, and put text that begins with a special character in quotes",
    ),
    (
        "sequence entries are not allowed",
        "expected a value, found '-', which begins a list",
        "begin the list on its own line, or put the text in quotes",
    ),
    (
        "could not find expected ':'",
        "expected ':' after a key, found none",
        "write 'key: value', or correct the quotes",
    ),
    (
        "unknown escape character",
        "expected an escape that YAML has, found '\\{found_bare}'",
        "write '\\\\' for one '\\', or use single quotes",
    ),
    (
        "invalid Unicode character escape",
        "expected a whole character, found half of a surrogate pair",
        "write the character itself",
    ),
    (
        "expected escape sequence",
        "expected hexadecimal digits after the escape, found {found}",
        "write '\\\\' for one '\\', or use single quotes",
    ),
    (
        "expected hexdecimal",
        "expected hexadecimal digits after the escape, found {found}",
        "write '\\\\' for one '\\', or use single quotes",
    ),
    ("unexpected end of stream", "expected a closing quote, found the end of the document", "close the quote{opened}"),
    ("did not find expected ',' or", "expected ',' or the closing bracket, found {found}", "close the bracket{opened}"),
    ("expected ',' or", "expected ',' or the closing bracket, found {found}", "close the bracket{opened}"),
    (
        "did not find expected '-' indicator",
        "expected another '- ' item of the list{opened}, found {found}",
        "correct the indentation",
    ),
    (
        "did not find expected key",
        "expected another key of the mapping{opened}, found {found}",
        "correct the indentation, or put the text in quotes",
    ),
    (
        "expected <block end>",
        "expected another member of the collection{opened}, found {found}",
        "correct the indentation, or put the text in quotes",
    ),
    (
        "did not find expected node content",
        "expected a value, found {found}",
        "write a value, or put the text in quotes",
    ),
    ("expected the node content", "expected a value, found {found}", "write a value, or put the text in quotes"),
    (
        "did not find expected <document start>",
        "expected the end of the document, found {found}",
        "correct the indentation",
    ),
    ("expected '<document start>'", "expected the end of the document, found {found}", "correct the indentation"),
    ("undefined tag handle", "expected a tag that is declared, found an unknown one", "remove the tag"),
    ("duplicate %YAML directive", "expected one %YAML directive, found two", "remove one"),
    ("incompatible YAML document", "expected YAML 1.2, found another version", "correct the %YAML directive"),
)

_JSON: dict[str, tuple[str, str]] = {
    "Expecting value": ("expected a value, found {found}", "write a value, or remove the ',' before it"),
    "Expecting property name enclosed in double quotes": (
        "expected a member's name in double quotes, found {found}",
        "put the name in double quotes, or remove the ',' before it",
    ),
    "Illegal trailing comma before end of object": ("expected a member after ',', found none", "remove the ','"),
    "Illegal trailing comma before end of array": ("expected a value after ',', found none", "remove the ','"),
    "Expecting ':' delimiter": ("expected ':' after the member's name, found {found}", "write the ':'"),
    "Expecting ',' delimiter": ("expected ',' or the closing bracket, found {found}", "write the ',' or the bracket"),
    "Extra data": ("expected the end of the document, found {found}", "keep one value in a document"),
    "Unterminated string starting at": ("expected a closing '\"', found none", "close the text that begins here"),
    "Invalid control character at": ("expected an escape such as '\\n', found {found}", "write it as an escape"),
    "Invalid \\escape": ("expected an escape that JSON has, found {found}", "write '\\\\' for one '\\'"),
    "Invalid \\uXXXX escape": ("expected four hexadecimal digits after '\\u', found {found}", "write four digits"),
}

_NAMES = {"\t": "a tab", "\n": "the end of the line", "\r": "the end of the line", "": "the end of the document"}
_PAIR = rare(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_ESCAPES = rare(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.")


def explain(error: YAMLError, text: str) -> Explained:
    """What a YAML parser's error means."""
    if isinstance(error, ReaderError):
        return _unreadable(error, text)
    if not isinstance(error, MarkedYAMLError):
        return Explained(0, f"expected YAML, found an error: {error}", "correct the text")
    mark = error.problem_mark or error.context_mark
    index = mark.index if mark is not None else 0
    opened = f" that begins at line {error.context_mark.line + 1}" if error.context_mark is not None else ""
    bare = text[index : index + 2].lstrip("\\")[:1]
    problem = error.problem or "the text is not YAML"
    for words, message, hint in _YAML:
        if words in problem:
            found = {"found": _found(text, index), "found_bare": bare, "opened": opened}
            return Explained(index, message.format(**found), hint.format(**found))
    return Explained(index, f"expected YAML, found something else: {problem}", "correct the text at this place")


def _unreadable(error: ReaderError, text: str) -> Explained:
    character = error.character if isinstance(error.character, int) else ord(str(error.character)[:1] or "\0")
    index = max(text.find(chr(character)), 0)
    message = f"expected printable text, found the control character U+{character:04X}"
    return Explained(index, message, "remove it, or write it as an escape in double quotes")


def explain_json(error: json.JSONDecodeError, text: str) -> Explained:
    """What an error of ``json`` means."""
    message, hint = _JSON.get(error.msg.rstrip(":"), ("expected JSON, found {found}", "correct the text at this place"))
    return Explained(error.pos, message.format(found=_found(text, error.pos)), hint)


def _found(text: str, index: int) -> str:
    character = text[index : index + 1]
    if character in _NAMES:
        return _NAMES[character]
    word = re.compile(r"[\w$./-]{1,30}").match(text, index)
    return f"'{word[0] if word else character}'"


def lone_surrogate(text: str) -> re.Match[str] | None:
    """The first escape in a JSON text that is half of a surrogate pair."""
    if not _half(text) or ("\\\\u" not in text and not _half(_PAIR.sub("", text))):
        return None
    return next((found for found in _ESCAPES.finditer(text) if found[1]), None)


def _half(text: str) -> bool:
    """Whether there may be an escape that is half of a pair."""
    return "\\" in text and ("\\ud" in text or "\\uD" in text)
