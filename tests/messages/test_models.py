"""Requests as Stripe reads them: API key, URL, and the fields of their forms."""

from __future__ import annotations

import base64
import gzip

import httpx
import pytest

from pytest_stripe_contract.messages import Request, Response, join_name, origin, split_names
from pytest_stripe_contract.messages.forms import nest

FORM = "application/x-www-form-urlencoded"


def request(url="https://api.stripe.com/v1/invoices", body="", **headers):
    return Request(
        "POST", url, httpx.Headers({"Content-Type": FORM, **headers}), body.encode()
    ).redact()


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
def test_form_fields_nest_by_the_brackets_in_their_names(fields, nested):
    assert nest(fields) == nested


def test_the_names_of_fields_are_split_and_joined():
    [(path, value)] = split_names([("a[b][0]", "x")])

    assert (path, value) == (("a", "b", "0"), "x")
    assert join_name(path) == "a[b][0]"


def test_each_appended_item_gets_an_index():
    assert split_names([("a[]", "x"), ("b[]", "y"), ("a[]", "z")]) == [
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
        (basic(b"sk_test_abc:password"), "sk_test_***", "Basic sk_test_***"),
        ("Bearer hunter2", "***", "Bearer ***"),
        ("Digest secret", None, "***"),
        ("", None, "***"),
    ],
)
def test_a_received_request_keeps_only_the_prefix_of_its_api_key(authorization, key, kept):
    received = request(Authorization=authorization)

    assert received.api_key == key
    assert received.headers["authorization"] == kept


def test_a_request_has_the_path_parameters_and_headers_that_stripe_reads():
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


def test_a_body_that_is_no_form_has_no_fields():
    assert request(body="é").form is None
    assert request(body="{}", **{"Content-Type": "application/json"}).form is None
    assert request(**{"Content-Type": "application/json"}).form == ()


def test_a_response_decodes_its_body_by_the_header_if_it_can():
    packed = Response(200, httpx.Headers({"Content-Encoding": "gzip"}), gzip.compress(b"{}"))
    broken = Response(200, httpx.Headers({"Content-Encoding": "gzip"}), b"{}")

    assert packed.json() == {}
    assert packed.content_or_body == broken.content_or_body == b"{}"
    assert packed.with_payload([1]).body == b"[1]"
    assert "Content-Encoding" not in packed.with_payload([1]).headers
    with pytest.raises(httpx.DecodingError):
        _ = broken.content
