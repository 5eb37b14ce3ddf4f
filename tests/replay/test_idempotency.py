"""Retries and idempotency: what the code under test must not do, and what it did."""

from __future__ import annotations

import contextlib

import httpx
import pytest
import stripe

from pytest_stripe_contract.errors import ReplayFailure
from pytest_stripe_contract.faults import (
    connection_reset,
    dns_failure,
    not_json,
    slow,
    status,
    timeout,
    tls_failure,
    truncated_body,
)
from pytest_stripe_contract.replay import ReplayMiss

STRIPE = "https://api.stripe.com"
MARK = f"{STRIPE}/v1/invoices/in_1/mark_uncollectible"
OK = "mark_uncollectible"


def post(key=None, url=MARK, account=None, **form):
    headers = {"Authorization": "Bearer sk_test_x"}
    headers |= {"Idempotency-Key": key} if key else {}
    headers |= {"Stripe-Account": account} if account else {}
    try:
        return httpx.post(url, headers=headers, data=form, timeout=1)
    except httpx.TransportError:
        return None


def problems(replays, sequence, *sends, **options):
    """What a replay of the sequence says of the requests."""

    def run():
        with replays(*sequence, **options):
            for send in sends:
                send()

    with pytest.raises(ReplayFailure) as caught:
        run()
    return str(caught.value)


UNCERTAIN = [timeout(), connection_reset(), truncated_body(), status(500), status(409)]


@pytest.mark.parametrize("fault", UNCERTAIN, ids=str)
def test_a_retry_with_another_key_fails_if_the_first_try_may_have_succeeded(fault, replays):
    text = problems(replays, [fault, OK], lambda: post("a"), lambda: post("b"))

    assert text == (
        f"the request POST {MARK} breaks the contract\n"
        "  $.headers.Idempotency-Key: retried with another Idempotency-Key (b after a): "
        "if the first try succeeded, the work is done twice"
    )


@pytest.mark.parametrize(
    ("first", "how"),
    [
        (None, "after a try without an Idempotency-Key"),
        ("a", "without the Idempotency-Key of the first try (a)"),
    ],
)
def test_a_retry_without_a_key_fails_if_the_first_try_may_have_succeeded(first, how, replays):
    text = problems(replays, [timeout(), OK], lambda: post(first), post)

    assert f"$.headers.Idempotency-Key: retried {how}: if the first try" in text


def test_a_retry_with_another_key_fails_after_a_client_timeout(replays):
    text = problems(replays, [slow(9), OK], lambda: post("a"), lambda: post("b"))

    assert "the work is done twice" in text


@pytest.mark.parametrize("fault", [*UNCERTAIN, dns_failure(), tls_failure()], ids=str)
def test_a_retry_with_the_same_key_passes_and_is_the_same_attempt(fault, replays):
    with replays(fault, OK) as replay:
        post("a")
        assert post("a").status_code == 200

    [attempt] = replay.attempts
    assert attempt == tuple(replay.calls)


@pytest.mark.parametrize("fault", [dns_failure(), tls_failure(), status(400), status(429)], ids=str)
def test_another_key_passes_if_the_first_try_certainly_failed(fault, replays):
    with replays(fault, OK) as replay:
        post("a")
        post("b")

    assert len(replay.attempts) == 2


def test_a_request_that_succeeded_may_be_sent_with_a_new_key(replays):
    with replays(timeout(), OK, times=2) as replay:
        post("a")
        post("a")
        post("b")

    assert [len(attempt) for attempt in replay.attempts] == [2, 1]


@pytest.mark.parametrize(
    "second", [{"url": MARK.replace("in_1", "in_2")}, {"expand[]": ""}], ids=["path", "parameters"]
)
def test_one_key_for_two_different_requests_fails(second, replays):
    def again():
        with contextlib.suppress(ReplayMiss):
            post("a", **second)

    text = problems(replays, [OK], lambda: post("a"), again, times=2)

    assert "$.headers.Idempotency-Key: a was sent with another request before" in text


def test_two_accounts_may_have_the_same_key(replays):
    with replays(OK, times=2) as replay:
        post("a", account="acct_1")
        post("a", url=MARK.replace("in_1", "in_2"), account="acct_2")

    assert len(replay.attempts) == 2


@pytest.mark.parametrize(("length", "fails"), [(255, False), (256, True)])
def test_a_key_has_at_most_255_characters(length, fails, replays):
    if not fails:
        with replays(OK):
            post("k" * length)
        return

    text = problems(replays, [OK], lambda: post("k" * length))

    assert "$.headers.Idempotency-Key: expected at most 255 characters" in text


def test_a_retry_after_stripe_should_retry_false_fails(replays, final):
    text = problems(replays, [final, OK], lambda: post("a"), lambda: post("a"))

    assert "$: retried although the answer 500 has Stripe-Should-Retry: false" in text


def test_a_request_that_succeeded_may_be_sent_again_with_its_key(replays):
    with replays(OK, times=2) as replay:
        assert post("a").headers["Stripe-Should-Retry"] == "false"
        post("a")

    assert len(replay.attempts) == 1


@pytest.fixture
def final(tmp_path):
    path = tmp_path / "final.yaml"
    path.write_text(f"""
interactions:
- request: {{method: POST, uri: '{MARK}', body: '', headers: {{}}}}
  response:
    status: {{code: 500, message: Oops}}
    headers: {{Stripe-Should-Retry: ['false'], Stripe-Version: ['2023-10-16']}}
    body: {{string: '{{"error": {{"type": "api_error"}}}}'}}
""")
    return str(path)


def test_calls_without_a_key_are_one_attempt_until_one_succeeds(replays):
    with replays(status(429), dns_failure(), OK, times=2) as replay:
        for _ in range(4):
            post()

    assert [len(attempt) for attempt in replay.attempts] == [3, 1]


def test_keys_of_other_hosts_are_not_checked(replays, tmp_path):
    path = tmp_path / "other.yaml"
    one = """
- request: {method: POST, uri: 'https://other.example/x', body: '', headers: {}}
  response: {status: {code: 500}, headers: {}, body: {string: ''}}
"""
    path.write_text(f"interactions:{one}{one}")

    with replays(str(path)):
        post("a", url="https://other.example/x")
        post("b", url="https://other.example/x")


def test_the_sdk_retries_with_the_same_key(replays):
    client = stripe.StripeClient("sk_test_x", max_network_retries=2)
    with replays(status(500), timeout(), OK) as replay:
        client.v1.invoices.mark_uncollectible("in_1")

    [attempt] = replay.attempts
    assert len(attempt) == 3
    assert len({call.request.idempotency_key for call in attempt}) == 1


def test_a_retry_without_a_recording_is_checked_too(replays):
    def missed():
        with pytest.raises(ReplayMiss):
            post("b")

    text = problems(replays, [timeout()], lambda: post("a"), missed)

    assert "no recording answers" in text
    assert "the work is done twice" in text


def test_a_retry_without_a_key_after_stripe_should_retry_false_fails(replays, final):
    text = problems(replays, [final, OK], post, post)

    assert "$: retried although the answer 500 has Stripe-Should-Retry: false" in text


def test_a_key_stays_with_its_first_request_after_a_mismatch(replays):
    with replays(OK, "mark_uncollectible.idempotency_mismatch", OK):
        post("a")
        post("a", **{"expand[]": "customer"})
        post("a")


def test_two_contexts_may_have_the_same_key(replays):
    key = {"Authorization": "Bearer sk_test_x", "Idempotency-Key": "a"}
    with replays(OK, times=2):
        httpx.post(MARK, headers={**key, "Stripe-Context": "acct_1"})
        other = MARK.replace("in_1", "in_2")
        httpx.post(other, headers={**key, "Stripe-Context": "acct_2"})


def test_a_retry_with_another_key_fails_after_a_success_that_is_not_json(replays):
    unread = not_json(status=200)

    text = problems(replays, [unread, OK], lambda: post("a"), lambda: post("b"))

    assert "the work is done twice" in text
