"""What a run does once, however many of its tests replay: counted, as timings are no assertions."""

from __future__ import annotations

import json
from collections import Counter

import pytest

COUNTING = """
    import collections
    import functools
    import importlib.util
    import json
    import pathlib
    import sys

    import jsonschema_rs

    from pytest_stripe_contract import yamlfile
    from pytest_stripe_contract.clients import aiohttp, httpcore, sdk, stdlib, urllib3

    COUNTS = collections.Counter()
    MODULES = []

    def count(owner, name, told):
        original = getattr(owner, name)

        @functools.wraps(original)
        def counting(*args, **kwargs):
            COUNTS[told(*args)] += 1
            return original(*args, **kwargs)

        setattr(owner, name, counting)

    count(yamlfile, "load", lambda source: f"read {hash(source)}")
    count(jsonschema_rs, "validator_for", lambda schema, *_: f"compiled {json.dumps(schema)}")
    count(importlib.util, "find_spec", lambda name, *_: f"looked for {name}")
    for seams in (aiohttp, httpcore, sdk, stdlib, urllib3):
        count(seams, "patches", lambda *_, name=seams.__name__: f"patched {name}")

    def pytest_runtest_logfinish():
        MODULES.append(set(sys.modules))

    def pytest_sessionfinish():
        counts = dict(COUNTS, late=sorted(MODULES[-1] - MODULES[2]))
        pathlib.Path("counts.json").write_text(json.dumps(counts))
"""

REPLAYING = """
    import http.client

    import httpx
    import pytest
    import stripe
    import urllib3.connection

    client = stripe.StripeClient("sk_test_not_a_real_key")
    BEFORE = [
        http.client.HTTPConnection.connect,
        http.client.HTTPConnection.putrequest,
        urllib3.connection.HTTPSConnection.connect,
        vars(stripe.HTTPClient)["_sleep_time_seconds"],
    ]

    @pytest.mark.parametrize("number", range(6))
    @pytest.mark.stripe_replay("mark_uncollectible", "mark_uncollectible.already_uncollectible")
    def test_replay(number):
        assert client.v1.invoices.mark_uncollectible(f"in_{number}").status == "uncollectible"
        url = f"https://api.stripe.com/v1/invoices/in_{number}/mark_uncollectible"
        key = {"Authorization": "Bearer sk_test_not_a_real_key"}
        assert httpx.post(url, headers=key).status_code == 400

    @pytest.mark.parametrize("number", range(3))
    def test_without_a_replay(number):
        assert BEFORE == [
            http.client.HTTPConnection.connect,
            http.client.HTTPConnection.putrequest,
            urllib3.connection.HTTPSConnection.connect,
            vars(stripe.HTTPClient)["_sleep_time_seconds"],
        ]
"""


@pytest.fixture
def counts(pytester, request):
    """What happened in a run of several replays, and how often."""
    pytester.makeconftest(COUNTING)
    pytester.makepyfile(REPLAYING)
    result = pytester.runpytest_subprocess("-p", "no:randomly")
    result.assert_outcomes(passed=9)
    return json.loads((pytester.path / "counts.json").read_text())


def of(kind: str, counts: dict[str, int]) -> Counter[str]:
    return Counter({name: count for name, count in counts.items() if name.startswith(kind)})


def test_a_run_of_several_replays_does_everything_once(counts):
    assert counts["late"] == []  # nothing is imported after the first replays
    # Two cassettes, each as it is shipped, and as the SDK's version and the default one have it.
    assert set(of("read ", counts).values()) == {1}
    assert 2 <= len(of("read ", counts)) <= 4
    # A whole schema ("$schema") is compiled for the verdict, which explains as well.
    whole = of("compiled ", counts)
    assert max(count for schema, count in whole.items() if "$schema" in schema) == 1
    assert set(of("patched ", counts).values()) == {1}
    assert len(of("patched ", counts)) == 5
    assert max(of("looked for ", counts).values(), default=0) <= 1
