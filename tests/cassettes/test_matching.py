"""Requests match if they mean the same, and a line names each difference."""

from __future__ import annotations

import httpx
import pytest

from pytest_stripe_contract.cassettes import differences, expands_payments, request_key
from pytest_stripe_contract.messages.models import Request

FORM = "application/x-www-form-urlencoded"


def request(url="https://api.stripe.com/v1/invoices", method="POST", body="", kind=FORM, **headers):
    sent = {"Content-Type": kind, **headers} if kind else headers
    return Request(method, url, httpx.Headers(sent), body.encode()).redact()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (request(method="post"), request(method="POST")),
        (request("HTTPS://API.stripe.com:443/v1/invoices"), request()),
        (request("https://api.stripe.com"), request("https://api.stripe.com/")),
        (request("https://h/a%2Fb"), request("https://h/a%2fb")),
        (request("https://h/%7Ea"), request("https://h/~a")),
        (request("https://h/?a=1&b=2"), request("https://h/?b=2&a=1")),
        (request("https://h/?a=x+y"), request("https://h/?a=x%20y")),
        (request(body="expand[]=a&expand[]=b"), request(body="expand[0]=a&expand[1]=b")),
        (request(body="expand%5B0%5D=a"), request(body="expand[]=a")),
        (request(body="expand[]=a&expand[]=b"), request(body="expand[]=b&expand[]=a")),
        (request(body="expand[]=payments&expand[]=b"), request(body="expand[]=b")),
        (request(body="a=1", kind=None), request(body="a=1")),
        (request(kind=None), request(kind="application/json")),
        (
            request(body='{"a": 1, "b": 2}', kind="application/json"),
            request(body='{"b":2,"a":1}', kind="application/json"),
        ),
        (request(Stripe_Version="x"), request(Authorization="Bearer sk_test_1")),
    ],
)
def test_requests_that_mean_the_same_match(one, other):
    assert request_key(one) == request_key(other)
    assert list(differences(request_key(one), request_key(other))) == []


@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [
        (request(method="GET"), request(), "method: sent GET, recorded POST"),
        (request("http://h/"), request("https://h/"), "scheme: sent http, recorded https"),
        (
            request("https://api.stripe.com.evil.example/v1/invoices"),
            request(),
            "host: sent api.stripe.com.evil.example, recorded api.stripe.com",
        ),
        (request("https://h:1/"), request("https://h/"), "host: sent h:1, recorded h"),
        (
            request("https://h/a%2Fb"),
            request("https://h/a"),
            'path segment 1: sent "a/b", recorded "a"',
        ),
        (
            request("https://h/a/"),
            request("https://h/a"),
            'path segment 2: sent "", recorded nothing',
        ),
        (request("https://h/?a"), request("https://h/"), 'query a: sent "", recorded nothing'),
        (
            request(body="metadata[k]="),
            request(),
            'form metadata[k]: sent "", recorded nothing',
        ),
        (
            request(),
            request(body=f"a={'x' * 200}"),
            f'form a: sent nothing, recorded "{"x" * 79}…',
        ),
        (
            request(body="a=1&a=2"),
            request(body="a=1"),
            'form a: sent "1, 2", recorded "1"',
        ),
        (
            request(body='{"a": 1}', kind="application/json"),
            request(body='{"a": 2}', kind="application/json"),
            r'form: sent "{\"a\": 1}", recorded "{\"a\": 2}"',
        ),
        (
            request(body="--x", kind="multipart/form-data"),
            request(body="--y", kind="multipart/form-data"),
            'form: sent "--x", recorded "--y"',
        ),
    ],
)
def test_requests_that_differ_do_not_match_and_the_difference_is_named(one, other, difference):
    assert request_key(one) != request_key(other)
    assert list(differences(request_key(one), request_key(other))) == [difference]


@pytest.mark.parametrize(
    ("url", "difference"),
    [
        ("https://api.stripe.com/v1/invoices//mark_uncollectible", "the invoice id is empty"),
        (
            "https://api.stripe.com/v1/invoices",
            'path segment 3: sent nothing, recorded "{invoice}"; '
            'path segment 4: sent nothing, recorded "mark_uncollectible"',
        ),
    ],
)
def test_an_id_that_is_empty_or_missing_is_named(url, difference):
    recorded = request("https://api.stripe.com/v1/invoices/in_1/mark_uncollectible")

    lines = differences(request_key(request(url)), request_key(recorded, any_id=True))

    assert "; ".join(lines) == difference


def test_a_body_that_is_no_ascii_is_compared_as_it_is():
    sent = Request("POST", "https://h/", httpx.Headers(), b"\xff=1").redact()

    assert sent.form is None
    assert request_key(sent).body == (("", "ÿ=1"),)


def test_json_of_hostile_depth_is_compared_as_text():
    sent = request(body="[" * 100_000, kind="application/json")

    assert request_key(sent).body == (("", "[" * 100_000),)


def test_any_id_of_a_known_endpoint_matches_with_any_id():
    one = request("https://api.stripe.com/v1/invoices/in_1/mark_uncollectible")
    other = request("https://api.stripe.com/v1/invoices/in_2/mark_uncollectible")

    assert request_key(one) != request_key(other)
    assert request_key(one, any_id=True) == request_key(other, any_id=True)
    assert list(differences(request_key(one), request_key(other, any_id=True))) == []


@pytest.mark.parametrize(
    ("sent", "expands"),
    [
        (request(), False),
        (request("https://h/?expand[]=payments"), True),
        (request(body="expand[0]=customer&expand[1]=payments"), True),
        (request(body="expand[]=customer"), False),
        (request(body="expand=payments"), False),
    ],
)
def test_a_request_that_expands_payments_is_recognised(sent, expands):
    assert expands_payments(sent) is expands
