"""Options that several commands have, and how an option is tied to what a shell is offered for it.

Knows click and nothing heavier; what is offered is found by `suggestions`, which is imported when a shell asks.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

#: What click calls for the offers, with the text that is there so far.
Complete: TypeAlias = "Callable[[click.Context, click.Parameter, str], list[CompletionItem]]"


def completed_by(name: str) -> Complete:
    """What the function ``name`` of `suggestions` finds."""

    def complete(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
        found: list[CompletionItem] = getattr(import_module("arazzo_runner.cli.suggestions"), name)(ctx, incomplete)
        return found

    return complete


#: For each command that opens documents.
sources = click.option(
    "--source",
    "sources",
    multiple=True,
    metavar="NAME=LOCATION",
    shell_complete=completed_by("sources"),
    help="Where a source description is.",
)
no_cache = click.option(
    "--no-cache", is_flag=True, help="Read large descriptions whole, and keep nothing about them for the next time."
)
