"""The one payment of an invoice, as basil lists it."""

from __future__ import annotations

from typing import Any

from .._support.json_objects import Object, pick
from .._support.json_path import ABSENT

_ID_LENGTH = 24
"""Characters of an id after its prefix."""


def payments(invoice: Object) -> Any:
    """The list of payments of an invoice that has a ``charge`` or a ``payment_intent``, if any.

    What an acacia answer does not have is derived. Until basil, an invoice had one payment, so
    it is the default one, for the whole amount due, and as old as the finalized invoice. Its id
    is that of the invoice with the prefix of a payment: the real one is not known.

    Real answers name the charge only if it has no payment intent; here it is beside the intent,
    for else its value would be lost.
    Source: https://docs.stripe.com/api/invoice-payment/object and recorded answers.
    """
    intent, charge = invoice.get("payment_intent"), invoice.get("charge")
    if intent is None and charge is None:
        return ABSENT
    payment = {
        "charge": charge,
        "payment_intent": intent,
        "type": "charge" if intent is None else "payment_intent",
    }
    named = {name: value for name, value in payment.items() if value is not None}
    return payment_list([_invoice_payment(invoice, named)])


def payment_list(data: list[Object]) -> Object:
    """The list that an invoice has its payments in."""
    return {"object": "list", "data": data, "has_more": False, "url": "/v1/invoices/payments"}


def _invoice_payment(invoice: Object, payment: Object) -> Object:
    id_ = str(invoice.get("id"))
    status = _status(invoice)
    times = invoice.get("status_transitions")
    times = times if isinstance(times, dict) else {}
    ended = times.get("voided_at" if invoice.get("status") == "void" else "paid_at")
    return {
        "id": "inpay_" + id_.rpartition("_")[2][-_ID_LENGTH:],
        "object": "invoice_payment",
        "amount_paid": invoice.get("amount_paid") if status == "paid" else None,
        "amount_requested": invoice.get("amount_due", 0),
        "created": times.get("finalized_at") or invoice.get("created", 0),
        **pick(invoice, "currency"),
        "invoice": id_,
        "is_default": True,
        **pick(invoice, "livemode"),
        "payment": payment,
        "status": status,
        "status_transitions": {
            "canceled_at": ended if status == "canceled" else None,
            "paid_at": ended if status == "paid" else None,
        },
    }


def _status(invoice: Object) -> str:
    """Stripe cancels what is left to pay of an invoice that is void, or paid outside of it."""
    if invoice.get("status") == "void" or invoice.get("paid_out_of_band") is True:
        return "canceled"
    return "paid" if invoice.get("status") == "paid" else "open"
