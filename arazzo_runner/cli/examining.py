"""Examines many documents: in this process, or on all cores in processes of its own; the results come in order.

Documents that name the same source go to one process, where that source is read once.
"""

from __future__ import annotations

import gc
import os
import re
import signal
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from functools import partial
from multiprocessing import active_children, get_context
from time import monotonic
from typing import Final, TypeAlias

from arazzo_runner.cli.folders import LARGEST, STDIN
from arazzo_runner.diagnostics import Diagnostic
from arazzo_runner.effects import Retrieved
from arazzo_runner.errors import UnreadableDocument
from arazzo_runner.loader.library import Shared
from arazzo_runner.loader.locations import is_remote, join
from arazzo_runner.reports.findings import FileReport, Found
from arazzo_runner.reports.frames import line_at
from arazzo_runner.transports.cache import FolderCache
from arazzo_runner.transports.retrieve import retriever
from arazzo_runner.validation.examine import Examination, Terms, examine

#: From how many documents on other processes are worth their start.
MANY: Final = 24
#: How long a host may keep us waiting in vain before it is not asked again, in seconds.
PATIENCE: Final = 1.0
#: How many new objects make a process of many documents look for those that nothing leads to any more. The usual 700
#: walk through the descriptions that are kept for the next documents so often that it costs a fifteenth of the whole.
GARBAGE: Final = 20_000

_HOST = re.compile(r"[a-z]+://([^/?#]*)", re.IGNORECASE)
#: A key `url` with its value; that it is the first of its line is looked at afterwards, which is much quicker.
_URL = re.compile(rb"""url["']?[ \t]*:[ \t]*["']?([^"'\s#]+)""")
_INDENT = (b" ", b"\t", b"-")
_LINE_START = (b"\n", b"")


class Examiner:
    """Examines documents one after another; what several of them name is read once."""

    def __init__(self, terms: Terms, cache: FolderCache | None = None) -> None:
        self._terms = terms
        self._cache = cache
        self._shared = Shared()
        self._silent: set[str] = set()

    def __call__(self, file: str) -> FileReport:
        """What is wrong with a document."""
        shared = None if is_remote(file) else self._shared
        try:
            examination = examine(file, self._patient(file), self._terms, shared, self._cache)
        except UnreadableDocument as error:
            return FileReport(file, unreadable=str(error))
        except Exception as error:
            if os.environ.get("ARAZZO_DEBUG") == "1":
                raise
            return FileReport(file, unreadable=f"this is a bug in arazzo: '{file}': {type(error).__name__}: {error}")
        lines = _SourceLines(examination)
        return FileReport(file, tuple(Found(one, lines.of(one)) for one in examination.diagnostics))

    def _patient(self, file: str) -> Callable[[str], Retrieved]:
        """Reads what a document refers to; a host that kept us waiting in vain is not asked a second time."""
        read = retriever(file, named=tuple(self._terms.sources.values()))

        def retrieve(location: str) -> Retrieved:
            found = _HOST.match(location)
            host = found[1] if found else ""
            if host in self._silent:
                raise UnreadableDocument(location, f"'{host}' did not answer before")
            since = monotonic()
            try:
                return read(location)
            except UnreadableDocument:
                if host and monotonic() - since > PATIENCE:
                    self._silent.add(host)
                raise

        return retrieve


#: Makes an examiner, in whichever process.
Begin: TypeAlias = Callable[[], Examiner]


class _SourceLines:
    """The lines of an examined description where findings begin."""

    def __init__(self, examination: Examination) -> None:
        self._examination = examination
        self._lines: dict[str, list[str]] = {}

    def of(self, diagnostic: Diagnostic) -> str | None:
        document = diagnostic.origin.document
        if diagnostic.span is None:
            return None
        if document not in self._lines:
            text = self._examination.text(document)
            self._lines[document] = [] if text is None else text.split("\n")
        return line_at(self._lines[document], diagnostic.span.line)


def examine_all(
    files: Sequence[str],
    terms: Terms,
    jobs: int | None,
    progress: Callable[[int], None],
    cache: FolderCache | None = None,
) -> Iterator[FileReport]:
    """The report of every file, in order. ``progress`` hears how many are done; without ``jobs``, every core is used
    where there are many files. ``cache`` has the records of large descriptions.
    """
    begin = partial(Examiner, terms, cache)
    wanted = cores() if jobs is None and len(files) >= MANY else jobs or 1
    if wanted < 2 or len(files) < 2:
        yield from _here(files, begin, progress)
        return
    done = 0
    try:
        with closing(_elsewhere(files, begin, wanted, progress)) as reports:  # an interrupt's traceback would keep it
            for report in reports:
                yield report
                done += 1
    except BrokenProcessPool:  # processes cannot be started here, or were ended by the system
        yield from _here(files[done:], begin, progress)


def cores() -> int:
    """How many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _here(files: Sequence[str], begin: Begin, progress: Callable[[int], None]) -> Iterator[FileReport]:
    examiner = begin()
    for done, file in enumerate(files, 1):
        yield examiner(file)
        progress(done)


# --- other processes --------------------------------------------------------------------------------------------------
_examiner: list[Examiner] = []  #: that of a process of `_elsewhere`


def _begin(begin: Begin) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # end at once: the parent says what happened
    gc.freeze()  # what was imported stays; and few of a document's objects refer to each other in circles
    gc.set_threshold(GARBAGE)
    _examiner.append(begin())


def _examine(files: Sequence[str]) -> list[FileReport]:
    return [_examiner[0](file) for file in files]


def _elsewhere(
    files: Sequence[str], begin: Begin, jobs: int, progress: Callable[[int], None]
) -> Generator[FileReport, None, None]:
    ready = {index: begin()(file) for index, file in enumerate(files) if file == STDIN}
    lots = shared_out([index for index in range(len(files)) if index not in ready], files, jobs)
    pool = ProcessPoolExecutor(min(jobs, len(lots)) or 1, get_context("spawn"), _begin, (begin,))
    following = 0
    try:
        asked: dict[Future[list[FileReport]], list[int]] = {
            pool.submit(_examine, [files[index] for index in lot]): lot for lot in lots
        }
        for future in as_completed(asked):
            ready.update(zip(asked[future], future.result(), strict=True))
            progress(len(ready) + following)
            while following in ready:
                yield ready.pop(following)
                following += 1
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in active_children():  # else the command would not end before their documents are examined
            process.terminate()
        raise
    pool.shutdown()
    yield from (ready[index] for index in sorted(ready))


def shared_out(indexes: Sequence[int], files: Sequence[str], jobs: int) -> list[list[int]]:
    """Lots of files for processes to take: those with the same first source together, unless the lot gets too large."""
    groups: dict[str, list[int]] = {}
    for index in indexes:
        groups.setdefault(_first_source(files[index]), []).append(index)
    largest = max(8, len(indexes) // (jobs * 4))
    return [group[at : at + largest] for group in groups.values() for at in range(0, len(group), largest)]


def _first_source(file: str) -> str:
    """The first local source of a document, as far as a glance at its text tells; else its folder."""
    if not is_remote(file):
        try:
            with open(file, "rb") as opened:
                content = opened.read(LARGEST)
        except OSError:
            content = b""
        for url in _urls(content):
            if "://" not in url:
                return join(file, url)
    return os.path.dirname(file)


def _urls(content: bytes) -> Iterator[str]:
    """The values of the keys `url` that begin their line."""
    for found in _URL.finditer(content):
        begin = found.start()
        if content[begin - 1 : begin] in (b'"', b"'"):
            begin -= 1
        while content[begin - 1 : begin] in _INDENT:
            begin -= 1
        if content[begin - 1 : begin] in _LINE_START:
            yield found[1].decode("utf-8", "replace")
