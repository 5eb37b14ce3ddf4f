"""The step to basil, which moves values.

Values of the invoice move into ``parent``, ``payments`` and ``total_taxes``, values of a line item
into ``parent``, ``pricing`` and ``taxes``.
"""

from __future__ import annotations

from typing import Any

from .._support.json_objects import Object, id_of, objects_at, pick, put
from .._support.json_path import ABSENT
from .step import Added, Part, Step

_CHANGELOG = "https://docs.stripe.com/changelog/basil/2025-03-31"
CHANGELOG = (
    f"{_CHANGELOG}/add-support-for-multiple-partial-payments-on-invoices",
    f"{_CHANGELOG}/adds-new-parent-field-to-invoicing-objects",
    f"{_CHANGELOG}/invoice-pricing-configurations",
    f"{_CHANGELOG}/invoice-tax-configurations",
)


_ID_LENGTH = 24
"""Characters of an id after its prefix."""


def invoice_parent(invoice: Object) -> Object | None:
    """Return the parent of an invoice: a subscription, a quote or both; None if it has neither."""
    subscription, quote = invoice.get("subscription"), id_of(invoice.get("quote"))
    if subscription is None and quote is None:
        return None
    details = next(objects_at(invoice, "subscription_details"), {})
    date = pick(invoice, "subscription_proration_date")
    return {
        "quote_details": quote and {"quote": quote},
        "subscription_details": subscription
        and {"metadata": details.get("metadata"), "subscription": subscription, **date},
        "type": "subscription_details" if subscription else "quote_details",
    }


def item_parent(item: Object) -> Object | None:
    """Return the parent of a line item: its subscription item, else its invoice item, else None.

    A proration has both, as do the details of a subscription item.
    """
    own, of_invoice = id_of(item.get("subscription_item")), id_of(item.get("invoice_item"))
    kind = "subscription_item_details" if own else "invoice_item_details"
    if not own and not of_invoice:
        return None
    details = {
        "invoice_item": of_invoice,
        "proration": item.get("proration", False),
        "proration_details": item.get("proration_details", {"credited_items": None}),
        "subscription": id_of(item.get("subscription")),
        **({"subscription_item": own} if own else {}),
    }
    others = {"invoice_item_details": None, "subscription_item_details": None}
    return {**others, kind: details, "type": kind}


def pricing(item: Object) -> Object | None:
    """Return the ids of a line item's price (or plan) and product, and the price of one unit."""
    price = next(objects_at(item, "price", "plan"), None)
    if price is None:
        return None
    product = id_of(price.get("product"))
    details = {"price": price.get("id"), "product": product}
    return {
        **({"price_details": details} if product else {}),
        "type": "price_details",
        "unit_amount_decimal": price.get("unit_amount_decimal", price.get("amount_decimal")),
    }


def tax(amount: Object) -> Object:
    """Return a tax amount; the reason of a rate that is not Stripe Tax's is ``not_available``."""
    rate = id_of(amount.get("tax_rate"))
    return {
        **pick(amount, "amount"),
        "tax_behavior": "inclusive" if amount.get("inclusive") else "exclusive",
        "tax_rate_details": rate and {"tax_rate": rate},
        "taxability_reason": amount.get("taxability_reason") or "not_available",
        "taxable_amount": amount.get("taxable_amount"),
        "type": "tax_rate_details",
    }


def total_taxes(invoice: Object) -> list[Object]:
    """Return the tax amounts of an invoice."""
    return [tax(amount) for amount in objects_at(invoice, "total_tax_amounts[]")]


def item_taxes(item: Object) -> list[Object]:
    """Return the tax amounts of a line item, and its other tax rates with an amount of 0."""
    amounts = list(objects_at(item, "tax_amounts[]"))
    counted = [id_of(amount.get("tax_rate")) for amount in amounts]
    rest = [rate for rate in objects_at(item, "tax_rates[]") if rate.get("id") not in counted]
    amounts += [{"amount": 0, "tax_rate": rate, **pick(rate, "inclusive")} for rate in rest]
    return [tax(amount) for amount in amounts]


def provider(automatic_tax: Object) -> str | None:
    """Return the provider of automatic tax: until basil, only Stripe."""
    return "stripe" if automatic_tax.get("enabled") is True else None


def preview_id(invoice: Object) -> Any:
    """Return an id for a preview, which had none: made from its time."""
    upcoming = invoice.get("billing_reason") == "upcoming"
    return f"upcoming_in_{invoice.get('created', 0)}" if upcoming else ABSENT


def settle_invoice(now: Object, before: Object) -> None:
    """Move ``discount`` to ``discounts``, and count what was paid out of band as paid."""
    discount, discounts = before.get("discount"), now.get("discounts", [])
    known = [id_of(each) for each in discounts] if isinstance(discounts, list) else []
    if isinstance(discount, dict) and discount.get("id") not in known:
        put(now, "discounts", [*discounts, discount])
    if before.get("paid_out_of_band") is True and before.get("status") == "paid":
        now |= {"amount_paid": now.get("amount_due", 0), "amount_remaining": 0}
    _drop_margins(now)


def settle_line_item(now: Object, before: Object) -> None:
    """Keep a ``subscription`` if the line item has no parent for it."""
    if now["parent"] is None and before.get("subscription") is not None:
        put(now, "subscription", before["subscription"])
    _drop_margins(now)


def _drop_margins(target: Object) -> None:
    for credit in objects_at(target, "pretax_credit_amounts[]", "total_pretax_credit_amounts[]"):
        credit.pop("margin", None)


def payments(invoice: Object) -> Any:
    """Return the payments of an invoice with a ``charge`` or ``payment_intent``, else `ABSENT`.

    Until basil an invoice had one payment: the default one, for the whole amount due, as old as
    the finalized invoice. Its id is made from the invoice's, as the real one is unknown. Real
    answers have the charge only without a payment intent; here both stay, so no value is lost.
    Sources: https://docs.stripe.com/api/invoice-payment/object and recorded answers.
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
    """Return the list object of an invoice's payments."""
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
    """Return the payment's status: Stripe cancels it if the invoice is void or paid elsewhere."""
    if invoice.get("status") == "void" or invoice.get("paid_out_of_band") is True:
        return "canceled"
    return "paid" if invoice.get("status") == "paid" else "open"


TO_BASIL = Step(
    from_="acacia",
    to="basil",
    changelog=CHANGELOG,
    invoice=Part(
        "invoice",
        added=(
            Added("id", preview_id),
            Added("amount_overpaid", lambda _: 0),
            Added("parent", invoice_parent),
            Added("payments", payments),
            Added("total_taxes", total_taxes),
            Added("provider", provider, ("automatic_tax",)),
        ),
        settle=settle_invoice,
    ),
    line_item=Part(
        "line_item",
        added=(
            Added("parent", item_parent),
            Added("pricing", pricing),
            Added("taxes", item_taxes),
        ),
        settle=settle_line_item,
    ),
    one_way=(
        "application_fee_amount",
        (
            "is not known from an answer in basil, nor are transfer_data, paid_out_of_band and, "
            "of a line item, more of price than its id"
        ),
    ),
)
