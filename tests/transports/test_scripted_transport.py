"""The transport and the fixture for users' own tests."""

from __future__ import annotations

import pytest
from loopback import send

from arazzo_runner.effects import FetchToken, Headers, Response, Sleep
from arazzo_runner.errors import TransportError
from arazzo_runner.testing import ScriptedTransport, VirtualClock

BUSY = TransportError("timeout", "no answer")


def test_answers_come_in_order() -> None:
    transport = ScriptedTransport([204, (201, {"id": 1}), (200, "text", {"X-A": "1"}), (200, b"\0"), Response(418)])
    answers = [transport.perform(send(f"http://x/{number}")) for number in range(5)]
    assert [answer.status_code for answer in answers] == [204, 201, 200, 200, 418]
    assert [answer.content for answer in answers] == [b"", b'{"id": 1}', b"text", b"\0", b""]
    assert answers[1].headers["content-type"] == "application/json"
    assert answers[2].headers.fields == (("X-A", "1"), ("Content-Type", "text/plain; charset=utf-8"))
    assert [request.url for request in transport.requests] == [f"http://x/{number}" for number in range(5)]
    transport.assert_done()


def test_a_content_type_of_its_own_stays() -> None:
    (answer,) = [ScriptedTransport([(200, [1], {"content-type": "a/b"})]).perform(send("http://x/"))]
    assert answer.headers == Headers([("content-type", "a/b")])


def test_an_error_is_raised_and_a_function_sees_the_request() -> None:
    transport = ScriptedTransport([BUSY, lambda request: (200, request.content.decode()), lambda request: BUSY])
    with pytest.raises(TransportError) as caught:
        transport.perform(send("http://x/"))
    assert caught.value is BUSY
    assert transport.perform(send("http://x/", content=b"seen")).content == b"seen"
    with pytest.raises(TransportError):
        transport.perform(send("http://x/"))


def test_answers_by_method_and_path() -> None:
    transport = ScriptedTransport(
        {("GET", "/v1/runs/{id}"): [(200, "first"), (200, "second")], ("*", "*"): 404, ("POST", "http://y/a.b"): 500}
    )
    asked = [("GET", "http://x/v1/runs/1?q"), ("get", "http://x/v1/runs/2"), ("GET", "http://x/v1/runs/3/more")]
    answers = [transport.perform(send(url, method=method)) for method, url in asked]
    assert [answer.content for answer in answers] == [b"first", b"second", b""]
    assert transport.perform(send("http://x/v1/runs/3")).status_code == 404


def test_a_path_is_text_but_for_its_variables() -> None:
    transport = ScriptedTransport({("POST", "http://y/a.b"): 200, ("POST", "/a.b"): 201})
    assert transport.perform(send("http://y/a.b", method="POST")).status_code == 200
    assert transport.perform(send("http://z/a.b", method="POST")).status_code == 201
    with pytest.raises(
        AssertionError, match=r"unexpected request POST http://z/axb: expected 'POST http://y/a.b', 'PO"
    ):
        transport.perform(send("http://z/axb", method="POST"))


def test_one_request_too_many_says_what_came_before_and_no_query() -> None:
    transport = ScriptedTransport([200])
    transport.perform(send("http://x/a"))
    with pytest.raises(AssertionError) as caught:
        transport.perform(send("http://x/b?key=secret"))
    assert str(caught.value) == (
        "expected 1 requests, found one more: GET http://x/b; found GET http://x/a, GET http://x/b"
    )


def test_used_up_answers_are_told_apart_from_unexpected_requests() -> None:
    transport = ScriptedTransport({("GET", "/a"): [200]})
    transport.perform(send("http://x/a"))
    with pytest.raises(AssertionError, match=r"the 1 answers of 'GET /a' are used up"):
        transport.perform(send("http://x/a"))


@pytest.mark.parametrize(
    ("answers", "left"),
    [
        ([200, BUSY, 201], "TransportError timeout; status 201"),
        ({("GET", "/a"): [200, 200], ("GET", "/b"): 200}, "'GET /a' (1 of 2 used); 'GET /b' (0 of 1 used)"),
    ],
)
def test_answers_that_were_not_asked_for_are_listed(answers, left: str) -> None:
    transport = ScriptedTransport(answers)
    transport.perform(send("http://x/a"))
    with pytest.raises(AssertionError) as caught:
        transport.assert_done()
    assert str(caught.value) == f"expected more requests, found GET http://x/a; not asked for: {left}"


def test_a_mistake_in_the_script_is_an_assertion() -> None:
    with pytest.raises(AssertionError, match="expected an answer such as"):
        ScriptedTransport([("200", {})]).perform(send("http://x/"))


def test_tokens_are_given_and_kept() -> None:
    wanted = FetchToken("client_credentials", "http://x/token", "me", "secret")
    transport = ScriptedTransport([], token="t")
    assert transport.perform(wanted) == "t"
    assert transport.tokens == [wanted]
    with pytest.raises(TransportError):
        ScriptedTransport([], token=TransportError("credentials", "no")).perform(wanted)


def test_only_requests_are_performed() -> None:
    with pytest.raises(TypeError, match="Sleep"):
        ScriptedTransport().perform(Sleep(1.0))


def test_a_virtual_clock_waits_in_no_time() -> None:
    clock = VirtualClock()
    before = clock.now()
    clock.sleep(3600)
    assert (clock.now() - before, clock.waits) == (3600, [3600])
