"""Mends an answer until criteria hold (or do not), and fills in what a step's outputs read.

It reads conditions loosely (`wishes`), puts values where their operands lead (`places`, `jsonpaths`, `xml_places`) and
lets the compiled criteria judge; a change stays only when it helps and breaks nothing that held. Effort is bounded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from arazzo_runner.diagnostics import IGNORE
from arazzo_runner.expressions import evaluate, parse, to_text
from arazzo_runner.expressions.comparing import compare
from arazzo_runner.expressions.criteria import Criterion
from arazzo_runner.expressions.nodes import Invalid
from arazzo_runner.expressions.scope import Names, Scope
from arazzo_runner.expressions.selectors.jsonpath import read_singular
from arazzo_runner.records import dataclass
from arazzo_runner.transports.mock import patterns
from arazzo_runner.transports.mock.answers import BODYLESS, Answer, statuses
from arazzo_runner.transports.mock.judging import Bench, Goal
from arazzo_runner.transports.mock.places import (
    BodyPart,
    Place,
    StatusCode,
    invented,
    look,
    place_of,
    put,
    schema_at,
)
from arazzo_runner.transports.mock.schemas import plain
from arazzo_runner.transports.mock.values import values_for
from arazzo_runner.transports.mock.wishes import Wish, ways
from arazzo_runner.values import JSON, MISSING, Missing

_PICKS: Final = 4  #: values that are tried for one operand
_NAMES: Final = Names()
_ROOTS: Final = (
    "$inputs",
    "$steps",
    "$response",
    "$request",
    "$workflows",
    "$outputs",
    "$statusCode",
    "$url",
    "$method",
)
_EMBEDDED: Final = re.compile(
    r"(?P<quote>['\"]?)(?P<text>\{\$[^{}]+\}|\$(?:inputs|steps|workflows|outputs|request|response)\.[\w.#/~-]*[\w])(?P=quote)"
)


@dataclass(frozen=True, slots=True)
class Target:
    """What an operand of a condition is: a place, or the length of what stands there."""

    place: Place
    measured: bool = False


def meet(answer: Answer, goals: Sequence[Goal], bench: Bench) -> Answer:
    """The answer, mended so that as many goals as possible are met; earlier ones are kept."""
    kept: list[Goal] = []
    scope = bench.scope(answer)
    for goal in goals:
        if not bench.met(goal, scope):
            mended = _mended(answer, goal, kept, bench)
            if mended is None:
                continue
            answer, scope = mended, bench.scope(mended)
        kept.append(goal)
    return answer


def meets(answer: Answer, goals: Sequence[Goal], bench: Bench) -> Answer | None:
    """The answer mended so that all goals are met, or None."""
    mended = meet(answer, goals, bench)
    return mended if bench.all_met(goals, mended) else None


def _mended(answer: Answer, goal: Goal, kept: Sequence[Goal], bench: Bench) -> Answer | None:
    for draft in _drafts(answer, goal, bench):
        scope = bench.scope(draft)
        if bench.met(goal, scope) and all(bench.met(other, scope) for other in kept):
            return draft
    return None


def _drafts(answer: Answer, goal: Goal, bench: Bench) -> Iterable[Answer]:
    """Answers that may meet the goal, the least changed first."""
    criterion = goal.criterion
    scope = bench.scope(answer)
    if criterion.type.type == "xpath":
        yield from _xml_drafts(answer, goal)
    elif criterion.type.type == "regex":
        yield from _matching_drafts(answer, goal)
    else:
        condition = (
            substituted(criterion.condition, scope) if criterion.type.type == "jsonpath" else criterion.condition
        )
        for way in ways(condition, hold=goal.hold):
            for pick in range(_PICKS):
                draft = answer.copied()
                for wish in way:
                    _grant(draft, wish, criterion, bench, pick)
                yield draft


def _xml_drafts(answer: Answer, goal: Goal) -> Iterable[Answer]:
    from arazzo_runner.transports.mock.xml_places import mended

    if (
        isinstance(answer.body, str)
        and goal.hold
        and (text := mended(answer.body, goal.criterion.condition)) is not None
    ):
        yield replace(answer.copied(), body=text)


def _matching_drafts(answer: Answer, goal: Goal) -> Iterable[Answer]:
    criterion = goal.criterion
    place = place_of(criterion.context) if criterion.context is not None else BodyPart()
    if place is None:
        return
    if goal.hold and isinstance(place, BodyPart) and not place.tokens and isinstance(answer.body, dict):
        text = patterns.text_for(criterion.condition)
        if text is not None:  # the pattern is looked for in the JSON text
            yield replace(answer.copied(), body={**answer.body, text.strip('" ') or "text": text})
    schema = plain(schema_at(answer, place), answer.resolve)
    operator = "matches" if goal.hold else "differs"
    for value in values_for(operator, criterion.condition, look(answer, place), schema, answer.resolve):
        draft = answer.copied()
        if put(draft, place, value):
            yield draft


def _grant(answer: Answer, wish: Wish, criterion: Criterion, bench: Bench, pick: int) -> None:
    """Change the answer so that the wish may come true; ``pick`` chooses among the values that would do."""
    for each in (wish, wish.mirrored()):
        if each is None or (target := target_of(each.left, criterion)) is None:
            continue
        wanted = value_of(each.right, criterion, answer, bench) if each.right else MISSING
        if isinstance(target.place, BodyPart) and target.place.query is not None:
            _grant_query(answer, target, each, wanted, pick)
        elif target.measured:
            _grant_length(answer, target.place, each, wanted)
        else:
            _grant_value(answer, target.place, each, wanted, criterion, pick)
        return


def _grant_value(
    answer: Answer, place: Place, wish: Wish, wanted: JSON | Missing, criterion: Criterion, pick: int
) -> None:
    now = look(answer, place)
    if wish.operator in ("==", "!=", "<", "<=", ">", ">=") and compare(wish.operator, now, wanted):
        return
    exists = criterion.type.type == "jsonpath" and wish.operator in ("truthy", "falsy")
    if exists and isinstance(place, BodyPart) and place.tokens:  # as a query it asks whether the place is there
        _present(answer, place, now, wish)
        return
    schema = plain(schema_at(answer, place), answer.resolve)
    candidates = values_for(wish.operator, wanted, now, schema, answer.resolve)
    if candidates:
        put(answer, place, candidates[min(pick, len(candidates) - 1)])


def _present(answer: Answer, place: BodyPart, now: JSON | Missing, wish: Wish) -> None:
    holder = look(answer, BodyPart(place.tokens[:-1]))
    if wish.operator == "truthy" and now is MISSING:
        put(answer, place, invented(answer, place, str(place.tokens[-1])))
    elif wish.operator == "falsy" and isinstance(holder, dict):
        holder.pop(str(place.tokens[-1]), None)
    elif wish.operator == "falsy" and isinstance(holder, list):
        holder.clear()


def _grant_length(answer: Answer, place: Place, wish: Wish, wanted: JSON | Missing) -> None:
    from arazzo_runner.transports.mock.jsonpaths import of_size

    now, schema = look(answer, place), schema_at(answer, place)
    number = None if isinstance(wanted, Missing) else wanted
    put(answer, place, of_size(now, schema, answer.resolve, wish.operator, number))


def _grant_query(answer: Answer, target: Target, wish: Wish, wanted: JSON | Missing, pick: int) -> None:
    """Wishes about what a JSONPath query selects, or how many."""
    from arazzo_runner.transports.mock import jsonpaths

    place, resolve = target.place, answer.resolve
    assert isinstance(place, BodyPart)
    assert place.query is not None
    node, schema = look(answer, BodyPart(place.tokens)), schema_at(answer, BodyPart(place.tokens))
    if isinstance(node, Missing) or not answer.is_json:
        node = None
    few = wish.operator == "falsy" or (target.measured and wish.operator in ("==", "<", "<=") and wanted in (0, 1))
    few = few and not (target.measured and wish.operator in ("==", "<=") and wanted == 1)

    def value(now: JSON | Missing, its: JSON) -> JSON:
        candidates = values_for(wish.operator, wanted, now, plain(its, resolve), resolve)
        return candidates[min(pick, len(candidates) - 1)] if candidates else None

    if few:
        node = jsonpaths.emptied(place.query, node, schema, resolve, pick)
    else:
        keep = target.measured or wish.operator == "truthy"
        make = jsonpaths.present(resolve, "value") if keep else value
        node = jsonpaths.selecting(place.query, node, schema, resolve, make, pick)
    put(answer, BodyPart(place.tokens), node)


def target_of(text: str, criterion: Criterion) -> Target | None:
    """The part of the answer that an operand names."""
    for suffix in (".length()", ".length", ""):
        if suffix and not text.endswith(suffix):
            continue
        place = _place(text.removesuffix(suffix), criterion)
        if place is not None:
            return Target(place, bool(suffix))
    return None


def _place(text: str, criterion: Criterion) -> Place | None:
    if not text.startswith("$"):
        return None
    if text.startswith(_ROOTS):
        expression = parse(text, _NAMES, IGNORE)
        return None if isinstance(expression, Invalid) else place_of(expression)
    if criterion.type.type != "jsonpath":
        return None
    start = place_of(criterion.context) if criterion.context is not None else BodyPart()
    if not isinstance(start, BodyPart):
        return None
    singular = read_singular(text)
    return BodyPart(start.tokens, text) if singular is None else start.below(singular.steps)


def value_of(text: str, criterion: Criterion, answer: Answer, bench: Bench) -> JSON | Missing:
    """The value of the other operand: a literal, a part of the answer, or what the run knows."""
    if text[:1] in ("'", '"') and text[-1:] == text[:1]:
        return text[1:-1]
    if text.startswith("$"):
        target = target_of(text, criterion)
        if target is not None and not target.measured:
            return look(answer, target.place)
        return evaluate(parse(text, _NAMES, IGNORE), bench.scope(answer))
    return _literal(text)


def _literal(text: str) -> JSON:
    for form in (text, text.replace("'", '"')):
        try:
            value: JSON = json.loads(form)
        except (ValueError, RecursionError):
            continue
        return value
    return text


def substituted(condition: str, scope: Scope) -> str:
    """A JSONPath condition with the runtime expressions in it replaced by their values (S22)."""

    def value(found: re.Match[str]) -> str:
        result = evaluate(parse(found["text"].strip("{}"), _NAMES, IGNORE), scope)
        if isinstance(result, Missing):
            return found[0]
        if found["quote"]:
            return f"{found['quote']}{to_text(result)}{found['quote']}"
        return json.dumps(result) if not isinstance(result, bytes) else found[0]

    return _EMBEDDED.sub(value, condition)


def chosen_status(documented: Iterable[str], goals: Sequence[Goal], bench: Bench, *, bodily: bool) -> int:
    """The status that the criteria about it want, documented ones first (a bare 2xx where there are none).

    With ``bodily`` the step reads a body, so a status that has none comes last.
    """
    candidates = statuses(documented)
    if bodily:
        candidates.sort(key=lambda status: status in BODYLESS)
    asked = [goal for goal in goals if "$statusCode" in goal.criterion.condition or _about_status(goal)]
    if not asked:
        return candidates[0]
    best, most = candidates[0], -1
    for status in candidates:
        answer = Answer(status)
        scope = bench.scope(answer)
        count = sum(bench.met(goal, scope) for goal in asked)
        if count > most:
            best, most = status, count
        if count == len(asked):
            break
    return best


def _about_status(goal: Goal) -> bool:
    context = goal.criterion.context
    return context is not None and isinstance(place_of(context), StatusCode)
