"""Options, markers, hooks and fixtures: each calls the module whose job it is."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

from . import options, report
from .errors import NetworkBlocked, ReplayFailure, StripeContractError
from .misses import ReplayMiss

if TYPE_CHECKING:
    from .contract import Contract
    from .replay import Replay

_REPLAY = pytest.StashKey["Replay"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """See https://docs.pytest.org/en/stable/reference/reference.html#pytest.hookspec.pytest_addoption."""
    options.add(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and refuse an API version that nobody knows."""
    for line in options.MARKERS:
        config.addinivalue_line("markers", line)
    try:
        options.api_version(config, None, None)
    except StripeContractError as error:
        raise pytest.UsageError(str(error)) from None
    config.pluginmanager.register(_Summary(), "stripe-contract-summary")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A marked test's replay begins before its other fixtures, which may call Stripe too."""
    for item in items:
        if isinstance(item, pytest.Function) and item.get_closest_marker("stripe_replay"):
            others = [name for name in item.fixturenames if name != "stripe_replay"]
            item.fixturenames = ["stripe_replay", *others]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """What the code swallowed fails the test here, where it is still the test that fails."""
    try:
        yield
    except (ReplayMiss, NetworkBlocked) as error:
        raise error.with_traceback(report.to_last_own_frame(error.__traceback__)) from None
    if (replay := item.stash.get(_REPLAY, None)) and (problems := replay.problems()):
        pytest.fail(ReplayFailure(problems).summary, pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test's report says all that is known of its replay; drift goes to the summary."""
    made = yield
    if replay := item.stash.get(_REPLAY, None):
        report.add(made, replay)
    return made


class _Summary:
    """The hooks that speak of the run as a whole."""

    def __init__(self) -> None:
        self.drift = report.Drift()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.drift.count(report)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for line in self.drift.lines(verbose=terminalreporter.verbosity > 0):
            terminalreporter.write_line(line)


@pytest.fixture
def stripe_api_version(request: pytest.FixtureRequest) -> str:
    """The API version in force, such as ``2023-10-16``; override it for a module or a test."""
    with report.plainly():
        return options.api_version(request.config, _marker(request), None)


@pytest.fixture
def stripe_contract(request: pytest.FixtureRequest, stripe_api_version: str) -> Contract:
    """The `Contract` of the API version in force."""
    from .contract import Contract

    marker = _marker(request)
    with report.plainly():
        version = options.api_version(request.config, marker, stripe_api_version)
        return Contract(version, strict=options.strict(request.config, marker))


@pytest.fixture
def stripe_replay(request: pytest.FixtureRequest, stripe_api_version: str) -> Iterator[Replay]:
    """The `Replay` of the test's marker, active from the test's setup to its teardown.

    Without a marker it is not active; call it: ``with stripe_replay("name") as replay:``.
    """
    with report.plainly():
        replay = options.replay(request.config, request.path, _marker(request), stripe_api_version)
    request.node.stash[_REPLAY] = replay
    if _marker(request) is None:
        yield replay
    else:
        replay.start()
        yield replay
        replay.stop()
    with report.plainly():
        replay.verify()


def _marker(request: pytest.FixtureRequest) -> pytest.Mark | None:
    marker: pytest.Mark | None = request.node.get_closest_marker("stripe_replay")
    return marker
