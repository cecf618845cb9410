"""`arazzo mock`: an HTTP server that answers what a document's workflows ask."""

from __future__ import annotations

import click

from arazzo_runner.cli import shared_options


@click.command(name="mock")
@click.argument("file", shell_complete=shared_options.completed_by("files"))
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default=True, help="0 picks a free one.")
@shared_options.sources
@shared_options.no_cache
def command(file: str, port: int, sources: tuple[str, ...], no_cache: bool) -> None:
    """Serve the operations that the workflows of FILE use on 127.0.0.1, with the answers of `arazzo run --mock`.

    The address is printed on stdout. Ctrl-C stops it.
    """
    from arazzo_runner.cli.terminal import CannotWrite, Terminal

    terminal = Terminal()
    with terminal.guarded():
        from arazzo_runner.cli.arguments import pairs
        from arazzo_runner.cli.opening import open_document
        from arazzo_runner.transports.mock.server import serve

        overrides = pairs(sources, "--source", "NAME=LOCATION")
        opened = open_document(terminal, file, overrides, strict=False, cached=not no_cache)
        try:
            serve(opened.description, port=port, on_ready=lambda url: terminal.write(f"{url}\n"))
        except CannotWrite:
            raise
        except OSError as error:
            raise click.UsageError(f"--port {port}: {(error.strerror or str(error)).lower()}") from None
