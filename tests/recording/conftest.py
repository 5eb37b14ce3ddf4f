"""Runs of pytest that record from a server on loopback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import stripe
from helpers.stripe_server import serve

HEAD = """
    import httpx
    import pytest
    import stripe
    from helpers.stripe_server import *

    stripe.api_key = "sk_test_51NotARealKey"

    def write_off(invoice_id="in_1"):
        return stripe.Invoice.mark_uncollectible(invoice_id)
"""


@pytest.fixture
def server():
    with serve() as server:
        yield server


@pytest.fixture
def run(pytester, monkeypatch, server):
    """Run pytest on a test file that begins with `HEAD`, against the server; its result."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p pytest_stripe_contract.plugin")
    pytester.makeini(f"[pytest]\nstripe_api_base = {server.base}\n")

    monkeypatch.setattr(stripe, "max_network_retries", 0)
    tests = str(Path(__file__).parents[1])
    monkeypatch.setenv("PYTHONPATH", tests, prepend=os.pathsep)

    def run(body, *args):
        pytester.makepyfile(test_mine=HEAD + body)
        if "KeyboardInterrupt" in body:  # it would end this run too
            return pytester.runpytest_subprocess(*args)
        return pytester.runpytest(*args)

    return run


@pytest.fixture
def cassette(pytester):
    """The test's own cassette, as it was written."""
    return pytester.path / "cassettes" / "test_mine" / "test_it.yaml"
