"""The HTTP Archive says what was sent and answered, in the words of HAR 1.2; real runs are in tests/cli."""

from __future__ import annotations

import base64
import json
import tracemalloc
from collections.abc import Iterable
from typing import Any

import pytest
from report_readers import har

from arazzo_runner.effects import Headers, Request, Response
from arazzo_runner.engine.events import Event, RequestSent, ResponseReceived, StepStarted, WorkflowStarted
from arazzo_runner.reports.har import SPOOL, HarReport
from arazzo_runner.reports.har_messages import request_value, response_value
from arazzo_runner.reports.kinds import About

PATH = ("flow", "s")
STARTED = WorkflowStarted(path=("flow",), time=1_795_341_600.0, document="flow.yml", workflow_id="flow", inputs={})


def exchange(request: Request, response: Response, visit: int = 1) -> Iterable[Event]:
    yield StepStarted(path=PATH, step_id="s", visit=visit)
    yield RequestSent(path=PATH, time=1_795_341_600.5, step_id="s", attempt=1, request=request)
    yield ResponseReceived(path=PATH, time=1_795_341_601.0, step_id="s", attempt=1, response=response, duration=0.0412)


def report(*events: Event, about: About | None = None) -> HarReport:
    made = HarReport(about or About())
    for event in (STARTED, *events):
        made(event)
    return made


def sent(type_: str, content: bytes) -> dict[str, Any]:
    request = Request("POST", "http://h/", Headers([("Content-Type", type_)]), content)
    (entry,) = har("".join(report(*exchange(request, Response(200))).parts()))["entries"]
    posted: dict[str, Any] = entry["request"]["postData"]
    return posted


def test_no_request_is_a_valid_archive() -> None:
    assert har("".join(HarReport(About()).parts()))["entries"] == []


def test_times_are_milliseconds_and_what_is_not_known_says_so() -> None:
    (entry,) = har("".join(report(*exchange(Request("GET", "http://h/"), Response(204), 3)).parts()))["entries"]
    assert entry["startedDateTime"] == "2026-11-22T10:00:00.500Z"
    assert entry["time"] == 41.2
    timings = entry["timings"]
    assert timings["send"] + timings["wait"] + timings["receive"] == entry["time"]
    assert {timings[name] for name in ("blocked", "dns", "connect", "ssl")} == {-1}
    assert entry["comment"] == "step 's', visit 3, attempt 1: flow > s"


def test_a_query_and_cookies() -> None:
    value = request_value(Request("GET", "http://h/a?q=a+b&e=&x=%C3%A9&q=2", Headers([("Cookie", "a=1; b=x=y")])))
    assert value["queryString"] == [
        {"name": "q", "value": "a b"},
        {"name": "e", "value": ""},
        {"name": "x", "value": "é"},
        {"name": "q", "value": "2"},
    ]
    assert value["cookies"] == [{"name": "a", "value": "1"}, {"name": "b", "value": "x=y"}]


def test_cookies_that_are_set() -> None:
    text = "id=7; Path=/; Domain=h; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly"
    headers = Headers([("Set-Cookie", text), ("set-cookie", "b=; Secure; Expires=never"), ("Set-Cookie", "***")])
    first, second = response_value(Response(200, headers))["cookies"]
    assert first == {
        "name": "id", "value": "7", "path": "/", "domain": "h", "expires": "2026-10-21T07:28:00+00:00",
        "httpOnly": True, "secure": False,
    }  # fmt: skip
    assert second == {"name": "b", "value": "", "httpOnly": False, "secure": True}


def test_a_form() -> None:
    assert sent("application/x-www-form-urlencoded", b"a=1+2&b=%26") == {
        "mimeType": "application/x-www-form-urlencoded",
        "params": [{"name": "a", "value": "1 2"}, {"name": "b", "value": "&"}],
        "text": "a=1+2&b=%26",
    }


def test_a_multipart_form_with_files() -> None:
    content = (
        b'--x\r\nContent-Disposition: form-data; name="note"\r\n\r\nhi\r\n'
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="dot.png"\r\n'
        b"Content-Type: image/png\r\n\r\n\x89PNG\xff\r\n--x--\r\n"
    )
    posted = sent("multipart/form-data; boundary=x", content)
    assert posted["params"] == [
        {"name": "note", "value": "hi"},
        {"name": "file", "fileName": "dot.png", "contentType": "image/png"},
    ]
    assert base64.b64decode(posted["_base64"]) == content
    assert posted["text"] == ""


@pytest.mark.parametrize("content", [b"", b"--x", b"--x\r\nContent-Disposition:\r\n\r\n--x--", b"\xff" * 10])
def test_a_multipart_body_that_is_none(content: bytes) -> None:
    value = request_value(Request("POST", "http://h/", Headers([("Content-Type", "multipart/form-data")]), content))
    json.dumps(value)


def test_contents_that_are_not_text_are_base64() -> None:
    content = response_value(Response(200, Headers([("Content-Type", "image/png")]), b"\x89PNG"))["content"]
    assert content == {"size": 4, "mimeType": "image/png", "text": "iVBORw==", "encoding": "base64"}


def test_sizes_that_are_not_known_are_minus_one() -> None:
    packed = Response(200, Headers([("Content-Encoding", "gzip")]), b"text")
    assert response_value(packed)["bodySize"] == -1
    assert request_value(Request("POST", "http://h/", content=b'{"key": "***"}'))["bodySize"] == -1


def test_half_a_surrogate_pair_can_be_written() -> None:
    made = report(*exchange(Request("GET", "http://h/"), Response(200, Headers([("X", "\ud83d")]), b"\xed\xa0\xbd")))
    har("".join(made.parts()).encode().decode())


def test_a_long_run_is_not_held_in_memory() -> None:
    body = b'{"a": "' + b"x" * 10_000 + b'"}'
    tracemalloc.start()
    made = report()
    before, _ = tracemalloc.get_traced_memory()
    for visit in range(1000):
        for event in exchange(Request("GET", "http://h/"), Response(200, Headers(), body), visit):
            made(event)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held - before < 3 * SPOOL
    assert len(har("".join(made.parts()))["entries"]) == 1000


def test_an_entry_that_could_not_be_kept_is_an_error_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    made = report()

    def full(_: str) -> int:
        raise OSError("no space left")

    monkeypatch.setattr(made._entries, "write", full)
    for event in exchange(Request("GET", "http://h/"), Response(200)):
        made(event)
    with pytest.raises(OSError, match="no space left"):
        list(made.parts())


def test_s10_what_is_learned_to_be_a_secret_later_is_hidden_and_it_stays_json() -> None:
    answer = Response(200, Headers([("Content-Type", "application/json")]), b'{"key": "412345", "n": 1}')
    hidden = report(
        *exchange(Request("GET", "http://h/?k=412345"), answer),
        about=About(hide=lambda text: text.replace("412345", "***").replace("41.2", "***")),
    )
    (entry,) = har("".join(hidden.parts()))["entries"]
    assert entry["request"]["queryString"] == [{"name": "k", "value": "***"}]
    assert entry["response"]["content"]["text"] == '{"key": "***", "n": 1}'
    assert entry["time"] == 41.2
