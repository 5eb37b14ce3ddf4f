"""The hooks of the plugin, each a call of the module that does the job.

A run without tests that use the plugin imports only this module, the options and the fixtures.
"""

from __future__ import annotations

from typing import Any

import pytest

from . import _options, _stash
from ._fixtures import *  # noqa: F403 (pytest finds fixtures among the plugin's own names)


def pytest_addoption(parser: pytest.Parser) -> None:
    """See https://docs.pytest.org/en/stable/reference/reference.html#pytest.hookspec.pytest_addoption."""
    _options.add(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and check the options.

    See https://docs.pytest.org/en/stable/reference/reference.html#pytest.hookspec.pytest_configure.
    """
    for line in _options.MARKERS:
        config.addinivalue_line("markers", line)
    _options.check(config)
    if config.getoption("stripe_unused"):
        _watch(config)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Pass the seed of a sample of variants to a worker of pytest-xdist.

    See https://pytest-xdist.readthedocs.io/en/stable/how-to.html.
    """
    node.workerinput["stripe_variants"] = node.config.option.stripe_variants
    _watch(node.config)  # the controller collects no tests that would


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a replay test in each API version, and with each variant of its answers.

    See https://docs.pytest.org/en/stable/reference/reference.html#pytest.hookspec.pytest_generate_tests.
    """
    marks = metafunc.definition.iter_markers()
    if "stripe_replay" in metafunc.fixturenames or any(map(_options.is_ours, marks)):
        from . import _parametrize, _reporting

        with _reporting.short_errors():
            _parametrize.parametrize(metafunc)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Start a marked test's replay before its other fixtures, which may call Stripe too.

    See https://docs.pytest.org/en/stable/reference/reference.html#pytest.hookspec.pytest_collection_modifyitems.
    """
    is_used = False
    for item in items:
        marks = [mark.name for mark in item.iter_markers()]
        fixtures: list[str] = getattr(item, "fixturenames", [])
        is_used = is_used or "stripe_" in " ".join((*fixtures, *marks))
        if "stripe_replay" in marks and isinstance(item, pytest.Function):
            others = [name for name in fixtures if name != "stripe_replay"]
            item.fixturenames = ["stripe_replay", *others]
    if is_used:
        _watch(config)


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Note that the run has only a part of the tests.

    See https://docs.pytest.org/en/stable/reference/reference.html#pytest.hookspec.pytest_deselected.
    """
    for item in items:
        item.config.stash[_stash.DESELECTED] = True


def _watch(config: pytest.Config) -> None:
    from . import _hooks

    _hooks.register(config)
