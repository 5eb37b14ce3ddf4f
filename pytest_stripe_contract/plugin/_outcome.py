"""The end of a test: problems of its replay fail it, and what it recorded is saved."""

from __future__ import annotations

import pytest

from .._support import stack
from ..errors import NetworkBlocked, ReplayFailure, StripeContractError
from . import _reporting, _unused_cassettes
from ._options import Variants
from ._parametrize import case_of
from ._stash import ItemState


def verify(state: ItemState, *, unplayed: bool) -> None:
    """Fail the test if its replay has problems that are not reported yet."""
    state.is_verified = True
    if state.replay and (problems := state.replay.problems(unplayed=unplayed)):
        pytest.fail(ReplayFailure(problems).summary, pytrace=False)


def save(state: ItemState, item: pytest.Item) -> None:
    """Write the cassettes that the test recorded, if it passed."""
    if state.replay and state.is_passed:
        with _reporting.short_errors():
            saved = [recorder.path for recorder in state.replay.recorders() if recorder.save()]
            state.recorded = [str(stack.shorten(path, item.config.rootpath)) for path in saved]


def cut_traceback(call: pytest.CallInfo[None]) -> None:
    """End the traceback of a miss or a blocked connection at the user's own code."""
    error = call.excinfo.value if call.excinfo else None
    is_failure = isinstance(error, StripeContractError) and isinstance(error, pytest.fail.Exception)
    if error is not None and (is_failure or isinstance(error, NetworkBlocked)):
        error = error.with_traceback(stack.trim_traceback(error.__traceback__))
        call.excinfo = pytest.ExceptionInfo.from_exception(error)


def extend(
    report: pytest.TestReport, item: pytest.Item, call: pytest.CallInfo[None], state: ItemState
) -> None:
    """Add the problems of the test's replay to its report, and the data for the summary."""
    replay, case = state.replay, case_of(item)
    if report.when == "call":  # a test with subtests has several reports
        state.is_passed = report.passed and state.is_passed is not False
    data = _reporting.add_sections(report, replay, call.excinfo)
    if case is not None and not report.skipped and (report.when == "call" or report.failed):
        unfit = None
        if replay and case.variations:
            unfit = next((each.unfit for each in replay.tree() if each.unfit), None)
        data["case"] = _reporting.outcome(item, report, case, call.excinfo, unfit)
        if case.variations and not unfit and Variants.of(item.config).is_sensitivity:
            data["case"]["noticed"] = _reporting.pass_if_noticed(report, call)
    if report.when == "teardown":
        drift = state.drift if not case or not case.variations else []
        data["drift"] = list(dict.fromkeys([*drift, *(replay.drift() if replay else ())]))
        data["recorded"] = state.recorded
    if item.config.getoption("stripe_unused"):
        data["unused"] = _unused_cassettes.data_of(item, replay)
    setattr(report, _reporting.DATA, data)
