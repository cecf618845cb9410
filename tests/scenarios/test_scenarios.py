"""Every scenario file, through both drivers in virtual time; both must announce the same events."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

import pytest
from scenario import Scenario, scenarios

from arazzo_runner import AsyncRunner, Limits, Runner, ServerChoice
from arazzo_runner.description import Description
from arazzo_runner.diagnostics import Diagnostic, Severity
from arazzo_runner.effects import Effect, Headers, Request, Response, Retrieved, Send
from arazzo_runner.effects.drivers import VirtualClock
from arazzo_runner.engine import events
from arazzo_runner.engine.results import RunResult
from arazzo_runner.errors import ArazzoError, InvalidDescription, TransportError, UnreadableDocument
from arazzo_runner.loader import library, load_description, outline
from arazzo_runner.loader.kept import Cache
from arazzo_runner.testing import Answer, ScriptedTransport
from arazzo_runner.validation import checked

SCENARIOS = list(scenarios())
SERVER = "https://api.test"


class Script(ScriptedTransport):
    """The scenario's answers in order; an answer that ``takes`` time moves the clock. Keeps every `Send`."""

    def __init__(self, answers: list[Any], clock: VirtualClock) -> None:
        super().__init__([scripted(answer, clock) for answer in answers])
        self.sends: list[Send] = []

    def perform(self, effect: Effect[Any]) -> Response | str:
        """The next answer of the script."""
        if isinstance(effect, Send):
            self.sends.append(effect)
        return super().perform(effect)


def scripted(answer: Any, clock: VirtualClock) -> Answer:
    """An answer as scenario files write it, for a `ScriptedTransport`."""
    if isinstance(answer, int):
        return answer
    if isinstance(answer, str):
        return TransportError(answer, f"scripted {answer}")
    given = answer.get("headers", {})
    fields = [tuple(field) for field in (given.items() if isinstance(given, Mapping) else given)]
    body = answer.get("body", "")
    if not isinstance(body, str):
        body = json.dumps(body)
        fields.append(("Content-Type", "application/json"))
    elif body and not any(name.lower() == "content-type" for name, _ in fields):
        fields.append(("Content-Type", "text/plain"))
    response = Response(answer.get("status", 200), Headers(fields), body.encode())

    def play(request: Request) -> Response:
        clock.time += answer.get("takes", 0)
        return response

    return play


class Records(dict[str, bytes]):
    """Records in memory."""

    def put(self, name: str, record: bytes) -> None:
        self[name] = record


@dataclass
class Observed:
    """What came of a scenario."""

    script: Script
    clock: VirtualClock
    seen: list[events.Event] = field(default_factory=list)
    result: RunResult | None = None
    refusal: ArazzoError | None = None
    diagnostics: tuple[Diagnostic, ...] = ()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_scenario(scenario: Scenario) -> None:
    in_thread, in_event_loop = observe(scenario, "sync"), observe(scenario, "async")
    for observed in (in_thread, in_event_loop):
        check_observed(scenario, observed)
    assert in_thread.seen == in_event_loop.seen
    unheard = observe(scenario, "sync", heard=False)  # events that nobody hears are not made
    assert unheard.seen == []
    assert (unheard.result, str(unheard.refusal)) == (in_thread.result, str(in_thread.refusal))
    assert [send.request for send in unheard.script.sends] == [send.request for send in in_thread.script.sends]
    assert unheard.clock.waits == in_thread.clock.waits


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_scenario_by_records(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    """Descriptions are read by records of their parts, as large ones are: the first time, and when there is one."""
    monkeypatch.setattr(library, "WORTH", 0)
    monkeypatch.setattr(outline, "LARGE", 10)
    records = Records()
    whole = observe(scenario, "sync")
    for _ in ("first", "second"):
        observed = observe(scenario, "sync", cache=records)
        check_observed(scenario, observed)
        assert observed.seen == whole.seen
        assert observed.diagnostics == whole.diagnostics
        assert records or observed.refusal is not None


@pytest.mark.parametrize(
    "scenario",
    [scenario for scenario in SCENARIOS if scenario.name.startswith("dialects/") and "diagnostics" in scenario],
    ids=lambda scenario: scenario.name,
)
def test_a_dialect_is_an_error_under_strict(scenario: Scenario) -> None:
    dialects = [found for found in load(scenario).diagnostics if found.code.dialect]
    if not dialects:
        return
    try:
        strict = load(scenario, strict=True).diagnostics
    except InvalidDescription as error:
        strict = error.diagnostics
    refused = {found.code.name for found in strict if found.severity is Severity.ERROR}
    assert {found.code.name for found in dialects} <= refused
    assert all(found.severity is Severity.WARNING for found in dialects)


def check_observed(scenario: Scenario, observed: Observed) -> None:
    """Everything that the scenario says came of it."""
    if "refused" in scenario:
        check_refusal(scenario, observed)
    else:
        assert observed.refusal is None, observed.refusal
        assert observed.result is not None
        check_result(scenario, observed.result)
        check_events(scenario, observed)
    check_requests(scenario, observed)
    check_diagnostics(scenario, observed.diagnostics)


def load(scenario: Scenario, *, strict: bool = False, cache: Cache | None = None) -> Description:
    """The scenario's description, as `arazzo_runner.load` gives it."""
    files = scenario.files()

    def retrieve(location: str) -> Retrieved:
        if location not in files:
            raise UnreadableDocument(location, "there is no such document")
        return Retrieved(location, files[location])

    overrides = scenario.get("options", {}).get("sources", {})
    strict = strict or scenario.get("options", {}).get("strict", False)
    description = load_description(
        scenario.location, retrieve=retrieve, overrides=overrides, strict=strict, cache=cache
    )
    return checked(description)


def observe(scenario: Scenario, driver: str, *, heard: bool = True, cache: Cache | None = None) -> Observed:
    """Load and run a scenario with one of the two drivers; without observers where its events are not ``heard``."""
    clock = VirtualClock()
    answers: list[Any] = []
    for answer in scenario.get("answers", []):
        answers += [answer] * (answer.get("repeat", 1) if isinstance(answer, dict) else 1)
    observed = Observed(Script(answers, clock), clock)
    try:
        description = load(scenario, cache=cache)
        observed.diagnostics = description.diagnostics
        options = run_options(scenario, observed)
        options["observers"] = options["observers"] if heard else []
        if driver == "sync":
            observed.result = Runner(description, **options).run(scenario.workflow, scenario.get("inputs"))
        else:
            observed.result = asyncio.run(
                AsyncRunner(description, **options).run(scenario.workflow, scenario.get("inputs"))
            )
    except ArazzoError as error:
        observed.refusal = error
        if isinstance(error, InvalidDescription) and not observed.diagnostics:
            observed.diagnostics = error.diagnostics
    return observed


def run_options(scenario: Scenario, observed: Observed) -> dict[str, Any]:
    """The options of `Runner` that the scenario asks for, with its script, its clock and no environment."""
    options = {key: value for key, value in scenario.get("options", {}).items() if key not in {"sources", "strict"}}
    if isinstance(options.get("servers"), dict) and {"urls", "variables"} & set(options["servers"]):
        options["servers"] = ServerChoice(**options["servers"])
    return {
        "credentials": {},
        **options,
        "limits": Limits(**options.get("limits", {})),
        "transport": observed.script,
        "clock": observed.clock,
        "observers": [observed.seen.append],
    }


def check_refusal(scenario: Scenario, observed: Observed) -> None:
    """The run was refused as expected, before anything was sent."""
    expected = scenario["refused"]
    expected = expected if isinstance(expected, dict) else {"error": expected}
    assert observed.refusal is not None, f"the run was not refused: {observed.result}"
    assert type(observed.refusal).__name__ == expected["error"], observed.refusal
    assert_says(expected.get("message", []), str(observed.refusal))
    assert observed.script.sends == []


def check_result(scenario: Scenario, result: RunResult) -> None:
    """The result is what the scenario says: status, outputs, error, and why."""
    error = result.error
    assert result.status == scenario.get("status", "succeeded"), error
    if "outputs" in scenario:
        assert exact(result.outputs) == exact(scenario["outputs"])
    expected = scenario.get("error")
    if expected is None:
        assert error is None or scenario.get("status", "succeeded") != "succeeded"
    else:
        assert error is not None
        assert error.code == expected.get("code", error.code), error
        assert error.step_id == expected.get("step", error.step_id), error
        assert_says(expected.get("message", []), error.message)
    whys = [verdict.why or "" for step in result.steps for attempt in step.attempts for verdict in attempt.verdicts]
    for fragment in scenario.get("whys", []):
        assert any(fragment in why for why in whys), whys
    for fragment in scenario.get("notes", []):
        assert any(fragment in note for note in noted(result)), noted(result)
    if scenario.get("notes") == []:
        assert noted(result) == []


def noted(result: RunResult) -> list[str]:
    """What the run says beside its result: its own notes and those of its attempts."""
    return [*result.notes, *(note for step in result.steps for attempt in step.attempts for note in attempt.notes)]


def check_events(scenario: Scenario, observed: Observed) -> None:
    """The events, the steps visited and the waits are those of the scenario."""
    assert [event.seq for event in observed.seen] == list(range(len(observed.seen)))
    if "events" in scenario:
        assert [shown(event) for event in observed.seen] == scenario["events"]
    if "visits" in scenario:
        started = [event for event in observed.seen if isinstance(event, events.StepStarted)]
        assert ["/".join(event.path[1::2]) for event in started] == scenario["visits"]
    if "waits" in scenario:
        waits = [round(event.seconds, 6) for event in observed.seen if isinstance(event, events.Waiting)]
        assert waits == scenario["waits"]
        assert [round(seconds, 6) for seconds in observed.clock.waits] == scenario["waits"]


def check_requests(scenario: Scenario, observed: Observed) -> None:
    """The requests sent are exactly those expected, and every scripted answer was used."""
    observed.script.assert_done()
    if "requests" in scenario:
        sent = [send.request for send in observed.script.sends]
        expected = [each if isinstance(each, dict) else {"send": each} for each in scenario["requests"]]
        assert [line(request) for request in sent] == [absolute(each["send"]) for each in expected]
        for request, each in zip(sent, expected, strict=True):
            check_request(request, each)
    for token, expected_token in zip(observed.script.tokens, scenario.get("tokens", []), strict=True):
        assert {name: exact(getattr(token, name)) for name in expected_token} == {
            name: exact(value) for name, value in expected_token.items()
        }
    if "timeouts" in scenario:
        assert [send.timeout for send in observed.script.sends] == scenario["timeouts"]


def check_request(request: Request, expected: Mapping[str, Any]) -> None:
    """Headers and body are those expected; a header that is null must be absent."""
    for name, value in expected.get("headers", {}).items():
        assert request.headers.get(name) == value, f"{name} of {line(request)}"
    if "parts" in expected:
        assert parts(request) == expected["parts"]
    match expected.get("body"):
        case None:
            pass
        case str(text):
            assert request.content.decode() == text
        case value:
            assert exact(json.loads(request.content)) == exact(value)


def parts(request: Request) -> dict[str, str]:
    """The parts of a multipart request by name."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + request.content)
    return {
        str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True).decode()  # type: ignore[union-attr]  # a part, not a container
        for part in message.iter_parts()  # type: ignore[attr-defined]  # EmailMessage, by the policy
    }


def check_diagnostics(scenario: Scenario, diagnostics: tuple[Diagnostic, ...]) -> None:
    """The errors and dialects are those expected; advice counts only where the scenario lists it."""
    expected = Counter(scenario.get("diagnostics", []))
    found = Counter(
        each.code.name
        for each in diagnostics
        if each.severity is Severity.ERROR or each.code.dialect or each.code.name in expected
    )
    assert found == expected, "\n".join(map(str, diagnostics))


def assert_says(fragments: str | list[str], text: str) -> None:
    """Every fragment is in the text."""
    for fragment in [fragments] if isinstance(fragments, str) else fragments:
        assert fragment in text


def exact(value: Any) -> str:
    """A value as text that tells 1 from true and from 1.0."""
    return json.dumps(value, sort_keys=True, default=repr)


def line(request: Request) -> str:
    """``GET https://api.test/things``."""
    return f"{request.method} {request.url}"


def absolute(expected: str) -> str:
    """The same from a scenario, where the default server is left out."""
    method, _, url = expected.partition(" ")
    return f"{method} {SERVER}{url}" if url.startswith("/") else expected


def shown(event: events.Event) -> str:
    """An event as scenario files write it."""
    match event:
        case events.WorkflowStarted():
            return f"workflow {event.workflow_id}" + ("" if event.reason == "asked" else f" ({event.reason})")
        case events.StepStarted():
            return f"step {event.step_id}" + (f" (for {event.served})" if event.served else "")
        case events.Waiting():
            return f"wait {event.step_id} {event.seconds:g} {event.reason}"
        case events.RequestSent():
            return f"send {event.step_id}"
        case events.ResponseReceived():
            return f"answer {event.step_id} {event.response.status_code}"
        case events.AttemptFinished():
            return f"judge {event.step_id} {'passed' if event.succeeded else 'failed'}"
        case events.ActionTaken():
            return f"action {event.step_id} {event.action.name}"
        case events.StepFinished():
            return f"done {event.step.step_id} {event.step.status}"
        case events.WorkflowFinished():
            return f"finished {event.result.workflow_id} {event.result.status}"
        case events.Note():
            return "note"
        case _:
            raise AssertionError(f"an unknown event: {event}")
