"""Line items: new ones, and the amounts, quantities and prices that follow from each other.

Sources: https://docs.stripe.com/api/invoice-line-item/object and
https://docs.stripe.com/api/prices/object.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from ..._support.json_objects import Object, deep_copy, objects_at, pick
from ..._support.json_path import Path
from .revision import Revision, integer, objects

_DECIMALS = 12
"""Decimal places that Stripe's decimal strings have at most."""

_DECIMAL = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,12})?")

_SHARES = ("discount_amounts", "pretax_credit_amounts", "tax_amounts", "tax_rates", "taxes")
_OWNERS_OF_IDS = ("", "price", "pricing.price_details", "parent.invoice_item_details")
_IDS = ("id", "invoice_item", "price")
_PRICES: tuple[tuple[str, ...], ...] = (
    ("price",),
    ("pricing",),
    ("pricing", "price_details", "price"),
)
_UNIT_AMOUNTS = ("unit_amount", "unit_amount_decimal")


def copy_line(like: Object, index: int) -> Object:
    """Return a copy of a line item for an index of the list: new ids, no taxes and discounts."""
    item: Object = deep_copy(like)
    item |= {name: [] for name in _SHARES if name in item}
    for target in objects_at(item, *_OWNERS_OF_IDS):
        for name in _IDS:
            if isinstance(target.get(name), str):
                target[name] = _numbered(target[name], index)
    return item


def adopt(item: Object, invoice: Object) -> Object:
    """Return a copy of a line item with the id, the currency and the mode of an invoice."""
    item = deep_copy(item)
    if "invoice" in item:
        item["invoice"] = invoice.get("id")
    for target in objects_at(item, "", "price"):
        target.update(pick(invoice, "currency", "livemode"))
    return item


def _numbered(id_: str, index: int) -> str:
    """Return an id with a number in place of its last three characters, if it has more."""
    prefix, mark, suffix = id_.rpartition("_")
    digits = f"{index:03}"
    start = suffix[: -len(digits)] if len(suffix) > len(digits) else suffix
    return f"{prefix}{mark}{start}{digits}"


def derive_amount(revision: Revision, path: Path, item: Object) -> None:
    """Derive both forms of quantity and unit price, and the amount that they give.

    The amount stays if an override names it, or if the line has no unit price.
    """
    quantity, exact = integer(item, "quantity"), _decimal(item.get("quantity_decimal"))
    has_quantity = revision.overrides(*path, "quantity")
    if has_quantity:
        revision.derive(None if quantity is None else str(quantity), *path, "quantity_decimal")
    elif exact is not None and revision.overrides(*path, "quantity_decimal"):
        has_quantity = True
        revision.derive(int(exact), *path, "quantity")
    for where, price in _prices(item):
        whole, decimal = integer(price, "unit_amount"), _decimal(price.get("unit_amount_decimal"))
        if whole is not None and revision.overrides(*path, *where, "unit_amount"):
            revision.derive(str(whole), *path, *where, "unit_amount_decimal")
        elif decimal is not None and revision.overrides(*path, *where, "unit_amount_decimal"):
            revision.derive(_whole(decimal), *path, *where, "unit_amount")
    subtotal = integer(item, "subtotal")
    if subtotal is not None and revision.overrides(*path, "subtotal"):
        revision.derive(subtotal, *path, "amount")
    elif has_quantity or overrides_price(revision, path, item):
        units, unit = _quantity(item), _unit_amount(item)
        if units is not None and unit is not None:
            revision.derive(_rounded(units * unit), *path, "amount")


def overrides_amount(revision: Revision, path: Path, item: Object) -> bool:
    """Return true if overrides determine the amount of a line."""
    if revision.overrides(*path, "amount") or revision.overrides(*path, "subtotal"):
        return True
    return overrides_price(revision, path, item)


def overrides_price(revision: Revision, path: Path, item: Object) -> bool:
    """Return true if an override names the unit price of a line."""
    return any(
        revision.overrides(*path, *where, name)
        for where, price in _prices(item)
        for name in _UNIT_AMOUNTS
        if name in price
    )


def derive_from_amount(revision: Revision, path: Path, item: Object) -> None:
    """Derive the unit price of a line from its amount, and both without tax.

    A price that an override names stays: it may be of tiers, or of a package of units.
    """
    amount, quantity, unit = integer(item, "amount"), _quantity(item), _unit_amount(item)
    if amount is None:
        return
    revision.derive(amount, *path, "subtotal")
    differs = unit is not None and quantity and _rounded(quantity * unit) != amount
    if quantity and differs and not overrides_price(revision, path, item):
        unit = Fraction(amount) / quantity
        for where, _ in _prices(item):
            revision.derive(_text(unit), *path, *where, "unit_amount_decimal")
            revision.derive(_whole(unit), *path, *where, "unit_amount")
    without_tax = amount - inclusive_tax(item, "tax_amounts")
    revision.derive(without_tax, *path, "amount_excluding_tax")
    if quantity and (without_tax != amount or unit is None):
        unit = Fraction(without_tax) / quantity
    text = None if unit is None else _text(unit)
    revision.derive(text, *path, "unit_amount_excluding_tax")


def inclusive_tax(source: Object, name: str) -> int:
    """Return the sum of the taxes that are part of an amount."""
    return sum(
        integer(tax, "amount") or 0
        for tax in objects(source, name)
        if tax.get("inclusive") is True or tax.get("tax_behavior") == "inclusive"
    )


def _prices(item: Object) -> Iterator[tuple[tuple[str, ...], Object]]:
    """Return the objects of a line item that have its unit price, each with its path."""
    for where in _PRICES:
        for price in objects_at(item, ".".join(where)):
            if "unit_amount_decimal" in price:
                yield where, price


def _unit_amount(item: Object) -> Fraction | None:
    decimals = (_decimal(price["unit_amount_decimal"]) for _, price in _prices(item))
    return next((unit for unit in decimals if unit is not None), None)


def _quantity(item: Object) -> Fraction | None:
    exact = _decimal(item.get("quantity_decimal"))
    quantity = integer(item, "quantity")
    if exact is None and quantity is not None:
        return Fraction(quantity)
    return exact


def _decimal(text: object) -> Fraction | None:
    """Return the value of a decimal string; None if it is not one."""
    return Fraction(text) if isinstance(text, str) and _DECIMAL.fullmatch(text) else None


def _whole(unit: Fraction) -> int | None:
    """Return a price's ``unit_amount``: null unless it is a whole number."""
    return int(unit) if unit.denominator == 1 else None


def _rounded(exact: Fraction) -> int:
    """Return the nearest integer; halves are rounded away from zero."""
    size = int(abs(exact) + Fraction(1, 2))
    return size if exact >= 0 else -size


def _text(exact: Fraction) -> str:
    """Return a number as a decimal string of at most twelve places."""
    whole, rest = divmod(abs(_rounded(exact * 10**_DECIMALS)), 10**_DECIMALS)
    places = f"{rest:0{_DECIMALS}}".rstrip("0")
    return f"{'-' if exact < 0 else ''}{whole}{'.' if places else ''}{places}"
