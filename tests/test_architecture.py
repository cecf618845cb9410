"""The house style, as far as a program can see it: sizes, layers, names and docstrings."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import arazzo_runner

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "arazzo_runner"
MODULES = sorted(PACKAGE.rglob("*.py"))

LONGEST_MODULE = 400
LONGEST_FUNCTION = 50
EMPTY_WORDS = re.compile(r"(Manager|Handler|Processor|Utils?|Helper)$")
HEAVY = (
    "httpx",
    "jsonschema",
    "openapi_core",
    "lxml",
    "elementpath",
    "rich",
    "jsonpath_ng",
    "jsonpath_rfc9535",
    "regex",
)


def by_path(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def definitions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node


@pytest.mark.parametrize("path", MODULES, ids=by_path)
def test_modules_and_functions_are_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < LONGEST_MODULE
    functions = [node for node in definitions(ast.parse(text)) if not isinstance(node, ast.ClassDef)]
    sizes = {node.name: (node.end_lineno or node.lineno) - node.lineno + 1 for node in functions}
    assert {name: size for name, size in sizes.items() if size > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("path", MODULES, ids=by_path)
def test_modules_say_what_they_are_about_and_names_say_something(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "the module has no docstring"
    assert [node.name for node in definitions(tree) if EMPTY_WORDS.search(node.name)] == []


@pytest.mark.parametrize("path", MODULES, ids=by_path)
def test_nothing_is_evaluated_or_unpickled(path: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    names = {node.func.id for node in calls if isinstance(node.func, ast.Name)}
    assert names & {"eval", "exec", "compile", "__import__"} == set()
    assert "pickle" not in path.read_text(encoding="utf-8")


def test_layers() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_public_names_are_sorted_and_there() -> None:
    testing = import_module("arazzo_runner.testing")
    for module in (arazzo_runner, testing):
        assert list(module.__all__) == sorted(module.__all__)
        assert set(module.__all__) <= set(dir(module))


PUBLIC = [(home, name) for home in ("arazzo_runner", "arazzo_runner.testing") for name in import_module(home).__all__]


@pytest.mark.parametrize(("home", "name"), PUBLIC)
def test_public_names_are_documented(home: str, name: str) -> None:
    thing = getattr(import_module(home), name)
    if not callable(thing):
        return
    assert inspect.getdoc(thing)
    methods = inspect.getmembers(thing, inspect.isfunction) if inspect.isclass(thing) else []
    assert [each for each, method in methods if not each.startswith("_") and not inspect.getdoc(method)] == []


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    program = f"import sys, arazzo_runner.cli; print([name for name in {HEAVY!r} if name in sys.modules])"
    started = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert started.stdout.strip() == "[]"


def test_a_run_starts_without_what_it_does_not_use() -> None:
    """Of the standard library, what takes as long to import as a part of this package."""
    unused = (*HEAVY, "asyncio", "email", "hashlib", "ssl", "tempfile")
    document = "workflows/score-running-scenario-run.yml"
    arguments = ["run", document, "--mock", "-q", "-i", "apiToken=t", "-i", "scenarioId=s"]
    program = (
        "import atexit, sys\n"
        "from arazzo_runner.cli import main\n"
        f"atexit.register(lambda: print([name for name in {unused!r} if name in sys.modules]))\n"
        f"main({arguments!r})"
    )
    started = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert started.stdout.splitlines()[-1] == "[]"
