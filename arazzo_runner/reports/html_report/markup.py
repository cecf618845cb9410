"""HTML as pieces: what is ours is written as it is, every other text is escaped when the page is written.

Texts stay texts until then, so that a secret that a run learned late can still be hidden in them. Knows no report.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

_EMPTY: Final = frozenset({"input", "meta", "path", "line", "circle", "rect"})

_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r\n": "\n"}

#: What is markup, and characters that a page must not hold, or that reorder or hide the text around them.
_SPECIAL = re.compile(
    '\r\n|[&<>"\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff'
    "\ud800-\udfff]"
)


class Ours(str):
    """Markup that this package wrote. A sum of it and a text is a text, and is escaped."""

    __slots__ = ()


#: Pieces in order: `Ours` is markup, a plain ``str`` is a text.
Fragment: TypeAlias = tuple[str, ...]
Child: TypeAlias = "str | Fragment | None"


def element(tag: str, *children: Child, **attributes: str | int | bool | None) -> Fragment:
    """An element. ``class_`` is ``class``, ``aria_label`` is ``aria-label``; None and False leave an attribute out.

    Attributes are escaped but not searched for late secrets: values of a run are children, never attributes.
    """
    opening = f"<{tag}{''.join(_attribute(name, value) for name, value in attributes.items())}"
    if tag in _EMPTY:
        return (Ours(f"{opening}/>"),)
    return (Ours(f"{opening}>"), *joined(*children), Ours(f"</{tag}>"))


def _attribute(name: str, value: str | int | bool | None) -> str:
    if value is None or value is False:
        return ""
    written = name.rstrip("_").replace("_", "-")
    return f" {written}" if value is True else f' {written}="{escaped(str(value))}"'


def joined(*children: Child) -> Fragment:
    """The children one after the other."""
    pieces: list[str] = []
    for child in children:
        if isinstance(child, str):
            pieces.append(child)
        elif child is not None:
            pieces.extend(child)
    return tuple(pieces)


def each(children: Iterable[Child]) -> Fragment:
    """`joined` of an iterable."""
    return joined(*children)


def escaped(text: str) -> str:
    """A text as it stands in an element or in a quoted attribute."""
    return _SPECIAL.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    piece = found[0]
    return _ENTITIES.get(piece) or f"\\u{ord(piece):04x}"


def written(fragment: Iterable[str], hide: Callable[[str], str]) -> str:
    """The fragment as HTML; ``hide`` takes secrets out of its texts."""
    return "".join(piece if isinstance(piece, Ours) else escaped(hide(piece)) for piece in fragment)


def packed(fragment: Fragment) -> bytes:
    """The fragment for a file: markup and text by turns."""
    turns: list[str] = []
    for piece in fragment:
        if isinstance(piece, Ours) == (len(turns) % 2 == 0):
            turns.append(piece)
        elif isinstance(piece, Ours):
            turns[-1] += piece
        else:
            turns += ["", piece]
    return json.dumps(turns).encode()


def unpacked(content: bytes) -> Fragment:
    """What `packed` wrote."""
    return tuple(Ours(piece) if index % 2 == 0 else piece for index, piece in enumerate(json.loads(content)))
