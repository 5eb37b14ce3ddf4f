"""Findings and calls in, text out: what a test's report and the run's summary say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from . import frames
from .errors import StripeContractError
from .unused import Unused

if TYPE_CHECKING:
    from . import rehearsal
    from .replay import Replay
    from .upgrades import Change

TITLE = "Stripe replay"
VERSIONS_TITLE = "Stripe API version"
_SAID = "stripe_contract"
"""The attribute by which a test's report carries what the summary needs, also from a worker."""


@dataclass(slots=True)
class Run:
    """What the tests of a run met; with xdist, those of all workers."""

    unused: Unused | None = None
    drift: dict[str, list[str]] = field(default_factory=dict)
    rehearsed: dict[str, rehearsal.Row] = field(default_factory=dict)
    recorded: dict[str, None] = field(default_factory=dict)

    def count(self, made: pytest.TestReport) -> None:
        """Take in one report of a test."""
        said = getattr(made, _SAID, {})
        if self.unused and said:
            self.unused.count(said)
        self.recorded |= dict.fromkeys(said.get("recorded", ()))
        if lines := said.get("drift"):
            self.drift[made.nodeid] = lines
        if (version := said.get("rehearsal")) and (made.when == "call" or made.failed):
            from . import rehearsal

            row = self.rehearsed.setdefault(version, rehearsal.Row())
            row.passed += made.passed
            row.failed += made.failed
            row.properties |= dict.fromkeys(said["properties"])

    def lines(self, *, verbose: bool) -> Iterator[str]:
        """For the terminal summary: a line on drift, with all of it if verbose, and a table."""
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
            from . import rehearsal

            yield "stripe rehearsal:"
            yield from (
                f"  {line}" for line in rehearsal.table(dict(sorted(self.rehearsed.items())))
            )


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
    said = {
        "drift": list(dict.fromkeys(drift)) if made.when == "teardown" else [],
        "rehearsal": replay.settings.rehearsal if replay is not None else None,
        "properties": [change.property for change in changes],
    }
    setattr(made, _SAID, said)
    return said


def _changes(error: pytest.ExceptionInfo[BaseException], replay: Replay) -> list[Change]:
    from . import rehearsal

    own = [entry for entry in error.traceback if frames.is_own(str(entry.path))]
    statement = ""
    with suppress(AssertionError, IndexError):  # of a frame without source, or no frame at all
        statement = str(own[-1].statement)
    return rehearsal.changes_named(error.value, statement, replay.answered_versions())


@contextmanager
def plainly() -> Iterator[None]:
    """Let an error of ours fail the test with its text alone: its traceback says nothing."""
    try:
        yield
    except StripeContractError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")
