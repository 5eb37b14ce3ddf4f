"""A run of `check` over files and folders."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial

from ..errors import InvalidOption, UnknownName
from ..stripe_api import resolve
from . import _progress, _workers, files
from ._findings import Remark, Report, hidden
from ._messages import line_of
from .files import Entry, File
from .rules import _hygiene, contract
from .rules.contract import DRIFT, Options

_RULES: tuple[tuple[frozenset[str], Callable[[File, Options], Iterator[Remark]]], ...] = (
    (frozenset({"invented", "drift"}), contract.held_to_the_contract),
    (frozenset({"request"}), contract.requests),
    (frozenset({"unversioned"}), contract.unversioned),
    (frozenset({"secret"}), _hygiene.secret),
    (frozenset({"livemode"}), _hygiene.livemode),
    (frozenset({"outdated"}), contract.outdated),
    (frozenset({"stale"}), _hygiene.stale),
    (frozenset({"unreadable"}), contract.unreadable),
)
"""Each function with the rules that it stands for."""


def selected(
    select: Iterable[str] = (), ignore: Iterable[str] = (), *, max_age: int | None = None
) -> frozenset[str]:
    """The names of the rules that are meant: all, or those of ``select``, without ``ignore``.

    ``stale`` is one only with a ``max_age``. Raises `errors.UnknownName` for a name that is none.
    """
    wanted, unwanted = set(select), set(ignore)
    for name in sorted(wanted | unwanted):
        if name not in contract.ALL:
            raise UnknownName("rule", name, contract.ALL)
    if "stale" in wanted and max_age is None:
        raise InvalidOption("--select", "stale", "--max-age DAYS beside it")
    return frozenset((wanted or contract.ALL.keys()) - unwanted)


def check(paths: Iterable[str], options: Options, *, jobs: int | None = None) -> Report:
    """Look through files and folders; a Ctrl-C ends it early, with what was found so far.

    Many files are spread over so many processes, at most: None stands for one a processor. The
    report is the same in any case. Raises ``FileNotFoundError`` for a path that leads nowhere,
    `errors.UnknownName` for an API version that no release line covers, and
    `workers.WorkerLost` if a process dies.
    """
    if options.api_version is not None:
        resolve(options.api_version)
    entries = files.find(paths)
    run = _Run(options)
    done = 0
    try:
        with _less_collecting():
            jobs = _workers.wanted(entries, jobs)
            _ = jobs == 1 or (options.sdk, options.now)  # found out once for all processes
            found = _workers.results(partial(_looked_through, options=options), entries, jobs)
            for _, each in zip(_progress.shown(entries, "check"), found, strict=True):
                run.take_up(each)
                done += 1
    except KeyboardInterrupt:
        run.report.left = len(entries) - done
    run.end()
    return run.report


@contextmanager
def _less_collecting() -> Iterator[None]:
    """Documents have many objects and no cycles: looking for some takes a tenth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@dataclass(frozen=True, slots=True)
class _Found:
    """What there is to say of a file; ``versions`` has the API version of each answer."""

    name: str
    remarks: list[Remark]
    drift: int
    is_broken: bool
    recordings: int | None
    versions: list[str]


def _looked_through(entry: Entry, options: Options) -> _Found | None:
    """A file looked through by all rules; None if it is of another kind."""
    file = files.load(entry)
    if file is None:
        return None
    found = list(_remarks(file, options))
    told = [remark for remark in found if remark is not DRIFT]
    versions = (answer.api_version for answer in file.answers)
    return _Found(
        hidden(file.name),
        sorted(told, key=lambda each: each.line or 0),
        sum(remark.rule == "drift" for remark in found),
        file.problem is not None,
        None if file.cassette is None else len(file.cassette.interactions),
        [hidden(_full(version)) for version in versions if version is not None],
    )


def _remarks(file: File, options: Options) -> Iterator[Remark]:
    for names, rule in _RULES:
        if names & options.rules:
            for remark in rule(file, options):
                if remark.rule in options.rules:
                    yield remark


class _Run:
    """What was found so far, and what can only be told once all files were looked through."""

    def __init__(self, options: Options) -> None:
        self.report = Report()
        self._options = options
        self._broken = 0
        self._recorded: dict[str, list[str]] = {}
        """By API version, the file of each answer that was recorded under it."""

    def take_up(self, found: _Found | None) -> None:
        """Take up what there is to say of a file, all of it or nothing."""
        if found is None:
            self.report.skipped += 1
            return
        self.report.files.append(found.name)
        self.report.remarks += found.remarks
        self.report.drift += found.drift
        self._broken += found.is_broken
        if found.recordings is not None:
            self.report.recordings += found.recordings
        elif not found.is_broken:
            self.report.payloads += 1
        for version in found.versions:
            self._recorded.setdefault(version, []).append(found.name)

    def end(self) -> None:
        """Say what concerns all files together."""
        contract, options, report = self._options.rules, self._options, self.report
        if "version-mix" in contract and len(self._recorded) > 1:
            counts = {version: len(names) for version, names in sorted(self._recorded.items())}
            each = (f"{n} of {v} (first in {self._recorded[v][0]})" for v, n in counts.items())
            message = f"answers of {len(counts)} API versions: {', '.join(each)}"
            report.remarks.append(Remark("version-mix", message, details={"versions": counts}))
        if "outdated" in contract and self._recorded and isinstance(options.sdk, str):
            report.notes.append(f"outdated was not looked for: {options.sdk}")
        if "unreadable" not in contract and self._broken:
            report.notes.append(f"{self._broken} unreadable, which was not asked for")


@cache
def _full(version: str) -> str:
    """A version as Stripe names it: of a release line's mere name, the first of the line."""
    line = line_of(version)
    return line.first if line and version == line.name else version
