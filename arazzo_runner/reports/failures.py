"""Why a run did not succeed, for people: the criterion with its values, the request, the answer, and the place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from arazzo_runner.effects import Request, Response
from arazzo_runner.engine.results import Attempt, RunResult, StepResult
from arazzo_runner.expressions.criteria import Verdict
from arazzo_runner.reports.bodies import body_text
from arazzo_runner.reports.frames import code_frame, place
from arazzo_runner.reports.lines import Line, Role, Symbols, cut, line, wrapped
from arazzo_runner.reports.places import Places

_BODY_LINES: Final = 20
_LABEL: Final = 13


def failing_attempt(result: RunResult) -> tuple[StepResult, Attempt] | None:
    """The step and the attempt that a run failed at, however deep in the workflows that it called."""
    if result.transferred_to is not None:
        return failing_attempt(result.transferred_to)
    if not result.steps:
        last = result.dependencies[-1] if result.dependencies else None
        return None if last is None or last.succeeded else failing_attempt(last)
    step = result.steps[-1]
    if step.status == "succeeded" or not step.attempts:
        return None
    attempt = step.attempts[-1]
    deeper = failing_attempt(attempt.run) if attempt.run is not None else None
    return deeper or (step, attempt)


def failure_lines(result: RunResult, places: Places, width: int | None, symbols: Symbols) -> list[Line]:
    """The block that explains a run which failed or ended; nothing for one that succeeded."""
    if result.error is None or result.succeeded:
        return []
    found = failing_attempt(result)
    role: Role = "warn" if result.status in ("ended", "cancelled") else "bad"
    lines = [line((text, role)) for text in wrapped(f"{symbols.bad} {_headline(result, found)}", width, later="  ")]
    if found is not None:
        lines += _attempt_lines(found[1], width, symbols)
    return lines + _place_lines(result, places, width)


def _headline(result: RunResult, found: tuple[StepResult, Attempt] | None) -> str:
    assert result.error is not None  # the caller looked
    if result.error.code != "criterion" or found is None:
        return result.error.message
    head, mark, _ = result.error.message.partition(" failed")
    tries = len(found[1:][0].verdicts) and len(found[0].attempts)
    after = f" after {tries} attempts" if tries > 1 else ""
    return f"{head}{mark}{after}"


def _attempt_lines(attempt: Attempt, width: int | None, symbols: Symbols) -> list[Line]:
    lines: list[Line] = []
    for verdict in attempt.verdicts if attempt.error is None else ():
        if not verdict.passed:
            lines += _labelled("criterion", list(_criterion(verdict)), width)
    if attempt.request is not None:
        lines += request_lines(attempt.request, width)
    if attempt.response is not None:
        lines += response_lines(attempt.response, width, symbols)
    for note in attempt.notes:
        lines += _labelled("note", [note], width)
    return lines


def _criterion(verdict: Verdict) -> Iterator[str]:
    language = "" if verdict.type == "simple" else f"   ({verdict.type})"
    yield f"{verdict.condition}{language}"
    if verdict.why:
        yield verdict.why
    else:
        for operand in verdict.operands:
            yield f"{operand.text} is {_value(operand.value)}"


def _value(value: object) -> str:
    import json

    from arazzo_runner.reports.bodies import encodable

    return json.dumps(encodable(value), ensure_ascii=False)


def request_lines(request: Request, width: int | None) -> list[Line]:
    """The request line."""
    return _labelled("request", [f"{request.method} {request.url}"], width)


def response_lines(response: Response, width: int | None, symbols: Symbols) -> list[Line]:
    """The status and the body, pretty and cut."""
    text = body_text(response.headers, response.content)
    lines = text.splitlines()
    if len(lines) > _BODY_LINES:
        lines = [*lines[: _BODY_LINES - 1], f"{symbols.cut} {len(lines) - _BODY_LINES + 1} more lines"]
    room = (width or 200) - _LABEL - 4
    return _labelled("response", [str(response.status_code), *(cut(one, room, symbols) for one in lines)], width)


def _labelled(label: str, texts: list[str], width: int | None) -> list[Line]:
    later = " " * _LABEL
    lines: list[Line] = []
    for text in texts:
        head = later if lines else f"  {label}".ljust(_LABEL)
        if text.startswith((" ", "{", "}", "[", "]", '"')):
            lines.append(line((head, "dim"), text))
            continue
        first, *rest = wrapped(text, None if width is None else width - _LABEL) or [""]
        lines += [line((head, "dim"), first), *(line(later, more) for more in rest)]
    return lines


def _place_lines(result: RunResult, places: Places, width: int | None) -> list[Line]:
    origin = result.error.origin if result.error is not None else None
    if origin is None or not origin.document:
        return []
    span = places.locate(origin)
    text = places.text(origin.document)
    frame = [] if span is None or text is None else code_frame(text, span, width)
    return [*_labelled("at", [place(origin, span)], None), *frame]
