"""The server that a cassette is recorded from: its address, and connections that fail."""

from __future__ import annotations

import pytest

from pytest_stripe_contract.errors import InvalidOption
from pytest_stripe_contract.recording import ApiBase, recorder


@pytest.mark.parametrize("url", ["127.0.0.1:1", "ftp://127.0.0.1", 3])
def test_a_base_that_is_no_address_is_refused(url):
    with pytest.raises(
        InvalidOption, match=r"stripe_api_base=.*: expected an address such as http"
    ):
        ApiBase(url)


@pytest.mark.parametrize(
    ("base", "url", "moved"),
    [
        ("http://127.0.0.1:1/", "http://127.0.0.1:1/v1/x?a=b", "https://api.stripe.com/v1/x?a=b"),
        ("http://h/stripe", "http://h/stripe/v1/x", "https://api.stripe.com/v1/x"),
        ("http://h/stripe", "http://h/stripes/v1/x", "http://h/stripes/v1/x"),
        ("http://h", "http://other/v1/x", "http://other/v1/x"),
    ],
)
def test_urls_at_a_base_become_urls_at_stripe_and_back(base, url, moved):
    assert ApiBase(base).to_stripe(url) == moved
    assert ApiBase(base).to_base(moved) == url


SENDS = """
    from helpers import senders

    @pytest.mark.stripe_replay
    def test_it():
        with pytest.raises(Exception) as caught:
            senders.SENDERS["{client}"]("in_1")
        print("raised", type(caught.value).__name__)
"""


@pytest.mark.parametrize(
    ("client", "raised"),
    [("sdk", "APIConnectionError"), ("httpx", "ReadError"), ("aiohttp", "Client*Error")],
)
def test_a_server_that_is_down_is_a_connection_error_of_the_client(
    run, pytester, cassette, client, raised
):
    pytester.makeini("[pytest]\nstripe_api_base = http://127.0.0.1:9\n")

    result = run(SENDS.format(client=client), "--stripe-record=once", "-s")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"*raised {raised}*"])
    result.stdout.fnmatch_lines(["*http://127.0.0.1:9 * record again*"])
    assert not cassette.exists()


@pytest.mark.parametrize(
    ("client", "raised"),
    [("httpx", "ReadTimeout"), ("requests", "ConnectionError"), ("aiohttp", "TimeoutError")],
)
def test_a_server_that_does_not_answer_is_a_timeout_of_the_client(
    run, server, monkeypatch, client, raised
):
    monkeypatch.setattr(recorder, "TIMEOUT", 0.1)
    server.delay = 0.3

    result = run(SENDS.format(client=client), "--stripe-record=once", "-s")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"*raised {raised}*"])
    result.stdout.fnmatch_lines(["*reason:   ReadTimeout at http://127.0.0.1:*: *"])
