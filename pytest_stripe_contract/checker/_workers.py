"""Many files spread over processes, with the results in the order of the files."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from stat import S_ISREG
from typing import TypeVar

from ..errors import StripeContractError
from .files import Entry

WORTH_IT = 4_000_000
"""Bytes of files from which on it pays to start processes."""

_BATCH = 400_000
_LONGEST_BATCH = 100
"""Bytes and files that a process gets at once: enough work for what it costs to send them."""

_AHEAD = 4
"""Batches a process that wait, with their results: no more, so that memory has a bound."""

Result = TypeVar("Result")


class WorkerLost(StripeContractError, RuntimeError):
    """A process that died; ``files`` are those of which it had one, or waited for one."""

    def __init__(self, files: Sequence[str]) -> None:
        self.files = tuple(files)
        super().__init__(self.files)

    def __str__(self) -> str:
        among = f"between {self.files[0]} and {self.files[-1]}"
        return f"a process died over one of the files {among}: --jobs 1 tells over which"


def count() -> int:
    """How many processors there are for this process."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def results(
    work: Callable[[Entry], Result], entries: Sequence[Entry], jobs: int
) -> Iterator[Result]:
    """What ``work`` makes of each entry, in order, by so many processes; by this one if it is 1.

    ``work`` and its results are pickled. `WorkerLost` if a process dies.
    """
    if jobs == 1:
        yield from map(work, entries)
        return
    batches = _batches(entries)
    with ProcessPoolExecutor(
        jobs, _context(), initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)
    ) as pool:
        waiting: deque[tuple[list[Entry], Future[list[Result]]]] = deque()
        try:
            while True:
                for batch in islice(batches, jobs * _AHEAD - len(waiting)):
                    waiting.append((batch, pool.submit(_all, work, batch)))
                if not waiting:
                    return
                yield from waiting[0][1].result()
                waiting.popleft()
        except BrokenProcessPool:
            raise WorkerLost([entry.name for batch, _ in waiting for entry in batch]) from None
        finally:
            pool.shutdown(cancel_futures=True)


def wanted(entries: Sequence[Entry], jobs: int | None) -> int:
    """How many processes are to work: no more than ``jobs``, and one if more do not pay.

    One too if something is no file: what waits for a pipe must hear of a Ctrl-C.
    """
    jobs = count() if jobs is None else jobs
    if jobs == 1 or min(map(_size, entries), default=0) < 0:
        return 1
    return jobs if sum(map(_size, entries)) >= WORTH_IT else 1


def _size(entry: Entry) -> int:
    """Bytes of a file; -1 if it is none."""
    if entry.path is None:
        return -1
    try:
        found = entry.path.stat()
    except OSError:
        return 0  # what reads it says so
    return found.st_size if S_ISREG(found.st_mode) else -1


def _batches(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    size = 0
    for entry in entries:
        batch.append(entry)
        size += _size(entry)
        if size >= _BATCH or len(batch) >= _LONGEST_BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _all(work: Callable[[Entry], Result], batch: list[Entry]) -> list[Result]:
    return [work(entry) for entry in batch]


def _context() -> multiprocessing.context.BaseContext:
    """A fork need import nothing again; it is safe on Linux, and without other threads."""
    is_safe = sys.platform == "linux" and threading.active_count() == 1
    return multiprocessing.get_context("fork" if is_safe else "spawn")
