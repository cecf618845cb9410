"""A description read by its record is the same as one read whole, and nothing but what is used is read."""

from __future__ import annotations

import ast
import copy
import json
from collections.abc import Callable
from textwrap import dedent
from typing import Any

import pytest
import yaml
from loading import HEAD, load

from arazzo_runner.diagnostics import Diagnostic
from arazzo_runner.errors import InvalidDescription
from arazzo_runner.loader import events, outline
from arazzo_runner.loader.build import MAX_DEPTH
from arazzo_runner.loader.json_text import Unclear
from arazzo_runner.loader.kept import WORTH, read_first, recall, record_name, record_of
from arazzo_runner.loader.outline import Deferred
from arazzo_runner.loader.skeleton import Skeleton, skeleton
from arazzo_runner.loader.yaml import decode, is_flow, parse_document
from arazzo_runner.sources.openapi import OperationName

YAML = """\
    # a comment first
    openapi: 3.1.0
    info: {title: t, "version": '1'}
    servers:
    - url: https://a.test
      description: |+
        keeps its line ends

    x-between: a scalar at the root
    paths:
      /pets:   # of all kinds
        get:
          operationId: listPets
          description: "two
      lines, less indented"
          responses: {200: {description: é 😀}}
      x-not: {a: path}
      ? /a-path-that-was-written-in-the-long-form
      : get: {operationId: long}
        post:
          operationId: create
      "/quoted/{id}":
        delete: {}
    x-last: 12
    components:
      schemas:
        Pet:
          type: object
        Empty: {}
      empty:
    ...
"""
JSON = {
    "openapi": "3.1.0",
    "paths": {"/pets": {"get": {"operationId": "listPets", "x": [1, {"a": 1e3}]}}, "/é": {}, "/one": {"get": {}}},
    "components": {"schemas": {"Pet": {"type": ["object", None], "description": 'ends with \\": no key'}, "Empty": {}}},
    "tags": [],
    "x-true": True,
}
TEXTS = {
    "yaml": dedent(YAML),
    "yaml with CRLF": dedent(YAML).replace("\n", "\r\n"),
    "json": json.dumps(JSON, indent=1),
    "compact json": "\n" + json.dumps(JSON, ensure_ascii=False, separators=(",", ":")),
    "json with spaces": json.dumps(JSON, indent=3, separators=(" ,", "  :\n")),
}


@pytest.fixture(params=["libyaml", "pure"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "pure":
        monkeypatch.setattr(events, "PARSER", events.PureParser)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mappings are opened however small they are."""
    monkeypatch.setattr(outline, "LARGE", 10)


def skimmed(content: bytes) -> Skeleton:
    text = decode(content, "api")
    return skeleton(text, flow=is_flow(text))


def recorded(content: bytes) -> bytes | None:
    try:
        return record_of(skimmed(content))
    except Unclear:
        return None


def recalled(content: bytes) -> Deferred:
    record = recorded(content)
    assert record is not None
    found = recall(record, content, "api")
    assert found is not None
    assert isinstance(found.raw, Deferred)
    return found.raw


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.usefixtures("parser")
def test_the_same_value(name: str, encoding: str) -> None:
    content = TEXTS[name].encode(encoding)
    whole = parse_document(content, "api", openapi=True)
    assert json.dumps(recalled(content)) == json.dumps(whole)


def test_only_what_is_asked_for_is_read() -> None:
    raw = recalled(TEXTS["yaml"].encode())
    assert list(raw["paths"]) == ["/pets", "x-not", "/a-path-that-was-written-in-the-long-form", "/quoted/{id}"]
    assert raw["paths"]["/pets"]["get"]["operationId"] == "listPets"
    assert dict.__getitem__(raw["components"]["schemas"], "Pet") is None
    assert raw["components"]["schemas"].get("Pet") == {"type": "object"}
    assert dict.__getitem__(raw["components"]["schemas"], "Pet") == {"type": "object"}
    assert raw["components"].get("nothing", 1) == 1


COPIES = {
    "dict": dict,
    "unpacked": lambda it: {**it},
    "or": lambda it: it | {},
    "or behind": lambda it: {} | it,
    "copy.copy": copy.copy,
    "copy.deepcopy": copy.deepcopy,
    "copy": lambda it: it.copy(),
    "items": lambda it: dict(it.items()),
    "values": lambda it: dict(zip(it, it.values(), strict=True)),
    "repr": lambda it: ast.literal_eval(repr(it)),
}


@pytest.mark.parametrize("read", COPIES.values(), ids=COPIES)
def test_a_copy_has_everything(read: Any) -> None:
    content = TEXTS["json"].encode()
    copied = read(recalled(content)["components"]["schemas"])
    assert copied == JSON["components"]["schemas"]  # type: ignore[index]  # an object
    assert type(copied) is dict


def test_equality_reads_everything() -> None:
    content = TEXTS["json"].encode()
    assert recalled(content) == JSON
    assert recalled(content) == recalled(content)
    assert recalled(content) != {**JSON, "tags": [1]}


def test_operations_are_known_without_their_paths() -> None:
    content = TEXTS["json"].encode()
    found = recall(recorded(content) or b"", content, "api")
    assert found is not None
    assert found.operations == (OperationName("/pets", "get", "listPets"), OperationName("/one", "get", None))


DEEP = MAX_DEPTH - 3  # below three levels
WRONG = {
    "JSON syntax": [
        '["a": 1}',
        '{"a" 1}',
        '{"a"1}',
        '{"a""b"}',
        '{"a": 1 "b": 2}',
        '{"a": {"b": 1,}}',
        '{"a": 1}}',
        '{"a": 1',
        '{"a": "\\ud83d"}',
        '{"a": [{"b": "x\ny"}]}',
    ],
    "JSON keys": [
        '{"a": 1, "a": 2,}',
        '{"a": {"b": [{"c": 1, "c": 2}]}, }',
        '{"a": 1, "a": 2}',
        '{"a": {"b": [{"c": 1, "c" :2}]}}',
        '{"a": {"b": {"c": {"d": 1, "\\u0064": 2}}}}',
    ],
    "JSON numbers": [
        '{"a": {"b": 1, "b": 2}, "c": 1e999}',
        '{"a": {"b": {"c": {"d": [NaN]}}}}',
        f'{{"a": {{"b": {{"c": {{"d": [{"9" * 5000}]}}}}}}}}',
    ],
    "JSON depth": [
        f'{{"a": {{"b": {{"c": {"[" * (DEEP + 2)}{"]" * (DEEP + 2)}}}}}}}',
        f'{{"a": {"[" * (DEEP + 4)}{"]" * (DEEP + 4)}}}',
        "[" * 100_000,
        '{"additionalOperations":' * 300 + "1" + "}" * 300,
    ],
    "YAML syntax": [
        "a:\n  b:\n    c:\n      d:\n        e: {f: [1, 2}\n",
        "a:\n  b:\n    c:\n      d:\n        e:\n          f: 'x\n",
        "a: 1\n---\nb: 2\n",
    ],
    "YAML keys": [
        "a: {b: {c: {d: {e: {f: 1, f: 2}}}}}\n",
        "a: {b: {c: {d: {e: [{f: 1, 'f': 2}]}}}}\n",
        "a: {b: {c: {d: {e: {'': 1, '': 2}}}}}\n",
        "a: {b: {c: {d: {e: {[f]: 2}}}}}\n",
        "a: {b: {c: {d: {e: {<<: 2}}}}}\n",
        "a: {b: 1, b: 2}\n",
    ],
    "YAML values": [
        "a: {b: {c: {d: {e: {f: !foo 1}}}}}\n",
        "a: {b: {c: {d: {e: [!!int x]}}}}\n",
        "a: {b: {c: {d: {e: [!!set {f}]}}}}\n",
        "a: {b: {c: {d: {e: {f: *g}}}}}\n",
        f"a: {{b: {{c: {{d: {{e: [{'9' * 5000}]}}}}}}}}\n",
    ],
    "YAML depth": [
        f"a: {{b: {{c: {'[' * (DEEP + 1)}{']' * (DEEP + 1)}}}}}\n",
        f"a: {{b: {{c: {'{x: ' * (DEEP + 1)}{'}' * (DEEP + 1)}}}}}\n",
    ],
}


@pytest.mark.parametrize("text", [pytest.param(text, id=kind) for kind, texts in WRONG.items() for text in texts])
@pytest.mark.usefixtures("parser")
def test_what_is_wrong_anywhere_is_said_as_in_a_whole_reading(text: str) -> None:
    def said(read: Callable[[], object]) -> tuple[Diagnostic, ...]:
        with pytest.raises(InvalidDescription) as caught:
            read()
        return tuple(caught.value.diagnostics)

    content = text.encode()
    whole = said(lambda: parse_document(content, "api.json", openapi=True))
    assert said(lambda: read_first(content, "api.json", None, [].append)) == whole
    with pytest.raises(Unclear):
        skimmed(content)


RARE = {
    "as deep as allowed, JSON": f'{{"a": {{"b": {{"c": {"[" * DEEP}{"]" * DEEP}}}}}}}',
    "as deep as allowed, YAML": f"a: {{b: {{c: {'[' * DEEP}{']' * DEEP}}}}}\n",
    "wide": json.dumps({"a": {"b": {"c": {"d": [{"e": [1]}] * 300}}}}),
    "many digits in quotes": f"a: {{b: {{c: {{d: {{e: ['{'9' * 5000}']}}}}}}}}\n",
    "tags": "a:\n  b:\n    c:\n      d:\n        e: {f: !!str 1, g: !!map {h: !!seq [!!int 1]}}\n",
    "numbers": "a:\n  b:\n    c:\n      d:\n        200: {12: .inf, e: 0x1F}\n",
    "ampersands": "a: {x: fish & chips, y: 'a: & b', z: R&D}\nb:\n  c: '- & d'\n",
}


@pytest.mark.parametrize("name", RARE)
@pytest.mark.usefixtures("parser")
def test_what_is_rare_is_read_in_parts_too(name: str) -> None:
    content = RARE[name].encode()
    assert recalled(content) == parse_document(content, "api", openapi=True)


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_operations_of_other_methods_are_known(form: str) -> None:
    path = {"get": {"operationId": "one"}, "additionalOperations": {"COPY": {"operationId": "two", "x": [{}]}}}
    dump = yaml.dump if form == "yaml" else json.dumps
    content = dump({"openapi": "3.2.0", "paths": {"/a": path}}).encode()
    found = recall(recorded(content) or b"", content, "api")
    assert found is not None
    assert set(found.operations or ()) == {OperationName("/a", "get", "one"), OperationName("/a", "COPY", "two")}


@pytest.mark.parametrize(
    "text",
    [
        "a: &a {b: 1}\nc: *a\n",  # a part cannot be read without the other
        "{a: {b: 1}}",  # YAML in flow style
        "<<: {a: {b: 1}}\n",
        "- 1\n",
        "",
    ],
)
def test_what_cannot_be_read_in_parts_has_no_record(text: str) -> None:
    assert recorded(text.encode()) is None


@pytest.mark.parametrize(
    "record", [b"", b"[]", b"{}", b'{"members": {"a": [1, 2, 3]}, "operations": []}', b'{"members": 1}', b"\xff"]
)
def test_what_is_no_record_is_not_used(record: bytes) -> None:
    assert recall(record, b"a: 1", "api") is None


# --- loading with a cache ---------------------------------------------------------------------------------------------
class Kept(dict[str, bytes]):
    """Records in memory; ``found`` counts those that were there."""

    found = 0

    def get(self, name: str) -> bytes | None:  # type: ignore[override]  # a dict that stands for a store
        self.found += name in self
        return super().get(name)

    def put(self, name: str, record: bytes) -> None:
        self[name] = record


def described(prose: str = "words ") -> str:
    paths = "".join(f"  /p{n}:\n    get:\n      operationId: op{n}\n      description: x\n" for n in range(50))
    return f"openapi: 3.1.0\ninfo:\n  title: t\n  version: '1'\n  description: {prose * (WORTH // 6)}\npaths:\n{paths}"


MAIN = f"""{HEAD}
workflows:
  - workflowId: w
    steps:
      - {{stepId: a, operationId: op7}}
      - {{stepId: b, operationPath: '{{$sourceDescriptions.shop.url}}#/paths/~1p9/get'}}
      - {{stepId: c, operationId: op77}}
      - {{stepId: d, operationId: OP8}}
"""


def test_the_first_reading_too_holds_only_what_is_used() -> None:
    """So that the collector does not walk through all the rest."""
    content, kept = TEXTS["yaml"].encode(), list[bytes]()
    found = read_first(content, "api", None, kept.append)
    assert isinstance(found.raw, Deferred)
    assert dict.__getitem__(found.raw["components"]["schemas"], "Pet") is None
    assert found == recall(kept[0], content, "api")


def test_a_description_that_is_needed_whole_is_kept_whole() -> None:
    kept = list[bytes]()
    found = read_first(b"a: &a {b: 1}\nc: *a\n", "api", None, kept.append)
    assert type(found.raw) is dict
    assert kept == []


def test_findings_and_operations_are_the_same_with_a_record() -> None:
    files = {"shop.yaml": described()}
    kept = Kept()
    without, first, second = (load(MAIN, files, cache=cache) for cache in (None, kept, kept))
    assert (len(kept), kept.found) == (1, 1)
    assert first.diagnostics == second.diagnostics == without.diagnostics
    assert {finding.code.name for finding in second.diagnostics} == {"unknown-operation", "operation-id-case"}
    for description in (without, first, second):
        steps = next(iter(description.workflows.values())).steps
        assert [step.operation.label if step.operation else None for step in steps] == [
            "GET /p7",
            "GET /p9",
            None,
            "GET /p8",
        ]


def test_other_content_has_another_record() -> None:
    kept = Kept()
    load(MAIN, {"shop.yaml": described()}, cache=kept)
    load(MAIN, {"shop.yaml": described("sword ")}, cache=kept)
    assert (len(kept), kept.found) == (2, 0)
    assert record_name(b"a") != record_name(b"b")


def test_a_bad_record_is_replaced() -> None:
    kept = Kept()
    load(MAIN, {"shop.yaml": described()}, cache=kept)
    (name,) = kept
    good, kept[name] = kept[name], b"no record"
    load(MAIN, {"shop.yaml": described()}, cache=kept)
    assert kept[name] == good


def test_broken_and_small_descriptions_and_documents_leave_none() -> None:
    kept = Kept()
    broken = described() + "  /p7: {}\n"  # a second time
    found = load(MAIN, {"shop.yaml": broken}, cache=kept).diagnostics
    assert "yaml-duplicate-key" in {finding.code.name for finding in found}
    load(MAIN, cache=kept)
    load(MAIN + "#" * WORTH, cache=kept)
    assert kept == {}


def test_path_items_elsewhere_are_looked_at_each_time() -> None:
    """What another file says is not of this content."""
    files = {"shop.yaml": described() + "  /far: {$ref: 'far.yaml'}\n", "far.yaml": "get: {operationId: op77}\n"}
    kept = Kept()
    load(MAIN, files, cache=kept)
    files["far.yaml"] = "get: {operationId: other}\n"
    second = load(MAIN, files, cache=kept)
    assert kept.found == 1
    assert [finding.code.name for finding in second.diagnostics].count("unknown-operation") == 1
