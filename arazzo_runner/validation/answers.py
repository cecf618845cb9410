"""Rules about what a step expects of an answer: statuses, places in the body, and values that its schema lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from arazzo_runner import diagnostics as codes
from arazzo_runner.description import BoundStep, BoundWorkflow, Description
from arazzo_runner.diagnostics import Diagnostic, Origin, Severity
from arazzo_runner.expressions.criteria import Criterion
from arazzo_runner.expressions.nodes import ArrayValue, ObjectValue, Selector, Value
from arazzo_runner.expressions.text import to_text
from arazzo_runner.loader.nearest import listed, suggestion
from arazzo_runner.loader.references import uses_in_criteria, uses_in_value
from arazzo_runner.model import Action
from arazzo_runner.records import dataclass
from arazzo_runner.validation.claims import Asked, Claim, asked_paths, claims, statuses
from arazzo_runner.validation.places import Answers, Spot, answers, documented, selector_tokens, shown, spot_of
from arazzo_runner.validation.requests import steps_with_operations
from arazzo_runner.validation.schemas import Reached, Token, enumerated
from arazzo_runner.validation.visiting import finding, workflows
from arazzo_runner.values import JSON

_NO_NAME: Final = "\0"  #: a member that no schema declares
_FEW: Final = 3  #: how many places further down are worth telling


@dataclass(frozen=True, slots=True)
class Looked:
    """Something that a step looks at, and where it says so; after a failure the answer may have any status."""

    asked: Asked
    origin: Origin
    any_status: bool = False


# --- statuses ---------------------------------------------------------------------------------------------------------
def undocumented_statuses(description: Description) -> Iterator[Diagnostic]:
    """Conditions expect statuses that the operation documents."""
    for _, _, step, operation in steps_with_operations(description):
        known = operation.contents()
        for criterion, origin, decides in _criteria(step, failing=False):  # a failure may be one that nobody foresaw
            wanted = list(dict.fromkeys(statuses(criterion)))
            unknown = [code for code in wanted if known and documented(code, known) is None]
            for code in unknown:
                only = decides and len(unknown) == len(wanted)
                message = f"'{operation.label}' does not document the status {code} (it has {', '.join(known)})"
                severity = Severity.WARNING if only else Severity.INFO
                yield finding(codes.UNDOCUMENTED_STATUS, origin, message, severity=severity)


def _criteria(step: BoundStep, *, failing: bool = True) -> Iterator[tuple[Criterion, Origin, bool]]:
    """The criteria of a step, where they stand, and whether they decide if the step succeeds."""
    model = step.step
    for index, criterion in enumerate(model.success_criteria):
        yield criterion, model.origin.at("successCriteria", index, "condition"), True
    actions: tuple[Action, ...] = (*model.on_success, *(model.on_failure if failing else ()))
    for action in actions:
        for index, criterion in enumerate(action.criteria):
            yield criterion, action.origin.at("criteria", index, "condition"), False


def _mentioned(step: BoundStep) -> set[int]:
    criteria = [*step.step.success_criteria, *(each for action in step.step.on_success for each in action.criteria)]
    return {code for criterion in criteria for code in statuses(criterion)}


# --- places in the body -----------------------------------------------------------------------------------------------
def undeclared_members(description: Description) -> Iterator[Diagnostic]:
    """Paths into answers lead to what their schemas declare, and paths for JSON into JSON."""
    for _, workflow in workflows(description):
        for step in workflow.steps:
            for looked in _looks(step):
                yield from _checked(looked, step, workflow)
        if workflow.steps:
            for use in workflow.output_uses:
                yield from _checked(Looked(Asked(use.expression), use.origin), workflow.steps[-1], workflow)


def _looks(step: BoundStep) -> Iterator[Looked]:
    model = step.step
    yield from _in_criteria(model.success_criteria, model.origin.at("successCriteria"))
    for action in model.on_success:
        yield from _in_criteria(action.criteria, action.origin.at("criteria"))
    for failure in model.on_failure:
        yield from _in_criteria(failure.criteria, failure.origin.at("criteria"), any_status=True)
    for name, value in model.outputs.items():
        yield from _in_value(value, model.origin.at("outputs", name))
    for parameter in model.parameters:
        yield from _in_value(parameter.value, parameter.origin.at("value"))
    if model.request_body is not None and model.request_body.payload is not None:
        yield from _in_value(model.request_body.payload, model.request_body.origin.at("payload"))


def _in_criteria(criteria: Iterable[Criterion], origin: Origin, *, any_status: bool = False) -> Iterator[Looked]:
    for use in uses_in_criteria(criteria, origin, "criteria"):
        yield Looked(Asked(use.expression), use.origin, any_status)
    for index, criterion in enumerate(criteria):
        for asked in asked_paths(criterion):
            yield Looked(asked, origin.at(index, "condition"), any_status)


def _in_value(value: Value, origin: Origin) -> Iterator[Looked]:
    for use in uses_in_value(value, origin, "outputs"):
        yield Looked(Asked(use.expression), use.origin)
    for selector, place in _selectors(value, origin):
        tokens = selector_tokens(selector)
        if tokens:
            text = str(getattr(selector.selector, "value", ""))
            yield Looked(Asked(selector.context, tokens, text), place.at("selector"))


def _selectors(value: Value, origin: Origin) -> Iterator[tuple[Selector, Origin]]:
    match value:
        case Selector():
            yield value, origin
        case ObjectValue(members=members):
            for name, member in members:
                yield from _selectors(member, origin.at(name))
        case ArrayValue(items=items):
            for index, item in enumerate(items):
                yield from _selectors(item, origin.at(index))


def _checked(looked: Looked, step: BoundStep, workflow: BoundWorkflow) -> Iterator[Diagnostic]:
    spot = spot_of(looked.asked, step, workflow)
    if spot is None or not spot.tokens:
        return
    found = _answers(spot, step, any_status=looked.any_status)
    if found is None:
        return
    what = looked.asked.text or str(looked.asked.expression)
    if found.is_xml and spot.inherited:
        return  # the output that it goes through was reported
    if found.is_xml:
        message = f"'{what}': '{found.label}' answers in XML, into which no path for JSON leads"
        hint = "write {context: $response.body, selector: /..., type: xpath}"
        yield finding(codes.POINTER_INTO_XML, looked.origin, message, hint)
        return
    reached = found.reach(spot.tokens)
    if reached.verdict == "no" and reached.depth >= spot.inherited:
        yield _undeclared(what, reached, spot.tokens, found, looked.origin)


def _answers(spot: Spot, step: BoundStep, *, any_status: bool) -> Answers | None:
    own = spot.step is step
    return answers(spot.step, spot.operation, _mentioned(spot.step), any_status=any_status and own)


def _undeclared(what: str, reached: Reached, tokens: tuple[Token, ...], found: Answers, origin: Origin) -> Diagnostic:
    token, place = tokens[reached.depth], shown(tokens[: reached.depth])
    where = f"'{place}' in the answer of '{found.label}'" if place else f"the answer of '{found.label}'"
    kinds = reached.types - {"object"}
    if reached.names or reached.types <= {"object"}:
        verb = "allows no" if reached.closed else "declares no"
        message = f"'{what}': {where} {verb} '{token}'"
        deeper = _one_level_down(tokens, reached, found)
        hint = suggestion(str(token), reached.names, otherwise=f"it has {listed(reached.names)}")
        hint = f"it is one level down, as {listed(deeper, 'or')}" if 0 < len(deeper) <= _FEW else hint
    else:
        message = f"'{what}': {where} is {' or '.join(map(_kind, sorted(kinds)))}, which has no '{token}'"
        hint = "name one of its items by an index, such as 0" if kinds == {"array"} else None
    return finding(codes.UNDECLARED_MEMBER, origin, message, hint)


def _one_level_down(tokens: tuple[Token, ...], reached: Reached, found: Answers) -> list[str]:
    """Where the rest of a path leads below one of the members that are there: an envelope that was left out."""
    above, rest = tokens[: reached.depth], tokens[reached.depth :]
    here = found.below(above)
    leading = [
        (*above, name, *between)
        for name in reached.names
        for below in [here.below((name,))]
        for between in ((), ("0",))
        if below.reach((*between, *rest)).verdict == "yes"
    ]
    closed = (path for path in leading if found.reach((*path, _NO_NAME)).verdict == "no")  # a map takes any name
    return [shown((*path, *rest)) for path in closed]


def _kind(type_: str) -> str:
    return {"array": "an array", "string": "text", "number": "a number", "integer": "an integer"}.get(type_, type_)


# --- values -----------------------------------------------------------------------------------------------------------
def enum_values(description: Description) -> Iterator[Diagnostic]:
    """Conditions compare with values that the schema lists, where it lists them."""
    for _, workflow in workflows(description):
        for step in workflow.steps:
            for criterion, origin, _ in _criteria(step):
                for claim in claims(criterion):
                    yield from _compared(claim, origin, step, workflow)


def _compared(claim: Claim, origin: Origin, step: BoundStep, workflow: BoundWorkflow) -> Iterator[Diagnostic]:
    if claim.operator not in ("==", "!=", "in"):
        return
    spot = spot_of(claim.asked, step, workflow)
    known = values_at(spot, step) if spot is not None else None
    if spot is None or known is None:
        return
    texts = [to_text(value) for value in known if value is not None]
    folded = {text.casefold() for text in texts}
    for literal in claim.literals:
        if isinstance(literal, str | int) and to_text(literal).casefold() not in folded and literal != "":
            what = claim.asked.text or str(claim.asked.expression)
            message = f"'{what}' is never '{to_text(literal)}' in the answer of '{spot.operation.label}'"
            hint = suggestion(to_text(literal), texts, otherwise=f"it is one of {listed(texts, 'or', limit=12)}")
            yield finding(codes.UNKNOWN_ENUM_VALUE, origin, message, hint)


def values_at(spot: Spot, step: BoundStep) -> list[JSON] | None:
    """The only values that can stand at a place, by the schemas of the answers that have it."""
    found = _answers(spot, step, any_status=spot.step is step)
    if found is None or found.is_xml:
        found = _answers(spot, step, any_status=False)
    if found is None or found.is_xml:
        return None
    reached = found.reach(spot.tokens)
    return enumerated(reached.schema, found.resolve) if reached.verdict == "yes" else None
