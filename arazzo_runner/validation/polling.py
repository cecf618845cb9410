"""Polling that goes on for ever: what a step's actions do is worked out for each value that the polled field can have.

The actions are judged as a run judges them, on an answer that has nothing but the field. What hangs on anything else
counts as able to hold and not to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import Final

from arazzo_runner import diagnostics as codes
from arazzo_runner.description import BoundAction, BoundStep, BoundWorkflow, Description
from arazzo_runner.diagnostics import Diagnostic
from arazzo_runner.expressions.criteria import Criterion, expressions_in
from arazzo_runner.expressions.evaluate import evaluate
from arazzo_runner.expressions.nodes import MessagePart, Whole
from arazzo_runner.expressions.query_criteria import QueryJudge
from arazzo_runner.expressions.scope import Exchange, Scope
from arazzo_runner.loader.nearest import listed
from arazzo_runner.records import dataclass
from arazzo_runner.validation.answers import values_at
from arazzo_runner.validation.claims import Asked, asked_paths, claims, is_status, read_query, statuses
from arazzo_runner.validation.places import shown, spot_of
from arazzo_runner.validation.requests import steps_with_operations
from arazzo_runner.validation.schemas import EVERY, Token
from arazzo_runner.validation.visiting import finding
from arazzo_runner.values import JSON

_FINAL: Final = re.compile(
    r"fail|error|cancel|time_?d?_?out|expire|reject|abort|complete|succe|done|finish|stopped|terminat|delete|decline"
    r"|denied|invalid|closed|killed|dead|refuse|exhaust|destroyed",
    re.IGNORECASE,
)
_NOT_YET: Final = re.compile(r"ing$|pending|request|partial|not_|^un|to_be", re.IGNORECASE)
_MOST_VALUES: Final = 60
_BODY: Final = MessagePart("response", "body")


def endless_polling(description: Description) -> Iterator[Diagnostic]:
    """A loop that polls a field is left for every value of the field that looks final."""
    for workflow, index, step, _ in steps_with_operations(description):
        loops = [action for action in step.on_success if _loops(action, index, workflow)]
        for tokens in _polled(step, workflow) if loops else ():
            polling = _Polling(workflow, index, step, tokens)
            stuck = polling.stuck()
            if stuck:
                yield _said(stuck, loops, polling)
                break


def _said(stuck: Sequence[str], loops: Sequence[BoundAction], polling: _Polling) -> Diagnostic:
    action = next((loop.action for loop in loops if loop.action.name in polling.taken), loops[0].action)
    id_, place = polling.step.step.step_id, shown(polling.tokens)
    message = (
        f"step '{id_}' is repeated for as long as '{place}' is {listed(stuck, 'or', limit=12)}, "
        f"which {'looks' if len(stuck) == 1 else 'look'} final"
    )
    hint = "add an action that leaves the loop then, such as one of type end"
    return finding(codes.ENDLESS_POLLING, action.origin, message, hint)


def _loops(bound: BoundAction, index: int, workflow: BoundWorkflow) -> bool:
    """Whether an action leads back to the step, by way of steps that only go on."""
    action = bound.action
    if action.type == "retry":
        return action.retry_limit is None
    target = workflow.index.get(action.step_id or "") if action.type == "goto" else None
    if target is None or target > index:
        return False
    return not any(between.on_success or between.on_failure for between in workflow.steps[target:index])


def _polled(step: BoundStep, workflow: BoundWorkflow) -> Iterator[tuple[Token, ...]]:
    """The places in the step's answer that its actions compare."""
    seen = set[tuple[Token, ...]]()
    for bound in step.on_success:
        for criterion in bound.action.criteria:
            asked = [claim.asked for claim in claims(criterion)] + list(asked_paths(criterion))
            if isinstance(criterion.judge, QueryJudge) and criterion.type.type == "regex":
                asked.append(Asked(criterion.judge.context))
            for each in asked:
                spot = spot_of(each, step, workflow)
                if spot is not None and spot.step is step and spot.tokens and spot.tokens not in seen:
                    seen.add(spot.tokens)
                    if EVERY not in spot.tokens:
                        yield spot.tokens


@dataclass(slots=True)
class _Polling:
    workflow: BoundWorkflow
    index: int
    step: BoundStep
    tokens: tuple[Token, ...]
    taken: set[str] = field(default_factory=set)  #: the names of the actions that repeat the step

    def stuck(self) -> list[str]:
        """The values that look final and for which the step is certainly repeated."""
        spot = spot_of(Asked(_BODY, self.tokens), self.step, self.workflow)
        values = values_at(spot, self.step) if spot is not None else None
        texts = [value for value in values or () if isinstance(value, str)]
        if not 1 < len(texts) <= _MOST_VALUES:
            return []
        return [text for text in texts if _FINAL.search(text) and not _NOT_YET.search(text) and self._repeats(text)]

    def _repeats(self, value: str) -> bool:
        scope = self._scope(value)
        if any(self._holds(criterion, scope) is False for criterion in self.step.step.success_criteria):
            return False
        for bound in self.step.on_success:
            verdicts = [self._holds(criterion, scope) for criterion in bound.action.criteria]
            if False in verdicts:
                continue
            loops = _loops(bound, self.index, self.workflow)
            if None not in verdicts:
                if loops:
                    self.taken.add(bound.action.name)
                return loops
            if not loops:
                return False
        return False

    def _holds(self, criterion: Criterion, scope: Scope) -> bool | None:
        """Whether a criterion holds; None where it hangs on more than the field and the status."""
        return criterion.judge(scope).passed if self._hangs_on_field(criterion) else None

    def _hangs_on_field(self, criterion: Criterion) -> bool:
        judge = criterion.judge
        if isinstance(judge, QueryJudge):
            if judge.expressions:
                return False
            if judge.type.type == "regex":
                return is_status(judge.context) or self._is_field(Asked(judge.context))
            paths = list(asked_paths(criterion))
            query = read_query(judge.condition)
            whole = bool(paths) and query.filter.count("@") == sum(path.filtered for path in paths)
            return judge.type.type == "jsonpath" and whole and all(map(self._is_field, paths))
        paths = list(asked_paths(criterion))
        bare = [Asked(found) for found in expressions_in(criterion) if not (paths and found == criterion.context)]
        others = [asked for asked in bare if not is_status(asked.expression)]
        return all(map(self._is_field, [*paths, *others])) and _is_told(criterion)

    def _is_field(self, asked: Asked) -> bool:
        spot = spot_of(asked, self.step, self.workflow)
        return spot is not None and spot.step is self.step and spot.tokens == self.tokens

    def _scope(self, value: str) -> Scope:
        """What the actions see when the field has the value."""
        codes_ = [code for criterion in self.step.step.success_criteria for code in statuses(criterion)]
        exchange = Exchange(
            "GET", "", status_code=codes_[0] if codes_ else 200, response_body=_body(self.tokens, value)
        )
        scope = Scope(exchange=exchange)
        outputs: dict[str, JSON] = {}
        for name, output in self.step.step.outputs.items():
            if isinstance(output, Whole) and self._is_field(Asked(output.expression)):
                found = evaluate(output.expression, scope)
                if isinstance(found, str):
                    outputs[name] = found
        scope.steps = {self.step.step.step_id: outputs}
        return scope


def _is_told(criterion: Criterion) -> bool:
    """Whether every operand of a condition is known: a comparison has a path or an expression for each."""
    return any(True for _ in claims(criterion)) or not any(True for _ in asked_paths(criterion))


def _body(tokens: Sequence[Token], value: JSON) -> JSON:
    """An answer that has nothing but a value at a place."""
    for token in reversed(tokens):
        value = [value] if isinstance(token, int) else {str(token): value}
    return value
