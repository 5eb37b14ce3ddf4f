"""A run of `check` over files and folders."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
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
    report, done = Report(), 0
    try:
        jobs = _workers.process_count(entries, jobs)
        _ = jobs == 1 or (options.sdk, options.now)  # computed once, then sent to all processes
        results = _workers.results(partial(_check_file, options=options), entries, jobs)
        for _, result in zip(progress(entries, "check"), results, strict=True):
            report.add(result)
            done += 1
    except KeyboardInterrupt:
        report.left = len(entries) - done
    _check_together(report, options)
    return report


def progress(items: Sequence[Item], label: str) -> Iterable[Item]:
    """Return the items, with a progress bar if they are many and standard error is a terminal."""
    if len(items) < _MIN_FILES or sys.stderr is None or not sys.stderr.isatty():
        return items
    from tqdm import tqdm

    return tqdm(items, desc=label, unit="file", leave=False)


def _check_file(entry: Entry, options: Options) -> Report:
    """Return the report of one file."""
    file = files.load(entry)
    if file is None:
        return Report(skipped=1)
    name = redact(file.name)
    everything = list(findings(file, options))
    listed = [finding for finding in everything if finding is not UNLISTED_DRIFT]
    return Report(
        files=[name],
        recordings=len(file.cassette.interactions) if file.cassette else 0,
        payloads=int(file.cassette is None and file.problem is None),
        broken=int(file.problem is not None),
        drift=sum(finding.rule == "drift" for finding in everything),
        findings=sorted(listed, key=lambda finding: finding.line or 0),
        answers=[(_full(each.api_version), name) for each in file.answers if each.api_version],
    )


def _full(version: str) -> str:
    """Return a version, or the first one of a line if it is a line's name."""
    try:
        return full_version(version)
    except UnknownName:
        return str(redact(version))


def _check_together(report: Report, options: Options) -> None:
    """Add the findings and notes on all files together."""
    versions: dict[str, list[str]] = {}
    for version, name in report.answers:
        versions.setdefault(version, []).append(name)
    if "version-mix" in options.rules and len(versions) > 1:
        counts = {version: len(names) for version, names in sorted(versions.items())}
        parts = (
            f"{n} of {version} (first in {versions[version][0]})" for version, n in counts.items()
        )
        message = f"answers of {len(counts)} API versions: {', '.join(parts)}"
        report.findings.append(Finding("version-mix", message, details={"versions": counts}))
    if "outdated" in options.rules and versions and isinstance(options.sdk, str):
        report.notes.append(f"rule outdated was not applied: {options.sdk}")
    if "unreadable" not in options.rules and report.broken:
        report.notes.append(f"{report.broken} unreadable, but rule unreadable is not selected")
