"""Places in answers that expressions of a step name, and what the operation's description says stands there.

Knows operations and their schemas; not what criteria compare (`claims`) or what is wrong with it (`answers`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Final

from arazzo_runner.description import BoundStep, BoundWorkflow
from arazzo_runner.expressions.nodes import (
    Access,
    Constant,
    Expression,
    MessagePart,
    Path,
    Pointer,
    Selector,
    StepOutput,
    Value,
    Whole,
)
from arazzo_runner.expressions.paths import read_path
from arazzo_runner.records import dataclass
from arazzo_runner.sources.openapi.media import MediaType, best, media_type
from arazzo_runner.sources.openapi.operation import OpenAPIOperation
from arazzo_runner.validation.claims import Asked, read_query
from arazzo_runner.validation.schemas import EVERY, Reached, Resolve, Token, is_index, reach
from arazzo_runner.values import JSON

_MOST_HOPS: Final = 8


@dataclass(frozen=True, slots=True)
class Answers:
    """What an operation may answer, as far as a step reads it: the schemas of its JSON bodies, or XML."""

    label: str
    schemas: tuple[JSON, ...]
    resolve: Resolve
    is_xml: bool = False

    def reach(self, tokens: tuple[Token, ...]) -> Reached:
        """Where tokens lead; "no" only where they lead nowhere in any of the bodies."""
        found = [reach(schema, tokens, self.resolve) for schema in self.schemas]
        for verdict in ("yes", "unknown"):
            chosen = [each for each in found if each.verdict == verdict]
            if chosen:
                return Reached(chosen[0].verdict, {"anyOf": [each.schema for each in chosen]}, len(tokens))
        return max(found, key=lambda each: each.depth) if found else Reached("unknown")

    def below(self, tokens: tuple[Token, ...]) -> Answers:
        """What stands at a place of these answers, of those that have it."""
        found = (reach(schema, tokens, self.resolve) for schema in self.schemas)
        return replace(self, schemas=tuple(each.schema for each in found if each.verdict == "yes"))


@dataclass(frozen=True, slots=True)
class Spot:
    """A place below the body of a step's answer."""

    step: BoundStep
    operation: OpenAPIOperation
    tokens: tuple[Token, ...] = ()
    inherited: int = 0  #: how many of the tokens are written in another step's output


# --- which answers ----------------------------------------------------------------------------------------------------
def answers(
    step: BoundStep, operation: OpenAPIOperation, mentioned: Collection[int] = (), *, any_status: bool = False
) -> Answers | None:
    """The bodies that a step may get: those of success and of the statuses that it mentions, or those of any.

    None where one of them is not described, or is neither JSON nor XML.
    """
    accept = accepted(step)
    if accept is None:
        return None
    schemas, xml = list[JSON](), False
    contents = operation.contents()
    for status in _statuses(contents, mentioned, any_status=any_status):
        for name in _chosen(contents[status], accept):
            kind = media_type(name)
            if kind is None:
                return None
            if kind.is_xml:
                xml = True
            elif (kind.is_json or kind.is_range) and (schema := contents[status][name].get("schema")) is not None:
                schemas.append(schema)
            else:
                return None
    if not schemas and not xml:
        return None
    if schemas and xml:
        return None
    return Answers(operation.label, tuple(schemas), operation.dereference, is_xml=xml)


def accepted(step: BoundStep) -> str | None:
    """The step's own Accept header, empty where it has none; None where it is not known."""
    for parameter in step.parameters:
        if parameter.name.lower() == "accept" and parameter.in_ in ("header", None):
            value = parameter.value
            return value.value if isinstance(value, Constant) and isinstance(value.value, str) else None
    return ""


def _statuses(contents: Mapping[str, object], mentioned: Collection[int], *, any_status: bool) -> list[str]:
    if any_status:
        return list(contents)
    success = [status for status in contents if status[:1] == "2"]
    named = [status for code in mentioned if (status := documented(code, contents)) is not None]
    return list(dict.fromkeys([*(success or [status for status in contents if status == "default"]), *named]))


def documented(code: int, statuses: Collection[str]) -> str | None:
    """The status, range or default under which an operation documents a status code."""
    wanted = (str(code), f"{code // 100}XX", f"{code // 100}xx", "default")
    return next((status for status in wanted if status in statuses), None)


def _chosen(contents: Mapping[str, Mapping[str, JSON]], accept: str) -> list[str]:
    """The media types that an answer may have: those that the step accepts, JSON before all others."""
    kinds = {name: media_type(name) for name in contents}
    if accept:
        wanted = [kind for part in accept.split(",") if (kind := media_type(part)) is not None]
        kinds = {name: kind for name, kind in kinds.items() if kind and any(_meet(kind, each) for each in wanted)}
    json = [name for name, kind in kinds.items() if kind is not None and kind.is_json]
    return json or list(kinds)


def _meet(kind: MediaType, wanted: MediaType) -> bool:
    return wanted.covers(kind) or kind.covers(wanted) or best(wanted, [kind.essence]) is not None


# --- which place ------------------------------------------------------------------------------------------------------
def spot_of(asked: Asked, step: BoundStep, workflow: BoundWorkflow) -> Spot | None:
    """The place below an answer's body that a criterion or expression looks at; None for any other."""
    found = _spot(asked.expression, step, workflow, 0)
    if found is None:
        return None
    tokens = (*found.tokens, *asked.tokens)
    if asked.filtered and not _holds_items(found, asked):
        tokens = tuple(token for token in tokens if token is not EVERY)  # S20: tried on the object itself
    return Spot(found.step, found.operation, tokens, found.inherited)


def _holds_items(found: Spot, asked: Asked) -> bool:
    """Whether the filter is asked of an array; at the root of an object it is tried on that object (S20)."""
    if asked.tokens[:1] != (EVERY,):
        return True
    known = answers(found.step, found.operation)
    return known is None or known.reach((*found.tokens, EVERY)).verdict == "yes"


def _spot(expression: Expression, step: BoundStep, workflow: BoundWorkflow, hops: int) -> Spot | None:
    match expression:
        case MessagePart(root="response", source="body", access=access):
            if isinstance(step.operation, OpenAPIOperation):
                return Spot(step, step.operation, tuple(tokens_of(access)))
        case StepOutput(step_id=step_id, name=name, access=access):
            index = workflow.index.get(step_id)
            if index is None or hops > _MOST_HOPS:
                return None
            other = workflow.steps[index]
            found = _output(other.step.outputs.get(name), other, workflow, hops + 1)
            if found is not None:
                return Spot(found.step, found.operation, (*found.tokens, *tokens_of(access)), len(found.tokens))
    return None


def _output(value: Value | None, step: BoundStep, workflow: BoundWorkflow, hops: int) -> Spot | None:
    match value:
        case Whole(expression=expression):
            if isinstance(expression, MessagePart) and _selects(expression.access):
                return None
            return _spot(expression, step, workflow, hops)
        case Selector(context=context) if (tokens := selector_tokens(value)) is not None:
            found = _spot(context, step, workflow, hops)
            singular = EVERY not in tokens
            return Spot(found.step, found.operation, (*found.tokens, *tokens)) if found and singular else None
    return None


def selector_tokens(selector: Selector) -> tuple[Token, ...] | None:
    """The tokens of a Selector Object's query, as far as they can be told; None for XPath and for embedded values."""
    if not isinstance(selector.selector, Constant) or not isinstance(selector.selector.value, str):
        return None
    text = selector.selector.value
    match selector.type.type:
        case "jsonpath":
            query = read_query(text)
            return None if query.filter else query.tokens
        case "jsonpointer":
            parts = text.removeprefix("#").split("/")[1:]
            return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)
    return None


def _selects(access: Access) -> bool:
    return isinstance(access, Path) and access.query is not None


def tokens_of(access: Access) -> Iterator[Token]:
    """The tokens of what follows a name, as far as they can be told."""
    match access:
        case Path(query=str() as query):
            yield from read_query(query).tokens
        case Path(steps=steps):
            yield from steps
        case Pointer(tokens=tokens, lenient=lenient):
            for token in tokens:
                path = read_path(token if token.startswith("[") else f".{token}") if lenient else None
                if path is None or (len(path.steps) == 1 and path.query is None):
                    yield token
                elif path.query is not None:
                    yield from read_query(path.query).tokens
                    return
                else:
                    yield from path.steps


def shown(tokens: tuple[Token, ...]) -> str:
    """The tokens as a person reads them: ``items[0].id``."""
    text = ""
    for token in tokens:
        if token is EVERY or (is_index(token) and text):
            text += f"[{token.value if token is EVERY else token}]"
        else:
            text += f".{token}" if text else str(token)
    return text
