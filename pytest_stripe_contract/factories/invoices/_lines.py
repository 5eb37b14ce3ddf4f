"""Line items: new ones, and what their amounts, quantities and prices say about each other.

Sources: https://docs.stripe.com/api/invoice-line-item/object and
https://docs.stripe.com/api/prices/object.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache

from ..._support.json_objects import Object, at, copied
from ..._support.json_path import Path
from .made import Made, number, objects

_DECIMALS = 12
"""Places that a decimal of Stripe's has at most."""

_DECIMAL = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,12})?")

_OWN_AMOUNTS = ("discount_amounts", "pretax_credit_amounts", "tax_amounts", "tax_rates", "taxes")
_WITH_IDS = ("", "price", "pricing.price_details", "parent.invoice_item_details")
_IDS = ("id", "invoice_item", "price")
_PRICES: tuple[tuple[str, ...], ...] = (
    ("price",),
    ("pricing",),
    ("pricing", "price_details", "price"),
)
_OF_ALL = ("currency", "livemode")
_UNIT_AMOUNTS = ("unit_amount", "unit_amount_decimal")


def another(like: Object, index: int) -> Object:
    """A line item like one, with ids of its own, and none of its taxes and discounts.

    ``index`` is the place that it is to have in the list.
    """
    item: Object = copied(like)
    item |= {name: [] for name in _OWN_AMOUNTS if name in item}
    for target in at(item, *_WITH_IDS):
        for name in _IDS:
            if isinstance(target.get(name), str):
                target[name] = _numbered(target[name], index)
    return item


def spare(item: Object, invoice: Object) -> Object:
    """A line item as one of an invoice that may be another one than it was in."""
    item = copied(item)
    if "invoice" in item:
        item["invoice"] = invoice.get("id")
    for target in at(item, "", "price"):
        target |= {name: invoice[name] for name in _OF_ALL if name in target and name in invoice}
    return item


def _numbered(id_: str, index: int) -> str:
    """An id of the same length whose last three characters are a number, if it has that many."""
    prefix, mark, own = id_.rpartition("_")
    digits = f"{index:03}"
    kept = own[: -len(digits)] if len(own) > len(digits) else own
    return f"{prefix}{mark}{kept}{digits}"


def settle(made: Made, path: Path, item: Object) -> None:
    """Quantities and prices, each of which comes in two forms, and the amount that they give.

    An amount that was said stays, and so does one whose line has no unit price.
    """
    quantity, exact = number(item, "quantity"), _decimal(item.get("quantity_decimal"))
    says_quantity = made.says(*path, "quantity")
    if says_quantity:
        made.follow(None if quantity is None else str(quantity), *path, "quantity_decimal")
    elif exact is not None and made.says(*path, "quantity_decimal"):
        says_quantity = True
        made.follow(int(exact), *path, "quantity")
    for where, price in _prices(item):
        whole, decimal = number(price, "unit_amount"), _decimal(price.get("unit_amount_decimal"))
        if whole is not None and made.says(*path, *where, "unit_amount"):
            made.follow(str(whole), *path, *where, "unit_amount_decimal")
        elif decimal is not None and made.says(*path, *where, "unit_amount_decimal"):
            made.follow(_whole(decimal), *path, *where, "unit_amount")
    if (subtotal := number(item, "subtotal")) is not None and made.says(*path, "subtotal"):
        made.follow(subtotal, *path, "amount")
    elif says_quantity or has_price(made, path, item):
        quantities, unit = _quantity(item), _unit_amount(item)
        if quantities is not None and unit is not None:
            made.follow(_rounded(quantities * unit), *path, "amount")


def has_amount(made: Made, path: Path, item: Object) -> bool:
    """Whether the overrides say what a line comes to."""
    said = any(made.says(*path, name) for name in ("amount", "subtotal"))
    return said or has_price(made, path, item)


def has_price(made: Made, path: Path, item: Object) -> bool:
    """Whether the overrides say what one unit costs in a line."""
    return any(
        made.says(*path, *where, name)
        for where, price in _prices(item)
        for name in _UNIT_AMOUNTS
        if name in price
    )


def conclude(made: Made, path: Path, item: Object) -> None:
    """What follows from a line's amount: its unit price, and both without tax.

    A price that was said stays: it may be of tiers, or of a package of units.
    """
    amount, quantity, unit = number(item, "amount"), _quantity(item), _unit_amount(item)
    if amount is None:
        return
    made.follow(amount, *path, "subtotal")
    differs = unit is not None and quantity and _rounded(quantity * unit) != amount
    if quantity and differs and not has_price(made, path, item):
        unit = Fraction(amount) / quantity
        for where, _ in _prices(item):
            made.follow(_text(unit), *path, *where, "unit_amount_decimal")
            made.follow(_whole(unit), *path, *where, "unit_amount")
    excluding = amount - inclusive(item, "tax_amounts")
    made.follow(excluding, *path, "amount_excluding_tax")
    if quantity and (excluding != amount or unit is None):
        unit = Fraction(excluding) / quantity
    made.follow(None if unit is None else _text(unit), *path, "unit_amount_excluding_tax")


def inclusive(source: Object, name: str) -> int:
    """The tax that is part of an amount."""
    return sum(
        number(tax, "amount") or 0
        for tax in objects(source, name)
        if tax.get("inclusive") is True or tax.get("tax_behavior") == "inclusive"
    )


def _prices(item: Object) -> Iterator[tuple[tuple[str, ...], Object]]:
    """The objects of a line item that have its unit price, each with its place."""
    for where in _PRICES:
        for price in at(item, ".".join(where)):
            if "unit_amount_decimal" in price:
                yield where, price


def _unit_amount(item: Object) -> Fraction | None:
    decimals = (_decimal(price["unit_amount_decimal"]) for _, price in _prices(item))
    return next((each for each in decimals if each is not None), None)


def _quantity(item: Object) -> Fraction | None:
    exact = _decimal(item.get("quantity_decimal"))
    quantity = number(item, "quantity")
    if exact is None and quantity is not None:
        return Fraction(quantity)
    return exact


def _decimal(text: object) -> Fraction | None:
    """The number that a decimal of Stripe's is."""
    return _fraction(text) if isinstance(text, str) else None


@lru_cache(maxsize=256)
def _fraction(text: str) -> Fraction | None:
    return Fraction(text) if _DECIMAL.fullmatch(text) else None


def _whole(unit: Fraction) -> int | None:
    """A price's ``unit_amount``: null unless it is a whole number."""
    return int(unit) if unit.denominator == 1 else None


def _rounded(exact: Fraction) -> int:
    """The nearest integer; halves go away from zero."""
    size = int(abs(exact) + Fraction(1, 2))
    return size if exact >= 0 else -size


def _text(exact: Fraction) -> str:
    """A number as a decimal of at most twelve places."""
    whole, rest = divmod(abs(_rounded(exact * 10**_DECIMALS)), 10**_DECIMALS)
    places = f"{rest:0{_DECIMALS}}".rstrip("0")
    return f"{'-' if exact < 0 else ''}{whole}{'.' if places else ''}{places}"
