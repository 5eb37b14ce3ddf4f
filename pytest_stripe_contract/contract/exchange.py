"""Check requests to the documented operations, and that an answer fits its request.

Sources: https://docs.stripe.com/api/invoices and Stripe's OpenAPI description.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._support.json_path import ABSENT, show
from ..stripe_api import LONGEST_ID, Operation, find_operation
from .contract import FAILED
from .finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..messages import Request, Response

AUTHENTICATION = "https://docs.stripe.com/api/authentication"


UNAUTHORIZED = 401

_RULE_OF = {"parameter_unknown": "parameter_unknown", "idempotency_error": "idempotency_key"}
"""The rule that a request breaks, by the code or type of Stripe's error."""


def check_request(request: Request) -> Iterator[Finding]:
    """Yield the findings of a request to a documented operation; none for another request.

    Paths of findings are those of the request's parts: ``$.method``, ``$.params.nope``.
    """
    match = find_operation(request.url)
    if match is None:
        return
    operation, object_id = match
    if operation.has_siblings and request.method != operation.method:
        return
    if request.method != operation.method:
        yield _broken(operation, "method", "$.method", operation.method, request.method)
    if len(object_id) > LONGEST_ID:
        expected = f"an id of at most {LONGEST_ID} characters"
        yield _broken(operation, "maxLength", "$.path", expected, object_id)
    yield from _check_authorization(request)
    yield from _check_parameters(operation, request)


def reported_rules(response: Response | None) -> frozenset[str]:
    """Return the names of the rules that Stripe's error says the request broke.

    A test that gets such an error tests exactly that, so the request has no finding for it.
    """
    error = _json_object(response) if response and response.status >= FAILED else None
    details = error.get("error") if error else None
    names = (details.get("code"), details.get("type")) if isinstance(details, dict) else ()
    rules = {_RULE_OF[name] for name in names if isinstance(name, str) and name in _RULE_OF}
    is_unauthorized = response is not None and response.status == UNAUTHORIZED
    return frozenset(rules | ({"api_key"} if is_unauthorized else set()))


def check_answer(request: Request, response: Response) -> Iterator[Finding]:
    """Yield a finding if an answer is about another invoice, or has not the requested status.

    Sources: https://docs.stripe.com/api/invoices/mark_uncollectible ("returns the invoice
    object") and https://docs.stripe.com/api/invoices/retrieve.
    """
    match = find_operation(request.url)
    if match is None or response.status >= FAILED or request.method != match[0].method:
        return
    operation, object_id = match
    answer = _json_object(response)
    if answer is None:
        return  # the contract of the payload reports it
    expected = {"object": "invoice", "id": object_id}
    if operation.sets_status:
        expected["status"] = operation.sets_status
    for name, value in expected.items():
        actual = answer.get(name, ABSENT)
        if actual != value:
            yield _broken(operation, "answer", f"$.{name}", show(value), actual)


def _json_object(response: Response) -> dict[str, Any] | None:
    try:
        value = response.json()
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _check_authorization(request: Request) -> Iterator[Finding]:
    scheme = request.headers.get("Authorization", "").partition(" ")[0].lower()
    if scheme not in ("basic", "bearer") or request.api_key is None:
        yield Finding(
            "violation",
            "api_key",
            "$.headers.Authorization",
            "an API key, by Basic (as the user name) or Bearer",
            request.headers.get("Authorization", ABSENT),
            AUTHENTICATION,
        )


def _check_parameters(operation: Operation, request: Request) -> Iterator[Finding]:
    if request.form is None:
        expected = "no body, or a form (application/x-www-form-urlencoded)"
        sent = request.headers.get("Content-Type", "bytes that are not text")
        yield _broken(operation, "body", "$.body", expected, sent)
    if not request.query and not request.form:
        return
    from ..messages import split_names  # imports httpx, which a check of payloads does not need

    numbered = split_names(request.query + (request.form or ()))
    params = request.params
    for name in dict.fromkeys(path[0] for path, _ in numbered):
        value = params[name]
        if name not in operation.parameters:
            expected = ", ".join(sorted(operation.parameters))
            yield _broken(operation, "parameter_unknown", f"$.params.{name}", expected, value)
        elif not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            expected = "an array of strings"
            yield _broken(operation, "type", f"$.params.{name}", expected, value)


def _broken(operation: Operation, rule: str, path: str, expected: str, actual: object) -> Finding:
    return Finding("violation", rule, path, expected, actual, operation.docs)
