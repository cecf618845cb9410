"""The `arazzo` command. Sub-commands are imported when they are used; this module imports click and nothing heavier.

Each command is one module that parses its arguments, calls the library and prints. stdout carries the result, stderr
everything that is said to a person (`docs/cli.md`). `arazzo run` is the largest: modules that begin with ``run`` are
its options, settings, checks and reports, `single_run` runs one workflow, and those that begin with ``suite`` are
``--all``.
"""

from __future__ import annotations

import gc
import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from arazzo_runner import __version__

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

#: The commands and what their short help says; a command ``x`` is ``arazzo_runner.cli.x.command``.
COMMANDS = {
    "run": "Run a workflow of an Arazzo document.",
    "validate": "Say what is wrong with Arazzo documents, and where.",
    "show": "Show what a document holds: workflows, steps, inputs.",
    "mock": "Serve the operations that a document's workflows use.",
    "completion": "Print the script that completes commands in bash, zsh or fish.",
}


class LazyGroup(click.Group):
    """A group whose commands are known by name and help, and imported when one is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"arazzo_runner.cli.{cmd_name}").command
        assert isinstance(command, click.Command)  # what the table promises
        return command

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Run the command line as a process of its own."""
        try:
            return super().__call__(*args, **options)
        finally:
            if not args:  # not called by a program
                gc.freeze()  # else the interpreter, as it ends, looks through everything for what nobody holds

    def main(self, *args: Any, **options: Any) -> Any:
        """Run the command line, or answer a shell that asks how it goes on."""
        if "_ARAZZO_COMPLETE" in os.environ:
            import_module("arazzo_runner.cli.completion")  # its shells take the place of click's
        return super().main(*args, **options)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Ctrl-C while it is being imported ends it as later, not as click would."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            raise click.exceptions.Exit(130) from None

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands with their short help, without importing them, and the options."""
        from click.shell_completion import CompletionItem

        named = [CompletionItem(name, help=text) for name, text in COMMANDS.items() if name.startswith(incomplete)]
        return named + click.Command.shell_complete(self, ctx, incomplete)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command, or an error with a suggestion."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            from difflib import get_close_matches

            near = get_close_matches(name, COMMANDS, n=1)
            advice = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(COMMANDS)}"
            ctx.fail(f"no such command '{name}'; {advice}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with their short help, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="arazzo", message="%(prog)s %(version)s")
def main() -> None:
    """Run, validate and look into workflows written in the Arazzo Specification.

    \b
    arazzo run workflow.yml -i apiToken=... -i scenarioId=scn_1
    arazzo run workflow.yml --mock
    arazzo validate workflows/
    """
