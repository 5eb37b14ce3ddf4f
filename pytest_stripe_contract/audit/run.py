"""A run of `check` over files and folders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from .. import installed
from ..errors import InvalidOption, UnknownName
from . import files, hygiene, progress, rules
from .answers import line_of
from .files import Entry, File
from .remarks import Remark, Report, hidden
from .rules import DRIFT, Options

_RULES: tuple[tuple[frozenset[str], Callable[[File, Options], Iterator[Remark]]], ...] = (
    (frozenset({"invented", "drift"}), rules.held_to_the_contract),
    (frozenset({"request"}), rules.requests),
    (frozenset({"unversioned"}), rules.unversioned),
    (frozenset({"secret"}), hygiene.secret),
    (frozenset({"livemode"}), hygiene.livemode),
    (frozenset({"outdated"}), rules.outdated),
    (frozenset({"stale"}), hygiene.stale),
    (frozenset({"unreadable"}), rules.unreadable),
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
        if name not in rules.ALL:
            raise UnknownName("rule", name, rules.ALL)
    if "stale" in wanted and max_age is None:
        raise InvalidOption("--select", "stale", "--max-age DAYS beside it")
    return frozenset((wanted or rules.ALL.keys()) - unwanted)


def check(paths: Iterable[str], options: Options) -> Report:
    """Look through files and folders; a Ctrl-C ends it early, with what was found so far.

    Raises ``FileNotFoundError`` for a path that leads nowhere, and `errors.UnknownName` for an
    API version that no release line covers.
    """
    if options.api_version is not None:
        installed.resolve(options.api_version)
    entries = files.find(paths)
    run = _Run(options)
    done = 0
    try:
        for entry in progress.shown(entries, "check"):
            run.look_through(entry)
            done += 1
    except KeyboardInterrupt:
        run.report.left = len(entries) - done
    run.end()
    return run.report


class _Run:
    """What was found so far, and what can only be told once all files were looked through."""

    def __init__(self, options: Options) -> None:
        self.report = Report()
        self._options = options
        self._broken = 0
        self._recorded: dict[str, list[str]] = {}
        """By API version, the file of each answer that was recorded under it."""

    def look_through(self, entry: Entry) -> None:
        """Take up what there is to say of a file, all of it or nothing."""
        file = files.load(entry)
        if file is None:
            self.report.skipped += 1
            return
        found = list(self._found(file))
        told = [remark for remark in found if remark is not DRIFT]
        name = hidden(file.name)
        self.report.files.append(name)
        self.report.remarks += sorted(told, key=lambda each: each.line or 0)
        self.report.drift += sum(remark.rule == "drift" for remark in found)
        self._broken += file.problem is not None
        if file.cassette is not None:
            self.report.recordings += len(file.cassette.interactions)
        elif file.problem is None:
            self.report.payloads += 1
        for answer in file.answers:
            if answer.api_version is not None:
                self._recorded.setdefault(hidden(_full(answer.api_version)), []).append(name)

    def end(self) -> None:
        """Say what concerns all files together."""
        rules, options, report = self._options.rules, self._options, self.report
        if "version-mix" in rules and len(self._recorded) > 1:
            counts = {version: len(names) for version, names in sorted(self._recorded.items())}
            each = (f"{n} of {v} (first in {self._recorded[v][0]})" for v, n in counts.items())
            message = f"answers of {len(counts)} API versions: {', '.join(each)}"
            report.remarks.append(Remark("version-mix", message, details={"versions": counts}))
        if "outdated" in rules and self._recorded and isinstance(options.sdk, str):
            report.notes.append(f"outdated was not looked for: {options.sdk}")
        if "unreadable" not in rules and self._broken:
            report.notes.append(f"{self._broken} unreadable, which was not asked for")

    def _found(self, file: File) -> Iterator[Remark]:
        for names, rule in _RULES:
            if names & self._options.rules:
                for remark in rule(file, self._options):
                    if remark.rule in self._options.rules:
                        yield remark


def _full(version: str) -> str:
    """A version as Stripe names it: of a release line's mere name, the first of the line."""
    line = line_of(version)
    return line.first if line and version == line.name else version
