"""The step to basil: values move.

Those of the invoice go into ``parent``, ``payments`` and ``total_taxes``, and those of a line
item into ``parent``, ``pricing`` and ``taxes``.
"""

from __future__ import annotations

from typing import Any

from .._support.json_objects import Object, id_of, objects_at, pick, put
from .._support.json_path import ABSENT
from ._step import Added, Part, Step
from .payments import payments

_CHANGELOG = "https://docs.stripe.com/changelog/basil/2025-03-31"
CHANGELOG = (
    f"{_CHANGELOG}/add-support-for-multiple-partial-payments-on-invoices",
    f"{_CHANGELOG}/adds-new-parent-field-to-invoicing-objects",
    f"{_CHANGELOG}/invoice-pricing-configurations",
    f"{_CHANGELOG}/invoice-tax-configurations",
)


def invoice_parent(invoice: Object) -> Object | None:
    """What generated the invoice: a subscription, a quote or both; None if nothing did."""
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
    """What generated the line item: a subscription item if it has one, else an invoice item.

    A proration has both, and so have the details of a subscription item. None if it has neither.
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
    """The ids of the line item's price (or plan) and product, and the price of one unit."""
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
    """A tax amount: a rate that is not Stripe Tax's has no reason, which basil says in a word."""
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
    """The tax amounts of the whole invoice."""
    return [tax(amount) for amount in objects_at(invoice, "total_tax_amounts[]")]


def item_taxes(item: Object) -> list[Object]:
    """The tax amounts of a line item, and, with an amount of 0, its tax rates that have none."""
    amounts = list(objects_at(item, "tax_amounts[]"))
    counted = [id_of(amount.get("tax_rate")) for amount in amounts]
    rest = [rate for rate in objects_at(item, "tax_rates[]") if rate.get("id") not in counted]
    amounts += [{"amount": 0, "tax_rate": rate, **pick(rate, "inclusive")} for rate in rest]
    return [tax(amount) for amount in amounts]


def provider(automatic_tax: Object) -> str | None:
    """Who calculates the tax: until basil, nobody but Stripe could."""
    return "stripe" if automatic_tax.get("enabled") is True else None


def preview_id(invoice: Object) -> Any:
    """The id of a preview, which had none: made of its time, for the real one is not known."""
    upcoming = invoice.get("billing_reason") == "upcoming"
    return f"upcoming_in_{invoice.get('created', 0)}" if upcoming else ABSENT


def settle_invoice(now: Object, before: Object) -> None:
    """``discount`` joins ``discounts``, and ``amount_paid`` has what was paid out of band."""
    discount, discounts = before.get("discount"), now.get("discounts", [])
    known = [id_of(each) for each in discounts] if isinstance(discounts, list) else []
    if isinstance(discount, dict) and discount.get("id") not in known:
        put(now, "discounts", [*discounts, discount])
    if before.get("paid_out_of_band") is True and before.get("status") == "paid":
        now |= {"amount_paid": now.get("amount_due", 0), "amount_remaining": 0}
    _drop_margins(now)


def settle_line_item(now: Object, before: Object) -> None:
    """A ``subscription`` that no parent could take stays."""
    if now["parent"] is None and before.get("subscription") is not None:
        put(now, "subscription", before["subscription"])
    _drop_margins(now)


def _drop_margins(target: Object) -> None:
    for credit in objects_at(target, "pretax_credit_amounts[]", "total_pretax_credit_amounts[]"):
        credit.pop("margin", None)


STEP = Step(
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
            "cannot be told from an answer in basil, nor can transfer_data, paid_out_of_band and, "
            "of a line item, more of price than its id"
        ),
    ),
)
