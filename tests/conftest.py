"""Fixtures that several files share."""

import importlib
import pkgutil

import pytest
from helpers import senders  # noqa: F401 - see below

import pytest_stripe_contract
from pytest_stripe_contract.cassettes import Library
from pytest_stripe_contract.replay import Replay, Settings

# Runs of pytester in this process forget what they import: what is here already, they share.
# It saves seconds a run, and there must not be two network blocks in one process.
for module in pkgutil.walk_packages(pytest_stripe_contract.__path__, "pytest_stripe_contract."):
    importlib.import_module(module.name)

pytest_plugins = ["pytester"]


@pytest.fixture
def pytester(pytester, request, monkeypatch):
    """Run pytest with this plugin and pytest-xdist, or marked `peers`, with every installed plugin.

    Without the search for other plugins a run takes a third less time.
    """
    options = ["-o", "asyncio_default_fixture_loop_scope=function", "-p", "no:vcr"]
    if request.node.get_closest_marker("peers") is None:
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        options = ["-p", "pytest_stripe_contract.plugin", "-p", "xdist.plugin"]
    monkeypatch.setenv("PYTEST_ADDOPTS", " ".join(options))
    return pytester


@pytest.fixture
def replays(tmp_path):
    """As the fixture stripe_replay, but what goes wrong in it is for the test to look at."""
    return Replay(Library(tmp_path, (tmp_path,)), (), Settings())
