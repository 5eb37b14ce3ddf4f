"""The Idempotency-Key rule: which calls retry another, and which retries are dangerous.

Source: https://docs.stripe.com/api/idempotent_requests and
https://docs.stripe.com/error-low-level (``Stripe-Should-Retry``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from .._support.json_path import ABSENT
from ..cassettes import RequestKey, request_key
from ..contract import FAILED, Finding, reported_rules
from ..messages import CONFLICT, SERVER_ERROR, Request, origin
from ..stripe_api import HOST
from .call import Call

_LONGEST_KEY = 255
"""Characters of an Idempotency-Key."""

_DOCS = "https://docs.stripe.com/api/idempotent_requests"
_RETRY_DOCS = "https://docs.stripe.com/error-low-level"
_RULE = "idempotency_key"
_PATH = "$.headers.Idempotency-Key"
_UNSENT = ("dns_failure()", "tls_failure()")
"""Faults after which Stripe has certainly received nothing."""

_Scope = tuple[str, str, str]


def attempts(calls: Iterable[Call]) -> list[tuple[Call, ...]]:
    """Return the calls by logical request, in the order of the first tries.

    Calls with the same Idempotency-Key belong together. A call without a key belongs to the last
    one of the same request, if that has no key either and did not succeed.
    """
    groups: list[list[Call]] = []
    latest: dict[tuple[_Scope, RequestKey, str | None], list[Call]] = {}
    for call in calls:
        request, key = call.request, call.request.idempotency_key
        identity = (_scope(request), request_key(request), key)
        group = latest.get(identity)
        if group is None or (not key and _has_succeeded(group[-1])):
            groups.append(group := [])
            latest[identity] = group
        group.append(call)
    return [tuple(group) for group in groups]


def check(calls: Iterable[Call]) -> Iterator[tuple[Request, Finding]]:
    """Return the POSTs to Stripe whose work could be done twice, or not at all."""
    by_key: dict[tuple[_Scope, str], list[Call]] = {}
    by_request: dict[tuple[_Scope, RequestKey], list[Call]] = {}
    for call in calls:
        request, key, scope = call.request, call.request.idempotency_key, _scope(call.request)
        if request.method != "POST" or scope[0] != HOST:
            continue
        if key is not None:
            if len(key) > _LONGEST_KEY:
                expected = f"at most {_LONGEST_KEY} characters"
                yield request, Finding("violation", "maxLength", _PATH, expected, key, _DOCS)
            if _RULE not in reported_rules(call.response):
                earlier = by_key.setdefault((scope, key), [])
                yield from _check_same_key(call, earlier)
                earlier.append(call)
        by_request.setdefault((scope, request_key(request)), []).append(call)
    for tries in by_request.values():
        yield from _check_other_keys(tries)


def _check_same_key(call: Call, earlier: Sequence[Call]) -> Iterator[tuple[Request, Finding]]:
    request = call.request
    if any(request_key(each.request) != request_key(request) for each in earlier):
        message = f"{request.idempotency_key} was sent with another request before: use a new key"
        yield request, _finding("a new key", request.idempotency_key, message)
    elif earlier and (status := _final_error(earlier[-1])):
        yield request, _must_not_retry(request, status)


def _check_other_keys(tries: Sequence[Call]) -> Iterator[tuple[Request, Finding]]:
    """Return the retries that have another key, or none, after a try that may have succeeded.

    A key that comes again later belongs to another caller, who sends the same request meanwhile.
    """
    keys = [each.request.idempotency_key for each in tries]
    for index, (last, call) in enumerate(pairwise(tries), 1):
        request, last_key, key = call.request, keys[index - 1], keys[index]
        if key is None is last_key and (status := _final_error(last)):
            yield request, _must_not_retry(request, status)
        is_concurrent = (last_key and last_key in keys[index:]) or (key and key in keys[:index])
        if not is_concurrent and _may_have_succeeded(last):
            yield request, _other_key(last_key, key)


def _other_key(last_key: str | None, key: str | None) -> Finding:
    if key and last_key:
        message = f"retried with another Idempotency-Key ({key} after {last_key})"
    elif last_key:
        message = f"retried without the Idempotency-Key of the first try ({last_key})"
    else:
        message = "retried after a try without an Idempotency-Key"
    message += ": if the first try succeeded, the work is done twice"
    return _finding(last_key or "a key in each try", key, message)


def _finding(expected: str, key: str | None, message: str) -> Finding:
    actual = ABSENT if key is None else key
    return Finding("violation", _RULE, _PATH, expected, actual, _DOCS, message)


def _must_not_retry(request: Request, status: int) -> Finding:
    message = f"retried although the answer {status} has Stripe-Should-Retry: false"
    return Finding("violation", "should_retry", "$", "no retry", str(request), _RETRY_DOCS, message)


def _scope(request: Request) -> _Scope:
    """Return where a key counts: its host, account and context."""
    account = request.headers.get("Stripe-Account", "")
    return origin(request.url)[1], account, request.headers.get("Stripe-Context", "")


def _has_succeeded(call: Call) -> bool:
    return call.response is not None and call.response.status < FAILED


def _final_error(call: Call) -> int | None:
    """Return the status of an answer that forbids a retry; None for any other answer."""
    response = call.response
    if response is None or response.status < FAILED:
        return None
    is_final = response.headers.get("Stripe-Should-Retry") == "false"
    return response.status if is_final else None


def _may_have_succeeded(call: Call) -> bool:
    """Return whether Stripe may have done the work of a call that the client saw fail."""
    if call.response is None:
        return call.fault not in _UNSENT
    if call.fault and call.fault.startswith("not_json(") and call.response.status < FAILED:
        return True
    return call.response.status >= SERVER_ERROR or call.response.status == CONFLICT
