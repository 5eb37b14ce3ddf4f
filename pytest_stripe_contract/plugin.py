"""Options, markers, hooks and fixtures: each calls the module whose job it is."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from . import frames, options, report
from .errors import NetworkBlocked, ReplayFailure, StripeContractError
from .misses import ReplayMiss

if TYPE_CHECKING:
    from .contract import Contract
    from .events import EventFactory
    from .invoices import InvoiceFactory
    from .replay import Replay

_REPLAY = pytest.StashKey["Replay"]()
_DRIFT = pytest.StashKey[list[str]]()
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
        options.rehearsed(config)
        options.api_version(config, None, None)
        options.strict(config, None)
        options.record_mode(config, None)
    except StripeContractError as error:
        raise pytest.UsageError(str(error)) from None
    except (ValueError, pytest.UsageError) as error:
        raise pytest.UsageError(f"stripe_strict: {error}") from None
    config.pluginmanager.register(_Summary(config), "stripe-contract-summary")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A replay test that is rehearsed in several API versions has each of them in its id."""
    marked = metafunc.definition.get_closest_marker("stripe_replay")
    if marked or "stripe_replay" in metafunc.fixturenames:
        with report.plainly():
            rehearsed = options.rehearsed(metafunc.config, metafunc.definition)
        is_list = metafunc.definition.get_closest_marker("stripe_api_versions")
        if len(rehearsed) > 1 or (rehearsed and is_list):
            metafunc.fixturenames.append(options.REHEARSAL)
            metafunc.parametrize(options.REHEARSAL, rehearsed)


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
    keys: tuple[pytest.StashKey[Any], ...] = (_REPLAY, _DRIFT, _PASSED, _RECORDED)
    for key in keys:
        if key in item.stash:
            del item.stash[key]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """What the code swallowed fails the test here, where it is still the test that fails."""
    yield
    if _REPLAY not in item.stash and item.get_closest_marker("stripe_replay"):
        text = "stripe_replay: only test functions can be marked, and before they are set up"
        pytest.fail(text, pytrace=False)
    _verify(item, unplayed=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """What went wrong after the test, in fixtures that are torn down; else what it recorded."""
    yield
    _verify(item, unplayed=False)
    replay = item.stash.get(_REPLAY, None)
    if replay and item.stash.get(_PASSED, False):
        with report.plainly():
            saved = [each.path for each in replay.recorders() if each.save()]
            item.stash[_RECORDED] = [
                str(frames.below(path, item.config.rootpath)) for path in saved
            ]


def _verify(item: pytest.Item, *, unplayed: bool) -> None:
    replay = item.stash.get(_REPLAY, None)
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
    said = report.add(made, item.stash.get(_REPLAY, None), item.stash.get(_DRIFT, []), call.excinfo)
    said["recorded"] = item.stash.get(_RECORDED, []) if made.when == "teardown" else []
    if item.config.getoption("stripe_unused"):
        said["cassettes"] = options.named_cassettes(item, item.stash.get(_REPLAY, None))
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
            for line in self.run.unused.lines() if self.run.unused else ():
                terminalreporter.write_line(line)


@pytest.fixture(name=options.REHEARSAL)
def _stripe_rehearsal(request: pytest.FixtureRequest) -> str | None:
    """The API version that is rehearsed; parametrized if there are several."""
    return next(iter(options.rehearsed(request.config)), None)


@pytest.fixture
def stripe_api_version(request: pytest.FixtureRequest, _stripe_rehearsal: str | None) -> str:
    """The API version in force, such as ``2023-10-16``; override it for a module or a test."""
    with report.plainly():
        return options.api_version(request.config, options.marker_of(request), _stripe_rehearsal)


@pytest.fixture
def stripe_contract(
    request: pytest.FixtureRequest, stripe_api_version: str, _stripe_rehearsal: str | None
) -> Contract:
    """The `Contract` of the API version in force."""
    from .contract import Contract

    marker = options.marker_of(request)
    with report.plainly():
        strict = options.strict(request.config, marker)
        drift = request.node.stash.setdefault(_DRIFT, [])
        return Contract(
            _stripe_rehearsal or stripe_api_version,
            strict=strict,
            on_drift=lambda finding: drift.append(str(finding)),
        )


@pytest.fixture
def stripe_invoice(stripe_api_version: str, _stripe_rehearsal: str | None) -> InvoiceFactory:
    """Makes invoices of the API version in force: ``stripe_invoice(status="open")``."""
    from .invoices import InvoiceFactory

    return InvoiceFactory(_stripe_rehearsal or stripe_api_version)


@pytest.fixture
def stripe_event(stripe_api_version: str, _stripe_rehearsal: str | None) -> EventFactory:
    """Makes signed events of the API version in force, as they arrive at a webhook."""
    from .events import EventFactory

    return EventFactory(_stripe_rehearsal or stripe_api_version)


@pytest.fixture
def stripe_scrub() -> dict[str, Any]:
    """What recordings are scrubbed of beyond the rules, and what is kept; override it.

    Names of properties or headers, or dotted paths, with what to put there: a text, a function
    of the value, True for a stand-in, or False to keep the value.
    """
    return {}


@pytest.fixture
def stripe_api_base(request: pytest.FixtureRequest) -> str:
    """Where to record from: Stripe, or a stand-in such as stripe-mock; override it."""
    return str(request.config.getini("stripe_api_base"))


@pytest.fixture
def stripe_replay(
    request: pytest.FixtureRequest,
    stripe_api_version: str,
    _stripe_rehearsal: str | None,
    stripe_scrub: dict[str, Any],
    stripe_api_base: str,
) -> Iterator[Replay]:
    """The `Replay` of the test's marker, active from the test's setup to its teardown.

    Without a marker it is not active; call it: ``with stripe_replay("name") as replay:``.
    """
    with report.plainly():
        replay = options.replay(
            request, stripe_api_version, _stripe_rehearsal, stripe_scrub, stripe_api_base
        )
    request.node.stash[_REPLAY] = replay
    if options.marker_of(request) is None:
        yield replay
    else:
        replay.start()
        yield replay
        replay.stop()
