"""Why a run did not succeed, for people: the criterion with its values, the request, the answer, and the place."""

from __future__ import annotations

from typing import Final

from arazzo_runner.effects import Request, Response
from arazzo_runner.engine.results import Attempt, RunResult, StepResult
from arazzo_runner.reports.bodies import excerpt, media_type
from arazzo_runner.reports.failed_attempts import failing_attempt, failing_chain
from arazzo_runner.reports.frames import code_frame, place
from arazzo_runner.reports.lines import Line, Paper, Role, duration, line, size, wrapped
from arazzo_runner.reports.places import Places
from arazzo_runner.reports.transcript import reasons, status_text

#: The lines of an answer and of a request that are shown.
_ANSWER_LINES: Final = 20
_REQUEST_LINES: Final = 10
_LABEL: Final = 13
_PLAIN_WIDTH: Final = 200


def failure_lines(result: RunResult, places: Places, paper: Paper, stood: str = "") -> list[Line]:
    """The block that explains a run which failed, ended or was cancelled (it ``stood`` there); else nothing."""
    if result.error is None or result.succeeded:
        return []
    chain = failing_chain(result)
    found = failing_attempt(result)
    role: Role = "warn" if result.status in ("ended", "cancelled") else "bad"
    head = f"{'!' if role == 'warn' else paper.symbols.bad} {_headline(chain, found)}"
    lines = [line((text, role)) for text in wrapped(head, paper.width, later="  ")]
    if stood:
        lines += _labelled("stood at", [stood], paper.width)
    if len(chain) > 1:
        lines += _labelled("in", [_call_path(chain, paper)], paper.width)
    if found is not None and result.status != "cancelled":
        lines += _attempt_lines(found[1], paper)
    return lines + _place_lines(chain, places, paper.width)


def _headline(chain: list[RunResult], found: tuple[StepResult, Attempt] | None) -> str:
    """The run's message, without the criterion: that one stands below with its values."""
    error, inner = chain[0].error, chain[-1].error
    assert error is not None  # the caller looked
    if found is None or inner is None or inner.code != "criterion":
        return error.message
    before, failed, _ = error.message.rpartition(f"step '{found[0].step_id}' failed")
    tries = f" after {len(found[0].attempts)} attempts" if len(found[0].attempts) > 1 else ""
    return f"{before}{failed}{tries}" if failed else error.message


def _call_path(chain: list[RunResult], paper: Paper) -> str:
    names = []
    for run, inner in zip(chain, [*chain[1:], None], strict=True):
        names.append(run.workflow_id)
        if inner is not None and run.transferred_to is None and run.steps:
            names.append(run.steps[-1].step_id)
    return f" {paper.symbols.arrow} ".join(names)


def _attempt_lines(attempt: Attempt, paper: Paper) -> list[Line]:
    lines: list[Line] = []
    for verdict in attempt.verdicts if attempt.error is None else ():
        if not verdict.passed:
            language = "" if verdict.type == "simple" else f"   ({verdict.type})"
            lines += _labelled("criterion", [f"{verdict.condition}{language}", *reasons(verdict)], paper.width)
    if attempt.request is not None:
        lines += _request_lines(attempt.request, paper)
    if attempt.response is not None:
        lines += _response_lines(attempt.response, attempt.duration, paper)
    elif attempt.request is not None and attempt.error is not None:
        lines += _labelled("no answer", [f"{attempt.error.code} after {duration(attempt.duration)}"], paper.width)
    for note in attempt.notes:
        lines += _labelled("note", [note], paper.width)
    return lines


def _request_lines(request: Request, paper: Paper) -> list[Line]:
    head = _labelled("request", [f"{request.method} {request.url}"], paper.width)
    return head + _body_lines(request, _REQUEST_LINES, paper)


def _response_lines(response: Response, seconds: float, paper: Paper) -> list[Line]:
    what = media_type(response.headers) or "no media type"
    kept = ", body not kept" if response.dropped else ""
    length = len(response.content) or response.dropped
    about = f"{what}, {size(length)}{kept}" if length else "empty"
    status, about = status_text(response.status_code), f"({about}, {duration(seconds)})"
    fits = paper.width is None or _LABEL + len(f"{status}   {about}") <= paper.width
    return _labelled("response", [f"{status}   {about}"] if fits else [status, about], paper.width) + _body_lines(
        response, _ANSWER_LINES, paper
    )


def _body_lines(message: Request | Response, most: int, paper: Paper) -> list[Line]:
    room = (paper.width or _PLAIN_WIDTH) - _LABEL
    texts = excerpt(message.headers, message.content, most, paper.symbols.cut)
    return [line(" " * _LABEL, paper.cut(text, room)) for text in texts]


def _labelled(label: str, texts: list[str], width: int | None) -> list[Line]:
    lines: list[Line] = []
    room = None if width is None else width - _LABEL
    for text in [part for whole in texts for part in wrapped(whole, room)]:
        lines.append(
            line(("" if lines else f"  {label}", "dim"), " " * (_LABEL - (0 if lines else len(label) + 2)), text)
        )
    return lines


def _place_lines(chain: list[RunResult], places: Places, width: int | None) -> list[Line]:
    """The place of the failure with its source line, and those of the steps that called its workflow."""
    origins = [run.error.origin for run in reversed(chain) if run.error is not None and run.error.origin is not None]
    origins = [origin for origin in dict.fromkeys(origins) if origin.document]
    lines: list[Line] = []
    for origin in origins:
        span = places.locate(origin)
        if lines:
            lines += _labelled("called at", [place(origin, span)], None)
            continue
        text = places.text(origin.document)
        frame = [] if span is None or text is None else code_frame(text, span, width)
        lines += [*_labelled("at", [place(origin, span)], None), *frame]
    return lines
