"""The hooks around each test: registered once a test has to do with Stripe, as others need none."""

from __future__ import annotations

import sys
from collections.abc import Generator
from typing import Any

import pytest

from . import _outcome
from ._declared import CARRIED, DRIFT, REPLAY, SUMMARY, is_ours
from ._reporting import Run


def watch(config: pytest.Config) -> None:
    """Have these hooks from here on, if they are not there yet."""
    this = sys.modules[__name__]
    if not config.pluginmanager.is_registered(this):
        config.pluginmanager.register(this, "stripe-contract-around")
        reports = _Reports(config.stash[SUMMARY].run)
        config.pluginmanager.register(reports, "stripe-contract-reports")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """What the code swallowed fails the test here, where it is still the test that fails."""
    yield
    if REPLAY in item.stash:
        _outcome.verify(item, unplayed=True)
    elif item.get_closest_marker("stripe_replay"):
        text = "stripe_replay: only test functions can be marked, and before they are set up"
        pytest.fail(text, pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """What went wrong after the test, in fixtures that are torn down; else what it recorded."""
    yield
    if REPLAY in item.stash:
        _outcome.verify(item, unplayed=_outcome.is_due(item))
        _outcome.save(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test's report says all that is known of its replay; the rest is for the summary."""
    _outcome.shorten(call)
    made = yield
    is_used = REPLAY in item.stash or DRIFT in item.stash or any(map(is_ours, item.iter_markers()))
    if is_used or item.config.getoption("stripe_unused"):
        _outcome.report(item, made, call)
    if made.when == "teardown":
        _outcome.forget(item)  # items live as long as the run, and may be run again
    return made


class _Reports:
    """The hooks that see the report of each test; ``run`` takes in what they say."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if hasattr(report, CARRIED):
            self._run.count(report)

    def pytest_report_teststatus(self, report: pytest.TestReport) -> Any:
        return self._run.status(report) if hasattr(report, CARRIED) else None
