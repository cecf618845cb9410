"""What a shell may offer for the arguments and options of a command, from the command line and the document on it.

Imported when a shell asks. It knows previews of documents only, so that an answer takes no longer than a keystroke
may.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click
from click.shell_completion import CompletionItem

from arazzo_runner.cli.preview import Preview, PreviewInput, preview_of
from arazzo_runner.cli.run_options import REPORT_KINDS


def files(_ctx: click.Context, _incomplete: str) -> list[CompletionItem]:
    """Files, which the shell finds itself."""
    return [_file()]


def words(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """FILE, and then the ids of its workflows; with --all more files."""
    given = ctx.params.get("words") or ()
    if not given or ctx.params.get("every"):
        return [_file()]
    return _ids(given[0], incomplete) if len(given) == 1 else []


def workflow_ids(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """The ids of the workflows of FILE."""
    return _ids(ctx.params.get("file") or "", incomplete)


def inputs(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """``name=`` for the inputs that are not given yet; after it the values of an enumeration, or a file after ``@``."""
    name, separator, value = incomplete.partition("=")
    known = {one.name: one for one in _inputs(ctx)}
    if not separator:
        given = {text.partition("=")[0].removesuffix(":") for text in ctx.params.get("assignments") or ()}
        return list(_begun((one for one in known.values() if one.name not in given), incomplete))
    if value.startswith("@"):
        return [_file(f"{name}=@")]
    choices = known[name].choices if name in known else ()
    return [CompletionItem(f"{name}={choice}") for choice in choices if choice.startswith(value)]


def servers(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """``NAME=`` of the document's sources."""
    sources = _preview(ctx).sources
    return [_part(f"{name}=", url) for name, url in sources.items() if name.startswith(incomplete)]


def sources(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """``NAME=`` of the document's sources, and a file after it."""
    name, separator, _ = incomplete.partition("=")
    return [_file(f"{name}=")] if separator else servers(ctx, incomplete)


def reports(_ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """``KIND=`` and a file after it."""
    kind, separator, _ = incomplete.partition("=")
    if separator:
        return [_file(f"{kind}=")]
    return [_part(f"{kind}=", about) for kind, about in REPORT_KINDS.items() if kind.startswith(incomplete)]


def _ids(file: str, incomplete: str) -> list[CompletionItem]:
    workflows = preview_of(file).workflows
    return [CompletionItem(id_, help=text) for id_, text in workflows.items() if id_.startswith(incomplete)]


def _preview(ctx: click.Context) -> Preview:
    given = ctx.params.get("words") or ctx.params.get("files") or [ctx.params.get("file") or ""]
    return preview_of(given[0])


def _inputs(ctx: click.Context) -> Iterator[PreviewInput]:
    """Those of the workflow that is named, else of all of them."""
    given = ctx.params.get("words") or ()
    named = given[1:2] if not ctx.params.get("every") else ()
    for workflow_id, inputs_ in _preview(ctx).inputs.items():
        if not named or workflow_id in named:
            yield from inputs_


def _begun(inputs_: Iterable[PreviewInput], incomplete: str) -> Iterator[CompletionItem]:
    for one in sorted(inputs_, key=lambda one: not one.required):
        if one.name.startswith(incomplete):
            about = "required" if one.required else "optional"
            yield _part(f"{one.name}=", f"{about}: {one.description}" if one.description else about)


def _part(text: str, about: str | None) -> CompletionItem:
    """The beginning of a word, which goes on."""
    return CompletionItem(text, type="part", help=about)


def _file(before: str = "") -> CompletionItem:
    """A file name, after a part of the word that is none of it."""
    return CompletionItem(before, type="file", prefix=before)
