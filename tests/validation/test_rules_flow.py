"""Where a workflow can go and where it cannot; loops, recursion, odd times and secrets."""

import pytest
from contract_cases import findings, names, told

GET = "operationId: getRun, parameters: [{name: id, in: path, value: x}]"
DROP = "operationId: dropFeed"

REACHED = {
    "in order": ("{stepId: a, OP}\n- {stepId: b, OP}", []),
    "behind an end": ("{stepId: a, OP, onSuccess: [{name: n, type: end}]}\n- {stepId: b, OP}", ["steps/1/stepId"]),
    "behind an end with criteria": (
        "{stepId: a, OP, onSuccess: [{name: n, type: end, criteria: [{condition: $statusCode == 204}]}]}\n"
        "- {stepId: b, OP}",
        [],
    ),
    "by a failure": (
        "{stepId: a, OP, onSuccess: [{name: n, type: end}], onFailure: [{name: f, type: goto, stepId: b}]}\n"
        "- {stepId: b, OP}",
        [],
    ),
    "by a retry": (
        "{stepId: a, OP, onSuccess: [{name: n, type: end}], onFailure: [{name: f, type: retry, stepId: b}]}\n"
        "- {stepId: b, OP}",
        [],
    ),
    "all that is passed over": (
        "{stepId: a, OP, onSuccess: [{name: n, type: goto, stepId: d}]}\n- {stepId: b, OP}\n- {stepId: c, OP}\n"
        "- {stepId: d, OP}",
        ["steps/1/stepId", "steps/2/stepId"],
    ),
    "a target that there is not": (
        "{stepId: a, OP, onSuccess: [{name: n, type: goto, stepId: z}]}\n- {stepId: b, OP}",
        [],
    ),
}


@pytest.mark.parametrize(("steps", "expected"), REACHED.values(), ids=REACHED.keys())
def test_steps_to_which_no_way_leads(steps: str, expected: list[str]) -> None:
    found = told(findings(f"steps:\n- {steps}".replace("OP", DROP)))
    assert [where for name, _, where in found if name == "unreachable-step"] == expected


LOOPS = {
    "a step to itself": ("{stepId: a, OP, onSuccess: [{name: n, type: goto, stepId: a}]}", True),
    "with criteria": (
        "{stepId: a, OP, onSuccess: [{name: n, type: goto, stepId: a, criteria: [{condition: $statusCode == 204}]}]}",
        False,
    ),
    "an end before it": (
        "{stepId: a, OP, onSuccess: [{name: e, type: end, criteria: [{condition: $statusCode == 204}]},"
        " {name: n, type: goto, stepId: a}]}",
        False,
    ),
    "an end after a failure": (
        "{stepId: a, OP, onSuccess: [{name: n, type: goto, stepId: a}], onFailure: [{name: f, type: end}]}",
        False,
    ),
    "two steps": ("{stepId: a, OP}\n- {stepId: b, OP, onSuccess: [{name: n, type: goto, stepId: a}]}", True),
    "a way to another workflow": (
        "{stepId: a, OP, onSuccess: [{name: w, type: goto, workflowId: w, criteria: [{condition: $statusCode == 204}]},"
        " {name: n, type: goto, stepId: a}]}",
        False,
    ),
}


@pytest.mark.parametrize(("steps", "endless"), LOOPS.values(), ids=LOOPS.keys())
def test_loops_that_nothing_leaves(steps: str, endless: bool) -> None:
    found = names(findings(f"steps:\n- {steps}".replace("OP", DROP)))
    assert found == (["endless-loop"] if endless else [])


def polling(criterion: str, more: str = "") -> list[str]:
    """What is found in a loop that goes on while the criterion holds."""
    loop = f"{{name: again, type: goto, stepId: s, criteria: [{criterion}]}}"
    steps = f"steps:\n- {{stepId: s, {GET}, outputs: {{state: $response.body#/state}}, onSuccess: [{more}{loop}]}}"
    found = [each for each in findings(steps) if not each.code.dialect]
    assert names(found) in ([], ["endless-polling"])
    return [each.message for each in found]


BY_STATE = {
    "simple": "{condition: $response.body#/state != 'running'}",
    "output": "{condition: $steps.s.outputs.state != 'running'}",
    "status, too": "{condition: $statusCode == 200 && $response.body#/state != 'running'}",
    "filter": "{context: $response.body, condition: \"$[?@.state != 'running']\", type: jsonpath}",
    "comparison": "{context: $response.body, condition: \"$.state != 'running'\", type: jsonpath}",
    "regex": "{context: $response.body#/state, condition: '^(?!running)', type: regex}",
}


@pytest.mark.parametrize("criterion", BY_STATE.values(), ids=BY_STATE.keys())
def test_polling_that_rests_in_a_final_state(criterion: str) -> None:
    """S31: what looks final and does not leave the loop is named; what is under way is not."""
    assert polling(criterion) == [
        "step 's' is repeated for as long as 'state' is 'completed' or 'failed', which look final"
    ]


@pytest.mark.parametrize(
    ("criterion", "more"),
    [
        ("{condition: $response.body#/state == 'queued'}", ""),
        ("{condition: $response.body#/state != 'running'}", "{name: over, type: end, criteria: [{condition: "
         "\"$response.body#/state == 'failed' || $response.body#/state == 'completed'\"}]}, "),
        ("{condition: $response.body#/id != 'x'}", ""),
        ("{condition: $response.body#/state != 'running' && $response.body#/id != 'x'}", ""),
        ("{condition: $response.body#/state != 'running'}",
         "{name: over, type: end, criteria: [{condition: $response.body#/id == 'x'}]}, "),
    ],
)  # fmt: skip
def test_polling_that_ends_or_may_end(criterion: str, more: str) -> None:
    assert polling(criterion, more) == []


def test_the_states_that_remain_are_named() -> None:
    more = "{name: over, type: end, criteria: [{condition: $response.body#/state == 'failed'}]}, "
    assert polling(BY_STATE["simple"], more) == [
        "step 's' is repeated for as long as 'state' is 'completed', which looks final"
    ]


def test_success_criteria_that_fail_leave_the_loop() -> None:
    criteria = "successCriteria: [{condition: \"$response.body#/state != 'failed'\"}]"
    loop = f"{{name: again, type: goto, stepId: s, criteria: [{BY_STATE['simple']}]}}"
    found = findings(f"steps:\n- {{stepId: s, {GET}, {criteria}, onSuccess: [{loop}]}}")
    assert [each.message for each in found] == [
        "step 's' is repeated for as long as 'state' is 'completed', which looks final"
    ]


ACTIONS = {
    "behind an end": ("onSuccess: [{name: a, type: end}, {name: b, type: end}]", ["steps/0/onSuccess/1"]),
    "behind criteria": (
        "onSuccess: [{name: a, type: end, criteria: [{condition: $statusCode == 204}]}, {name: b, type: end}]",
        [],
    ),
    "behind a retry, which is spent some time": (
        "onFailure: [{name: a, type: retry, retryLimit: 2}, {name: b, type: end}]",
        [],
    ),
    "behind a goto after a failure": (
        "onFailure: [{name: a, type: goto, stepId: s}, {name: b, type: retry}]",
        ["steps/0/onFailure/1"],
    ),
}


@pytest.mark.parametrize(("fields", "expected"), ACTIONS.values(), ids=ACTIONS.keys())
def test_actions_that_are_never_taken(fields: str, expected: list[str]) -> None:
    """S25"""
    assert told(findings(f"steps:\n- {{stepId: s, {DROP}, {fields}}}")) == [
        ("unreachable-action", "warning", where) for where in expected
    ]


def test_a_step_may_replace_the_action_that_hides_one_of_the_workflow() -> None:
    """S25"""
    common = "failureActions: [{name: a, type: end}, {name: b, type: end}]\nsteps:\n- {stepId: s, operationId: dropFeed"
    assert names(findings(f"{common}}}")) == ["unreachable-action"]
    assert names(findings(f"{common}, onFailure: [{{name: a, type: retry}}]}}")) == []


@pytest.mark.parametrize(
    ("seconds", "odd"), [("5", False), ("1000", True), ("1500", True), ("3600", True), ("1001", False), ("0.5", False)]
)
def test_a_retry_after_that_looks_like_milliseconds(seconds: str, odd: bool) -> None:
    """S30"""
    found = findings(f"steps:\n- {{stepId: s, {DROP}, onFailure: [{{name: r, type: retry, retryAfter: {seconds}}}]}}")
    assert told(found) == [("retry-after-milliseconds", "warning", "steps/0/onFailure/0/retryAfter")] * odd


OTHER = "- workflowId: v\n  steps: [{{stepId: c, workflowId: w{more}}}]\n"


def test_workflows_that_always_call_each_other() -> None:
    """S32"""
    found = findings("steps: [{stepId: a, workflowId: v}]", rest=OTHER.format(more=""))
    assert told(found) == [("recursive-workflow", "error", "steps/0/workflowId")]
    assert "'w' -> 'v' -> 'w'" in found[0].message


def test_workflows_that_may_call_each_other() -> None:
    steps = f"""
steps:
- {{stepId: a, {DROP}, onSuccess: [{{name: n, type: end, criteria: [{{condition: $statusCode == 204}}]}}]}}
- {{stepId: b, workflowId: v}}
"""
    assert [severity for _, severity, _ in told(findings(steps, rest=OTHER.format(more="")))] == ["info"]


SECRETS = {
    "a token of a known kind": ("x", "query", "sk-proj-aB3dE5fG7hJ9kL1mN3pQ5rS7", True),
    "anywhere in a text": ("x", "query", "see ghp_aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5", True),
    "around an expression": ("x", "query", "{$url} AKIAQ3EGRTYUJHNBVCDE", True),
    "a key of a cloud that documentation uses": ("x", "query", "AKIAIOSFODNN7EXAMPLE", False),
    "a credential in a header": ("Authorization", "header", "Bearer 8f14e45fceea167a5a36dedd4bea2543", True),
    "an API key": ("X-API-Key", "header", "8f14e45fceea167a5a36dedd4bea2543", True),
    "the same elsewhere": ("etag", "header", "8f14e45fceea167a5a36dedd4bea2543", False),
    "an expression": ("Authorization", "header", "Bearer {$inputs.token}", False),
    "a placeholder": ("Authorization", "header", "Bearer YOUR_API_TOKEN_0001", False),
    "another": ("X-API-Key", "header", "<insert-your-key-12>", False),
    "crosses": ("X-API-Key", "header", "xxxxxxxxxxxxxxxxxxxx1", False),
    "a word": ("Authorization", "header", "anonymous", False),
    "a page token": ("nextPageToken", "query", "8f14e45fceea167a5a36dedd4bea2543", False),
}


@pytest.mark.parametrize(("name", "place", "value", "secret"), SECRETS.values(), ids=SECRETS.keys())
def test_secrets_in_parameters(name: str, place: str, value: str, secret: bool) -> None:
    """S10: they are told, and not shown."""
    parameters = f"[{{name: {name}, in: {place}, value: '{value}'}}]"
    inputs = "inputs: {properties: {token: {}}}\n"
    found = findings(f"{inputs}steps: [{{stepId: s, {DROP}, parameters: {parameters}}}]")
    found = [each for each in found if not each.code.dialect]
    assert told(found) == [("literal-secret", "warning", "steps/0/parameters/0/value")] * secret
    assert not any(value in str(each) for each in found)


@pytest.mark.parametrize(
    ("payload", "where"),
    [
        ("{password: hunter2-9tails}", "password"),
        ("{user: {clientSecret: 8f14e45fceea167a5a36dedd4bea2543}}", "user/clientSecret"),
        ("{password: password123}", None),
        ("{password: $inputs.password}", None),
        ("{grant_type: password}", None),
        ("{token_type: Bearer}", None),
    ],
)
def test_secrets_in_payloads(payload: str, where: str | None) -> None:
    inputs = "inputs: {properties: {password: {}}}\n"
    found = findings(f"{inputs}steps: [{{stepId: s, operationId: startRun, requestBody: {{payload: {payload}}}}}]")
    places = [each.origin.pointer for each in found if each.code.name == "literal-secret"]
    assert places == ([f"/workflows/0/steps/0/requestBody/payload/{where}"] if where else [])


def test_defaults_of_inputs_may_be_secrets() -> None:
    inputs = "inputs: {properties: {apiKey: {default: 8f14e45fceea167a5a36dedd4bea2543}}}\n"
    assert names(findings(f"{inputs}steps: [{{stepId: s, {DROP}}}]")) == ["literal-secret"]
