"""Options, markers, hooks and fixtures: each calls the module whose job it is."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from . import frames, options, report, runs
from .errors import NetworkBlocked, ReplayFailure, StripeContractError
from .fixtures import *  # noqa: F403 (pytest finds fixtures among the plugin's own names)
from .fixtures import DRIFT, REPLAY
from .misses import ReplayMiss

_DESELECTED = pytest.StashKey[bool]()
_PASSED = pytest.StashKey[bool]()
_RECORDED = pytest.StashKey[list[str]]()
_ALL_RAN = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
_VERY_QUIET = -2


def pytest_addoption(parser: pytest.Parser) -> None:
    """See https://docs.pytest.org/en/stable/reference/reference.html#pytest.hookspec.pytest_addoption."""
    options.add(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and refuse an API version that nobody knows."""
    for line in options.MARKERS:
        config.addinivalue_line("markers", line)
    try:
        runs.rehearsed(config)
        options.api_version(config, None, None)
        options.strict(config, None)
        options.record_mode(config, None)
        runs.settle(config)
    except StripeContractError as error:
        raise pytest.UsageError(str(error)) from None
    except (ValueError, pytest.UsageError) as error:
        raise pytest.UsageError(f"stripe_strict: {error}") from None
    config.pluginmanager.register(_Summary(config), "stripe-contract-summary")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A replay test has each API version, and each variant of its answers, in its id."""
    with report.plainly():
        runs.parametrize(metafunc)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A marked test's replay begins before its other fixtures, which may call Stripe too."""
    for item in items:
        if isinstance(item, pytest.Function) and item.get_closest_marker("stripe_replay"):
            others = [name for name in item.fixturenames if name != "stripe_replay"]
            item.fixturenames = ["stripe_replay", *others]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test that is run again begins anew."""
    keys: tuple[pytest.StashKey[Any], ...] = (REPLAY, DRIFT, _PASSED, _RECORDED)
    for key in keys:
        if key in item.stash:
            del item.stash[key]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """What the code swallowed fails the test here, where it is still the test that fails."""
    yield
    if REPLAY not in item.stash and item.get_closest_marker("stripe_replay"):
        text = "stripe_replay: only test functions can be marked, and before they are set up"
        pytest.fail(text, pytrace=False)
    _verify(item, unplayed=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """What went wrong after the test, in fixtures that are torn down; else what it recorded."""
    yield
    _verify(item, unplayed=False)
    replay = item.stash.get(REPLAY, None)
    if replay and item.stash.get(_PASSED, False):
        with report.plainly():
            saved = [each.path for each in replay.recorders() if each.save()]
            item.stash[_RECORDED] = [
                str(frames.below(path, item.config.rootpath)) for path in saved
            ]


def _verify(item: pytest.Item, *, unplayed: bool) -> None:
    replay = item.stash.get(REPLAY, None)
    if replay and (problems := replay.problems(unplayed=unplayed)):
        pytest.fail(ReplayFailure(problems).summary, pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test's report says all that is known of its replay; the rest is for the summary."""
    if call.excinfo and isinstance(call.excinfo.value, (ReplayMiss, NetworkBlocked)):
        error = call.excinfo.value
        error = error.with_traceback(frames.to_last_own(error.__traceback__))
        call.excinfo = pytest.ExceptionInfo.from_exception(error)
    made = yield
    if made.when == "call":  # a test with subtests has several reports
        item.stash[_PASSED] = made.passed and item.stash.get(_PASSED, True)
    case = runs.case_of(item)
    drift = item.stash.get(DRIFT, []) if not case or not case.parts else []
    said = report.add(made, item.stash.get(REPLAY, None), drift, call.excinfo)
    if case is not None:
        said["case"] = report.outcome(item, made, case, call.excinfo)
        if case.parts and runs.Variants.of(item.config).is_sensitivity:
            said["case"]["noticed"] = report.notice(made, item.stash.get(REPLAY, None))
    said["recorded"] = item.stash.get(_RECORDED, []) if made.when == "teardown" else []
    if item.config.getoption("stripe_unused"):
        said["cassettes"] = options.named_cassettes(item, item.stash.get(REPLAY, None))
        said["folder"] = str(options.cassette_folder(item.config, item.path))
        said["partial"] = item.config.stash.get(_DESELECTED, False)
    return made


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Whoever deselects a test, its cassettes are not unused."""
    for item in items:
        item.config.stash[_DESELECTED] = True


class _Summary:
    """The hooks that speak of the run as a whole."""

    def __init__(self, config: pytest.Config) -> None:
        self.run = report.Run(options.unused(config))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.run.count(report)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput["stripe_variants"] = node.config.option.stripe_variants

    def pytest_report_teststatus(self, report: pytest.TestReport) -> Any:
        return runs.status(report)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        unused = self.run.unused
        if unused is None:
            return
        unused.is_partial |= bool(session.shouldstop or session.shouldfail)
        unused.is_partial |= session.exitstatus not in _ALL_RAN
        if unused.found() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if terminalreporter.verbosity > _VERY_QUIET:
            for line in self.run.lines(verbose=terminalreporter.verbosity > 0):
                terminalreporter.write_line(line)
            for line in runs.summary(terminalreporter.config, self.run.tally):
                terminalreporter.write_line(line)
            for line in self.run.unused.lines() if self.run.unused else ():
                terminalreporter.write_line(line)
