"""S10: secrets become *** in everything that is shown, in whatever spelling they appear."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from urllib.parse import quote, quote_plus

import pytest

from arazzo_runner.effects import Headers, Request, Response
from arazzo_runner.engine.events import (
    AttemptFinished,
    Event,
    RequestSent,
    ResponseReceived,
    StepFinished,
    WorkflowFinished,
    WorkflowStarted,
)
from arazzo_runner.engine.results import Attempt, AttemptError, RunError, RunResult, StepResult
from arazzo_runner.expressions.criteria import Operand, Verdict
from arazzo_runner.expressions.scope import Exchange
from arazzo_runner.reports.redact import HIDDEN, Redactor
from arazzo_runner.sources import FileContent

AWKWARD = "s3cr/t+ \"é'<x>&\\y"

SPELLINGS = {
    "as it is": AWKWARD,
    "percent-encoded": quote(AWKWARD),
    "percent-encoded with slashes": quote(AWKWARD, safe=""),
    "percent-encoded, lower case": re.sub("%..", lambda found: found[0].lower(), quote(AWKWARD, safe="")),
    "form-encoded": quote_plus(AWKWARD),
    "JSON": json.dumps(AWKWARD)[1:-1],
    "JSON without ASCII escapes": json.dumps(AWKWARD, ensure_ascii=False)[1:-1],
    "JSON with escaped slashes": json.dumps(AWKWARD)[1:-1].replace("/", "\\/"),
    "JSON with upper-case escapes": json.dumps(AWKWARD)[1:-1].replace("\\u00e9", "\\u00E9"),
    "XML": AWKWARD.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;"),
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_a_secret_is_found_in_every_spelling(spelling: str) -> None:
    assert Redactor([AWKWARD]).text(f"before={spelling}&after") == f"before={HIDDEN}&after"


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("before", [b"", b"u", b"us", b"use"])
@pytest.mark.parametrize("after", [b"", b"x", b"xy", b"xyz"])
def test_a_secret_is_found_in_base64_at_every_alignment(encode, before: bytes, after: bytes) -> None:
    secret = "correct-horse?>~battery"
    encoded = encode(before + secret.encode() + after).decode()
    shown = Redactor([secret]).text(f"Basic {encoded} ok")
    assert HIDDEN in shown
    assert shown.startswith("Basic ")
    assert shown.endswith(" ok")
    core = encode(before + secret.encode() + after).decode()[4:-4]
    assert core[2:-2] not in shown


def test_a_short_secret_is_hidden_only_where_it_is_the_whole_value() -> None:
    redactor = Redactor(["1234", "ab"])
    assert redactor.json({"pin": "1234", "text": "call 12345", "list": ["ab", "abc"]}) == {
        "pin": HIDDEN,
        "text": "call 12345",
        "list": [HIDDEN, "abc"],
    }


def test_a_short_secret_is_hidden_as_a_whole_segment_or_field_of_a_url() -> None:
    assert (
        Redactor(["1234"]).url("https://h/pin/1234?pin=1234&n=12345") == f"https://h/pin/{HIDDEN}?pin={HIDDEN}&n=12345"
    )


def test_a_number_is_hidden_where_it_is_the_whole_value_and_not_in_counts_of_ours() -> None:
    redactor = Redactor(["200"])
    response = Response(200, Headers([("content-type", "application/json")]), b'{"pin": 200, "year": 2000}')
    hidden = redactor.hide(response)
    assert hidden.status_code == 200
    assert json.loads(hidden.content) == {"pin": HIDDEN, "year": 2000}


def test_json_stays_json_when_a_number_is_hidden() -> None:
    content = Redactor(["12345678"]).content(b'{"account": 12345678, "again": "no 12345678"}', "application/json")
    assert json.loads(content) == {"account": HIDDEN, "again": f"no {HIDDEN}"}


def test_a_body_that_is_not_text_keeps_its_other_bytes() -> None:
    content = b"\xff\x00token=sekret99\xfe"
    assert Redactor(["sekret99"]).content(content, "application/octet-stream") == b"\xff\x00token=***\xfe"


def test_the_longest_of_overlapping_secrets_is_hidden_first() -> None:
    assert Redactor(["abcdef", "abcdefghij"]).text("x abcdefghij y abcdef") == f"x {HIDDEN} y {HIDDEN}"


def test_without_secrets_everything_is_the_same_thing() -> None:
    redactor = Redactor()
    event = StepFinished(step=StepResult("s", "succeeded"))
    assert redactor.hide(event) is event
    assert redactor.text("Bearer abcdefgh") == "Bearer abcdefgh"


@pytest.mark.parametrize(
    ("name", "value", "leaks"),
    [
        ("Authorization", "Bearer tok-123456", ["Bearer tok-123456", "tok-123456"]),
        ("Authorization", "Basic " + base64.b64encode(b"ann:hunter2x").decode(), ["hunter2x", "ann:hunter2x"]),
        ("Proxy-Authorization", "Bearer tok-123456", ["tok-123456"]),
        ("Cookie", "a=1; session=abcdef123", ["abcdef123"]),
        ("Set-Cookie", "session=abcdef123; Path=/; HttpOnly", ["abcdef123"]),
        ("X-API-Key", "key-123456", ["key-123456"]),
    ],
)
def test_the_values_of_secret_headers_are_hidden_everywhere(name: str, value: str, leaks: list[str]) -> None:
    redactor = Redactor()
    event = RequestSent(step_id="s", attempt=1, request=Request("GET", "http://h/", Headers([(name, value)])))
    redactor.learn(event)
    assert redactor.hide(event).request.headers[name] == HIDDEN
    for leak in leaks:
        assert redactor.text(f"it said {leak}.") == f"it said {HIDDEN}."


def test_the_attributes_of_a_cookie_are_no_secrets() -> None:
    redactor = Redactor()
    redactor.add_header("Set-Cookie", "id=abcdef123; Domain=example.com; Path=/private")
    assert redactor.text("example.com/private") == "example.com/private"


def test_credentials_of_the_environment_are_secrets() -> None:
    redactor = Redactor()
    redactor.add_credentials({"ARAZZO_AUTH_BASIC": "ann:hunter2x", "HOME": "/home/ann-lives-here"})
    assert redactor.text("hunter2x at /home/ann-lives-here") == f"{HIDDEN} at /home/ann-lives-here"


def test_a_password_in_a_url_is_a_secret() -> None:
    redactor = Redactor()
    redactor.add_url("https://ann:pa%2Fssword@h/x?api_key=k-1234567&page=abcdefgh")
    assert redactor.text("pa/ssword k-1234567 abcdefgh") == f"{HIDDEN} {HIDDEN} abcdefgh"


class TestEventsThatReportsSee:
    """What stands behind `Redactor.before` is given copies without any secret, whatever part of an event holds it."""

    secret = "topsecret-99"

    def everything(self) -> list[Event]:
        """One event of each kind, with the secret wherever a value of a run can stand."""
        secret = self.secret
        headers = Headers([("X-Other", f"v {secret}"), ("content-type", "application/json")])
        request = Request("POST", f"http://h/{secret}?q={secret}", headers, json.dumps({secret: secret}).encode())
        response = Response(500, headers, json.dumps([secret, {"a": f"x{secret}"}]).encode())
        verdict = Verdict(f"$x == '{secret}'", "simple", False, f"was {secret}", (Operand(f"$x{secret}", [secret]),))
        exchange = Exchange("POST", request.url, request_body={"a": secret}, response_body=secret)
        attempt = Attempt(
            request=request,
            response=response,
            verdicts=(verdict,),
            error=AttemptError("check", secret),
            notes=(f"n {secret}",),
        )
        step = StepResult(
            "s", "failed", attempts=(attempt,), outputs={"o": [secret, FileContent(secret, secret.encode())]}
        )
        result = RunResult("f", "w", "failed", {"token": secret}, {"out": secret}, RunError("c", secret), steps=(step,))
        result = replace(result, last_exchange=exchange)
        return [
            WorkflowStarted(document="f", workflow_id="w", inputs={"token": secret}, secrets=frozenset({secret})),
            RequestSent(step_id="s", attempt=1, request=request),
            ResponseReceived(step_id="s", attempt=1, response=response),
            AttemptFinished(step_id="s", attempt=1, succeeded=False, verdicts=(verdict,), error=attempt.error),
            StepFinished(step=step),
            WorkflowFinished(result=RunResult("f", "v", "failed", dependencies=(result,), transferred_to=result)),
        ]

    def test_nothing_leaks(self) -> None:
        seen: list[Event] = []
        observe = Redactor().before(seen.append)
        for event in self.everything():
            observe(event)
        assert len(seen) == 6
        for event in seen:
            assert self.secret not in repr(event)
        finished = seen[-1]
        assert isinstance(finished, WorkflowFinished)
        assert [run.last_exchange for run in finished.result.dependencies] == [None]

    def test_what_is_no_value_of_the_run_stays(self) -> None:
        seen: list[Event] = []
        observe = Redactor(["failed", "succeeded"]).before(seen.append)
        observe(StepFinished(step=StepResult("s", "failed")))
        event = seen[0]
        assert isinstance(event, StepFinished)
        assert event.step.status == "failed"

    def test_a_secret_that_is_learned_later_is_hidden_in_the_result(self) -> None:
        """A token that a login answered is known as one when it is first sent."""
        seen: list[Event] = []
        observe = Redactor().before(seen.append)
        login = Attempt(response=Response(200, Headers(), b'{"t": "late-secret"}'))
        bearer = Headers([("Authorization", "Bearer late-secret")])
        observe(ResponseReceived(step_id="a", attempt=1, response=login.response or Response(0)))
        observe(RequestSent(step_id="b", attempt=1, request=Request("GET", "http://h/", bearer)))
        observe(
            WorkflowFinished(
                result=RunResult("f", "w", "succeeded", steps=(StepResult("a", "succeeded", attempts=(login,)),))
            )
        )
        assert "late-secret" not in repr(seen[-1])


class TestLongRuns:
    """A result is redacted step by step, when a step is looked at."""

    def hidden(self, redactor: Redactor) -> RunResult:
        steps = tuple(StepResult(f"s{number}", "succeeded", outputs={"id": "hunter2!"}) for number in range(3))
        return redactor.hide(RunResult("d", "w", "succeeded", steps=steps))

    def test_steps_are_as_a_tuple_of_redacted_ones(self) -> None:
        steps = self.hidden(Redactor(["hunter2!"])).steps
        shown = [StepResult(f"s{number}", "succeeded", outputs={"id": HIDDEN}) for number in range(3)]
        assert (list(steps), steps[-1], len(steps), bool(steps)) == (shown, shown[-1], 3, True)
        assert (steps, steps[1:]) == (tuple(shown), tuple(shown[1:]))

    def test_a_secret_that_is_learned_after_the_end_is_hidden_too(self) -> None:
        redactor = Redactor(["other-secret"])
        result = self.hidden(redactor)
        redactor.add("hunter2!")
        assert result.steps[0].outputs == {"id": HIDDEN}

    def test_what_was_redacted_before_is_redacted_again_when_a_secret_is_new(self) -> None:
        redactor = Redactor(["other-secret"])
        response = Response(200, Headers(), b"hunter2!")
        assert redactor.hide(response).content == b"hunter2!"
        redactor.add("hunter2!")
        assert redactor.hide(response).content == HIDDEN.encode()


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS.keys())
@pytest.mark.parametrize("secret", [AWKWARD, "AWSALB-session-of-step-7"])
def test_a_secret_is_found_among_thousands(secret: str, spelling: str) -> None:
    sessions = [f"session-{number:05}-{number * number:08x}" for number in range(2000)]
    redactor = Redactor(sessions)
    redactor.add(secret)
    written = spelling if secret == AWKWARD else base64.b64encode(f"u:{secret}".encode()).decode()
    assert HIDDEN in redactor.text(f"before={written}&after")
    assert redactor.text(f"{sessions[7]} and {sessions[1999]}") == f"{HIDDEN} and {HIDDEN}"
    assert redactor.text(sessions[7][:-1]) == sessions[7][:-1]
