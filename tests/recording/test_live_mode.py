"""Live mode is refused while a cassette is recorded."""

from __future__ import annotations

import gzip
import pickle

import httpx
import pytest

from pytest_stripe_contract import RecordingRefused
from pytest_stripe_contract.messages import Request, Response
from pytest_stripe_contract.recording._live_mode import check_request, check_response

URL = "https://api.stripe.com/v1/customers"


def request(headers=None, body=b"", url=URL):
    return Request("POST", url, httpx.Headers(headers or {}), body)


@pytest.mark.parametrize(
    "sent",
    [
        request({"Authorization": "Bearer sk_live_xy"}),
        request({"Authorization": "Bearer rk_live_xy"}),
        request({"Authorization": "Bearer sk_org_live_xy"}),
        request({"Authorization": "Bearer pk_live_xy"}),
        request({"Authorization": "sk_live_xy"}),
        request({"Authorization": "Basic c2tfbGl2ZV94eTo"}),
        request({"Authorization": "Basic OnNrX2xpdmVfeHk="}),
        request({"X-Key": "sk%5Flive%5Fxy"}),
        request(url=f"{URL}?key=sk_live_51NotARealKey"),
        request(body=b"key=sk_live_xy"),
        request(body=gzip.compress(b"sk_live_xyz", mtime=0)),
    ],
    ids=[
        "bearer",
        "restricted",
        "organisation",
        "public",
        "bare",
        "basic",
        "password",
        "header",
        "query",
        "body",
        "gzip",
    ],
)
def test_a_request_with_a_live_key_is_refused(sent):
    with pytest.raises(RecordingRefused) as caught:
        check_request(sent, is_for_stripe=False)

    assert caught.value.reason == "it has a live-mode API key; nothing was sent"
    assert "NotAReal" not in str(caught.value)


@pytest.mark.parametrize("key", ["whatever", "tok_1"])
def test_stripe_is_not_sent_an_api_key_that_may_be_a_live_one(key):
    sent = request({"Authorization": f"Bearer {key}"})

    with pytest.raises(RecordingRefused, match="not a recognised test-mode API key"):
        check_request(sent, is_for_stripe=True)
    check_request(sent, is_for_stripe=False)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer rk_test_xy"}])
def test_stripe_is_sent_test_mode_keys_and_requests_without_a_key(headers):
    check_request(request(headers), is_for_stripe=True)


@pytest.mark.parametrize(
    "body",
    [
        b'{"livemode": true}',
        b'{"livemode": true, "livemode": true}',
        b'\xef\xbb\xbf{"livemode":true}',
        '{"livemode": true}'.encode("utf-16"),
        b'{"note": "{\\"livemode\\": true}"}',
    ],
)
def test_an_answer_of_live_mode_is_refused_even_if_it_is_no_valid_json(body):
    with pytest.raises(RecordingRefused, match="livemode: true; nothing is written"):
        check_response(request(), Response(200, httpx.Headers(), body))


def test_a_live_key_in_the_code_under_test_fails_the_test_before_anything_is_sent(
    run, server, cassette
):
    result = run(
        """
    @pytest.mark.stripe_replay
    def test_it():
        try:
            httpx.post("https://api.stripe.com/v1/customers", auth=("sk_live_51NotARealKey", ""))
        except BaseException:
            pass
    """,
        "--stripe-record=all",
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*it has a live-mode API key; nothing was sent*"])
    assert server.requests == []
    assert not cassette.exists()


def test_an_answer_of_live_mode_fails_the_test_and_is_not_written(run, server, cassette):
    server.change = {"livemode": True}

    result = run(
        """
    @pytest.mark.stripe_replay
    def test_it():
        write_off()
    """,
        "--stripe-record=once",
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*the answer has livemode: true; nothing is written*"])
    assert not cassette.exists()


def test_a_refusal_survives_pickle():
    refusal = RecordingRefused("GET https://x", "a reason", "an advice", "test_x.py:3, in test_it")
    elsewhere = RecordingRefused("GET https://x", "a reason", "an advice")

    assert str(pickle.loads(pickle.dumps(refusal))) == (
        "not recorded: GET https://x\n"
        "  from:     test_x.py:3, in test_it\n"
        "  reason:   a reason\n"
        "  fix:      an advice"
    )
    assert "from:" not in str(pickle.loads(pickle.dumps(elsewhere)))
