"""The properties that release lines removed from invoices, and where their values are now.

The steps remove exactly these. Sources: the entries of Stripe's changelog that `STEPS` names,
and the types of Stripe's SDKs before and after.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..stripe_api import versions

EXPAND_PAYMENTS = 'ask for it with expand=["payments"]'
EXPAND_INTENT = 'ask for it with expand=["payments.data.payment.payment_intent"]'
INTENT = "payments.data[].payment.payment_intent"
ITEM = "parent.subscription_item_details"


@dataclass(frozen=True, slots=True)
class Removal:
    """A property that an API version removed from an object.

    ``object`` is ``invoice``, ``line_item`` or ``discount``, and ``version`` the first version
    of the release line. ``now_at`` is the path of the value in the same object since then; None
    if no property has it. ``hint`` is a further sentence.
    """

    property: str
    object: str
    version: str
    now_at: str | None
    hint: str | None = None

    def __str__(self) -> str:
        kind = self.object.replace("_", " ")
        where = f"Its value is now at {self.now_at}" if self.now_at else "No property has its value"
        more = f" ({self.hint})" if self.hint else ""
        return f"{self.property} left the {kind} in {self.version}.\n{where}{more}."


def _or_of_the_invoice_item(name: str) -> str:
    return f"or at parent.invoice_item_details.{name}: parent.type says which"


_GONE: dict[str, dict[str, dict[str, tuple[str | None, str | None]]]] = {
    "2024-04-10": {"invoice": {"rendering_options": ("rendering", None)}},
    "basil": {
        "invoice": {
            "application_fee_amount": (f"{INTENT}.application_fee_amount", EXPAND_INTENT),
            "charge": ("payments.data[].payment.charge", EXPAND_PAYMENTS),
            "discount": ("discounts[]", 'ask for it with expand=["discounts"]'),
            "paid": (None, 'status is "paid" instead'),
            "paid_out_of_band": (
                None,
                'since 2026-05-27.dahlia, expand=["amount_paid_off_stripe"] asks for the amount',
            ),
            "payment_intent": (INTENT, EXPAND_PAYMENTS),
            "quote": ("parent.quote_details.quote", None),
            "subscription": ("parent.subscription_details.subscription", None),
            "subscription_details": ("parent.subscription_details", None),
            "subscription_proration_date": (
                "parent.subscription_details.subscription_proration_date",
                None,
            ),
            "tax": ("total_taxes[].amount", "the sum of all"),
            "total_tax_amounts": ("total_taxes", None),
            "transfer_data": (f"{INTENT}.transfer_data", EXPAND_INTENT),
        },
        "line_item": {
            "amount_excluding_tax": (None, "it is amount less the inclusive ones of taxes"),
            "invoice_item": (f"{ITEM}.invoice_item", _or_of_the_invoice_item("invoice_item")),
            "plan": ("pricing.price_details.price", "its id alone"),
            "price": ("pricing.price_details.price", "its id alone"),
            "proration": (f"{ITEM}.proration", _or_of_the_invoice_item("proration")),
            "proration_details": (
                f"{ITEM}.proration_details",
                _or_of_the_invoice_item("proration_details"),
            ),
            "subscription": (f"{ITEM}.subscription", _or_of_the_invoice_item("subscription")),
            "subscription_item": (f"{ITEM}.subscription_item", None),
            "tax_amounts": ("taxes", None),
            "tax_rates": ("taxes[].tax_rate_details.tax_rate", "their ids alone"),
            "type": ("parent.type", None),
            "unit_amount_excluding_tax": (None, "pricing.unit_amount_decimal is with tax"),
        },
    },
    "clover": {
        "discount": {
            "coupon": ("source.coupon", 'ask for all of it with expand=["discounts.source.coupon"]')
        }
    },
}
"""By release line, object and property: ``now_at`` and ``hint``."""

REMOVALS = tuple(
    Removal(name, kind, versions.resolve(line).first, *where)
    for line, objects in _GONE.items()
    for kind, names in objects.items()
    for name, where in names.items()
)
"""Oldest first."""


def removed_names(kind: str, line: str) -> tuple[str, ...]:
    """Return the properties that a release line removed from objects of a kind."""
    return tuple(_GONE.get(line, {}).get(kind, ()))


def find_removals(name: str, from_: str, to: str) -> list[Removal]:
    """Return the removals of a property, from any object, between two API versions.

    Raises `UnknownName` for a version that no release line covers.
    """
    since, until = versions.resolve(from_).since, versions.resolve(to).since
    return [
        change
        for change in REMOVALS
        if change.property == name and since < versions.resolve(change.version).since <= until
    ]
