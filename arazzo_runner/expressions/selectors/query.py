"""What the query languages share: how a query is asked, how one fails, and the copy that replacements write into."""

from __future__ import annotations

from typing import Protocol, TypeAlias

from arazzo_runner.values import JSON

#: A JSON container and the name or index of a value in it: where a replacement goes.
Place: TypeAlias = "tuple[dict[str, JSON] | list[JSON], str | int]"


class QueryError(Exception):
    """A query cannot be read, or cannot be asked of this context.

    ``column`` is the place in the query's text, counted from 1, where one is known.
    """

    def __init__(self, message: str, column: int | None = None) -> None:
        self.message = message
        self.column = column
        super().__init__(message if column is None else f"{message} (column {column})")


class Query(Protocol):
    """A compiled query of one language; it may be asked of any number of contexts."""

    def select(self, context: JSON) -> list[JSON]:
        """The selected values in document order; raises `QueryError` when it cannot be asked of this context."""

    def holds(self, context: JSON) -> bool:
        """Whether it passes as a condition (S19-S21); raises `QueryError` as `select` does."""


def kind(value: JSON) -> str:
    """What a value is, for messages: 'an object', 'a number'."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case bytes():
            return "binary data"
        case list():
            return "an array"
        case dict():
            return "an object"


def copied(document: JSON) -> JSON:
    """A copy in which no two places share a container, as they may after YAML aliases."""
    try:
        return _copied(document)
    except RecursionError:
        raise QueryError("the document is nested too deeply to be changed") from None


def put(places: list[Place], value: JSON) -> None:
    """Set the value at each of the places."""
    for container, key in places:
        container[key] = value  # type: ignore[index]  # the key is of the container's kind


def _copied(value: JSON) -> JSON:
    if isinstance(value, dict):
        return {name: _copied(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return value
