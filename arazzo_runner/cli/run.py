"""`arazzo run`: a workflow of a document, or a suite of them; outputs on stdout, progress on stderr."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from arazzo_runner.cli.file_help import CommandWithFileHelp
from arazzo_runner.cli.run_options import with_options

if TYPE_CHECKING:
    from arazzo_runner.cli.terminal import Terminal


@click.command(name="run", cls=CommandWithFileHelp)
@with_options
def command(words: Sequence[str], **options: Any) -> None:
    """Run WORKFLOW_ID of the Arazzo document FILE: a path, a URL, or - for stdin.

    Without WORKFLOW_ID it runs the only workflow. The outputs go to stdout as one JSON object. Required inputs that
    are not given come from ARAZZO_INPUT_<name>, credentials from ARAZZO_AUTH_<SCHEME> (see arazzo show --auth).
    arazzo run FILE --help says what FILE takes.

    With --all it runs each workflow of one or more FILEs as a test suite; a folder is searched for documents. Each
    workflow takes those of the inputs that it declares. stdout has the outputs by workflow id, or by FILE and workflow
    id where there are several.

    \b
    Exit codes: 0 succeeded, 1 failed, 3 ended by a failure action of the document,
    2 nothing was done (usage, invalid document or inputs), 130 interrupted, 143 terminated.
    """
    from arazzo_runner.cli.terminal import Terminal

    terminal = Terminal()
    with terminal.guarded():
        raise click.exceptions.Exit(_run(terminal, words, options))


def _run(terminal: Terminal, words: Sequence[str], options: Mapping[str, Any]) -> int:
    from arazzo_runner.cli.run_settings import read_settings
    from arazzo_runner.cli.single_run import run_one

    if options["every"]:
        from arazzo_runner.cli.suite import run_suite

        return run_suite(terminal, words, read_settings(terminal, words, options))
    for option, given in (("--fail-fast", options["fail_fast"]), ("--jobs", options["jobs"] > 1)):
        if given:
            raise click.UsageError(f"{option} belongs to --all, which is not given")
    if len(words) > 2:
        raise click.UsageError("FILE takes at most one WORKFLOW_ID; give --all to run each workflow of several files")
    file, workflow_id = words[0], words[1] if len(words) == 2 else None
    return run_one(terminal, file, workflow_id, read_settings(terminal, [file], options))
