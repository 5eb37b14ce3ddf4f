"""The steps to the named release lines except basil."""

from __future__ import annotations

from typing import Any

from .._support.json_objects import Object, objects_at, put
from .._support.json_path import ABSENT
from ._invoice_paths import DISCOUNTS, PAYMENT_METHODS, TAX_RATES
from ._until_2024 import CHANGELOG, no_nulls
from .step import Added, Part, Step, absent


def discount_credits(name: str) -> Added:
    """Return the addition of pre-tax credits: before acacia, only the discounts."""
    amounts = name.replace("pretax_credit", "discount")

    def value(target: Object) -> list[Object]:
        return [
            {"amount": each["amount"], "discount": each["discount"], "type": "discount"}
            for each in objects_at(target, f"{amounts}[]")
            if each.keys() >= {"amount", "discount"}
        ]

    return Added(name, value)


def source(discount: Object) -> Any:
    """Return the source of a discount: its coupon."""
    return {"coupon": discount["coupon"], "type": "coupon"} if "coupon" in discount else ABSENT


def restore_coupons(target: Object) -> tuple[str, str] | None:
    """Move expanded coupons back; return a path and a reason if a coupon is only an id."""
    for path in DISCOUNTS:
        for discount in objects_at(target, path):
            coupon = next(objects_at(discount, "source.coupon"), None)
            if coupon is None:
                return f"{path}.coupon", "is a whole coupon, and source.coupon is only its id"
            put(discount, "coupon", coupon)
    return None


def subtotal(item: Object) -> Any:
    """Return the amount of a line item before discounts and tax."""
    return item.get("amount", ABSENT)


def quantity_decimal(item: Object) -> str | None:
    """Return the quantity as a decimal: until dahlia, quantities are integers."""
    quantity = item.get("quantity")
    return str(quantity) if type(quantity) is int else None


def status_details(invoice: Object) -> Any:
    """Return the details of an uncollectible invoice, without a reason; else `ABSENT`."""
    uncollectible = invoice.get("status") == "uncollectible"
    return {"uncollectible": {"reason": None}} if uncollectible else ABSENT


# Before acacia, every rate was a percentage.
RATE_TYPES = (
    Added("flat_amount", paths=TAX_RATES),
    Added("rate_type", lambda _: "percentage", TAX_RATES),
)
CLOVER_DISCOUNT = (
    Added("source", source, DISCOUNTS),
    Added("customer_account", paths=DISCOUNTS),
)

TO_ACACIA = Step(
    from_="2024-06-20",
    to="acacia",
    changelog=(
        f"{CHANGELOG}/acacia",
        f"{CHANGELOG}/acacia/2024-12-18/add-disabled-reason",
    ),
    invoice=Part(
        "invoice",
        added=(
            Added("disabled_reason", paths=("automatic_tax",)),
            *(
                Added(name, absent, ("last_finalization_error",))
                for name in ("advice_code", "network_advice_code", "network_decline_code")
            ),
            discount_credits("total_pretax_credit_amounts"),
            *RATE_TYPES,
        ),
    ),
    line_item=Part(
        "line_item",
        added=(discount_credits("pretax_credit_amounts"), *RATE_TYPES),
        settle=lambda now, _: no_nulls(now, "tax_amounts", "tax_rates"),
    ),
)
TO_CLOVER = Step(
    from_="basil",
    to="clover",
    changelog=(
        f"{CHANGELOG}/clover/2025-09-30/add-discount-source-property",
        f"{CHANGELOG}/clover/2025-12-15/invoice-line-item-subtotal",
    ),
    invoice=Part(
        "invoice",
        added=(
            Added("customer_account"),
            Added("payment_record", absent, ("payments.data[].payment",)),
            Added("payto", paths=PAYMENT_METHODS),
            *CLOVER_DISCOUNT,
        ),
        restore=restore_coupons,
    ),
    line_item=Part(
        "line_item",
        added=(Added("subtotal", subtotal), *CLOVER_DISCOUNT),
        restore=restore_coupons,
    ),
)
TO_DAHLIA = Step(
    from_="clover",
    to="dahlia",
    changelog=(
        f"{CHANGELOG}/dahlia/2026-03-25/invoice-items-decimal-quantity",
        f"{CHANGELOG}/dahlia/2026-05-27/invoice-object-amount-paid-off-stripe-property",
    ),
    invoice=Part(
        "invoice",
        added=(
            Added("amount_paid_off_stripe", absent),
            Added("billie", absent, PAYMENT_METHODS),
            Added("pix", paths=PAYMENT_METHODS),
            Added("upi", paths=PAYMENT_METHODS),
        ),
    ),
    line_item=Part("line_item", added=(Added("quantity_decimal", quantity_decimal),)),
)
TO_ENDIVE = Step(
    from_="dahlia",
    to="endive",
    changelog=(f"{CHANGELOG}/endive/2026-09-30/invoice-uncollectible-status-detail",),
    invoice=Part(
        "invoice",
        added=(
            Added("status_details", status_details),
            Added("blik", absent, PAYMENT_METHODS),
            *(
                Added(name, absent, tuple(f"{path}.billie" for path in PAYMENT_METHODS))
                for name in ("company_details", "reference")
            ),
        ),
    ),
)
