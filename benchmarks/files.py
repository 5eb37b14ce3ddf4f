"""The test files that the benchmarks run, with their conftest and cassette."""

from __future__ import annotations

from pathlib import Path

import yaml

from pytest_stripe_contract.stripe_api import resources as shipped

ID = "in_1MtG0nLkdIwHu7ixAaUw3Cb4"
URL = f"https://api.stripe.com/v1/invoices/{ID}/mark_uncollectible"
CASSETTE = shipped.CASSETTES / "endive" / "mark_uncollectible_open.yaml"

CONFTEST = """
import pathlib
import time

STARTED = []


def pytest_runtest_logstart():
    STARTED.append(time.perf_counter())


def pytest_sessionfinish():
    warm = len(STARTED) // 10
    if len(STARTED) > 10:
        taken = (STARTED[-1] - STARTED[warm]) / (len(STARTED) - 1 - warm)
        pathlib.Path(__file__).with_name("per_test.txt").write_text(str(taken))
"""
"""Writes the mean time from the start of one test to that of the next.

The first tenth does not count: what is imported and compiled once is a row of its own.
"""

_SDK = f"""
import pytest
import stripe

client = stripe.StripeClient("sk_test_not_a_real_key")


@pytest.mark.parametrize("number", range(COUNT))
MARKER
def test_it(number):
    invoice = client.v1.invoices.mark_uncollectible({ID!r})
    assert invoice.status == "uncollectible"
"""
_STUB = """
class Stub(stripe.HTTPClient):
    name = "stub"

    def request(self, method, url, headers, post_data=None, **_):
        return BODY, 200, {"Content-Type": "application/json"}


client = stripe.StripeClient("sk_test_not_a_real_key", http_client=Stub())
"""
_HTTPX = f"""
import httpx
import pytest

URL = {URL!r}
HEADERS = {{
    "Authorization": "Bearer sk_test_not_a_real_key",
    "Stripe-Version": "2026-09-30.endive",
}}
client = httpx.Client(headers=HEADERS)


@pytest.mark.parametrize("number", range(COUNT))
MARKER
def test_it(number):
    assert client.post(URL).json()["status"] == "uncollectible"
"""
_RESPX_TEST = """
def test_it(number, respx_mock):
    answer = httpx.Response(200, content=BODY, headers={"Content-Type": "application/json"})
    respx_mock.post(URL).mock(return_value=answer)
"""
_MOCK = """
client = httpx.Client(
    headers=HEADERS,
    transport=httpx.MockTransport(
        lambda _: httpx.Response(200, content=BODY, headers={"Content-Type": "application/json"})
    ),
)
"""
EMPTY = """
import pytest


@pytest.mark.parametrize("number", range(COUNT))
def test_it(number):
    assert number >= 0
"""

_REPLAY = '@pytest.mark.stripe_replay("mark_uncollectible_open")'
_RECORDING = '@pytest.mark.default_cassette("it.yaml")\n@pytest.mark.vcr'
_VARIANTS = f"{_REPLAY}\n@pytest.mark.stripe_variants"


def body() -> bytes:
    """Return the answer of the cassette that every test replays."""
    cassette = yaml.safe_load(CASSETTE.read_text(encoding="utf-8"))
    text: str = cassette["interactions"][0]["response"]["body"]["string"]
    return text.encode()


def sdk_with_stub(count: int) -> str:
    """Return tests that call Stripe by the SDK over a stub transport."""
    text = f"BODY = {body()!r}.decode()\n" + _without_marker(_SDK)
    return _filled(text.replace("\n\n@pytest", f"\n{_STUB}\n\n@pytest", 1), count)


def sdk_with_stub_in_a_replay(count: int) -> str:
    """Return the same tests inside a replay that plays nothing."""
    marker = _REPLAY.replace(")", ", allow_unplayed=True)")
    return sdk_with_stub(count).replace("\ndef test_it", f"\n{marker}\ndef test_it")


def sdk_replayed(count: int) -> str:
    """Return SDK tests that are replayed and checked."""
    return _filled(_SDK.replace("MARKER", _REPLAY), count)


def sdk_variants(count: int) -> str:
    """Return SDK tests that run for variants of their answer."""
    return _filled(_SDK.replace("MARKER", _VARIANTS), count)


def sdk_recorded(count: int) -> str:
    """Return the SDK tests for pytest-recording."""
    return _filled(_SDK.replace("MARKER", _RECORDING), count)


def httpx_mocked(count: int) -> str:
    """Return tests that call Stripe by httpx over its MockTransport."""
    text = f"BODY = {body()!r}\n" + _without_marker(_HTTPX)
    return _filled(text.replace("\n\n@pytest", f"\n{_MOCK}\n\n@pytest", 1), count)


def httpx_replayed(count: int) -> str:
    """Return httpx tests that are replayed and checked."""
    return _filled(_HTTPX.replace("MARKER", _REPLAY), count)


def httpx_by_respx(count: int) -> str:
    """Return the httpx tests for respx."""
    text = f"BODY = {body()!r}\n" + _without_marker(_HTTPX)
    return _filled(text.replace("def test_it(number):\n", _RESPX_TEST.lstrip()), count)


def empty(count: int) -> str:
    """Return tests that do nothing."""
    return _filled(EMPTY, count)


def write(folder: Path, test: str) -> Path:
    """Write a test file with its conftest and cassette; return the path of its time per test."""
    folder.mkdir(parents=True)
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (folder / "test_it.py").write_text(test, encoding="utf-8")
    cassettes = folder / "cassettes" / "test_it"
    cassettes.mkdir(parents=True)
    _, interactions, recorded = CASSETTE.read_text(encoding="utf-8").partition("interactions:")
    # Without metadata, of which pytest-recording 0.14 knows nothing.
    (cassettes / "it.yaml").write_text(interactions + recorded, encoding="utf-8")
    return folder / "per_test.txt"


def _without_marker(text: str) -> str:
    return text.replace("MARKER\n", "")


def _filled(text: str, count: int) -> str:
    return text.replace("COUNT", str(count))
