"""The errors that are shipped: what each client, and each SDK, makes of them."""

from __future__ import annotations

import contextlib
import json
import os
import textwrap
import urllib.error

import build_schemas
import pytest
import sdk_packages
import stripe
from error_answers import SEQUENCES, rows
from helpers import sdk_wheels, senders

from pytest_stripe_contract.cassettes import convert_response, load_shipped
from pytest_stripe_contract.contract.contract import Contract
from pytest_stripe_contract.stripe_api import versions

PACKAGES = [
    (version, sha256)
    for line in json.loads((build_schemas.TOOLS / "sdk_packages.json").read_text()).values()
    for version, sha256 in line.get("pypi", {}).items()
]
SDKS = (PACKAGES[0], PACKAGES[-1])
"""The oldest and the newest that the schemas are made from."""

RAISE = """
    import json
    import sys
    import pytest
    import stripe

    stripe.api_key = "sk_test_not_a_real_key"
    stripe.max_network_retries = 0

    @pytest.mark.parametrize(("name", "expected"), EXPECTED)
    def test_it(name, expected, stripe_replay):
        with stripe_replay(f"mark_uncollectible.{name}"), pytest.raises(Exception) as caught:
            stripe.Invoice.mark_uncollectible("in_1")
        error = caught.value
        code = getattr(error.error, "code", None)
        param = getattr(error, "param", None)
        assert [type(error).__name__, error.http_status, code, param] == expected

    def test_version():
        version = getattr(stripe, "VERSION", None) or stripe.version.VERSION
        assert version == SDK
"""

ID = "in_1MtG0nLkdIwHu7ixAaUw3Cb4"
ERRORS = rows(ID)
RAISED = {
    "not_open": (stripe.InvalidRequestError, 400, None, None),
    "already_uncollectible": (stripe.InvalidRequestError, 400, None, None),
    "no_such_invoice": (stripe.InvalidRequestError, 404, "resource_missing", "id"),
    "unknown_parameter": (stripe.InvalidRequestError, 400, "parameter_unknown", "nope"),
    "wrong_mode": (stripe.InvalidRequestError, 404, "resource_missing", "id"),
    "no_api_key": (stripe.AuthenticationError, 401, None, None),
    "invalid_api_key": (stripe.AuthenticationError, 401, None, None),
    "expired_api_key": (stripe.AuthenticationError, 401, "api_key_expired", None),
    "restricted_key": (stripe.PermissionError, 403, None, None),
    "idempotency_key_in_use": (stripe.APIError, 409, "idempotency_key_in_use", None),
    "idempotency_mismatch": (stripe.IdempotencyError, 400, None, None),
    "lock_timeout": (stripe.RateLimitError, 429, "lock_timeout", None),
    "rate_limited": (stripe.RateLimitError, 429, "rate_limit", None),
    "invalid_version": (stripe.InvalidRequestError, 400, None, None),
    "server_error": (stripe.APIError, 500, None, None),
    "bad_gateway": (stripe.APIError, 502, None, None),
    "unavailable": (stripe.APIError, 503, None, None),
}
"""What the official SDK makes of each: the exception, its http_status, code and param."""


def write_off(invoice_id="in_1", **params):
    client = stripe.StripeClient("sk_test_x", max_network_retries=0)
    return client.v1.invoices.mark_uncollectible(invoice_id, params)


def test_each_error_has_a_cassette():
    assert RAISED.keys() == ERRORS.keys()


@pytest.mark.parametrize("name", RAISED)
def test_the_sdk_raises_the_documented_exception_for_each_error(name, stripe_replay):
    error, status, code, param = RAISED[name]

    with stripe_replay(f"mark_uncollectible.{name}") as replay, pytest.raises(error) as caught:
        write_off()

    raised = caught.value
    assert type(raised) is error
    assert (raised.http_status, raised.error.code) == (status, code)
    assert getattr(raised, "param", None) == param
    assert raised.request_id.startswith("req_")
    assert len(replay.calls) == 1


@pytest.mark.parametrize("client", ["sdk-aiohttp", "httpx", "urllib"])
def test_sync_and_async_clients_get_an_error(client, stripe_replay):
    raised = (stripe.InvalidRequestError, urllib.error.HTTPError)
    with stripe_replay("mark_uncollectible.not_open") as replay, contextlib.suppress(*raised):
        assert senders.SENDERS[client]("in_1")["error"]["type"] == "invalid_request_error"

    [call] = replay.calls
    assert call.response.json()["error"]["message"].startswith("You can only pass in open invoices")


@pytest.mark.parametrize("name", [*ERRORS, *SEQUENCES])
def test_an_error_keeps_the_contract_of_every_release_line(name):
    for line in versions.LINES:
        cassette = load_shipped(f"mark_uncollectible.{name}", line.name)
        for number, _ in enumerate(cassette.interactions, 1):
            response = convert_response(cassette, number, line.first)
            assert list(Contract(line.first).iter_findings(response)) == []
            assert response.headers["Stripe-Version"] == line.first


def test_an_error_has_only_the_properties_of_its_source():
    for name in ERRORS:
        [interaction] = load_shipped(f"mark_uncollectible.{name}", "2023-10-16").interactions
        error, response = interaction.response.json()["error"], interaction.response

        assert None not in error.values()
        assert ("doc_url" in error) == ("code" in error)
        assert ("request_log_url" in error) == (name != "invalid_version")
        assert ("Www-Authenticate" in response.headers) == (response.status == 401)


def test_an_error_names_the_invoice_of_the_request(stripe_replay):
    missing = pytest.raises(stripe.InvalidRequestError, match="No such invoice: 'in_nope'")
    with stripe_replay("mark_uncollectible.no_such_invoice"), missing:
        write_off("in_nope")


def test_an_error_answers_a_request_with_any_parameters(stripe_replay):
    with stripe_replay("mark_uncollectible.not_open"), pytest.raises(stripe.InvalidRequestError):
        write_off(expand=["customer"])


def test_an_unknown_parameter_that_the_answer_reports_is_no_problem(stripe_replay):
    with (
        stripe_replay("mark_uncollectible.unknown_parameter") as replay,
        pytest.raises(stripe.InvalidRequestError),
    ):
        write_off(nope="1")

    assert replay.problems(unplayed=True) == []


def test_a_missing_api_key_that_the_answer_reports_is_no_problem(stripe_replay):
    import httpx

    with stripe_replay("mark_uncollectible.no_api_key") as replay:
        assert httpx.post(senders.url("in_1")).status_code == 401

    assert replay.problems(unplayed=True) == []


def test_the_cassette_twice_answers_a_success_and_then_an_error(stripe_replay):
    with stripe_replay("mark_uncollectible.twice"):
        assert write_off().status == "uncollectible"
        with pytest.raises(stripe.InvalidRequestError, match="already been marked"):
            write_off()


@pytest.mark.parametrize(
    ("name", "statuses"), [("after_conflict", [409, 200]), ("after_outage", [500, 503, 200])]
)
def test_the_sdk_retries_until_it_succeeds(name, statuses, stripe_replay):
    client = stripe.StripeClient("sk_test_x", max_network_retries=2)

    with stripe_replay(f"mark_uncollectible.{name}") as replay:
        assert client.v1.invoices.mark_uncollectible("in_1").status == "uncollectible"

    assert [call.response.status for call in replay.calls] == statuses
    [attempt] = replay.attempts
    assert len(attempt) == len(statuses)


def test_two_cassettes_answer_the_same_request_in_their_order(stripe_replay):
    names = ("mark_uncollectible", "mark_uncollectible.already_uncollectible")

    with stripe_replay(*names):
        assert write_off().status == "uncollectible"
        with pytest.raises(stripe.InvalidRequestError, match="already been marked"):
            write_off()


def test_an_error_before_a_success_is_played_first(stripe_replay):
    with stripe_replay("mark_uncollectible.server_error", "mark_uncollectible"):
        with pytest.raises(stripe.APIError):
            write_off()
        client = stripe.StripeClient("sk_test_x", max_network_retries=0)
        assert client.v1.invoices.mark_uncollectible("in_2").status == "uncollectible"


@pytest.mark.slow
@pytest.mark.parametrize(("version", "sha256"), SDKS, ids=[version for version, _ in SDKS])
def test_the_oldest_and_the_newest_sdk_raise_the_same(version, sha256, pytester, monkeypatch):
    sdk_wheels.require("pypi", version)
    package = sdk_packages.fetch("pypi", version, sha256, build_schemas.CACHE)
    monkeypatch.setenv("PYTHONPATH", str(package), prepend=os.pathsep)
    expected = [(name, [kind.__name__, *rest]) for name, (kind, *rest) in RAISED.items()]
    head = f"EXPECTED = {expected!r}\nSDK = {version!r}\n"
    pytester.makepyfile(test_it=head + textwrap.dedent(RAISE))

    result = pytester.runpytest_subprocess("-p", "no:randomly")

    result.assert_outcomes(passed=len(RAISED) + 1)
