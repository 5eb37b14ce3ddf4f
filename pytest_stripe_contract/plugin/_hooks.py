"""The hooks around tests, registered once a test of the run uses the plugin."""

from __future__ import annotations

import sys
from collections.abc import Generator

import pytest

from . import _outcome
from ._options import is_ours
from ._stash import STATE, state_of
from ._summary import Summary


def register(config: pytest.Config) -> None:
    """Register the hooks of this module and of the summary, unless they are registered."""
    this = sys.modules[__name__]
    if not config.pluginmanager.is_registered(this):
        config.pluginmanager.register(this, "stripe-contract-tests")
        config.pluginmanager.register(Summary(config), "stripe-contract-summary")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Fail the test for problems of its replay, even if its code caught their exceptions.

    See https://docs.pytest.org/en/stable/reference/reference.html#pytest.hookspec.pytest_runtest_call.
    """
    yield
    state = item.stash.get(STATE, None)
    if state and state.replay:
        _outcome.verify(state, unplayed=True)
    elif item.get_closest_marker("stripe_replay"):
        text = "stripe_replay: mark test functions only, and before pytest sets them up"
        pytest.fail(text, pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Report problems of fixtures that were torn down; without any, save what was recorded.

    See https://docs.pytest.org/en/stable/reference/reference.html#pytest.hookspec.pytest_runtest_teardown.
    """
    yield
    if state := item.stash.get(STATE, None):
        _outcome.verify(state, unplayed=bool(state.is_passed and not state.is_verified))
        _outcome.save(state, item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the problems of the replay to a failed test's report, and data for the summary.

    See https://docs.pytest.org/en/stable/reference/reference.html#pytest.hookspec.pytest_runtest_makereport.
    """
    _outcome.cut_traceback(call)
    report = yield
    is_used = STATE in item.stash or any(map(is_ours, item.iter_markers()))
    if is_used or item.config.getoption("stripe_unused"):
        _outcome.extend(report, item, call, state_of(item))
    if report.when == "teardown" and STATE in item.stash:
        del item.stash[STATE]  # items live as long as the run, and may run again
    return report
