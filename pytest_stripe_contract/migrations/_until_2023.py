"""The steps to the release lines up to 2023-10-16."""

from __future__ import annotations

from typing import Any

from .._support.json_objects import Object, id_of, objects_at
from ._invoice_paths import DISCOUNTS, PAYMENT_METHODS, PERMISSIONS, TAX_RATES
from ._until_2024 import CHANGELOG, empty, name_invoice, no_nulls
from .step import Added, Part, Step, absent

DEAD_SOURCES = ("alipay_account", "bitcoin_receiver")
"""Payment sources that only 2020-08-27 knows."""

TAX_AMOUNTS = ("tax_amounts[]", "total_tax_amounts[]")


def excluding_tax(name: str) -> Added:
    """Return the addition of an amount without tax: null if there is tax, as it is unknown then."""

    def value(target: Object) -> Any:
        return None if any(objects_at(target, *TAX_AMOUNTS)) else target.get(name)

    return Added(f"{name}_excluding_tax", value, known=True)


def unit_amount_excluding_tax(item: Object) -> Any:
    """Return the price of one unit; None if there is tax, as it is unknown then."""
    price = next(objects_at(item, "price"), {})
    return None if any(objects_at(item, *TAX_AMOUNTS)) else price.get("unit_amount_decimal")


def discount_id(discount: Object) -> str:
    """Return an id for a discount, which had none: made from its start."""
    return f"di_{discount.get('start', 0)}"


def effective_at(invoice: Object) -> Any:
    """Return the time of finalization: no other time could be set before."""
    return next(objects_at(invoice, "status_transitions"), {}).get("finalized_at")


def settle_2022_08_01(now: Object, _: Object) -> None:
    """Replace null values and the payment sources that 2022-08-01 removed."""
    no_nulls(now, "default_tax_rates", "total_tax_amounts")
    settle_discounts(now)
    if "collection_method" in now and now["collection_method"] is None:
        sent = now.get("due_date") is not None
        now["collection_method"] = "send_invoice" if sent else "charge_automatically"
    for source in objects_at(now, "default_source"):
        if source.get("object") in DEAD_SOURCES:
            now["default_source"] = id_of(source)
    for error in objects_at(now, "last_finalization_error"):
        if any(each.get("object") in DEAD_SOURCES for each in objects_at(error, "source")):
            del error["source"]


def settle_discounts(now: Object, _: Object | None = None) -> None:
    """Give each discount an id."""
    for discount in objects_at(now, *DISCOUNTS):
        if discount["id"] is None:
            discount["id"] = discount_id(discount)


def settle_2023_08_16(now: Object, _: Object) -> None:
    """Replace the status ``deleted`` by null."""
    if now.get("status") == "deleted":
        now["status"] = None


OLD_DISCOUNT = (
    Added("id", discount_id, DISCOUNTS, known=True),
    *(
        Added(name, paths=DISCOUNTS, known=True)
        for name in ("checkout_session", "invoice", "invoice_item")
    ),
)
OLD_TAX_RATE = tuple(
    Added(name, paths=TAX_RATES, known=True) for name in ("country", "state", "tax_type")
)
TAXABILITY = (
    Added("taxability_reason", paths=TAX_AMOUNTS),
    Added("taxable_amount", paths=TAX_AMOUNTS),
    Added("effective_percentage", paths=TAX_RATES),
)
NEW_IN_2023_10_16 = (
    Added("subscription_item", paths=DISCOUNTS),
    Added("jurisdiction_level", paths=TAX_RATES),
)

TO_2022_08_01 = Step(
    from_="2020-08-27",
    to="2022-08-01",
    changelog=(f"{CHANGELOG}/2022-08-01",),
    invoice=Part(
        "invoice",
        added=(
            *(
                Added(name, known=True)
                for name in (
                    "account_tax_ids",
                    "application",
                    "last_finalization_error",
                    "on_behalf_of",
                    "quote",
                    "rendering_options",
                    "test_clock",
                )
            ),
            Added("automatic_tax", lambda _: {"enabled": False, "status": None}, known=True),
            Added("discounts", empty, known=True),
            Added("from_invoice"),
            Added("latest_revision"),
            Added("paid_out_of_band", lambda _: False, known=True),
            Added("payment_settings", lambda _: {}, known=True),
            *(
                Added(name, paths=("payment_settings",), known=True)
                for name in ("default_mandate", "payment_method_options", "payment_method_types")
            ),
            *(
                Added(name, paths=PAYMENT_METHODS, known=True)
                for name in ("acss_debit", "customer_balance", "konbini", "us_bank_account")
            ),
            Added("request_log_url", absent, ("last_finalization_error",)),
            Added("total_discount_amounts", empty, known=True),
            excluding_tax("subtotal"),
            excluding_tax("total"),
            *OLD_DISCOUNT,
            *OLD_TAX_RATE,
        ),
        settle=settle_2022_08_01,
    ),
    line_item=Part(
        "line_item",
        added=(
            Added("discount_amounts", empty, known=True),
            Added("discounts", empty, known=True),
            Added("proration_details", lambda _: {"credited_items": None}, known=True),
            excluding_tax("amount"),
            Added("unit_amount_excluding_tax", unit_amount_excluding_tax, known=True),
            Added("custom_unit_amount", paths=("price",), known=True),
            Added("tax_behavior", paths=("price",), known=True),
            *OLD_DISCOUNT,
            *OLD_TAX_RATE,
        ),
        settle=settle_discounts,
    ),
)
TO_2022_11_15 = Step(
    from_="2022-08-01",
    to="2022-11-15",
    changelog=(f"{CHANGELOG}/2022-11-15",),
    invoice=Part(
        "invoice",
        added=(
            Added("amount_shipping", lambda _: 0),
            Added("effective_at", effective_at),
            Added("shipping_cost"),
            Added("shipping_details"),
            Added("subscription_details", lambda _: {"metadata": None}),
            *TAXABILITY,
        ),
    ),
    line_item=Part("line_item", added=TAXABILITY),
)
TO_2023_08_16 = Step(
    from_="2022-11-15",
    to="2023-08-16",
    changelog=(f"{CHANGELOG}/2023-08-16",),
    invoice=Part(
        "invoice",
        added=(Added("rendering"), Added("prefetch", paths=PERMISSIONS)),
        settle=settle_2023_08_16,
    ),
)
TO_2023_10_16 = Step(
    from_="2023-08-16",
    to="2023-10-16",
    changelog=(f"{CHANGELOG}/2023-10-16",),
    invoice=Part(
        "invoice",
        added=(
            Added("issuer", lambda _: {"type": "self"}),
            Added("liability", paths=("automatic_tax",)),
            Added("sepa_debit", paths=PAYMENT_METHODS),
            *NEW_IN_2023_10_16,
        ),
        settle=name_invoice,
    ),
    line_item=Part(
        "line_item",
        added=(
            Added("invoice"),
            Added("meter", paths=("plan", "price.recurring")),
            *NEW_IN_2023_10_16,
        ),
    ),
)
