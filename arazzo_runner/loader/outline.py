"""Where the parts of a large document stand in its text, and a value that reads a part when it is first asked for.

Knows offsets and JSON values; it must not know what a document means, nor where outlines are kept.
"""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, Mapping, ValuesView
from typing import Any, Final, TypeAlias

from arazzo_runner.values import JSON

#: How deep parts are told apart: ``components``, ``schemas`` and one schema are three levels.
LEVELS: Final = 3
#: A mapping that takes more characters has its members told apart.
LARGE: Final = 16 * 1024

Path: TypeAlias = "tuple[str | int, ...]"
#: The first character of a part and the one behind it.
Range: TypeAlias = "tuple[int, int]"
#: Where the collections of the upper levels stand: in JSON the value, in YAML the key and its value, from the start of
#: the line. There the end is where the next token begins.
Ranges: TypeAlias = "dict[Path, Range]"
#: The members of a mapping: ``[value]`` of a scalar, ``[start, end]`` of a part, or the outline of a large mapping.
Outline: TypeAlias = "dict[str, list[Any] | Outline]"
#: Reads the member of this name from the text of its part.
ReadPart: TypeAlias = Callable[[str, int, int], JSON]


def outline(value: JSON, ranges: Ranges) -> Outline | None:
    """The outline of a document; None where it has parts whose places are not known."""
    return _outline(value, (), ranges) if isinstance(value, dict) else None


def _outline(mapping: Mapping[str, JSON], path: Path, ranges: Ranges) -> Outline | None:
    found: Outline = {}
    for key, value in mapping.items():
        here = (*path, key)
        if not isinstance(value, dict | list):
            found[key] = [value]
            continue
        if here not in ranges:
            return None
        start, end = ranges[here]
        opened = isinstance(value, dict) and end - start > LARGE and len(here) < LEVELS
        inner = _outline(value, here, ranges) if opened and isinstance(value, dict) else None
        found[key] = inner or [start, end]
    return found


def deferred(members: Outline, read: ReadPart) -> Deferred:
    """The value of an outline. Raises ValueError when it is none."""
    values: dict[str, JSON] = {}
    unread: dict[str, Range] = {}
    for key, member in members.items():
        match member:
            case dict():
                values[key] = deferred(member, read)
            case [int(start), int(end)]:
                values[key] = None
                unread[key] = (start, end)
            case [None | bool() | int() | float() | str() as scalar]:
                values[key] = scalar
            case _:
                raise ValueError(f"'{key}' is no member of an outline")
    return Deferred(values, unread, read)


class Deferred(dict[str, JSON]):
    """A JSON object whose members are read when they are first asked for, and then kept."""

    __slots__ = ("_read", "_unread")

    def __init__(self, values: dict[str, JSON], unread: dict[str, Range], read: ReadPart) -> None:
        super().__init__(values)
        self._unread = unread
        self._read = read

    def _all(self) -> Deferred:
        for key in tuple(self._unread):
            self[key]
        return self

    def __getitem__(self, key: str) -> JSON:
        """The member, read now if it was not before."""
        place = self._unread.get(key)
        if place is not None:
            self[key] = self._read(key, *place)
            self._unread.pop(key, None)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        """The member, or ``default``."""
        if key in self:
            return self[key]
        return default

    def values(self) -> ValuesView[JSON]:  # type: ignore[override]  # typeshed names the view of dict itself
        """All members, read now."""
        return super(Deferred, self._all()).values()

    def items(self) -> ItemsView[str, JSON]:  # type: ignore[override]
        """All names and members, read now."""
        return super(Deferred, self._all()).items()

    def __iter__(self) -> Iterator[str]:
        """The names. That it is defined here keeps ``dict(this)`` and ``{**this}`` from copying what is not read."""
        return super().__iter__()

    def __or__(self, other: Any) -> Any:
        """A plain object with the members of both."""
        return dict(self) | other

    def __eq__(self, other: object) -> bool:
        """Whether all members are equal."""
        return dict.__eq__(self._all(), other._all() if isinstance(other, Deferred) else other)

    def __ne__(self, other: object) -> bool:
        """Whether a member differs."""
        return not self == other

    __hash__ = None  # as of every dict

    def __repr__(self) -> str:
        return dict.__repr__(self._all())

    def copy(self) -> dict[str, JSON]:
        """A plain object with all members."""
        return dict(self)

    def __reduce__(self) -> tuple[type[dict[str, JSON]], tuple[dict[str, JSON]]]:
        """Copies and other processes get a plain object."""
        return dict, (dict(self),)
