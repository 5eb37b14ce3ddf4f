"""Which properties of an invoice follow from others, so that no change sets them on its own.

What is fixed here is drawn as what a test would say of an invoice (`facts`), and the rest follows
as `invoices.make` has it.
"""

from __future__ import annotations

from typing import Literal

from ..schemas import EVERY, Place

LINE: tuple[str, ...] = ("lines", "data", EVERY)

Bound = Literal["fixed", "null", "sums", "free"]
"""``fixed``: not changed. ``null``: it may be null, but have no other value. ``sums``: others are
the sums of what is in it, so that it is changed only while that comes to nothing."""

_NULL_ALONE = frozenset({"amount_paid_off_stripe", "subtotal_excluding_tax", "total_excluding_tax"})
_FIXED = frozenset(
    {
        "amount_due",
        "amount_overpaid",
        "amount_paid",
        "amount_remaining",
        "amount_shipping",
        "attempt_count",
        "attempted",
        "collection_method",
        "created",
        "currency",
        "ending_balance",
        "id",
        "lines",
        "livemode",
        "object",
        "paid",
        "paid_out_of_band",
        "pre_payment_credit_notes_amount",
        "starting_balance",
        "status",
        "status_transitions",
        "subtotal",
        "tax",
        "total",
    }
)
_NULL_ALONE_IN_LINE = frozenset(
    {
        "amount_excluding_tax",
        "price",
        "pricing",
        "quantity",
        "quantity_decimal",
        "unit_amount_excluding_tax",
    }
)
_FIXED_IN_LINE = frozenset({"amount", "currency", "livemode", "object", "subtotal"})
_SUMS = frozenset(
    {
        "discount_amounts",
        "pretax_credit_amounts",
        "shipping_cost",
        "tax_amounts",
        "taxes",
        "total_discount_amounts",
        "total_pretax_credit_amounts",
        "total_tax_amounts",
        "total_taxes",
    }
)
_PRICES = frozenset({"price", "plan", "pricing"})
_OF_PRICE = frozenset({"amount", "amount_decimal", "unit_amount", "unit_amount_decimal"})


def bound(place: Place) -> Bound:
    """How far a place of an invoice may be changed."""
    path, name = place.path, place.path[-1]
    is_of_list = path[0] == "lines" and (path == LINE or path[: len(LINE)] != LINE)
    if name in ("livemode", "object") or is_of_list or path[0] == "status_transitions":
        return "fixed"
    in_line = path[:3] == LINE
    inner = path[3:] if in_line else path
    if in_line and len(inner) == 1:
        known = _FIXED_IN_LINE, _NULL_ALONE_IN_LINE
    else:
        known = (_FIXED, _NULL_ALONE) if len(inner) == 1 else (frozenset(), frozenset())
    if name in known[0]:
        return "fixed"
    if name in known[1]:
        return "null"
    return _inside(inner, in_line=in_line)


def _inside(inner: tuple[str, ...], *, in_line: bool) -> Bound:
    name = inner[-1]
    if in_line and inner[0] in _PRICES and len(inner) == 2:  # noqa: PLR2004  of the price itself
        if name in _OF_PRICE:
            return "null"
        if name == "currency":
            return "fixed"
    if in_line and inner[:3] == ("pricing", "price_details", "price"):
        return "fixed" if name in _OF_PRICE or name == "currency" else "free"
    if inner[0] not in _SUMS:
        return "free"
    if len(inner) == 1 or inner[1:] in ((EVERY,), ("taxes",), ("taxes", EVERY)):
        return "sums"
    is_amount = name in ("amount", "inclusive", "tax_behavior") or name.startswith("amount_")
    own = inner[1:-1] in ((), (EVERY,), ("taxes", EVERY))
    return "fixed" if is_amount and own else "free"
