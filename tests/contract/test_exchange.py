"""What a request to Stripe may say."""

from __future__ import annotations

import json

import httpx
import pytest

from pytest_stripe_contract.contract.exchange import check_answer, check_request
from pytest_stripe_contract.messages.models import Request, Response
from pytest_stripe_contract.stripe_api.operations import find_operation

MARK = "https://api.stripe.com/v1/invoices/in_1/mark_uncollectible"
PAGE = "https://docs.stripe.com/api/invoices/mark_uncollectible"


def request(url=MARK, method="POST", body=b"", **headers):
    headers = {"Authorization": "Bearer sk_test_x", **headers}
    return Request(method, url, httpx.Headers(headers), body).redact()


@pytest.mark.parametrize(
    "good",
    [
        request(),
        request(Authorization="Basic c2tfdGVzdF94Og=="),
        request(body=b"expand[]=customer&expand[]=charge"),
        request(MARK + "?expand[0]=customer"),
        request(MARK.replace("in_1", "x" * 5000)),
        request("https://api.stripe.com/v1/invoices/in_1", body=b"an=update"),
        request("https://api.stripe.com/v1/customers", body=b"anything=goes", Authorization=""),
    ],
)
def test_documented_requests_and_other_endpoints_have_no_finding(good):
    assert list(check_request(good)) == []


@pytest.mark.parametrize(
    ("bad", "rule", "text"),
    [
        (request(method="GET"), "method", '$.method: expected POST, got "GET"'),
        (
            request(body=b"nope[a]=1"),
            "parameter_unknown",
            "$.params.nope: unknown parameter: Stripe documents expand",
        ),
        (
            request(body=b"expand=customer"),
            "type",
            '$.params.expand: expected an array of strings, got "customer"',
        ),
        (
            request(body=b"expand[0][a]=customer"),
            "type",
            "$.params.expand: expected an array of strings, got ",
        ),
        (
            request(MARK.replace("in_1", "x" * 5001)),
            "maxLength",
            '$.path: expected an id of at most 5000 characters, got "xxx',
        ),
        (
            request(body=b"{}", **{"Content-Type": "application/json"}),
            "body",
            "$.body: expected no body, or a form (application/x-www-form-urlencoded); "
            'got "application/json"',
        ),
        (
            request(body=b"\xff"),
            "body",
            "$.body: expected no body, or a form (application/x-www-form-urlencoded); "
            'got "bytes that are not text"',
        ),
        (
            request(Authorization="Digest x"),
            "api_key",
            "$.headers.Authorization: expected an API key, by Basic (as the user name) or Bearer; "
            'got "***"',
        ),
    ],
)
def test_an_undocumented_request_is_a_violation(bad, rule, text):
    [finding] = check_request(bad)

    assert finding.kind == "violation"
    assert finding.rule == rule
    assert str(finding).startswith(text)
    assert finding.docs in (PAGE, "https://docs.stripe.com/api/authentication")


def test_a_request_without_an_api_key_is_a_violation():
    sent = Request("POST", MARK, httpx.Headers(), b"").redact()

    [finding] = check_request(sent)

    assert str(finding).endswith(
        "missing; expected an API key, by Basic (as the user name) or Bearer"
    )


def test_the_id_in_a_path_is_decoded():
    known = find_operation("http://localhost:1/v1/invoices/in%2F1/mark_uncollectible?a=b")

    assert known is not None
    assert known[0].docs == PAGE
    assert known[1] == "in/1"
    assert find_operation("https://api.stripe.com/v1/invoices/a/b/mark_uncollectible") is None


def answer(code=200, **properties):
    return Response(code, httpx.Headers(), json.dumps(properties).encode())


GET = request("https://api.stripe.com/v1/invoices/in_1", method="GET")
INVOICE = {"object": "invoice", "id": "in_1", "status": "uncollectible"}


@pytest.mark.parametrize(
    ("asked", "good"),
    [
        (request(), answer(**INVOICE)),
        (GET, answer(**INVOICE)),
        (GET, answer(**{**INVOICE, "status": "open"})),
        (request(), answer(400, error={"type": "invalid_request_error"})),
        (request("https://api.stripe.com/v1/customers"), answer(object="customer")),
        (request("https://api.stripe.com/v1/invoices/in_1"), answer(object="invoice", id="in_2")),
        (request(), Response(200, httpx.Headers(), b"no JSON, which the contract says itself")),
        (request(), Response(200, httpx.Headers(), b"[]")),
    ],
)
def test_an_answer_that_fits_the_request_has_no_finding(asked, good):
    assert list(check_answer(asked, good)) == []


@pytest.mark.parametrize(
    ("asked", "bad", "text"),
    [
        (request(), {"status": "paid"}, '$.status: expected "uncollectible", got "paid"'),
        (request(), {"id": "in_2"}, '$.id: expected "in_1", got "in_2"'),
        (GET, {"id": "in_2"}, '$.id: expected "in_1", got "in_2"'),
        (request(), {"object": "list"}, '$.object: expected "invoice", got "list"'),
    ],
)
def test_an_answer_that_does_not_fit_the_request_is_a_violation(asked, bad, text):
    [finding] = check_answer(asked, answer(**{**INVOICE, **bad}))

    assert (finding.kind, finding.rule) == ("violation", "answer")
    assert str(finding) == text


@pytest.mark.parametrize("other", ["search", "upcoming", "upcoming/lines", "create_preview"])
def test_paths_without_an_id_have_no_finding(other):
    assert find_operation(f"https://api.stripe.com/v1/invoices/{other}") is None
