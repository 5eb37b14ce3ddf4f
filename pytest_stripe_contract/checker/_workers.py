"""Work on many files in several processes, with results in the order of the files."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from ..errors import StripeContractError
from .files import Entry

MIN_BYTES = 4_000_000
"""Total size of files below which starting processes takes longer than it saves."""

_CHUNK = 25
"""Files that a process gets at once: sending each by itself takes longer than small files do."""

Result = TypeVar("Result")


class WorkerCrash(StripeContractError, RuntimeError):
    """A worker process died while it checked ``file``."""

    def __init__(self, file: str) -> None:
        self.file = file
        super().__init__(file)

    def __str__(self) -> str:
        return f"a worker process crashed while checking {self.file}. fix: leave this file out"


def results(
    work: Callable[[Entry], Result], entries: Sequence[Entry], jobs: int
) -> Iterator[Result]:
    """Yield the result of ``work`` for each entry, in order; work in this process if ``jobs`` is 1.

    ``work`` and its results are pickled. Raises `WorkerCrash` if a process dies.
    """
    if jobs == 1:
        yield from map(work, entries)
        return
    done = 0
    # A crash breaks the whole pool: a second pool of one process tells which file causes it.
    for processes, chunk in ((jobs, _CHUNK), (1, 1)):
        with ProcessPoolExecutor(processes, _context(), _ignore_interrupts) as pool:
            try:
                for result in pool.map(work, entries[done:], chunksize=chunk):
                    yield result
                    done += 1
            except BrokenProcessPool:
                continue
            return
    raise WorkerCrash(entries[done].name)


def process_count(entries: Sequence[Entry], jobs: int | None) -> int:
    """Return how many processes to use: at most ``jobs``, or one a processor for None.

    It is 1 for few bytes, and if something is not a regular file: a process that waits for a
    pipe must hear of a Ctrl-C.
    """
    files = [entry.path for entry in entries if entry.path and entry.path.is_file()]
    if len(files) < len(entries) or sum(path.stat().st_size for path in files) < MIN_BYTES:
        return 1
    return jobs or _processors()


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _ignore_interrupts() -> None:
    """Leave a Ctrl-C, which all processes get, to the main process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _context() -> multiprocessing.context.BaseContext:
    """Fork where that is safe (on Linux, without other threads): it imports nothing again."""
    is_safe = sys.platform == "linux" and threading.active_count() == 1
    return multiprocessing.get_context("fork" if is_safe else "spawn")
