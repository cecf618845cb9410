"""`arazzo run FILE --help`: what the document takes, before the options. It is read when FILE is given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from shlex import quote
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from arazzo_runner.cli.terminal import Terminal

_ARGS: Final = "arazzo_runner.cli.args"  #: where a context keeps the command line
_COMMAND: Final = "arazzo run"
_LONGEST_REASON: Final = 400


class CommandWithFileHelp(click.Command):
    """A command of WORDS, the first of them FILE, whose help is about FILE where one is given."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the arguments; an option at the end that still waits for its value does not hide them from a shell."""
        ctx.meta[_ARGS] = list(args)
        waiting = args and any(
            isinstance(param, click.Option) and not param.is_flag and args[-1] in param.opts for param in self.params
        )
        return super().parse_args(ctx, args[:-1] if waiting and ctx.resilient_parsing else args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The two ways of calling it."""
        formatter.write_usage(ctx.command_path, "[OPTIONS] FILE [WORKFLOW_ID]")
        formatter.write_usage(ctx.command_path, "[OPTIONS] --all FILE...")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What FILE takes, or in general what the command does."""
        given = self._given(ctx)
        if not given:
            super().format_help_text(ctx, formatter)
            return
        from arazzo_runner.cli.terminal import Terminal
        from arazzo_runner.errors import ArazzoError

        terminal = Terminal()
        with terminal.guarded():
            try:
                _write(formatter, _about(terminal, given))
            except ArazzoError as error:
                super().format_help_text(ctx, formatter)
                formatter.write_paragraph()
                with formatter.indentation():
                    formatter.write_text(f"What this file takes is not known: {_shown(error)[:_LONGEST_REASON]}")

    def _given(self, ctx: click.Context) -> Mapping[str, Any]:
        """The arguments and options as they stand on the command line; none where there is no FILE."""
        with click.Context(self, resilient_parsing=True) as other:
            values, _, _ = self.make_parser(other).parse_args(list(ctx.meta.get(_ARGS, ())))
        return {name: value for name, value in values.items() if value} if _is_given(values.get("words")) else {}


def _is_given(words: object) -> bool:
    return isinstance(words, tuple) and bool(words)  # click's own sign stands for no words


def _about(terminal: Terminal, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The outline of the document, or of one workflow. Raises an `ArazzoError` when it cannot be read."""
    from arazzo_runner.cli.arguments import pairs
    from arazzo_runner.cli.opening import open_document
    from arazzo_runner.cli.written_secrets import redactor_for
    from arazzo_runner.reports.outline import outline

    file, workflow_id = (*given["words"], None)[:2]
    sources = pairs(given.get("sources") or (), "--source", "NAME=LOCATION")
    opened = open_document(terminal, file, sources, strict=False, cached=not given.get("no_cache"))
    every = bool(given.get("every")) or workflow_id is None
    redactor = redactor_for(opened.description)
    redactor.add_url(file)
    return outline(opened.description, opened.chosen(workflow_id, every=every), redactor)


# --- writing ----------------------------------------------------------------------------------------------------------
def _write(formatter: click.HelpFormatter, about: Mapping[str, Any]) -> None:
    with formatter.indentation():
        formatter.write_paragraph()
        formatter.write_text(_shown(f"{about['file']}: {about['title']} {about['documentVersion']}"))
    for workflow in about["workflows"]:
        with formatter.section(f"Workflow {_shown(workflow['workflowId'])}"):
            text = _shown(workflow["summary"] or workflow["description"] or "")
            if text:
                formatter.write_text(text)
            _write_rows(formatter, "Inputs", map(_input_row, workflow["inputs"]))
            _write_rows(formatter, "Credentials", map(_credential_row, workflow["credentials"]))
    with formatter.section("Examples"):
        for example in _examples(about["file"], about["workflows"]):
            formatter.write(_broken(example, " " * formatter.current_indent, formatter.width))


def _write_rows(formatter: click.HelpFormatter, title: str, rows: Iterable[tuple[str, str]]) -> None:
    found = list(rows)
    if not found:
        return
    column = min(max(len(name) for name, _ in found) + 2, formatter.width // 3)
    with formatter.section(title):
        indent = " " * formatter.current_indent
        later = indent + " " * column
        for name, text in found:
            first = f"{indent}{name:<{column}}" if len(name) < column else f"{indent}{name}\n{later}"
            formatter.write(f"{first}{click.wrap_text(text, formatter.width, later, later).lstrip()}\n")


def _input_row(one: Mapping[str, Any]) -> tuple[str, str]:
    """``count``, ``integer, default 1. How many.``"""
    return _shown(one["name"]), ". ".join(filter(None, (", ".join(_facts(one)), _shown(one["description"] or ""))))


def _facts(one: Mapping[str, Any]) -> Iterator[str]:
    type_ = one["type"]
    if type_ is not None:
        yield _shown(" or ".join(map(str, type_)) if isinstance(type_, list) else str(type_))
    yield "required" if one["required"] else "optional"
    if one["secret"]:
        yield "secret"
    elif one["default"] is not None:
        yield f"default {_value(one['default'])}"
    if isinstance(one["enum"], list):
        yield "one of " + ", ".join(map(_value, one["enum"]))


def _credential_row(one: Mapping[str, Any]) -> tuple[str, str]:
    variables = " or ".join(one["variables"])
    return _shown(one["scheme"]), _shown(f"{one['type']}. Set {variables}" if variables else one["type"])


def _examples(file: str, workflows: Sequence[Mapping[str, Any]]) -> Iterator[list[str]]:
    """Command lines for the first workflow, in parts: with what it needs, and without anything, against the mock."""
    if not workflows:
        return
    first = workflows[0]
    call = [_COMMAND, quote(_shown(file)), *([quote(_shown(first["workflowId"]))] if len(workflows) > 1 else [])]
    yield [
        " ".join(call),
        *(f"-i {quote(_shown(one['name']))}={_example(one)}" for one in first["inputs"] if one["required"]),
    ]
    yield [" ".join(call), "--mock"]


def _broken(parts: Sequence[str], indent: str, width: int) -> str:
    """A command line, on several lines where it is too long for one, so that it can still be copied."""
    whole = indent + " ".join(parts)
    return f"{whole if len(whole) <= width else indent + f' {chr(92)}{chr(10)}{indent}    '.join(parts)}\n"


def _example(one: Mapping[str, Any]) -> str:
    choices = one["enum"]
    return quote(_value(choices[0])) if isinstance(choices, list) and choices and not one["secret"] else "..."


def _value(value: Any) -> str:
    import json

    return _shown(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _shown(text: Any) -> str:
    """A text of the document on one line, with control characters written out."""
    from arazzo_runner.reports.lines import printable

    return printable(" ".join(str(text).split()))
