"""What the tests of this folder read with: a report that keeps its findings, and a scope with something in it."""

from __future__ import annotations

from arazzo_runner.diagnostics import Diagnostic, Origin, OriginReport
from arazzo_runner.effects import Headers
from arazzo_runner.expressions.scope import Exchange, Names, Scope, WorkflowValues

UNKNOWN = Names()

NAMES = Names(
    inputs=frozenset({"username", "customer", "items", "limit", "a b", "$.xgafv", "$expand", "x.y", "year", "month"}),
    outputs=frozenset({"bar"}),
    steps={
        "login": frozenset({"token", "session"}),
        "someStepId": frozenset({"pets", "Employee object", "Orders (Array of Order ({id, name}))"}),
        "my.step": frozenset({"value"}),
    },
    workflows={"foo": (frozenset({"username"}), frozenset({"bar", "mappedResponse"}))},
)

BODY = {
    "status": "Running",
    "count": 3,
    "flag": True,
    "nothing": None,
    "items": [{"id": 7, "name": "first"}, {"id": 8, "name": "second"}],
    "data": {"id": "d-1", "a.b": "dotted", "a": {"b": "nested"}},
    "a/b": "slash",
    "m~n": "tilde",
    "": "empty",
    "user.id": "exact",
    "owner": {"id": "o-1"},
    "list[0]": "literal brackets",
}


def scope(**changed: object) -> Scope:
    """A scope after a request that was answered."""
    exchange = Exchange(
        method="POST",
        url="https://api.example.com/pets?limit=2",
        request_headers=Headers([("Accept", "application/json")]),
        query={"limit": 2, "a b": "spaced"},
        path={"id": "p-1"},
        request_body={"user": {"uuid": "u-1"}},
        status_code=200,
        response_headers=Headers([("Server", "nginx"), ("X-Rate", "1"), ("x-rate", "2")]),
        response_body=BODY,
    )
    values: dict[str, object] = {
        "inputs": {
            "username": "ada",
            "customer": {"firstName": "Ada", "address": {"city": "London"}},
            "items": [1, 2],
            "limit": 5,
            "a b": "spaced",
            "$.xgafv": "2",
            "x.y": {"z": "deep"},
            "none": None,
            "flag": True,
        },
        "outputs": {"bar": "baz"},
        "steps": {
            "login": {"token": "t-1", "session": {"id": 9}},
            "someStepId": {"pets": [{"id": 1}, {"id": 2}], "Employee object": "e"},
            "my.step": {"value": 1},
        },
        "workflows": {"foo": WorkflowValues({"username": "bob"}, {"bar": 1, "mappedResponse": {"name": "n"}})},
        "sources": {"petstore": {"url": "https://api.example.com/petstore.yaml", "type": "openapi"}},
        "components": {"parameters": {"foo": "shared"}},
        "self_uri": "https://example.com/workflow.yaml",
        "exchange": exchange,
    }
    return Scope(**{**values, **changed})  # type: ignore[arg-type]  # mypy cannot see which field a name is


class Findings(OriginReport):
    """A report that knows the codes it was given."""

    def __init__(self, *, strict: bool = False) -> None:
        self.found: list[Diagnostic] = []
        super().__init__(Origin("doc.yaml"), self.found, strict=strict)

    @property
    def codes(self) -> list[str]:
        return [diagnostic.code.name for diagnostic in self.found]
