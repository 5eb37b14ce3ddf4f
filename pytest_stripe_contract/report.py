"""Findings and calls in, text out: what a test's report and the run's summary say."""

from __future__ import annotations

import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import pytest

from .errors import StripeContractError

if TYPE_CHECKING:
    from .replay import Replay

TITLE = "Stripe replay"
_DRIFT = "stripe_drift"
_NOT_OWN = tuple(
    {str(Path(sysconfig.get_path(name))) for name in ("stdlib", "purelib", "platlib")}
    | {str(Path(__file__).parent)}
)


@dataclass(slots=True)
class Drift:
    """The drift that the tests of a run met, by test; with xdist, that of all workers."""

    by_test: dict[str, list[str]] = field(default_factory=dict)

    def count(self, made: pytest.TestReport) -> None:
        """Take in the report of a test's teardown."""
        if lines := getattr(made, _DRIFT, None):
            self.by_test[made.nodeid] = lines

    def lines(self, *, verbose: bool) -> Iterator[str]:
        """One line for the terminal summary; if verbose, what it counts too."""
        if not self.by_test:
            return
        total = sum(len(lines) for lines in self.by_test.values())
        hint = "" if verbose else " (-v lists them)"
        yield (
            f"stripe contract: {_many(total, 'drift finding')} "
            f"in {_many(len(self.by_test), 'test')}{hint}"
        )
        if verbose:
            for test, lines in self.by_test.items():
                yield from (f"  {test}: {line}" for line in lines)


def add(made: pytest.TestReport, replay: Replay) -> None:
    """To a failed test's report, a section on its replay; to the last one, its drift."""
    if made.failed and made.when != "teardown" and (problems := replay.problems(telling=True)):
        made.sections.append((TITLE, "\n\n".join(problems)))
    if made.when == "teardown":
        setattr(made, _DRIFT, replay.drift())


@contextmanager
def plainly() -> Iterator[None]:
    """Let an error of ours fail the test with its text alone: its traceback says nothing."""
    try:
        yield
    except StripeContractError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None


def to_last_own_frame(traceback: TracebackType | None) -> TracebackType | None:
    """The traceback without what comes behind the last frame of the user's own code."""
    entries = []
    while traceback is not None:
        entries.append(traceback)
        traceback = traceback.tb_next
    while len(entries) > 1 and entries[-1].tb_frame.f_code.co_filename.startswith(_NOT_OWN):
        entries.pop()
    shortened = None
    for entry in reversed(entries):
        shortened = TracebackType(shortened, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return shortened


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")
