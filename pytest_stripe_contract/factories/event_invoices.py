"""The invoice that an event carries if the test names none: one to which such a thing happens.

It is the one of Stripe's documentation, as the shipped cassettes have it, with what each type of
event asks for, stepped to the test's API version.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from ..cassettes import convert_response, load_shipped
from ..contract import TYPES, ContractViolation
from ..migrations import upgrade
from ..schemas import loader
from ..stripe_api import resolve, versions
from . import invoices

Invoice = dict[str, Any]

_CASSETTE: Final = "invoice_lifecycle"
_OPEN, _UNCOLLECTIBLE = 1, 2
"""The recordings in it that have the invoice in these two statuses."""

_EXPANDED_ONLY: Final = ("confirmation_secret", "payments")
"""What an invoice has only in an answer to a request that expands it."""

_OWN = "MtG0nLkdIwHu7ixAaUw3Cb4"
_ID = f"in_1{_OWN}"
_SUBSCRIPTION = f"sub_1{_OWN}"
_CREATED = 1_680_638_365
_FINALIZED = _CREATED + 60 * 60
_DAY = 24 * 60 * 60
_MONTH = 30 * _DAY

_DRAFT: Invoice = {
    "effective_at": None,
    "ending_balance": None,
    "hosted_invoice_url": None,
    "invoice_pdf": None,
    "number": None,
    "status": "draft",
    "status_transitions": {"finalized_at": None},
    "webhooks_delivered_at": _CREATED,
}
_ATTEMPTED: Invoice = {
    "attempt_count": 1,
    "attempted": True,
    "charge": f"ch_3{_OWN}",
    "payment_intent": f"pi_3{_OWN}",
}
_PAID: Invoice = _ATTEMPTED | {
    "amount_paid": 599,
    "amount_remaining": 0,
    "paid": True,
    "status": "paid",
    "status_transitions": {"paid_at": _FINALIZED + _DAY},
}
_SENT: Invoice = {"collection_method": "send_invoice", "due_date": _FINALIZED + _MONTH}
_RENEWED: Invoice = _DRAFT | {
    "auto_advance": True,
    "billing_reason": "upcoming",
    "created": _CREATED + _MONTH,
    "next_payment_attempt": _CREATED + _MONTH + 60 * 60,
    "period_end": _CREATED + _MONTH,
    "subscription": _SUBSCRIPTION,
    "webhooks_delivered_at": None,
}
_MONTHLY: Invoice = {
    "aggregate_usage": None,
    "interval": "month",
    "interval_count": 1,
    "meter": None,
    "trial_period_days": None,
    "usage_type": "licensed",
}
_RENEWED_LINE: Invoice = {
    "invoice_item": None,
    "period": {"end": _CREATED + 2 * _MONTH, "start": _CREATED + _MONTH},
    "plan": _MONTHLY
    | {
        "id": "price_1Mr89PLkdIwHu7ixf5QhiWm2",
        "object": "plan",
        "active": True,
        "amount": 1099,
        "amount_decimal": "1099",
        "billing_scheme": "per_unit",
        "created": 1_680_131_491,
        "currency": "usd",
        "livemode": False,
        "metadata": {},
        "nickname": None,
        "product": "prod_NcMtLgctyqlJDC",
        "tiers_mode": None,
        "transform_usage": None,
    },
    "price": {"recurring": _MONTHLY, "type": "recurring"},
    "subscription": _SUBSCRIPTION,
    "subscription_item": f"si_1{_OWN}",
    "type": "subscription",
}

_CHANGES: dict[str, Invoice] = {
    "invoice.created": _DRAFT,
    "invoice.deleted": _DRAFT,
    "invoice.finalization_failed": _DRAFT
    | {
        "last_finalization_error": {
            "code": "taxes_calculation_failed",
            "doc_url": "https://docs.stripe.com/error-codes#taxes-calculation-failed",
            "message": "The taxes of the invoice could not be told.",
            "type": "invalid_request_error",
        }
    },
    "invoice.overdue": _SENT,
    "invoice.overpaid": _PAID,
    "invoice.paid": _PAID,
    "invoice.payment_action_required": _ATTEMPTED | {"auto_advance": True, "charge": None},
    "invoice.payment_failed": _ATTEMPTED
    | {"auto_advance": True, "next_payment_attempt": _FINALIZED + 3 * _DAY},
    "invoice.payment_succeeded": _PAID,
    "invoice.sent": _SENT,
    "invoice.upcoming": _RENEWED,
    "invoice.updated": {"metadata": {"order_id": "6735"}},
    "invoice.voided": {
        "status": "void",
        "status_transitions": {"voided_at": _FINALIZED + _DAY},
    },
    "invoice.will_be_due": _SENT,
}
"""What the open invoice has otherwise, in the form of `versions.VERSION`."""


def make(name: str, version: str, overrides: Mapping[str, Any], *, livemode: bool) -> Invoice:
    """The invoice in an event of that type, in an API version, with what the test says of it.

    ``livemode`` is that of everything in it. ``overrides`` are in the form of the version; of an
    inner object they name what differs. An ``id`` takes the place of the invoice's own wherever
    that is repeated. Nothing else follows from them: what no longer fits, the contract finds.
    `invoices.UnknownProperty` is raised for a name that no such invoice has.
    """
    line = resolve(version)
    shown = line.shipped.name
    if TYPES[name].statuses[0] == "uncollectible":
        invoice = _recorded(shown, _UNCOLLECTIBLE)
    else:
        invoice = merged(_recorded(versions.VERSION, _OPEN), _CHANGES.get(name, {}))
        if name == "invoice.upcoming":
            [item] = invoice["lines"]["data"]
            url = f"/v1/invoices/upcoming/lines?subscription={_SUBSCRIPTION}"
            invoice["lines"] |= {"data": [merged(item, _RENEWED_LINE)], "url": url}
        invoice = upgrade(invoice, versions.VERSION, shown)
        invoice.pop("payments", None)  # an event has nothing that comes only if it is expanded
        if name == "invoice.upcoming":
            _unmake(invoice)
        if name == "invoice.overpaid" and "amount_overpaid" in invoice:
            invoice["amount_overpaid"] = 100
    if isinstance(own := overrides.get("id"), str):
        invoice = json.loads(json.dumps(invoice).replace(_ID, json.dumps(own)[1:-1]))
    invoice = _in_mode(invoice, livemode=livemode)
    if name != "invoice.upcoming":  # what that lacks is no misspelt name
        with suppress(ContractViolation):  # the contract of the event says where in the event
            invoices.make(version, overrides, invoice)
    return merged(invoice, overrides)


def unexpanded(answer: Any, version: str) -> Any:
    """The invoice of an answer as an event has it: nothing in an event is expanded."""
    if not isinstance(answer, dict):
        return answer
    typed = loader.documented("invoice", resolve(version).name)["properties"]
    invoice = {name: value for name, value in answer.items() if name not in _EXPANDED_ONLY}
    for name, value in invoice.items():
        may_be_an_id = {"type": "string"} in typed.get(name, {}).get("anyOf", ())
        if may_be_an_id and isinstance(value, dict) and isinstance(value.get("id"), str):
            invoice[name] = value["id"]
    return invoice


def merged(value: Invoice, changes: Mapping[str, Any]) -> Invoice:
    """The same with the changes, at any depth: a new value."""
    result = dict(value)
    for name, change in changes.items():
        known = result.get(name)
        if isinstance(known, dict) and isinstance(change, Mapping):
            result[name] = merged(known, change)
        else:
            result[name] = change
    return result


def _in_mode(value: Any, *, livemode: bool) -> Any:
    if isinstance(value, list):
        return [_in_mode(each, livemode=livemode) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: livemode if name == "livemode" else _in_mode(each, livemode=livemode)
        for name, each in value.items()
    }


def _unmake(invoice: Invoice) -> None:
    """Take away the id, which an invoice that is still to be made does not have.

    Source: https://docs.stripe.com/api/events/types#event_types-invoice.upcoming.
    """
    del invoice["id"]
    for item in invoice["lines"]["data"]:
        if "invoice" in item:
            item["invoice"] = None


def _recorded(line: str, number: int) -> Invoice:
    cassette = load_shipped(_CASSETTE, line)
    invoice: Invoice = convert_response(cassette, number, line).json()
    return invoice
