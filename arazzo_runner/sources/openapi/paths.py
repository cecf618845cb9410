"""Path templates: ``/pets/{id}.json``, ``/{Bucket}/{Key+}?uploads``, ``/v1/{name}:cancel``, ``/#X-Target=...`` (S38).

A template is cut once; filling it joins encoded values. What stands behind ``?`` in it belongs to the query, what
stands behind ``#`` is never sent.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from urllib.parse import quote, unquote, unquote_plus

from arazzo_runner.errors import CannotSend
from arazzo_runner.records import dataclass

_EXPRESSION = re.compile(r"\{([^{}]*)\}")
_LITERAL = ":/@!$&'()*+,;=%"


@dataclass(frozen=True, slots=True)
class PathTemplate:
    """A path of a description, cut into literal text and names of parameters (in odd places)."""

    text: str
    parts: tuple[str, ...]
    query: tuple[tuple[str, tuple[str, ...] | None], ...] = ()  #: encoded name; its value's parts, None without ``=``
    reserved: frozenset[str] = frozenset()  #: names written ``{name+}`` or ``{+name}``, whose ``/`` stay

    @property
    def names(self) -> tuple[str, ...]:
        """Every parameter of the path and of its query."""
        values = [part for _, parts in self.query if parts for part in parts[1::2]]
        return tuple(dict.fromkeys((*self.parts[1::2], *values)))

    def path(self, values: Mapping[str, str], label: str) -> str:
        """The path with its parameters filled in. Raises `CannotSend` when one is not given."""
        filled = _fill(self.parts, values, label)
        if "/." in filled and not {".", ".."}.isdisjoint(filled.split("/")):
            raise CannotSend(
                "path", f"'{filled}' of {label} has a segment '.' or '..', which would lead to another path"
            )
        return filled

    def fixed_query(
        self, values: Mapping[str, str], given: Collection[str], label: str
    ) -> list[tuple[str, str | None]]:
        """What the template itself says of the query, without those names that the step gives."""
        return [
            (name, None if parts is None else _fill(parts, values, label, empty=True))
            for name, parts in self.query
            if name not in given
        ]

    def pattern(self) -> re.Pattern[str]:
        """A pattern that takes the values of its parameters out of the end of a sent path (groups in order)."""
        pieces = [
            f"({'.*' if self.parts[index] in self.reserved else '[^/]*'})" if index % 2 else re.escape(part)
            for index, part in enumerate(self.parts)
        ]
        return re.compile("".join(pieces) + r"\Z", re.DOTALL)


def _fill(parts: tuple[str, ...], values: Mapping[str, str], label: str, *, empty: bool = False) -> str:
    if len(parts) == 1:
        return parts[0]
    filled = list(parts)
    for index in range(1, len(parts), 2):
        value = values.get(parts[index])
        if value is None:
            raise CannotSend("missing-parameter", f"no parameter gives '{parts[index]}' in the path of {label}")
        if not value and not empty and filled[index - 1].endswith("/"):
            message = f"the path parameter '{parts[index]}' of {label} is empty, which would lead to another path"
            raise CannotSend("missing-value", message)
        filled[index] = value
    return "".join(filled)


def path_template(text: str, declared: Collection[str] = ()) -> PathTemplate:
    """Cut a path of a description; ``declared`` are the names of the operation's path parameters."""
    reserved: set[str] = set()
    cleaned = _EXPRESSION.sub(lambda found: "" if found[1][:1] in {"?", "&"} else found[0], text)
    path, _, query = cleaned.partition("#")[0].partition("?")
    pairs = [item.partition("=") for item in query.split("&") if item]
    return PathTemplate(
        text,
        _cut(path, declared, reserved),
        tuple((_literal(unquote(n)), _cut(v, declared, reserved) if mark else None) for n, mark, v in pairs),
        frozenset(reserved),
    )


def _cut(text: str, declared: Collection[str], reserved: set[str]) -> tuple[str, ...]:
    parts = _EXPRESSION.split(text)
    for index, part in enumerate(parts):
        parts[index] = _name(part, declared, reserved) if index % 2 else quote(part, safe=_LITERAL)
    return tuple(parts)


def _name(name: str, declared: Collection[str], reserved: set[str]) -> str:
    bare = name.strip("+")
    if bare != name:
        name = name if name in declared else bare
        reserved.add(name)
    return name


def _literal(name: str) -> str:
    return quote(unquote_plus(name), safe="")
