"""When two requests are the same, and what is kept of one."""

from __future__ import annotations

import base64

import httpx
import pytest

from pytest_stripe_contract.cassettes import differences, request_key
from pytest_stripe_contract.messages.forms import nest, number
from pytest_stripe_contract.messages.models import Request
from pytest_stripe_contract.messages.urls import origin

FORM = "application/x-www-form-urlencoded"


def request(url="https://api.stripe.com/v1/invoices", method="POST", body="", kind=FORM, **headers):
    sent = {"Content-Type": kind, **headers} if kind else headers
    return Request.received(method, url, httpx.Headers(sent), body.encode())


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
def test_what_means_the_same_is_the_same(one, other):
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
def test_what_means_something_else_is_told_apart_and_told(one, other, difference):
    assert request_key(one) != request_key(other)
    assert list(differences(request_key(one), request_key(other))) == [difference]


def test_a_body_that_is_no_text_is_no_form():
    sent = Request.received("POST", "https://h/", httpx.Headers(), b"\xff=1")

    assert sent.form is None
    assert request_key(sent).body == (("", "ÿ=1"),)


def test_json_of_hostile_depth_is_compared_as_it_is():
    sent = request(body="[" * 100_000, kind="application/json")

    assert request_key(sent).body == (("", "[" * 100_000),)


def test_any_id_of_a_known_endpoint_can_be_left_open():
    one = request("https://api.stripe.com/v1/invoices/in_1/mark_uncollectible")
    other = request("https://api.stripe.com/v1/invoices/in_2/mark_uncollectible")

    assert request_key(one) != request_key(other)
    assert request_key(one, any_id=True) == request_key(other, any_id=True)
    assert list(differences(request_key(one), request_key(other, any_id=True))) == []


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://a/", ("https", "a", 443)),
        ("http://A:8/", ("http", "a", 8)),
        ("http://[::1]/", ("http", "::1", 80)),
        ("ftp://a/", ("ftp", "a", 0)),
    ],
)
def test_the_origin_of_a_url(url, parts):
    assert origin(url) == parts


@pytest.mark.parametrize(
    ("fields", "nested"),
    [
        ([("a", "1"), ("a", "2")], {"a": "2"}),
        ([("a[b][c]", "1"), ("a[b][d]", "")], {"a": {"b": {"c": "1", "d": ""}}}),
        ([("a[]", "1"), ("a[]", "2")], {"a": ["1", "2"]}),
        ([("a[0]", "1"), ("a[1]", "2")], {"a": ["1", "2"]}),
        ([("a[1]", "2")], {"a": {"1": "2"}}),
        ([("", "1"), ("", "2")], {"": "2"}),
        (
            [("l[][a]", "1"), ("l[][b]", "2"), ("l[][a]", "3")],
            {"l": [{"a": "1", "b": "2"}, {"a": "3"}]},
        ),
        ([("a", "1"), ("a[b]", "2")], {"a": {"b": "2"}}),
        ([("a[b", "1"), ("[c]", "2"), ("", "3")], {"a[b": "1", "[c]": "2", "": "3"}),
        ([("a" + "[b]" * 33, "1")], {"a" + "[b]" * 33: "1"}),
    ],
)
def test_fields_nest_as_stripe_reads_their_names(fields, nested):
    assert nest(fields) == nested


def test_every_appended_item_gets_an_index():
    assert number([("a[]", "x"), ("b[]", "y"), ("a[]", "z")]) == [
        (("a", "0"), "x"),
        (("b", "0"), "y"),
        (("a", "1"), "z"),
    ]


def basic(text: bytes) -> str:
    return "Basic " + base64.b64encode(text).decode()


@pytest.mark.parametrize(
    ("authorization", "key", "kept"),
    [
        ("Bearer sk_test_abc", "sk_test_***", "Bearer sk_test_***"),
        ("bearer rk_live_abc", "rk_live_***", "bearer rk_live_***"),
        (basic(b"sk_test_abc:"), "sk_test_***", "Basic sk_test_***"),
        (basic(b"sk_test_abc:password"), "sk_test_***", "Basic sk_test_***"),
        ("Bearer sk_org_abc", "sk_org_***", "Bearer sk_org_***"),
        ("Bearer hunter2", "***", "Bearer ***"),
        ("Bearer ", None, "Bearer ***"),
        (basic(b":password"), None, "Basic ***"),
        (basic(b"\xff:"), None, "Basic ***"),
        ("Basic no base64", None, "Basic ***"),
        ("Digest secret", None, "***"),
        ("secret", None, "***"),
        ("Bearer\tsk_test_abc", "sk_test_***", "Bearer sk_test_***"),
        ("", None, "***"),
    ],
)
def test_no_more_than_the_prefix_of_an_api_key_is_kept(authorization, key, kept):
    received = request(Authorization=authorization)

    assert received.api_key == key
    assert received.headers["authorization"] == kept


def test_a_request_tells_what_stripe_reads_in_it():
    sent = request(
        "https://api.stripe.com/v1/invoices/in%201/mark_uncollectible?expand[]=customer",
        body="expand[]=charge",
        **{"Idempotency-Key": "k", "Stripe-Version": "2023-10-16"},
    )

    assert sent.path == "/v1/invoices/in 1/mark_uncollectible"
    assert sent.params == {"expand": ["customer", "charge"]}
    assert sent.idempotency_key == "k"
    assert sent.api_version == "2023-10-16"
    assert request().idempotency_key is None
    assert request().api_version is None
    assert str(sent).startswith("POST https://api.stripe.com/v1/invoices/in%201/")
