"""A description of 10 MB and 1,000 operations: load, check and run six steps of it, beside the parser alone.

The description is made here, always the same, in YAML and in JSON. "First" is without a record in the cache, "second"
with one. The C parser of YAML is PyYAML's, its events drained (``yaml.parse``); ``yaml.load`` takes several times as
long. Whole processes are measured, and the same within one process, without the start of the program.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

import yaml

from arazzo_runner import Runner, load
from benchmarks.measure import ROOT, Row, in_turns, process, ratio, show

OPERATIONS: Final = 1000
SCHEMAS: Final = 1200
ROUNDS: Final = 5
GOAL_SECONDS: Final = 0.25
GOAL_MEGABYTES: Final = 150.0
GOALS: Final = {"yaml": 1.2, "json": 1.5}

_PARSERS: Final = {
    "yaml": "import sys, yaml\nfor _ in yaml.parse(open(sys.argv[1], 'rb').read(), yaml.CSafeLoader): pass",
    "json": "import json, sys\njson.loads(open(sys.argv[1], 'rb').read())",
}

_TEXT: Final = """
account answer balance batch channel client contract customer default document entry event export field filter
group header identifier import index invoice item label limit member message method number object offset order
owner page parameter payment policy project query rate record region report request response result return
role schedule schema scope search sender server session setting shipment source state status step store stream
subject system target tenant token total transfer type update user value version webhook window worker zone
"""
_WORDS: Final = _TEXT.split()


# --- the description --------------------------------------------------------------------------------------------------
def description() -> dict[str, Any]:
    """An OpenAPI 3.1 description as real ones are: prose, examples, parameters, schemas that refer to each other."""
    dice = random.Random(20261122)  # the same text each time is what is wanted
    paths: dict[str, Any] = {}
    for number in range(OPERATIONS // 2):
        name = f"{_WORDS[number % len(_WORDS)]}s{number}"
        paths[f"/v1/{name}"] = {"post": _operation(dice, f"create-{name}", by_id=False)}
        paths[f"/v1/{name}/{{id}}"] = {"get": _operation(dice, f"get-{name}", by_id=True)}
    schemas = {f"Schema{number}": _schema(dice, number) for number in range(SCHEMAS)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Large", "version": "1", "description": _prose(dice, 400)},
        "servers": [{"url": "https://large.test"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Item": _item(), "Problem": _problem(), **schemas},
        },
    }


def _operation(dice: random.Random, operation_id: str, *, by_id: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": operation_id,
        "summary": _prose(dice, 6),
        "description": _prose(dice, 160),
        "tags": [dice.choice(_WORDS)],
        "parameters": [_parameter(dice, number) for number in range(4)],
        "responses": {
            "200": {
                "description": _prose(dice, 8),
                "content": {
                    "application/json": {
                        "schema": {"$ref": "#/components/schemas/Item"},
                        "examples": {"one": {"value": {"id": "i_1", "state": "done", "note": _prose(dice, 20)}}},
                    }
                },
            },
            "default": {
                "description": _prose(dice, 8),
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        },
    }
    if by_id:
        found["parameters"].append({"name": "id", "in": "path", "required": True, "schema": {"type": "string"}})
    else:
        body = {"$ref": f"#/components/schemas/Schema{dice.randrange(SCHEMAS)}"}
        schema = {"type": "object", "properties": {"name": {"type": "string"}, "extra": body}}
        found["requestBody"] = {"content": {"application/json": {"schema": schema}}}
    return found


def _parameter(dice: random.Random, number: int) -> dict[str, Any]:
    return {
        "name": f"{dice.choice(_WORDS)}_{number}",
        "in": "query",
        "description": _prose(dice, 24),
        "schema": {"type": "string", "enum": dice.sample(_WORDS, 4)},
    }


def _schema(dice: random.Random, number: int) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for name in dice.sample(_WORDS, 14):
        properties[name] = {
            "type": dice.choice(("string", "integer", "boolean", "number")),
            "description": _prose(dice, 22),
            "examples": [dice.randrange(10_000), dice.choice(_WORDS)],
        }
    properties["next"] = {"$ref": f"#/components/schemas/Schema{(number + 1) % SCHEMAS}"}
    return {
        "type": "object",
        "description": _prose(dice, 60),
        "properties": properties,
        "required": dice.sample(list(properties), 3),
    }


def _item() -> dict[str, Any]:
    properties: dict[str, Any] = {
        "id": {"type": "string"},
        "state": {"type": "string", "enum": ["done", "open"]},
        "note": {"type": "string"},
    }
    return {"type": "object", "required": ["id", "state"], "properties": properties}


def _problem() -> dict[str, Any]:
    return {"type": "object", "properties": {"title": {"type": "string"}, "status": {"type": "integer"}}}


def _prose(dice: random.Random, words: int) -> str:
    return " ".join(dice.choices(_WORDS, k=words)).capitalize() + "."


def workflow(source: str) -> dict[str, Any]:
    """A document that uses six of the operations."""
    steps: list[dict[str, Any]] = []
    for number in (0, 250, 499):
        name = f"{_WORDS[number % len(_WORDS)]}s{number}"
        got = "$response.body#/id"
        ok = [{"condition": "$statusCode == 200"}, {"condition": "$response.body#/state == 'done'"}]
        create, read = f"create{number}", f"get{number}"
        body = {"payload": {"name": "$inputs.name"}}
        identifier = {"name": "id", "in": "path", "value": f"$steps.{create}.outputs.id"}
        steps.append({"stepId": create, "operationId": f"create-{name}", "requestBody": body, "outputs": {"id": got}})
        steps.append({"stepId": read, "operationId": f"get-{name}", "parameters": [identifier], "successCriteria": ok})
    flow = {
        "workflowId": "large",
        "inputs": {"type": "object", "properties": {"name": {"type": "string"}}},
        "steps": steps,
        "outputs": {"id": "$steps.create499.outputs.id"},
    }
    return {
        "arazzo": "1.0.1",
        "info": {"title": "Large", "version": "1"},
        "sourceDescriptions": [{"name": "api", "url": source, "type": "openapi"}],
        "workflows": [flow],
    }


def write(folder: Path) -> None:
    """Both forms of the description and a document for each."""
    whole = description()
    text = yaml.dump(whole, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=100)
    (folder / "api.yaml").write_text(text, encoding="utf-8")
    (folder / "api.json").write_text(json.dumps(whole, indent=2), encoding="utf-8")
    for form in ("yaml", "json"):
        (folder / f"{form}.arazzo.json").write_text(json.dumps(workflow(f"api.{form}")), encoding="utf-8")


# --- the measurements -------------------------------------------------------------------------------------------------
def rows() -> Iterator[Row]:
    """Both forms, the first time and the second."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder)
        for form in GOALS:
            yield from _processes(folder, form)
            yield from _within(folder, form)


def _processes(folder: Path, form: str) -> Iterator[Row]:
    """Whole commands."""
    command = ("-m", "arazzo_runner", "run", str(folder / f"{form}.arazzo.json"), "--mock", "-q")
    cache = folder / "cache"

    def first() -> float:
        shutil.rmtree(cache, ignore_errors=True)
        return process(*command)

    with _cached(cache):
        taken = in_turns(
            {
                "first": first,
                "second": lambda: process(*command),
                "parser": lambda: process("-c", _PARSERS[form], str(folder / f"api.{form}")),
            },
            ROUNDS,
        )
        above = _megabytes(*command[1:]) - _megabytes("this")
    yield _ratio(f"{form}: the command, first time", form, taken["first"], taken["parser"])
    if form == "json":
        yield _ratio(f"{form}: the command, second time", form, taken["second"], taken["parser"])
        return
    seconds = statistics.median(taken["second"])
    yield Row(f"{form}: the command, second time", f"<= {GOAL_SECONDS} s", f"{seconds:.2f} s", seconds <= GOAL_SECONDS)
    yield Row(
        f"{form}: its memory above the interpreter's",
        f"<= {GOAL_MEGABYTES:.0f} MB",
        f"{above:.0f} MB",
        above <= GOAL_MEGABYTES,
    )


@contextmanager
def _cached(folder: Path) -> Iterator[None]:
    before = os.environ.get("ARAZZO_CACHE")
    os.environ["ARAZZO_CACHE"] = str(folder)
    try:
        yield
    finally:
        del os.environ["ARAZZO_CACHE"]
        if before is not None:
            os.environ["ARAZZO_CACHE"] = before


def _megabytes(module: str, *arguments: str) -> float:
    """What a module's program takes of memory at most, as Linux tells it; ``this`` does nothing."""
    program = (
        "import atexit, re, runpy, sys\n"
        "peak = lambda: re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1]\n"
        "atexit.register(lambda: print(peak(), file=sys.stderr))\n"
        "sys.argv[:] = sys.argv[1:]\n"
        "runpy.run_module(sys.argv[0], run_name='__main__')"
    )
    command = [sys.executable, "-c", program, module, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return int(done.stderr.split()[-1]) / 1024


def _within(folder: Path, form: str) -> Iterator[Row]:
    """The same in this process."""
    document, cache = folder / f"{form}.arazzo.json", folder / "records"

    def ours() -> None:
        with Runner(load(document, cache=cache), mock=True) as runner:
            runner.run().raise_for_failure()

    def first() -> float:
        shutil.rmtree(cache, ignore_errors=True)
        return _seconds(ours)

    content = (folder / f"api.{form}").read_bytes()
    parse = _drained if form == "yaml" else json.loads
    contestants = {"first": first, "second": lambda: _seconds(ours), "parser": lambda: _seconds(lambda: parse(content))}
    taken = in_turns(contestants, ROUNDS)
    yield _ratio(f"{form}: within one process, first time", form, taken["first"], taken["parser"])
    yield _ratio(f"{form}: within one process, second time", form, taken["second"], taken["parser"])


def _seconds(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def _drained(content: bytes) -> None:
    for _ in yaml.parse(content, yaml.CSafeLoader):
        pass


def _ratio(what: str, form: str, ours: list[float], parser: list[float]) -> Row:
    factor, goal = ratio(ours, parser), GOALS[form]
    of = "the C parser's events" if form == "yaml" else "json.loads"
    measured = f"{factor:.2f} ({statistics.median(ours):.2f} s against {statistics.median(parser):.2f})"
    return Row(what, f"<= {goal} x {of}", measured, factor <= goal)


if __name__ == "__main__":
    show(rows())
