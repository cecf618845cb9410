"""Places in an answer that an operand can name, and how a value is put there so that the rest stays as it was.

Knows answers and the schemas below them; must not know conditions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

from arazzo_runner.expressions.nodes import Expression, MessagePart, Path, Pointer, Simple
from arazzo_runner.records import dataclass
from arazzo_runner.transports.mock.answers import Answer, header_text
from arazzo_runner.transports.mock.generate import generate
from arazzo_runner.transports.mock.schemas import Plain, Resolve, members, plain
from arazzo_runner.values import JSON, MISSING, Missing

MOST_ITEMS: Final = 100

Token: TypeAlias = "str | int"


@dataclass(frozen=True, slots=True)
class StatusCode:
    """The status of the answer."""


@dataclass(frozen=True, slots=True)
class HeaderField:
    """A header of the answer."""

    name: str


@dataclass(frozen=True, slots=True)
class BodyPart:
    """A place in the body; where ``query`` is set, what that JSONPath query selects there."""

    tokens: tuple[Token, ...] = ()
    query: str | None = None

    def below(self, tokens: Sequence[Token]) -> BodyPart:
        """The place further down."""
        return BodyPart((*self.tokens, *tokens), self.query)


Place: TypeAlias = "StatusCode | HeaderField | BodyPart"


def place_of(expression: Expression) -> Place | None:
    """The place that a runtime expression names; None for everything that is not part of the answer."""
    match expression:
        case Simple("statusCode"):
            return StatusCode()
        case MessagePart(root="response", source="header", name=name):
            return HeaderField(name)
        case MessagePart(root="response", source="body", access=access):
            return body_part(access)
        case _:
            return None


def body_part(access: Pointer | Path | None, start: BodyPart | None = None) -> BodyPart:
    """The part of the body that an access leads to."""
    start = start or BodyPart()
    match access:
        case Pointer(tokens, _):
            return start.below(tokens)
        case Path(steps, None):
            return start.below(steps)
        case Path(_, query):
            return BodyPart(start.tokens, query)
        case _:
            return start


def look(answer: Answer, place: StatusCode | HeaderField | BodyPart) -> JSON | Missing:
    """What stands at the place; a query's place is looked up by its tokens only."""
    match place:
        case StatusCode():
            return answer.status
        case HeaderField(name):
            found = [value for key, value in answer.headers.items() if key.lower() == name.lower()]
            return answer.media_type if not found and name.lower() == "content-type" else found[0] if found else MISSING
        case BodyPart(tokens):
            return reach(answer.body, tokens)


def reach(node: JSON | Missing, tokens: Sequence[Token]) -> JSON | Missing:
    """The value below a node, MISSING where the tokens lead nowhere."""
    for token in tokens:
        match node:
            case dict() if str(token) in node:
                node = node[str(token)]
            case list() if (index := as_index(token)) is not None and -len(node) <= index < len(node):
                node = node[index]
            case _:
                return MISSING
    return node


def as_index(token: Token) -> int | None:
    """A token as an index of an array."""
    if isinstance(token, int):
        return token
    return int(token) if token.isascii() and token.isdigit() and len(token) < 10 else None


def put(answer: Answer, place: Place, value: JSON) -> bool:
    """Put the value there; False where that place cannot hold it."""
    match place:
        case StatusCode():
            if isinstance(value, bool) or not isinstance(value, int) or not 100 <= value <= 599:
                return False
            answer.status = value
        case HeaderField(name):
            for key in [key for key in answer.headers if key.lower() == name.lower()]:
                del answer.headers[key]
            answer.headers[name] = header_text(value)
            if name.lower() == "content-type":
                answer.media_type = header_text(value)
        case BodyPart(tokens):
            if not answer.is_json and tokens:
                return False
            body = None if answer.body is MISSING else answer.body
            if (where := contradiction(answer, tokens)) is not None:
                if answer.faithful:
                    return False
                answer.bent.append(where)
            answer.body = put_below(body, tokens, value, answer.schema, answer.resolve)
    return True


def contradiction(answer: Answer, tokens: Sequence[Token]) -> str | None:
    """Where the tokens lead through a value that has no such parts and whose schema says so, as a JSON Pointer."""
    schema, node = answer.schema, answer.body
    for i, token in enumerate(tokens):
        types = plain(schema, answer.resolve).types()
        fine = isinstance(node, dict | None) or (isinstance(node, list) and as_index(token) is not None)
        if node is not MISSING and not fine and types and "object" not in types:
            return str(Pointer(tuple(str(each) for each in tokens[:i])))
        schema, node = child(schema, token, answer.resolve), reach(node, (token,))
    return None


def put_below(node: JSON, tokens: Sequence[Token], value: JSON, schema: JSON, resolve: Resolve) -> JSON:
    """The node with the value below it; containers on the way are made, arrays are filled up by their schema."""
    if not tokens:
        return value
    token, rest = tokens[0], tokens[1:]
    index = as_index(token)
    if (
        index is not None
        and abs(index) < MOST_ITEMS
        and not isinstance(node, dict)
        and (isinstance(node, list | None) and may_be_array(schema, resolve, token))
    ):
        items = lengthened(node if isinstance(node, list) else [], index + 1 if index >= 0 else -index, schema, resolve)
        items[index] = put_below(items[index], rest, value, child(schema, index, resolve), resolve)
        return items
    if isinstance(node, list):  # the description says an array where the document reads an object
        node = node[0] if node and isinstance(node[0], dict) else {}
    members_ = node if isinstance(node, dict) else {}
    below = child(schema, str(token), resolve)
    members_[str(token)] = put_below(members_.get(str(token)), rest, value, below, resolve)
    return members_


def may_be_array(schema: JSON, resolve: Resolve, token: Token) -> bool:
    """Whether an index may be meant: an integer always, digits unless the schema has such a member."""
    return isinstance(token, int) or str(token) not in members(plain(schema, resolve).keywords)


def lengthened(items: list[JSON], length: int, schema: JSON, resolve: Resolve) -> list[JSON]:
    """The array with at least this many items, new ones by its schema."""
    while len(items) < min(length, MOST_ITEMS):
        items.append(generate(child(schema, len(items), resolve), resolve, nodes=200))
    return items


def child(schema: JSON, token: Token, resolve: Resolve) -> JSON:
    """The schema of a member or an item; True where nothing is said of it."""
    found = plain(schema, resolve)
    below = _child(found, token)
    if below is not None:
        return below
    for branches in found.choices:
        for branch in branches:
            below = _child(plain(branch, resolve), token)
            if below is not None:
                return below
    return True


def _child(schema: Plain, token: Token) -> JSON:
    keywords = schema.keywords
    if isinstance(token, int):
        first, items = keywords.get("prefixItems"), keywords.get("items")
        if isinstance(first, list) and 0 <= token < len(first):
            return first[token]
        return items if isinstance(items, dict) else None
    declared = members(keywords)
    if token in declared:
        return declared[token]
    others = keywords.get("additionalProperties")
    return others if isinstance(others, dict) else None


def schema_at(answer: Answer, place: Place) -> JSON:
    """The schema of what stands at the place."""
    match place:
        case StatusCode():
            return {"type": "integer"}
        case HeaderField(name):
            return answer.header_schemas.get(name.lower(), {"type": "string"})
        case BodyPart(tokens):
            schema, node = answer.schema, answer.body
            for token in tokens:
                index = as_index(token)
                is_item = isinstance(token, int) or (index is not None and isinstance(node, list))
                schema = child(schema, index if is_item and index is not None else str(token), answer.resolve)
                node = reach(node, (token,))
            return schema


def invented(answer: Answer, place: Place, name: str) -> JSON:
    """A sensible value for a place that lacks one; ``name`` is what the document calls it."""
    schema = schema_at(answer, place)
    tokens = place.tokens if isinstance(place, BodyPart) else ()
    called = next((str(token) for token in reversed(tokens) if as_index(token) is None), name)
    value = generate(schema, answer.resolve, name=called, nodes=200)
    return called if value in (None, {}) and not plain(schema, answer.resolve).types() else value
