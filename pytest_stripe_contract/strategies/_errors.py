"""Strategies of errors, and the properties that go with the type and the code of an error.

Sources: https://docs.stripe.com/api/errors, https://docs.stripe.com/error-codes and
https://docs.stripe.com/declines/codes.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from .._support.json_objects import Object, deep_copy, put
from .._support.json_path import ABSENT
from ..cassettes import list_shipped, load_shipped
from ..errors import InvalidOption, UnknownName
from ..schemas import load_schema, schema_walker, values_of
from ..stripe_api import resolve, versions
from . import _arguments, _values
from ._values import subsets

_CARD = "card_error"
_REQUEST = "invalid_request_error"

_OF_CARDS = frozenset(
    {
        "authentication_required",
        "card_decline_rate_limit_exceeded",
        "card_declined",
        "expired_card",
        "incorrect_address",
        "incorrect_cvc",
        "incorrect_number",
        "incorrect_zip",
        "invalid_cvc",
        "invalid_expiry_month",
        "invalid_expiry_year",
        "invalid_number",
        "processing_error",
    }
)
"""The codes of a card that was not charged; every other code is about the request."""
DECLINES = (
    "generic_decline",
    "insufficient_funds",
    "do_not_honor",
    "fraudulent",
    "lost_card",
    "stolen_card",
    "card_not_supported",
    "currency_not_supported",
    "card_velocity_exceeded",
    "transaction_not_allowed",
    "try_again_later",
)
"""The decline codes that come with the code ``card_declined``."""
_OWN_DECLINES = _OF_CARDS - {
    "card_decline_rate_limit_exceeded",
    "card_declined",
    "incorrect_address",
}
"""The codes that are decline codes as well."""
_OF_WHOLE_REQUESTS = frozenset(
    {
        "api_key_expired",
        "idempotency_key_in_use",
        "lock_timeout",
        "platform_api_key_expired",
        "rate_limit",
        "secret_key_required",
        "tls_version_unsupported",
    }
)
"""The codes of errors that no parameter causes."""

_ANY = frozenset({"message", "request_log_url", "user_message"})
_WITH_CARDS = frozenset(
    {
        "advice_code",
        "charge",
        "decline_code",
        "network_advice_code",
        "network_decline_code",
        "param",
        "payment_intent",
        "payment_method",
        "payment_method_type",
        "setup_intent",
        "source",
    }
)
_CODE_PREFIXES = {
    "payment_intent": ("payment_intent_",),
    "payment_method": ("payment_intent_", "payment_method_", "setup_intent_"),
    "payment_method_type": ("invoice_", "payment_method_"),
    "setup_intent": ("setup_attempt_", "setup_intent_"),
    "source": ("invalid_source_",),
}
"""The properties that come only with codes of these prefixes."""


_CASSETTE = "mark_uncollectible."
_FIRST = "not_open"
_MOST = 12
_DECLINED = "card_declined"
_ADVICE = ["try_again_later", "confirm_card_data", "do_not_try_again"]
"""Stripe's advice on a decline: https://docs.stripe.com/declines/codes."""


def errors(
    *,
    api_version: str | None = None,
    type: str | None = None,  # noqa: A002  as Stripe calls it
    code: str | None = None,
) -> SearchStrategy[dict[str, Any]]:
    """Return a strategy of Stripe's errors under an API version: ``{"error": {"type": …}}``.

    ``type`` is one such as ``card_error``, ``code`` one such as ``resource_missing``; None is any
    of them (a code may also be absent). Each value is a new dict, with neither a violation nor
    drift under ``Contract(api_version, strict=True)``. An error has the properties that go with
    its type and code, a ``doc_url`` if it has a code, and no null: Stripe leaves null
    properties out.

    The simplest is what the shipped cassette ``mark_uncollectible.not_open`` answers, or the
    first of its kind that has the type and the code. Raises `errors.UnknownName` for an unknown
    version, type or code, and `errors.InvalidOption` for a code that no error of the type has,
    and for an argument that is not a string.
    """
    api_version = _arguments.api_version_of(api_version)
    _arguments.check_texts(type=type, code=code)
    line = resolve(api_version).name
    if type is not None and type not in _types(line):
        raise UnknownName(f"type of an error in {api_version}", type, _types(line))
    if code is not None and code not in _codes(line):
        raise UnknownName(f"code of an error in {api_version}", code, _codes(line))
    if None not in (type, code) and type_of(code) != type:
        known = [each for each in _codes(line) if type_of(each) == type]
        words = f"one of {type}: {', '.join(known)}" if known else f"None: {type} has no code"
        raise InvalidOption("code", code, words)
    return _errors(api_version, type, code)


@st.composite
def _errors(draw: DrawFn, api_version: str, name: str | None, code: str | None) -> Object:
    line = resolve(api_version).name
    error = deep_copy(draw(_documented_errors(line, name, code)))
    for key, value in draw(_changes(line, error["type"], error.get("code"))).items():
        if value is ABSENT:
            error.pop(key, None)
        else:
            put(error, key, deep_copy(value))
    return {"error": error}


@cache
def _types(line: str) -> tuple[str, ...]:
    schema = load_schema("error", line)["$defs"]["error"]["properties"]["type"]
    return tuple(values_of(schema))


@cache
def _codes(line: str) -> tuple[str, ...]:
    """Return the codes that Stripe lists for an invoice that could not be finalized.

    A release line without a list has the codes of `versions.VERSION`.
    """
    both = (load_schema("invoice", each) for each in (line, versions.VERSION))
    known = (each["$defs"]["invoice.last_finalization_error"]["properties"] for each in both)
    listed = next(codes for each in known if (codes := values_of(each["code"])))
    ours = [row["code"] for row in _shipped(line) if "code" in row]
    return tuple(dict.fromkeys(each for each in [*ours, *listed] if each is not None))


@cache
def _shipped(line: str) -> tuple[Object, ...]:
    """Return the errors of the shipped cassettes, the simplest first."""
    names = [each for each in list_shipped() if each.startswith(_CASSETTE)]
    names.sort(key=lambda each: each != _CASSETTE + _FIRST)
    found = [load_shipped(each, line).interactions for each in names]
    return tuple(each[0].response.json()["error"] for each in found if len(each) == 1)


@cache
def _documented_errors(line: str, name: str | None, code: str | None) -> SearchStrategy[Object]:
    """Return a strategy of the shipped errors, and of one error for each other code."""
    shipped = _shipped(line)
    log = shipped[0]["request_log_url"]
    known = {row.get("code") for row in shipped}
    more = [least_error(each, log) for each in _codes(line) if each not in known]
    kinds = [
        [each for each in rows if name in (None, each["type"]) and code in (None, each.get("code"))]
        for rows in (
            shipped,
            sorted((each for each in more if each["type"] == _CARD), key=_is_not_first_of_cards),
            [each for each in more if each["type"] != _CARD],
        )
    ]
    return st.one_of([st.sampled_from(rows) for rows in kinds if rows])


@cache
def _changes(line: str, name: str, code: str | None) -> SearchStrategy[Object]:
    """Return a strategy of other values for the properties of an error of a type and a code."""
    walker = schema_walker("error", line)
    known = mutable_properties(name, code)
    own = {
        "advice_code": st.sampled_from(_ADVICE),
        "decline_code": st.sampled_from(decline_codes(code) or DECLINES),
        "network_advice_code": st.sampled_from(["01", "02", "03", "21"]),
        "network_decline_code": st.sampled_from(["05", "14", "51", "54", "57"]),
        "payment_method_type": st.sampled_from(["card", "us_bank_account", "sepa_debit"]),
    }
    drawn = {
        place.name: _values.values_at(place, walker, expands=True).map(_absent_for_null)
        for place in walker.places
        if place.path[:-1] == ("error",) and place.name in known
    }
    return subsets(drawn | {each: own[each] for each in own if each in drawn}, _MOST)


def _is_not_first_of_cards(error: Object) -> bool:
    return bool(error["code"] != _DECLINED)


def _absent_for_null(value: Any) -> Any:
    return ABSENT if value is None else value


def type_of(code: str | None) -> str:
    """Return the type of an error with this code."""
    return _CARD if code in _OF_CARDS else _REQUEST


def decline_codes(code: str | None) -> tuple[str, ...]:
    """Return the decline codes that come with a code."""
    if code == "card_declined":
        return DECLINES
    return (code,) if code in _OWN_DECLINES and code is not None else ()


def least_error(code: str, log_url: str) -> Object:
    """Return the smallest error with a code."""
    return {
        "code": code,
        "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}",
        "message": f"{code.replace('_', ' ').capitalize()}.",
        "request_log_url": log_url,
        "type": type_of(code),
    }


def mutable_properties(name: str, code: str | None) -> frozenset[str]:
    """Return the names of the properties that may differ in an error of a type and a code."""
    if name == _CARD:
        return _ANY | _WITH_CARDS - (frozenset() if decline_codes(code) else {"decline_code"})
    if name != _REQUEST:
        return _ANY
    if code is None or code in _OF_WHOLE_REQUESTS:
        return _ANY
    of_code = [each for each, begins in _CODE_PREFIXES.items() if code.startswith(begins)]
    return _ANY | {"param", *of_code}
