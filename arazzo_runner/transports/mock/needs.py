"""What a workflow reads of its steps' answers: the places that outputs lead to, and what is read through them later.

Knows the bound workflow; must not know how answers are made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from arazzo_runner.description import BoundStep, BoundWorkflow
from arazzo_runner.expressions import expressions_in
from arazzo_runner.expressions.nodes import Access, Constant, Expression, Selector, StepOutput, Value, Whole
from arazzo_runner.expressions.selectors.jsonpath import read_singular
from arazzo_runner.records import dataclass
from arazzo_runner.transports.mock.answers import Answer
from arazzo_runner.transports.mock.places import BodyPart, Place, body_part, invented, look, place_of, put
from arazzo_runner.values import JSON, MISSING, Missing


@dataclass(frozen=True, slots=True)
class Need:
    """A place that should hold something; ``name`` is what the document calls it."""

    place: Place
    name: str
    consumed: bool = False  #: something later uses it, so null is not enough
    xpath: str = ""  #: instead of the place's tokens, in XML


def needs_of(workflow: BoundWorkflow) -> Mapping[str, tuple[Need, ...]]:
    """By stepId, the places that each step's outputs read, and those that others read through them."""
    uses: dict[tuple[str, str], list[Access]] = {}
    for expression in _expressions(workflow):
        if isinstance(expression, StepOutput):
            uses.setdefault((expression.step_id, expression.name), []).append(expression.access)
    return {step.step.step_id: tuple(_step_needs(step, uses)) for step in workflow.steps}


def reads_body(needs: tuple[Need, ...]) -> bool:
    """Whether anything is read from the body."""
    return any(isinstance(need.place, BodyPart) for need in needs)


def fill(answer: Answer, needs: tuple[Need, ...]) -> None:
    """Put something where the outputs read and nothing is; what is there stays."""
    for need in needs:
        if need.xpath:
            _fill_xml(answer, need)
        elif isinstance(need.place, BodyPart) and need.place.query is not None:
            _fill_query(answer, need.place, need)
        else:
            now = look(answer, need.place)
            if now is MISSING or (now is None and need.consumed):
                put(answer, need.place, _something(invented(answer, need.place, need.name), need))


def _expressions(workflow: BoundWorkflow) -> Iterator[Expression]:
    for value in workflow.workflow.outputs.values():
        yield from expressions_in(value)
    for bound in workflow.steps:
        yield from _step_expressions(bound)


def _step_expressions(bound: BoundStep) -> Iterator[Expression]:
    step = bound.step
    actions = [action.action for action in (*bound.on_success, *bound.on_failure)]
    values: list[Value] = [parameter.value for parameter in bound.parameters]
    values += [parameter.value for action in actions for parameter in action.parameters]
    values += step.outputs.values()
    if step.request_body is not None:
        values += [replacement.value for replacement in step.request_body.replacements]
        values += [step.request_body.payload] if step.request_body.payload is not None else []
    for value in values:
        yield from expressions_in(value)
    for criterion in (*step.success_criteria, *(criterion for action in actions for criterion in action.criteria)):
        yield from expressions_in(criterion)


def _step_needs(bound: BoundStep, uses: Mapping[tuple[str, str], list[Access]]) -> Iterator[Need]:
    for name, value in bound.step.outputs.items():
        accesses = uses.get((bound.step.step_id, name), [])
        need = _need(name, value, consumed=bool(accesses))
        if need is not None:
            yield need
            if isinstance(need.place, BodyPart) and need.place.query is None and not need.xpath:
                for access in accesses:
                    if access is not None:
                        yield Need(body_part(access, need.place), name, consumed=True)
        else:
            yield from (Need(place, name) for e in expressions_in(value) if (place := place_of(e)) is not None)


def _need(name: str, value: Value, *, consumed: bool) -> Need | None:
    match value:
        case Whole(expression):
            place = place_of(expression)
            return None if place is None else Need(place, name, consumed)
        case Selector(context=context, selector=Constant(str(text)), type=type_):
            start = place_of(context)
            if not isinstance(start, BodyPart):
                return None
            return _selected(name, start, type_.type, text, consumed=consumed)
        case _:
            return None


def _selected(name: str, start: BodyPart, language: str, text: str, *, consumed: bool) -> Need | None:
    match language:
        case "jsonpath":
            singular = read_singular(text)
            place = BodyPart(start.tokens, text) if singular is None else start.below(singular.steps)
            return Need(place, name, consumed)
        case "jsonpointer":
            tokens = [token.replace("~1", "/").replace("~0", "~") for token in text.split("/")[1:]]
            return Need(start.below(tokens), name, consumed)
        case "xpath":
            return Need(start, name, consumed, xpath=text)
        case _:
            return None


def _something(value: JSON, need: Need) -> JSON:
    return need.name if need.consumed and value in (None, {}, "") else value


def _fill_query(answer: Answer, place: BodyPart, need: Need) -> None:
    from arazzo_runner.expressions.selectors.jsonpath import RFC, compile_jsonpath
    from arazzo_runner.expressions.selectors.query import QueryError
    from arazzo_runner.transports.mock import jsonpaths
    from arazzo_runner.transports.mock.places import schema_at

    base, query = BodyPart(place.tokens), place.query or "$"
    node = look(answer, base)
    body: JSON = None if isinstance(node, Missing) else node
    try:
        if compile_jsonpath(RFC, query).select(body):
            return
    except QueryError:
        return
    make = jsonpaths.present(answer.resolve, need.name)
    put(answer, base, jsonpaths.selecting(query, body, schema_at(answer, base), answer.resolve, make))


def _fill_xml(answer: Answer, need: Need) -> None:
    from arazzo_runner.transports.mock.xml_places import with_value

    if isinstance(answer.body, str) and (text := with_value(answer.body, need.xpath, need.name)) is not None:
        answer.body = text
