"""The end of a test: problems of its replay fail it, and what it recorded is saved."""

from __future__ import annotations

from typing import Any

import pytest

from .._support import stack
from ..errors import NetworkBlocked, ReplayFailure, StripeContractError
from . import _reporting, _unused_cassettes
from ._options import Variants
from ._parametrize import case_of
from ._stash import DRIFT, PASSED, RECORDED, REPLAY, VERIFIED

_KEYS: tuple[pytest.StashKey[Any], ...] = (REPLAY, DRIFT, PASSED, VERIFIED, RECORDED)


def verify(item: pytest.Item, *, unplayed: bool) -> None:
    """Fail the test if its replay has problems that are not reported yet."""
    item.stash[VERIFIED] = True
    if problems := item.stash[REPLAY].problems(unplayed=unplayed):
        pytest.fail(ReplayFailure(problems).summary, pytrace=False)


def is_unverified(item: pytest.Item) -> bool:
    """Return whether a test passed before it had its replay, so that nothing was verified."""
    return item.stash.get(PASSED, False) and not item.stash.get(VERIFIED, False)


def save(item: pytest.Item) -> None:
    """Write the cassettes that the test recorded, if it passed."""
    if item.stash.get(PASSED, False):
        with _reporting.short_errors():
            recorders = item.stash[REPLAY].recorders()
            saved = [recorder.path for recorder in recorders if recorder.save()]
            root = item.config.rootpath
            item.stash[RECORDED] = [str(stack.shorten(path, root)) for path in saved]


def cut_traceback(call: pytest.CallInfo[None]) -> None:
    """End the traceback of a miss or a blocked connection at the user's own code."""
    error = call.excinfo.value if call.excinfo else None
    is_failure = isinstance(error, StripeContractError) and isinstance(error, pytest.fail.Exception)
    if error is not None and (is_failure or isinstance(error, NetworkBlocked)):
        error = error.with_traceback(stack.trim_traceback(error.__traceback__))
        call.excinfo = pytest.ExceptionInfo.from_exception(error)


def extend(report: pytest.TestReport, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Add the problems of the test's replay to its report, and the data for the summary."""
    replay, case = item.stash.get(REPLAY, None), case_of(item)
    if report.when == "call":  # a test with subtests has several reports
        item.stash[PASSED] = report.passed and item.stash.get(PASSED, True)
    data = _reporting.add_sections(report, replay, call.excinfo)
    if case is not None and not report.skipped and (report.when == "call" or report.failed):
        unfit = replay.unfit if replay and case.parts else None
        data["case"] = _reporting.outcome(item, report, case, call.excinfo, unfit)
        if case.parts and not unfit and Variants.of(item.config).is_sensitivity:
            data["case"]["noticed"] = _reporting.pass_if_noticed(report, call)
    if report.when == "teardown":
        found = item.stash.get(DRIFT, []) if not case or not case.parts else []
        data["drift"] = list(dict.fromkeys([*found, *(replay.drift() if replay else ())]))
        data["recorded"] = item.stash.get(RECORDED, [])
    if item.config.getoption("stripe_unused"):
        data["unused"] = _unused_cassettes.data_of(item, replay)
    setattr(report, _reporting.DATA, data)


def forget(item: pytest.Item) -> None:
    """Remove the data of a test that is over."""
    for key in _KEYS:
        if key in item.stash:
            del item.stash[key]
