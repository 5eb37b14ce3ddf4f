"""What Stripe takes: the endpoints that the contract knows, and what a request may say to them.

Source: https://docs.stripe.com/api/invoices and Stripe's OpenAPI description.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from .._support.json_path import ABSENT, show
from ..messages import Request, Response, split_names
from ..stripe_api import LONGEST_ID, Operation, find_operation
from .contract import FAILED
from .finding import Finding

AUTHENTICATION = "https://docs.stripe.com/api/authentication"


UNAUTHORIZED = 401

_TELLING = ("object", "id", "status")
"""Properties of an answer that tell whether it is one to the request."""

_SHORT = 1 << 16
"""Bytes of an answer that is remembered."""

_RULE_OF = {"parameter_unknown": "parameter_unknown", "idempotency_error": "idempotency_key"}
"""The rule that an error's code or type speaks of."""


def check_request(request: Request) -> Iterator[Finding]:
    """What in a request to a known endpoint breaks Stripe's contract; nothing for any other.

    Paths of findings lead into the request: ``$.method``, ``$.params.nope``.
    """
    known = find_operation(request.url)
    if known is None:
        return
    endpoint, object_id = known
    if endpoint.has_siblings and request.method != endpoint.method:
        return
    if request.method != endpoint.method:
        yield _broken(endpoint, "method", "$.method", endpoint.method, request.method)
    if len(object_id) > LONGEST_ID:
        expected = f"an id of at most {LONGEST_ID} characters"
        yield _broken(endpoint, "maxLength", "$.path", expected, object_id)
    yield from _check_authorization(request)
    yield from _check_parameters(endpoint, request)


def told_by(response: Response | None) -> frozenset[str]:
    """The rules that a request breaks, as an error says: the answer to them is what is tested."""
    if response is None or response.status < FAILED:
        return frozenset()
    try:
        error = response.json()["error"]
        said = {error.get("code"), error.get("type")}
    except (ValueError, LookupError, TypeError, AttributeError):
        said = set()
    rules = {_RULE_OF[name] for name in said if name in _RULE_OF}
    return frozenset(rules | ({"api_key"} if response.status == UNAUTHORIZED else set()))


def check_answer(request: Request, response: Response) -> Iterator[Finding]:
    """What in an answer is not about the invoice that the request named, or not what it asked.

    Source: https://docs.stripe.com/api/invoices/mark_uncollectible ("returns the invoice
    object") and https://docs.stripe.com/api/invoices/retrieve.
    """
    known = find_operation(request.url)
    if known is None or response.status >= FAILED or request.method != known[0].method:
        return
    endpoint, object_id = known
    answer = _stated(response.content)
    if answer is None:
        return  # the response contract says it
    expected = {"object": "invoice", "id": object_id}
    if endpoint.sets_status:
        expected["status"] = endpoint.sets_status
    for name, value in expected.items():
        actual = answer.get(name, ABSENT)
        if actual != value:
            yield _broken(endpoint, "answer", f"$.{name}", show(value), actual)


def _stated(content: bytes) -> dict[str, Any] | None:
    """What an answer says of itself; None if it is no JSON object.

    Replays give the same answers again and again: short ones are not decoded each time.
    """
    return (_read_once if len(content) <= _SHORT else _read)(content)


def _read(content: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(content)
    except ValueError:
        return None
    if not isinstance(answer, dict):
        return None
    return {name: answer[name] for name in _TELLING if name in answer}


_read_once = lru_cache(maxsize=128)(_read)


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


def _check_parameters(endpoint: Operation, request: Request) -> Iterator[Finding]:
    if request.form is None:
        expected = "a form body (application/x-www-form-urlencoded), or none"
        sent = request.headers.get("Content-Type", "bytes that are no text")
        yield _broken(endpoint, "body", "$.body", expected, sent)
    if not request.query and not request.form:
        return
    numbered = split_names(request.query + (request.form or ()))
    params = request.params
    for name in dict.fromkeys(path[0] for path, _ in numbered):
        value = params[name]
        if name not in endpoint.parameters:
            known = ", ".join(sorted(endpoint.parameters))
            expected = f"no parameter but {known}"
            yield _broken(endpoint, "parameter_unknown", f"$.params.{name}", expected, value)
        elif not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            expected = "an array of strings"
            yield _broken(endpoint, "type", f"$.params.{name}", expected, value)


def _broken(endpoint: Operation, rule: str, path: str, expected: str, actual: object) -> Finding:
    return Finding("violation", rule, path, expected, actual, endpoint.docs)
