"""The inputs of a run as a person gives them: options, a file, the environment, and a prompt (S7-S10)."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from math import isinf
from pathlib import Path
from typing import TypeAlias

import click

from arazzo_runner import inputs
from arazzo_runner.cli.terminal import Terminal
from arazzo_runner.description import BoundWorkflow
from arazzo_runner.errors import InvalidInputs, UnreadableDocument
from arazzo_runner.reports.lines import line
from arazzo_runner.sources import FileContent
from arazzo_runner.values import JSON

#: A value as it was given: text to be converted by the declared type, or a value as it is.
Given: TypeAlias = "Text | Value"


class Text(str):
    """Text that the declared type converts (S8)."""

    __slots__ = ()


class Value:
    """A value that is taken as it is: raw JSON, or a file that is not text."""

    __slots__ = ("value",)

    def __init__(self, value: JSON | FileContent) -> None:
        self.value = value


def read_given(assignments: Sequence[str], file: str | None) -> dict[str, Given]:
    """What ``--inputs`` and ``-i`` say, by name; ``-i`` wins."""
    given: dict[str, Given] = {}
    if file is not None:
        given.update({name: Value(value) for name, value in _object_from(file).items()})
    given.update(_assignment(text) for text in assignments)
    return given


def gather(
    terminal: Terminal,
    workflows: Sequence[BoundWorkflow],
    given: Mapping[str, Given],
    *,
    invent: bool,
    ask: bool = True,
) -> list[dict[str, JSON]]:
    """The inputs of each workflow: those of the given ones that it declares, and those of the environment.

    With ``invent`` those that are missing are left to the mock, else, with ``ask``, they are asked for on a terminal.
    Raises `InvalidInputs`, which lists everything that is wrong, before any workflow is run.
    """
    found = [_for_workflow(terminal, workflow, given) for workflow in workflows]
    if invent:
        return found
    gathered = [
        _asked(terminal, workflow, values) if ask else values for workflow, values in zip(workflows, found, strict=True)
    ]
    violations = [
        message
        for workflow, values in zip(workflows, gathered, strict=True)
        for message in _violations(workflow, values)
    ]
    if violations:
        raise InvalidInputs(list(dict.fromkeys(violations)))
    return gathered


def _violations(workflow: BoundWorkflow, values: Mapping[str, JSON]) -> list[str]:
    _, found = inputs.accept(workflow, values)
    absent = inputs.missing(workflow.inputs_schema, values)
    return [message + _remedy(message, absent) for message in found]


def _remedy(message: str, absent: Sequence[str]) -> str:
    for name in absent:
        if message == f"missing required input {name!r}":
            return f": give -i {name}=... or set {inputs.variables(name)[-1]}"
    return ""


def refuse_undeclared(workflows: Sequence[BoundWorkflow], given: Mapping[str, Given]) -> None:
    """Raise `InvalidInputs` for names that none of the workflows declares (S8)."""
    unknown = [set(_names(workflow, given)) for workflow in workflows]
    everywhere = set.intersection(*unknown) if unknown else set()
    if everywhere:
        raise InvalidInputs(inputs.undeclared(workflows[0], [name for name in given if name in everywhere]))


def _names(workflow: BoundWorkflow, given: Mapping[str, Given]) -> list[str]:
    return [name for name in given if inputs.undeclared(workflow, [name])]


def _for_workflow(terminal: Terminal, workflow: BoundWorkflow, given: Mapping[str, Given]) -> dict[str, JSON]:
    schema = workflow.inputs_schema
    foreign = set(_names(workflow, given))
    values: dict[str, JSON] = {}
    violations: list[str] = []
    for name, one in given.items():
        try:
            if name not in foreign:
                values[name] = _converted(workflow, name, one)
        except ValueError as error:
            violations.append(str(error))
    if violations:
        raise InvalidInputs(violations)
    values.update(inputs.from_environment(schema, values, os.environ))
    hide(terminal, workflow, values)
    return values


def _converted(workflow: BoundWorkflow, name: str, given: Given) -> JSON:
    if isinstance(given, Text):
        return inputs.convert(workflow.inputs_schema, name, str(given))
    return given.value  # type: ignore[return-value]  # a FileContent passes through a run as a value does


def hide(terminal: Terminal, workflow: BoundWorkflow, values: Mapping[str, JSON]) -> None:
    """Hide the secrets among the inputs from now on (S10)."""
    terminal.redactor.add(*inputs.secrets_among(workflow, values))


def _asked(terminal: Terminal, workflow: BoundWorkflow, values: dict[str, JSON]) -> dict[str, JSON]:
    """S9: what is still missing is asked for, on a terminal."""
    absent = inputs.missing(workflow.inputs_schema, values)
    if not absent or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return values
    asked = {name: _prompt(terminal, workflow, name, hidden=name in workflow.secret_inputs) for name in absent}
    hide(terminal, workflow, asked)
    return values | asked


def _prompt(terminal: Terminal, workflow: BoundWorkflow, name: str, *, hidden: bool) -> JSON:
    schema = inputs.declared(workflow.inputs_schema).get(name)
    described = schema.get("description") if isinstance(schema, Mapping) else None
    if isinstance(described, str):
        terminal.say(line((described.strip(), "dim")))
    while True:
        text = click.prompt(name, hide_input=hidden, err=True, default="", show_default=False)
        try:
            value = inputs.convert(workflow.inputs_schema, name, text)
        except ValueError as error:
            terminal.say(line((str(error), "warn")))
            continue
        wrong = inputs.validate_inputs(_alone(workflow, name), {name: value})
        if not wrong:
            return value
        terminal.say(*(line((each, "warn")) for each in wrong))


def _alone(workflow: BoundWorkflow, name: str) -> dict[str, JSON]:
    """The inputs schema with one of its inputs, so that an answer is judged before the next question."""
    whole = workflow.inputs_schema
    shared = {key: whole[key] for key in ("$defs", "definitions") if key in whole} if isinstance(whole, Mapping) else {}
    return {**shared, "properties": {name: inputs.declared(whole).get(name, True)}}


# --- files and assignments --------------------------------------------------------------------------------------------
def _assignment(text: str) -> tuple[str, Given]:
    """``NAME=VALUE``, ``NAME=@FILE`` or ``NAME:=JSON``."""
    name, found, value = text.partition("=")
    if not found or not name.strip(":"):
        what = "no name" if found else "no '='"
        raise click.UsageError(f"--input takes NAME=VALUE, NAME=@FILE or NAME:=JSON, found {what}")
    if name.endswith(":"):
        return name[:-1], _raw(name[:-1], value)
    if value.startswith("@"):
        return name, _file(value[1:])
    return name, Text(value)


def _raw(name: str, text: str) -> Value:
    def refuse(constant: str) -> JSON:
        raise ValueError(constant)

    where = ""
    try:
        return Value(json.loads(text, parse_constant=refuse, parse_float=_finite))
    except json.JSONDecodeError as error:
        where = f" at line {error.lineno}, column {error.colno}"
    except (ValueError, RecursionError):
        pass
    raise click.UsageError(f"--input {name}:=... takes JSON, and this is none{where}")


def _finite(text: str) -> float:
    """A number as JSON writes it; one too large for a float would become infinite, which JSON has not."""
    if isinf(number := float(text)):
        raise ValueError(text)
    return number


def _file(path: str) -> Given:
    content = _read(path)
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return Value(FileContent(Path(path).name, content))
    return Text(text)


def _object_from(path: str) -> Mapping[str, JSON]:
    from arazzo_runner.loader.yaml import parse_document

    value = parse_document(_read(path), "stdin" if path == "-" else path)
    if not isinstance(value, Mapping):
        found = "nothing" if value is None else "another value"
        raise InvalidInputs([f"--inputs takes a file with one object, and '{path}' holds {found}"])
    return value


def _read(path: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise UnreadableDocument(path, error.strerror or str(error)) from None
