"""One attempt of a step as HTML: its criteria, the request, the answer, why there was none. Knows no run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from arazzo_runner.effects import Headers, Request, Response
from arazzo_runner.engine.results import Attempt
from arazzo_runner.expressions.criteria import Verdict
from arazzo_runner.records import dataclass
from arazzo_runner.reports.bodies import body_text, encodable, media_type
from arazzo_runner.reports.html_report.markup import Fragment, Ours, each, element, joined
from arazzo_runner.reports.lines import count, duration

#: A body shows at most so many characters.
LONGEST_BODY: Final = 64 * 1024
#: So much of a body stays when the report has no room for more.
SHORTEST_BODY: Final = 256
_LARGE: Final = 4 * LONGEST_BODY
_LONGEST_VALUE: Final = 4096
_MOST_HEADERS: Final = 100


@dataclass(slots=True)
class Room:
    """What is left for bodies in a report, in characters: a report of any run can be opened."""

    left: int = 32 * 1024 * 1024
    kept_for_failures: int = 8 * 1024 * 1024

    def take(self, length: int, *, failed: bool) -> int:
        """How much of a body of this length is shown."""
        free = self.left if failed else self.left - self.kept_for_failures
        shown = min(length, LONGEST_BODY)
        if shown > free:
            shown = min(length, SHORTEST_BODY)
        self.left -= shown
        return shown


def exchange(attempt: Attempt, room: Room, *, failed: bool) -> Fragment:
    """What an attempt sent, what came, and what was judged."""
    parts: list[Fragment] = []
    if attempt.error is not None:
        code = element("strong", attempt.error.code)
        parts.append(element("p", code, " ", attempt.error.message, class_="problem"))
    if attempt.verdicts:
        judged = each(verdict(one) for one in attempt.verdicts)
        parts.append(element("ul", judged, class_="criteria", aria_label="Criteria"))
    sides: list[Fragment] = []
    if attempt.request is not None:
        sides.append(_request(attempt.request, room, failed=failed))
    if attempt.response is not None:
        sides.append(_response(attempt.response, attempt.duration, room, failed=failed))
    if sides:
        parts.append(element("div", *sides, class_="exchange"))
    parts += [element("p", "note: ", note, class_="note") for note in attempt.notes]
    return joined(*parts)


def verdict(judged: Verdict) -> Fragment:
    """A judged criterion, with the values that it looked at."""
    sign = element("span", Ours("&#10003;" if judged.passed else "&#10007;"), class_="sign", aria_hidden="true")
    state = element("span", "holds" if judged.passed else "does not hold", class_="state")
    language = None if judged.type == "simple" else element("span", judged.type, class_="language")
    why = judged.why or "; ".join(f"{one.text} is {_value(one.value)}" for one in judged.operands)
    reason = element("span", why, class_="why") if why else None
    condition = element("code", judged.condition)
    return element("li", sign, state, " ", condition, " ", language, reason, class_="pass" if judged.passed else "fail")


def _value(value: object) -> str:
    text = json.dumps(encodable(value), ensure_ascii=False)
    return text if len(text) <= _LONGEST_VALUE else f"{len(text)} characters"


def _request(request: Request, room: Room, *, failed: bool) -> Fragment:
    line = element("p", element("b", request.method), " ", element("span", request.url, class_="url"), class_="line")
    copy = element("button", "Copy as curl", type="button", class_="copy", hidden=True)
    head = element("div", element("strong", "Request"), copy, class_="side-head")
    rest = _content(request.headers, request.content, "Request body", room, failed=failed)
    return element("div", head, line, *rest, class_="request")


def _response(response: Response, seconds: float, room: Room, *, failed: bool) -> Fragment:
    kind = f"status s{response.status_code // 100}"
    status = element("b", str(response.status_code), class_=kind)
    line = element("p", status, " ", element("span", f"in {duration(seconds)}", class_="dim"), class_="line")
    rest = _content(response.headers, response.content, "Response body", room, failed=failed)
    return element(
        "div", element("div", element("strong", "Response"), class_="side-head"), line, *rest, class_="response"
    )


def _content(headers: Headers, content: bytes, name: str, room: Room, *, failed: bool) -> list[Fragment]:
    return [_headers(headers, room, failed=failed), *body(headers, content, name, room, failed=failed)]


def _headers(headers: Headers, room: Room, *, failed: bool) -> Fragment:
    fields = headers.fields[:_MOST_HEADERS]
    if not fields:
        return element("p", "no headers", class_="dim")
    length = sum(len(name) + len(value) for name, value in fields)
    if room.take(length, failed=failed) < length:
        return element("p", f"{count(len(headers.fields), 'header')}, {length:,} characters", class_="dim")
    rows = each(joined(element("dt", name), element("dd", _cut(value))) for name, value in fields)
    return element(
        "details", element("summary", count(len(headers.fields), "header")), element("dl", rows), class_="headers"
    )


def _cut(value: str) -> str:
    return value if len(value) <= _LONGEST_VALUE else f"{value[:_LONGEST_VALUE]}… ({len(value)} characters)"


def body(headers: Headers, content: bytes, name: str, room: Room, *, failed: bool) -> list[Fragment]:
    """A body, pretty and cut, with its size where it was cut; nothing for an empty one."""
    if not content:
        return []
    text = body_text(headers, content) if len(content) <= _LARGE else _large(headers, content)
    shown = beginning(text, room.take(len(text), failed=failed))
    parts = [element("pre", shown, tabindex="0", role="group", aria_label=name, class_="body")]
    if len(shown) < len(text):
        told = f"The first {len(shown):,} characters of a body of {len(content):,} bytes."
        parts.append(element("p", told, class_="cut"))
    return parts


def _large(headers: Headers, content: bytes) -> str:
    """The beginning of a body that is too long to be parsed for its looks."""
    text = content[:_LARGE].decode("utf-8", "replace")
    binary = "\0" in text or text.count("\ufffd") > 8
    return f"<{len(content)} bytes of {media_type(headers) or 'unknown type'}>" if binary else text


def beginning(text: str, length: int) -> str:
    """The first characters of a text, up to a line's end where there is one near, so that no secret is halved."""
    if len(text) <= length:
        return text
    end = text.rfind("\n", length // 2, length)
    return text[: end if end > 0 else length]


def values(named: Mapping[str, object], name: str, room: Room) -> Fragment | None:
    """Inputs or outputs as a table of names and JSON; None when there are none."""
    if not named:
        return None
    rows: list[Fragment] = []
    for key, value in named.items():
        text = json.dumps(encodable(value), ensure_ascii=False, indent=2)
        shown = beginning(text, room.take(len(text), failed=True))
        more = f"\n… {len(text):,} characters" if len(shown) < len(text) else ""
        rows.append(element("tr", element("th", key, scope="row"), element("td", element("code", shown + more))))
    return element("table", element("caption", name), element("tbody", *rows), class_="values")
