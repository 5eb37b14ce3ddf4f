"""Stripe's errors to a mark_uncollectible, one row for each.

Sources: https://docs.stripe.com/api/errors, https://docs.stripe.com/error-codes,
https://docs.stripe.com/api/idempotent_requests and https://docs.stripe.com/rate-limits. Messages
may change; where a source abridges one, so does this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ERRORS = "https://docs.stripe.com/api/errors"
CODES = "https://docs.stripe.com/error-codes"
LOW_LEVEL = "https://docs.stripe.com/error-low-level"
IDEMPOTENCY = "https://docs.stripe.com/api/idempotent_requests"
KEYS = "https://docs.stripe.com/keys"
RATE_LIMITS = "https://docs.stripe.com/rate-limits"
VERSIONING = "https://docs.stripe.com/api/versioning"
MARK = "https://docs.stripe.com/api/invoices/mark_uncollectible"

INVALID = "invalid_request_error"
FINAL = {"Stripe-Should-Retry": "false"}
CHALLENGE = {"Www-Authenticate": 'Bearer realm="Stripe"'}


@dataclass(frozen=True, slots=True)
class Error:
    """An error: its HTTP status, the properties of ``error``, and its own headers."""

    status: int
    error: Mapping[str, str]
    source: str
    headers: Mapping[str, str] = field(default_factory=dict)
    has_log: bool = True

    def envelope(self, log_url: str) -> dict[str, Any]:
        """Return the payload: properties in alphabetical order, without null."""
        error = dict(self.error)
        if code := error.get("code"):
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
        if self.has_log:
            error["request_log_url"] = log_url
        return {"error": dict(sorted(error.items()))}


def _invalid(message: str, **more: str) -> dict[str, str]:
    return {"message": message, "type": INVALID, **more}


def rows(invoice_id: str) -> dict[str, Error]:
    """Return each error by the name of its cassette, for a request about an invoice."""
    missing = f"No such invoice: '{invoice_id}'"
    other_mode = (
        f"{missing}; a similar object exists in test mode, but a live mode key was used to make "
        "this request."
    )
    return {
        "not_open": Error(
            400,
            _invalid("You can only pass in open invoices. This invoice isn't open."),
            MARK,
            FINAL,
        ),
        "already_uncollectible": Error(
            400, _invalid("This invoice has already been marked uncollectible."), MARK, FINAL
        ),
        "no_such_invoice": Error(
            404, _invalid(missing, code="resource_missing", param="id"), CODES, FINAL
        ),
        "unknown_parameter": Error(
            400,
            _invalid("Received unknown parameter: nope", code="parameter_unknown", param="nope"),
            CODES,
            FINAL,
        ),
        "wrong_mode": Error(
            404, _invalid(other_mode, code="resource_missing", param="id"), CODES, FINAL
        ),
        "no_api_key": Error(401, _invalid("You did not provide an API key."), KEYS, CHALLENGE),
        "invalid_api_key": Error(
            401, _invalid("Invalid API Key provided: sk_test_***"), KEYS, CHALLENGE
        ),
        "expired_api_key": Error(
            401,
            _invalid("Expired API Key provided: sk_test_***", code="api_key_expired"),
            CODES,
            CHALLENGE,
        ),
        "restricted_key": Error(
            403,
            _invalid(
                "The provided key 'rk_test_***' does not have the required permissions for this "
                "endpoint."
            ),
            KEYS,
            FINAL,
        ),
        "idempotency_key_in_use": Error(
            409,
            _invalid(
                "There is currently another in-progress request using this Idempotent Key.",
                code="idempotency_key_in_use",
            ),
            IDEMPOTENCY,
        ),
        "idempotency_mismatch": Error(
            400,
            {
                "message": "Keys for idempotent requests can only be used with the same "
                "parameters they were first used with.",
                "type": "idempotency_error",
            },
            IDEMPOTENCY,
            FINAL,
        ),
        "lock_timeout": Error(
            429,
            _invalid(
                "This object cannot be accessed right now because another API request or Stripe "
                "process is currently accessing it.",
                code="lock_timeout",
            ),
            RATE_LIMITS,
        ),
        "rate_limited": Error(
            429,
            _invalid("Request rate limit exceeded.", code="rate_limit"),
            RATE_LIMITS,
            {"Stripe-Rate-Limited-Reason": "global-rate"},
        ),
        "invalid_version": Error(
            400,
            _invalid("Invalid Stripe API version: 2023-10-61"),
            VERSIONING,
            FINAL,
            has_log=False,
        ),
        "server_error": Error(500, {"type": "api_error"}, LOW_LEVEL),
        "bad_gateway": Error(502, {"type": "api_error"}, LOW_LEVEL),
        "unavailable": Error(503, {"type": "api_error"}, LOW_LEVEL),
    }


SEQUENCES: Mapping[str, tuple[str, ...]] = {
    "twice": ("", "already_uncollectible"),
    "after_conflict": ("idempotency_key_in_use", ""),
    "after_outage": ("server_error", "unavailable", ""),
}
"""Answers to the same request, one after the other; the empty name is the successful one."""
