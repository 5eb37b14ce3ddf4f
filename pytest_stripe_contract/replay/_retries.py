"""Calls that are one logical request, tried again; and what of that is dangerous.

Source: https://docs.stripe.com/api/idempotent_requests and
https://docs.stripe.com/error-low-level (``Stripe-Should-Retry``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from .._support.json_path import ABSENT
from ..cassettes import RequestKey, request_key
from ..contract import FAILED, Finding, told_by
from ..messages import CONFLICT, SERVER_ERROR, Request, origin
from ..stripe_api import HOST
from .call import Call

LONGEST_KEY = 255
"""Characters of an Idempotency-Key."""

_DOCS = "https://docs.stripe.com/api/idempotent_requests"
_RETRYING = "https://docs.stripe.com/error-low-level"
_KEY = "$.headers.Idempotency-Key"
_UNSENT = ("dns_failure()", "tls_failure()")
"""Faults after which it is certain that Stripe has got nothing."""


def grouped(calls: Iterable[Call]) -> list[tuple[Call, ...]]:
    """The calls, those that are one logical request together, in the order of their first tries.

    Calls with the same Idempotency-Key are. One without a key is one with the last of the same
    request, if that had none either and did not succeed.
    """
    groups: list[list[Call]] = []
    for call in calls:
        group = next((each for each in reversed(groups) if _continues(call, each[-1])), None)
        if group is None:
            groups.append([call])
        else:
            group.append(call)
    return [tuple(group) for group in groups]


def check(calls: Iterable[Call]) -> Iterator[tuple[Request, Finding]]:
    """What in POSTs to Stripe could be done twice, or not at all, with the request of each."""
    of_key: dict[tuple[str, ...], list[_Try]] = {}
    of_request: dict[tuple[object, ...], list[_Try]] = {}
    for call in calls:
        request, key = call.request, call.request.idempotency_key
        scope = _scope(request)
        if request.method != "POST" or scope[0] != HOST:
            continue
        if key is not None and len(key) > LONGEST_KEY:
            expected = f"at most {LONGEST_KEY} characters"
            yield request, Finding("violation", "maxLength", _KEY, expected, key, _DOCS)
        made = _Try(call, request_key(request))
        if key is not None:
            before = of_key.setdefault((*scope, key), [])
            yield from ((request, finding) for finding in _with_same_key(made, before))
            if "idempotency_key" not in told_by(call.response):
                before.append(made)
        of_request.setdefault((*scope, made.key_of_request), []).append(made)
    for tries in of_request.values():
        yield from _with_other_keys(tries)


class _Try(NamedTuple):
    call: Call
    key_of_request: RequestKey

    @property
    def key(self) -> str | None:
        return self.call.request.idempotency_key


def _with_same_key(made: _Try, before: Sequence[_Try]) -> Iterator[Finding]:
    """What is wrong with a key that was sent before, unless the answer says it."""
    if "idempotency_key" in told_by(made.call.response):
        return
    if any(each.key_of_request != made.key_of_request for each in before):
        expected = "a key of its own: this one was sent with another request"
        yield Finding("violation", "idempotency_key", _KEY, expected, made.key, _DOCS)
    elif before and (status := _said_no(before[-1].call)):
        yield _not_to_be_retried(made, status)


def _not_to_be_retried(made: _Try, status: int) -> Finding:
    expected = f"no retry: the answer {status} said Stripe-Should-Retry: false"
    told = str(made.call.request)
    return Finding("violation", "should_retry", "$", expected, told, _RETRYING)


def _with_other_keys(tries: Sequence[_Try]) -> Iterator[tuple[Request, Finding]]:
    """A try that may have been done and was given up, for one with another key or none.

    One whose key comes again was not given up: somebody else sends the same at the same time.
    """
    for index, made in enumerate(tries[1:], 1):
        last = tries[index - 1]
        if made.key is None is last.key and (status := _said_no(last.call)):
            yield made.call.request, _not_to_be_retried(made, status)
        returns = last.key is not None and any(each.key == last.key for each in tries[index:])
        is_known = made.key is not None and any(each.key == made.key for each in tries[:index])
        if returns or is_known or not _is_uncertain(last.call):
            continue
        expected = f"the key of the try before ({last.key})" if last.key else "a key in each try"
        expected += " as that may have been done"
        actual = ABSENT if made.key is None else made.key
        yield (
            made.call.request,
            Finding("violation", "idempotency_key", _KEY, expected, actual, _DOCS),
        )


def _scope(request: Request) -> tuple[str, str, str]:
    """Where a key counts: at Stripe, for one account."""
    account = request.headers.get("Stripe-Account", "")
    return origin(request.url)[1], account, request.headers.get("Stripe-Context", "")


def _continues(call: Call, last: Call) -> bool:
    request, before = call.request, last.request
    if _scope(request) != _scope(before) or request_key(request) != request_key(before):
        return False
    if request.idempotency_key or before.idempotency_key:
        return request.idempotency_key == before.idempotency_key
    return last.response is None or last.response.status >= FAILED


def _said_no(call: Call) -> int | None:
    """The status of an error that was not to be tried again."""
    answer = call.response
    if answer is None or answer.status < FAILED:
        return None
    is_final = answer.headers.get("Stripe-Should-Retry") == "false"
    return answer.status if is_final else None


def _is_uncertain(call: Call) -> bool:
    """Whether nobody knows if Stripe has done what the call asked for."""
    if call.response is None:
        return call.fault not in _UNSENT
    if call.fault and call.fault.startswith("not_json(") and call.response.status < FAILED:
        return True
    return call.response.status >= SERVER_ERROR or call.response.status == CONFLICT
