"""What holds between the properties of an invoice, put right after they were changed.

Sources: `rules`, and https://docs.stripe.com/api/invoices/object.
"""

from __future__ import annotations

from collections.abc import Iterator

from .._support.json_objects import Object, at
from ..factories import items

_KNOWN_WHEN_FINALIZED = ("number", "ending_balance", "hosted_invoice_url", "invoice_pdf")
_UPCOMING = "upcoming"
_UNPAID = ("draft", "open")


def keep(invoice: Object, before: Object) -> None:
    """Put right what changes broke; ``before`` is the invoice without them, which is right."""
    _keep_finalized(invoice, before)
    if _UPCOMING in (before.get("billing_reason"), invoice.get("billing_reason")):
        _restore("billing_reason", invoice, before)
    for name in _nulls(invoice):
        if name in invoice:
            invoice[name] = None
    if invoice["status"] != "uncollectible":
        invoice.pop("status_details", None)
    for item in items(invoice):
        if item.get("invoice") is not None:
            item["invoice"] = invoice.get("id")
        _keep_prices(item)


def _keep_finalized(invoice: Object, before: Object) -> None:
    """What is known once an invoice is finalized, and only then."""
    is_draft = invoice["status"] == "draft"
    for name in _KNOWN_WHEN_FINALIZED:
        if is_draft and name != "number" and name in invoice:
            invoice[name] = None
        elif not is_draft and invoice.get(name, name) is None:
            _restore(name, invoice, before)


def _restore(name: str, invoice: Object, before: Object) -> None:
    """Let a property be as it was, absent too."""
    if name in before:
        invoice[name] = before[name]
    else:
        invoice.pop(name, None)


def _nulls(invoice: Object) -> Iterator[str]:
    """What is null because of how an invoice is paid, and of its status."""
    method, status = invoice["collection_method"], invoice["status"]
    if method == "charge_automatically":
        yield "due_date"
    if method == "send_invoice" or status not in _UNPAID:
        yield "next_payment_attempt"
    if status != "draft":
        yield "automatically_finalizes_at"


def _keep_prices(item: Object) -> None:
    """The prices of a line are in its currency, and an expanded one is as the line has it."""
    for price in at(item, "plan", "price", "pricing.price_details.price"):
        price["currency"] = item["currency"]
    for pricing in at(item, "pricing"):
        for price in at(pricing, "price_details.price"):
            decimal = pricing["unit_amount_decimal"]
            is_whole = decimal is not None and "." not in decimal
            price["unit_amount_decimal"] = decimal
            price["unit_amount"] = int(decimal) if is_whole else None
