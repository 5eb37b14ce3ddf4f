"""Invoices that events carry: of each type of event, one to which such a thing happens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..contract import TYPES
from ..contract import invoice_lifecycle as table
from ..migrations import upgrade
from ..schemas import load_schema
from ..stripe_api import ReleaseLine, resolve, versions
from .invoices import load_open_invoice, make_invoice

Invoice = dict[str, Any]

_EXPANDED_ONLY: Final = ("confirmation_secret", "payments")
"""Properties that only an answer to a request that expands them has."""

_SUFFIX = "MtG0nLkdIwHu7ixAaUw3Cb4"
_SUBSCRIPTION = f"sub_1{_SUFFIX}"
_CREATED = 1_680_638_365
_FINALIZED = _CREATED + table.HOUR

_ATTEMPT: Invoice = {
    "attempt_count": 1,
    "attempted": True,
    "auto_advance": True,
    "charge": f"ch_3{_SUFFIX}",
    "payment_intent": f"pi_3{_SUFFIX}",
}
_SENT: Invoice = {"collection_method": "send_invoice", "due_date": _FINALIZED + table.MONTH}

_OVERRIDES: dict[str, Invoice] = {
    "invoice.finalization_failed": {
        "last_finalization_error": {
            "code": "taxes_calculation_failed",
            "doc_url": "https://docs.stripe.com/error-codes#taxes-calculation-failed",
            "message": "The taxes of the invoice could not be calculated.",
            "type": "invalid_request_error",
        }
    },
    "invoice.overdue": _SENT,
    "invoice.overpaid": {"amount_overpaid": 100},
    "invoice.payment_action_required": _ATTEMPT | {"charge": None},
    "invoice.payment_failed": _ATTEMPT | {"next_payment_attempt": _FINALIZED + 3 * table.DAY},
    "invoice.sent": _SENT,
    "invoice.updated": {"metadata": {"order_id": "6735"}},
    "invoice.will_be_due": _SENT,
}
"""Overrides beside the status, for the versions that have the properties."""

_MONTHLY: Invoice = {
    "aggregate_usage": None,
    "interval": "month",
    "interval_count": 1,
    "meter": None,
    "trial_period_days": None,
    "usage_type": "licensed",
}
_RENEWAL_LINE: Invoice = {
    "invoice_item": None,
    "period": {"end": _CREATED + 2 * table.MONTH, "start": _CREATED + table.MONTH},
    "price": {"recurring": _MONTHLY, "type": "recurring"},
    "subscription": _SUBSCRIPTION,
    "subscription_item": f"si_1{_SUFFIX}",
    "type": "subscription",
}
_RENEWAL: Invoice = {
    "auto_advance": True,
    "billing_reason": "upcoming",
    "created": _CREATED + table.MONTH,
    "lines": [_RENEWAL_LINE],
    "period_start": _CREATED,
    "status": "draft",
    "subscription": _SUBSCRIPTION,
}
"""Overrides of the invoice of ``invoice.upcoming``, in `versions.VERSION`."""


def make_event_invoice(
    name: str, api_version: str, overrides: Mapping[str, Any], *, livemode: bool
) -> Invoice:
    """Return the invoice of an event of a type, in an API version, with overrides.

    ``livemode`` is the mode of the invoice and its lines. ``overrides`` are those of
    `make_invoice`, which also has the errors.
    """
    line = resolve(api_version)
    if name == "invoice.upcoming":
        invoice, changes = _upcoming(line), {}
    else:
        invoice = load_open_invoice(line)
        changes = {"status": TYPES[name].statuses[0], **_OVERRIDES.get(name, {})}
    changes = {key: value for key, value in changes.items() if key in invoice}
    invoice = make_invoice(api_version, changes | {"livemode": livemode}, invoice)
    return make_invoice(api_version, overrides, invoice)


def unexpand(answer: Any, version: str) -> Any:
    """Return the invoice of an answer as an event has it: nothing is expanded."""
    if not isinstance(answer, dict):
        return answer
    properties = load_schema("invoice", resolve(version).name)["properties"]
    invoice = {name: value for name, value in answer.items() if name not in _EXPANDED_ONLY}
    for name, value in invoice.items():
        may_be_an_id = {"type": "string"} in properties.get(name, {}).get("anyOf", ())
        if may_be_an_id and isinstance(value, dict) and isinstance(value.get("id"), str):
            invoice[name] = value["id"]
    return invoice


def _upcoming(line: ReleaseLine) -> Invoice:
    """Return the invoice that will renew a subscription: it does not exist yet and has no id.

    Source: https://docs.stripe.com/api/events/types#event_types-invoice.upcoming.
    """
    usual = load_open_invoice(resolve(versions.VERSION))
    renewed = make_invoice(versions.VERSION, _RENEWAL, usual)
    invoice: Invoice = upgrade(renewed, versions.VERSION, line.shipped.name)
    invoice.pop("payments", None)
    del invoice["id"]
    invoice["lines"]["url"] = f"/v1/invoices/upcoming/lines?subscription={_SUBSCRIPTION}"
    for item in invoice["lines"]["data"]:
        if "invoice" in item:
            item["invoice"] = None
    return invoice
