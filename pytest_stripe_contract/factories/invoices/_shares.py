"""Taxes and discounts: those of the whole invoice are the sums of those of its lines.

Source: https://docs.stripe.com/api/invoices/object and
https://docs.stripe.com/api/invoice-line-item/object.
"""

from __future__ import annotations

from typing import Any

from ..._support.json_objects import Object, copied, id_of
from ..._support.json_path import Path
from ...migrations import discount_credits
from .made import Made, items, number, objects, tail

_PAIRS = (
    ("total_discount_amounts", "discount_amounts"),
    ("total_pretax_credit_amounts", "pretax_credit_amounts"),
    ("total_tax_amounts", "tax_amounts"),
    ("total_taxes", "taxes"),
)
"""What an invoice has the sums of, and a line its share."""

_ADDED = ("amount", "taxable_amount")
"""What is added up where everything else is the same."""


def implied(made: Made) -> list[Object]:
    """The taxes that a mere ``tax`` stands for: one rate that is added to the amounts.

    Its id is made of the invoice's own: no answer would name one.
    """
    rate = f"txr_{tail(made.invoice)}"
    return [{"amount": made.invoice["tax"], "inclusive": False, "tax_rate": rate}]


def is_implied(made: Made) -> bool:
    """Whether all that was said of the taxes is how much they are."""
    invoice, tax = made.invoice, made.number("tax")
    said = tax and made.says("tax") and not made.says("total_tax_amounts")
    return bool(said) and _shares(invoice, "tax_amounts") == _shares(made.before, "tax_amounts")


def settle(made: Made) -> None:
    """Totals follow from the lines' shares; a single line has the whole of what was said."""
    shipping = made.invoice.get("shipping_cost")
    if isinstance(shipping, dict) and made.says("shipping_cost"):
        made.follow(number(shipping, "amount_subtotal") or 0, "amount_shipping")
    for total, share in _PAIRS:
        lines = [path for path, item in made.lines() if share in item]
        if total in made.invoice and made.says(total):
            if len(lines) == 1:
                made.follow(copied(made.invoice[total]), *lines[0], share)
        elif _shares(made.invoice, share) != _shares(made.before, share):
            made.follow(_summed(_shares(made.invoice, share)), total)
        if total == "total_discount_amounts":
            _settle_discounts(made)
    _settle_tax(made)


def _settle_discounts(made: Made) -> None:
    """Discounts are credits before tax as well, and the invoice lists them."""
    invoice, before = made.invoice, made.before
    _credit(made, (), invoice, before, "total_pretax_credit_amounts")
    old: list[Any] = items(before)
    for index, (path, item) in enumerate(made.lines()):
        was = old[index] if index < len(old) else {}
        _credit(made, path, item, was, "pretax_credit_amounts")
    amounts = objects(invoice, "total_discount_amounts")
    if amounts != objects(before, "total_discount_amounts"):
        made.follow([id_of(each.get("discount")) for each in amounts], "discounts")


def _credit(made: Made, path: Path, target: Object, was: Any, name: str) -> None:
    amounts = name.replace("pretax_credit", "discount")
    if isinstance(was, dict) and objects(target, amounts) != objects(was, amounts):
        others = [each for each in objects(target, name) if each.get("type") != "discount"]
        made.follow(others + copied(discount_credits(name).value(target)), *path, name)


def _settle_tax(made: Made) -> None:
    """Until basil, ``tax`` is the sum of all taxes, and null if there are none."""
    taxes = objects(made.invoice, "total_tax_amounts")
    total = sum(number(each, "amount") or 0 for each in taxes)
    tax = made.number("tax")
    if made.says("tax") and tax is not None and tax != total:
        made.refuse(("tax",), f"the sum of total_tax_amounts = {total}", tax)
    elif taxes != objects(made.before, "total_tax_amounts"):
        made.follow(total if taxes else None, "tax")


def _shares(invoice: Object, name: str) -> list[Object]:
    """Those of all lines, one behind the other."""
    lines = [each for each in items(invoice) if isinstance(each, dict)]
    return [share for item in lines for share in objects(item, name)]


def _summed(shares: list[Object]) -> list[Object]:
    """The shares, each kind once."""
    sums: dict[str, Object] = {}
    for share in copied(shares):
        kind = repr([pair for pair in share.items() if pair[0] not in _ADDED])
        known = sums.setdefault(kind, share)
        for name in _ADDED if known is not share else ():
            if (one := number(known, name)) is not None and (
                two := number(share, name)
            ) is not None:
                known[name] = one + two
    return list(sums.values())
