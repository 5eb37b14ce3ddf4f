"""What goes with the type and the code of an error.

Sources: https://docs.stripe.com/api/errors, https://docs.stripe.com/error-codes and
https://docs.stripe.com/declines/codes.
"""

from __future__ import annotations

from .._support.json_objects import Object

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
"""The codes of a card that was not charged; every other code is of the request."""
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
"""Why an issuer declines a card, where the code says no more than that."""
_OWN_DECLINES = _OF_CARDS - {
    "card_decline_rate_limit_exceeded",
    "card_declined",
    "incorrect_address",
}
"""The codes that are decline codes too."""
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
"""The codes of what is wrong with no parameter."""

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
_BEGIN_CODES = {
    "payment_intent": ("payment_intent_",),
    "payment_method": ("payment_intent_", "payment_method_", "setup_intent_"),
    "payment_method_type": ("invoice_", "payment_method_"),
    "setup_intent": ("setup_attempt_", "setup_intent_"),
    "source": ("invalid_source_",),
}
"""The properties that only come with codes which begin so."""


def type_of(code: str | None) -> str:
    """The type of an error that has a code."""
    return _CARD if code in _OF_CARDS else _REQUEST


def declines(code: str | None) -> tuple[str, ...]:
    """The decline codes that come with a code."""
    if code == "card_declined":
        return DECLINES
    return (code,) if code in _OWN_DECLINES and code is not None else ()


def error(code: str, log_url: str) -> Object:
    """The least error with a code."""
    return {
        "code": code,
        "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}",
        "message": f"{code.replace('_', ' ').capitalize()}.",
        "request_log_url": log_url,
        "type": type_of(code),
    }


def properties(name: str, code: str | None) -> frozenset[str]:
    """What may be otherwise in an error of a type and a code, by name."""
    if name == _CARD:
        return _ANY | _WITH_CARDS - (frozenset() if declines(code) else {"decline_code"})
    if name != _REQUEST:
        return _ANY
    if code is None or code in _OF_WHOLE_REQUESTS:
        return _ANY
    of_code = [each for each, begins in _BEGIN_CODES.items() if code.startswith(begins)]
    return _ANY | {"param", *of_code}
