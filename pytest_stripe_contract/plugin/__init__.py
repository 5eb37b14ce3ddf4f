"""Hooks: each looks whether a test has to do with Stripe, and calls the module whose job it is.

A run that does not use the plugin imports no more than this module, `declared` and `fixtures`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from . import _declared
from ._fixtures import *  # noqa: F403 (pytest finds fixtures among the plugin's own names)

if TYPE_CHECKING:
    from ._reporting import Run

_OPTIONS = (*_declared.DEFAULTS, "stripe_unused")
_ALL_RAN = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
_VERY_QUIET = -2


def pytest_addoption(parser: pytest.Parser) -> None:
    """See https://docs.pytest.org/en/stable/reference/reference.html#pytest.hookspec.pytest_addoption."""
    _declared.add(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and refuse options that nobody understands."""
    for line in _declared.MARKERS:
        config.addinivalue_line("markers", line)
    if any(map(config.getoption, _OPTIONS)) or _says_something(config):
        from . import _parametrize

        _parametrize.check_options(config)
    config.stash[_declared.SUMMARY] = summary = _Summary(config)
    config.pluginmanager.register(summary, "stripe-contract-summary")
    if config.getoption("stripe_unused"):
        from . import _hooks

        _hooks.watch(config)


def _says_something(config: pytest.Config) -> bool:
    """Whether the ini-file has an option of ours that is not as it is anyway."""
    try:
        return any(config.getini(name) != default for name, default in _declared.DEFAULTS.items())
    except (ValueError, pytest.UsageError):
        return True


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A replay test has each API version, and each variant of its answers, in its id."""
    marks = metafunc.definition.iter_markers()
    if "stripe_replay" in metafunc.fixturenames or any(map(_declared.is_ours, marks)):
        from . import _parametrize, _reporting

        with _reporting.plainly():
            _parametrize.parametrize(metafunc)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A marked test's replay begins before its other fixtures, which may call Stripe too."""
    is_asked = False
    for item in items:
        marks = [mark.name for mark in item.iter_markers()]
        fixtures: list[str] = getattr(item, "fixturenames", [])
        is_asked = is_asked or "stripe_" in " ".join((*fixtures, *marks))
        if "stripe_replay" in marks and isinstance(item, pytest.Function):
            others = [name for name in fixtures if name != "stripe_replay"]
            item.fixturenames = ["stripe_replay", *others]
    if is_asked:
        from . import _hooks

        _hooks.watch(config)


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Whoever deselects a test, its cassettes are not unused."""
    for item in items:
        item.config.stash[_declared.DESELECTED] = True


class _Summary:
    """The hooks that speak of the run as a whole."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._run: Run | None = None

    @property
    def run(self) -> Run:
        """What the tests met: made when the first of them has something to say."""
        if self._run is None:
            from . import _options, _reporting

            self._run = _reporting.Run(_options.unused(self._config))
        return self._run

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput["stripe_variants"] = node.config.option.stripe_variants
        from . import _hooks

        _hooks.watch(self._config)  # who distributes tests collects none

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._run is not None and not hasattr(self._config, "workerinput"):
            from . import _reporting

            _reporting.write_sensitivity(self._config, self._run.tally)
        unused = self.run.unused if self._config.getoption("stripe_unused") else None
        if unused is None:
            return
        unused.is_partial |= bool(session.shouldstop or session.shouldfail)
        unused.is_partial |= session.exitstatus not in _ALL_RAN
        if unused.found() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._run is not None and terminalreporter.verbosity > _VERY_QUIET:
            for line in self._run.lines(self._config, verbose=terminalreporter.verbosity > 0):
                terminalreporter.write_line(line)
