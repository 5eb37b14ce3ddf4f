"""Findings and calls in, text out: what a test's report and the run's summary say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .._support import stack
from ..errors import StripeContractError
from . import _options, _which
from ._declared import CARRIED
from ._unused_cassettes import Unused

if TYPE_CHECKING:
    from ..migrations import Change
    from ..replay import Replay
    from ..variants import Case, Tally
    from . import _rehearsal

TITLE = "Stripe replay"
VARIANT_TITLE = "Stripe variant"
_LONGEST = 80
"""Characters of a statement that the table shows."""
VERSIONS_TITLE = "Stripe API version"


@dataclass(slots=True)
class Run:
    """What the tests of a run met; with xdist, those of all workers."""

    unused: Unused | None = None
    drift: dict[str, list[str]] = field(default_factory=dict)
    rehearsed: dict[str, _rehearsal.Row] = field(default_factory=dict)
    recorded: dict[str, None] = field(default_factory=dict)
    tally: Tally | None = None

    def count(self, made: pytest.TestReport) -> None:
        """Take in one report of a test."""
        told = said(made)
        if self.unused and told:
            self.unused.count(told)
        self.recorded |= dict.fromkeys(told.get("recorded", ()))
        if lines := told.get("drift"):
            self.drift[made.nodeid] = lines
        if case := told.get("case"):
            from ..variants import Outcome, Tally

            self.tally = self.tally or Tally()
            self.tally.count(Outcome.of_data(case))
        if (version := told.get("rehearsal")) and (made.when == "call" or made.failed):
            from . import _rehearsal

            row = self.rehearsed.setdefault(version, _rehearsal.Row())
            row.passed += made.passed
            row.failed += made.failed
            row.properties |= dict.fromkeys(told["properties"])

    def lines(self, config: pytest.Config, *, verbose: bool) -> Iterator[str]:
        """For the terminal summary: a line on drift, with all of it if verbose, and tables."""
        if self.drift:
            total = sum(len(lines) for lines in self.drift.values())
            hint = "" if verbose else " (-v lists them)"
            yield (
                f"stripe contract: {_many(total, 'drift finding')} "
                f"in {_many(len(self.drift), 'test')}{hint}"
            )
        if verbose:
            for test, lines in self.drift.items():
                yield from (f"  {test}: {line}" for line in lines)
        yield from (f"stripe record: {path}" for path in self.recorded)
        if self.rehearsed:
            from . import _rehearsal

            yield "stripe rehearsal:"
            yield from (
                f"  {line}" for line in _rehearsal.table(dict(sorted(self.rehearsed.items())))
            )
        yield from _variants(config, self.tally)
        yield from self.unused.lines() if self.unused else ()

    def status(self, made: pytest.TestReport) -> tuple[str, str, Any] | None:
        """How a case is counted whose change may have been noticed; None for any other report."""
        noticed = said(made).get("case", {}).get("noticed")
        if noticed is None or (made.when != "call" and not noticed):
            return None
        if noticed:
            return "noticed", "n", ("NOTICED", {"yellow": True})
        return "unnoticed", "u", ("UNNOTICED", {"green": True})


def write_sensitivity(config: pytest.Config, tally: Tally | None) -> None:
    """The list of what the tests depend on, to the file that the option names, if it does."""
    file = _which.Variants.of(config).file
    if file is not None and tally is not None:
        rows = (f"{row}\n" for row in tally.sensitivity())
        file.write_text("".join(rows), encoding="utf-8")


def _variants(config: pytest.Config, tally: Tally | None) -> Iterator[str]:
    """What the variants of a run came to, if there were any."""
    if tally is None:
        return
    variants = _which.Variants.of(config)
    if not variants.is_sensitivity:
        yield from tally.table(variants.seed)
        return
    rows = tally.sensitivity()
    noticed = sum(row.startswith("noticed") for row in rows)
    yield f"stripe sensitivity: {len(rows)} properties changed, the tests notice {noticed}"
    yield from (f"  {row}" for row in rows)
    if variants.file is not None:
        yield f"  written to {variants.file}"


def add(
    made: pytest.TestReport,
    replay: Replay | None,
    drift: list[str],
    error: pytest.ExceptionInfo[BaseException] | None,
) -> dict[str, Any]:
    """To a failed test's report, sections on its replay; to each, what the summary needs.

    That is returned: there may be more to be said.
    """
    changes: list[Change] = []
    if replay is not None and error is not None:
        is_own = isinstance(error.value, pytest.fail.Exception)
        problems = replay.problems(unplayed=is_own and made.when == "call", telling=True)
        if problems and made.failed:
            made.sections.append((TITLE, "\n\n".join(problems)))
        if changes := _changes(error, replay):
            made.sections.append((VERSIONS_TITLE, "\n\n".join(map(str, changes))))
    if made.when == "teardown" and replay is not None:
        drift = [*drift, *replay.drift()]
    told = {
        "drift": list(dict.fromkeys(drift)) if made.when == "teardown" else [],
        "rehearsal": replay.settings.rehearsal if replay is not None else None,
        "properties": [change.property for change in changes],
    }
    setattr(made, CARRIED, told)
    return told


def outcome(
    item: pytest.Item,
    made: pytest.TestReport,
    case: Case,
    error: pytest.ExceptionInfo[BaseException] | None,
    unfit: str | None,
) -> dict[str, Any]:
    """For the summary: how one case of a test went, and where the user's code broke."""
    from ..variants import Outcome

    broke_at = None
    if made.failed and error is not None:
        path, line, statement = _last_own(error)
        where = f"{stack.below(path, item.config.rootpath)}:{line}: " if path else ""
        told = statement or str(error.value).partition("\n")[0]
        broke_at = where + (f"{told[:_LONGEST]}…" if len(told) > _LONGEST else told)
        if case.parts:
            made.sections.append((VARIANT_TITLE, "\n".join(part.reason for part in case.parts)))
    test = _options.without(str(case), item.nodeid)
    parts = tuple((part.json_path, part.what) for part in case.parts)
    return Outcome(test, str(case), parts, broke_at, unfit).as_data()


def notice(made: pytest.TestReport, call: pytest.CallInfo[None]) -> bool:
    """Let a case that failed pass: that is how its change is noticed."""
    if not made.failed:
        return False
    call.excinfo = None  # or a debugger would open
    # After a setup that passed, pytest would go on to the test.
    made.outcome = "skipped" if made.when == "setup" else "passed"
    path, line, _ = made.location
    made.longrepr = (path, line or 0, "noticed") if made.when == "setup" else None
    made.sections = []
    return True


def _changes(error: pytest.ExceptionInfo[BaseException], replay: Replay) -> list[Change]:
    from . import _rehearsal

    _, _, statement = _last_own(error)
    return _rehearsal.changes_named(error.value, statement, replay.answered_versions())


def _last_own(error: pytest.ExceptionInfo[BaseException]) -> tuple[Path | None, int, str]:
    """Where the user's own code failed: file, line, and the statement as far as it is known."""
    own = [entry for entry in error.traceback if stack.is_own(str(entry.path))]
    if not own:
        return None, 0, ""
    statement = ""
    with suppress(AssertionError, IndexError):  # of a frame without source
        statement = " ".join(str(own[-1].statement).split())
    return Path(own[-1].path), own[-1].lineno + 1, statement


def said(made: pytest.TestReport) -> dict[str, Any]:
    """What a test's report says for the summary."""
    carried: dict[str, Any] = getattr(made, CARRIED, {})
    return carried


@contextmanager
def plainly() -> Iterator[None]:
    """Let an error of ours fail the test with its text alone: its traceback says nothing."""
    try:
        yield
    except StripeContractError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")
