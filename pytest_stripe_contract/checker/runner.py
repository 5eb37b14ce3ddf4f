"""A run of `check` over files and folders."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from ..errors import UnknownName
from ..stripe_api import full_version, resolve
from . import _workers, files
from .files import Entry
from .findings import Finding, Report, redact
from .options import Options
from .rules import UNLISTED_DRIFT, findings

_MIN_FILES = 20
"""Files below which no progress is shown."""

Item = TypeVar("Item")


def check(paths: Iterable[str], options: Options, *, jobs: int | None = None) -> Report:
    """Check files and folders; a Ctrl-C ends the run early, with the findings so far.

    Many files are spread over ``jobs`` processes at most, None for one a processor. The report is
    the same in any case. Raises ``FileNotFoundError`` for a path that does not exist,
    `errors.UnknownName` for an API version that no release line covers, and `WorkerCrash` if a
    process dies.
    """
    if options.api_version is not None:
        resolve(options.api_version)
    entries = files.find(paths)
    run = _Run(options)
    done = 0
    try:
        with _rare_garbage_collection():
            jobs = _workers.process_count(entries, jobs)
            _ = jobs == 1 or (options.sdk, options.now)  # computed once, then sent to all processes
            results = _workers.results(partial(_check_file, options=options), entries, jobs)
            for _, result in zip(progress(entries, "check"), results, strict=True):
                run.add(result)
                done += 1
    except KeyboardInterrupt:
        run.report.left = len(entries) - done
    run.finish()
    return run.report


def progress(items: Sequence[Item], label: str) -> Iterable[Item]:
    """Return the items, with a progress bar if they are many and standard error is a terminal."""
    if len(items) < _MIN_FILES or sys.stderr is None or not sys.stderr.isatty():
        return items
    from tqdm import tqdm

    return tqdm(items, desc=label, unit="file", leave=False)


@contextmanager
def _rare_garbage_collection() -> Iterator[None]:
    """Collect less often: documents have many objects and no cycles. It saves a tenth of a run."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@dataclass(frozen=True, slots=True)
class _Result:
    """The findings in a file; ``versions`` has the API version of each answer."""

    name: str
    findings: list[Finding]
    drift: int
    is_broken: bool
    recordings: int | None
    versions: list[str]


def _check_file(entry: Entry, options: Options) -> _Result | None:
    """Apply all rules to a file; None if it is neither a cassette nor a payload."""
    file = files.load(entry)
    if file is None:
        return None
    everything = list(findings(file, options))
    listed = [finding for finding in everything if finding is not UNLISTED_DRIFT]
    return _Result(
        redact(file.name),
        sorted(listed, key=lambda finding: finding.line or 0),
        sum(finding.rule == "drift" for finding in everything),
        file.problem is not None,
        None if file.cassette is None else len(file.cassette.interactions),
        [_full(answer.api_version) for answer in file.answers if answer.api_version is not None],
    )


def _full(version: str) -> str:
    """Return a version, or the first one of a line if it is a line's name."""
    try:
        return full_version(version)
    except UnknownName:
        return str(redact(version))


class _Run:
    """The results so far, and the rules that need those of all files."""

    def __init__(self, options: Options) -> None:
        self.report = Report()
        self._options = options
        self._broken = 0
        self._files: dict[str, list[str]] = {}
        """By API version, the file of each answer."""

    def add(self, result: _Result | None) -> None:
        """Add the result of one file."""
        if result is None:
            self.report.skipped += 1
            return
        self.report.files.append(result.name)
        self.report.findings += result.findings
        self.report.drift += result.drift
        self._broken += result.is_broken
        if result.recordings is not None:
            self.report.recordings += result.recordings
        elif not result.is_broken:
            self.report.payloads += 1
        for version in result.versions:
            self._files.setdefault(version, []).append(result.name)

    def finish(self) -> None:
        """Add the findings and notes on all files together."""
        rules, options, report = self._options.rules, self._options, self.report
        if "version-mix" in rules and len(self._files) > 1:
            counts = {version: len(names) for version, names in sorted(self._files.items())}
            parts = (f"{n} of {v} (first in {self._files[v][0]})" for v, n in counts.items())
            message = f"answers of {len(counts)} API versions: {', '.join(parts)}"
            report.findings.append(Finding("version-mix", message, details={"versions": counts}))
        if "outdated" in rules and self._files and isinstance(options.sdk, str):
            report.notes.append(f"rule outdated was not applied: {options.sdk}")
        if "unreadable" not in rules and self._broken:
            report.notes.append(f"{self._broken} unreadable, but rule unreadable is not selected")
