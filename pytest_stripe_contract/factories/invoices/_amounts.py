"""Amounts of an invoice: what follows from the ones that overrides name, up and down.

Line items give the subtotal; discounts, taxes and shipping lead to the total, the customer's
balance to the amount due. Where ``before`` differs from that (a minimum charge, a credit), the
difference is kept. Source: the descriptions at https://docs.stripe.com/api/invoices/object and
https://docs.stripe.com/api/invoice-line-item/object.
"""

from __future__ import annotations

from typing import Any

from ..._support.json_objects import Object, deep_copy, id_of
from ..._support.json_path import Path, show
from ...contract import invoice_lifecycle as table
from ...migrations import discount_credits
from . import _lines
from .revision import LENGTH, Revision, id_suffix, integer, line_items, objects

_REQUIRED = ("subtotal", "total", "amount_due", "amount_paid", "starting_balance")
"""Integers without which no amount is derived."""

_SHARES = (
    ("total_discount_amounts", "discount_amounts"),
    ("total_pretax_credit_amounts", "pretax_credit_amounts"),
    ("total_tax_amounts", "tax_amounts"),
    ("total_taxes", "taxes"),
)
"""Lists of sums of an invoice, each with the list of a line's shares."""

_SUMMED = ("amount", "taxable_amount")
"""The properties that are added up over equal shares."""

_LINE_AMOUNTS = (
    "amount",
    "price",
    "pricing",
    "quantity",
    "quantity_decimal",
    "subtotal",
    "tax_amounts",
    "taxes",
)
"""Properties of a line item from which its other amounts follow."""


def plain_tax(revision: Revision) -> Object | None:
    """Return the entry of ``total_tax_amounts`` for an overridden ``tax``: an exclusive rate.

    None if overrides name the rates, or taxes of lines, or no tax.
    """
    tax, sources = revision.integer("tax"), (revision.before, revision.invoice)
    old, new = (_line_shares(source, "tax_amounts") for source in sources)
    if not tax or not revision.overrides("tax") or old != new:
        return None
    if revision.overrides("total_tax_amounts"):
        return None
    rate = f"txr_{id_suffix(revision.invoice)}"
    return {"amount": tax, "inclusive": False, "tax_rate": rate}


def derive_shares(revision: Revision) -> None:
    """Derive taxes and discounts: sums from the lines' shares, and the share of a single line."""
    shipping = revision.invoice.get("shipping_cost")
    if isinstance(shipping, dict) and revision.overrides("shipping_cost"):
        revision.derive(integer(shipping, "amount_subtotal") or 0, "amount_shipping")
    for total, share in _SHARES:
        lines = [path for path, item in revision.lines() if share in item]
        shares = _line_shares(revision.invoice, share)
        if total in revision.invoice and revision.overrides(total):
            if len(lines) == 1:
                revision.derive(deep_copy(revision.invoice[total]), *lines[0], share)
        elif shares != _line_shares(revision.before, share):
            revision.derive(_merged_shares(shares), total)
        if total == "total_discount_amounts":
            _derive_discounts(revision)
    _derive_tax(revision)


def _derive_discounts(revision: Revision) -> None:
    """Derive the credits before tax and the list of discounts from the discount amounts."""
    invoice, before = revision.invoice, revision.before
    _derive_credits(revision, (), invoice, before, "total_pretax_credit_amounts")
    old: list[Any] = line_items(before)
    for index, (path, item) in enumerate(revision.lines()):
        old_item = old[index] if index < len(old) else {}
        _derive_credits(revision, path, item, old_item, "pretax_credit_amounts")
    amounts = objects(invoice, "total_discount_amounts")
    if amounts != objects(before, "total_discount_amounts"):
        revision.derive([id_of(amount.get("discount")) for amount in amounts], "discounts")


def _derive_credits(revision: Revision, path: Path, new: Object, old: Any, name: str) -> None:
    amounts = name.replace("pretax_credit", "discount")
    if isinstance(old, dict) and objects(new, amounts) != objects(old, amounts):
        others = [credit for credit in objects(new, name) if credit.get("type") != "discount"]
        revision.derive(others + deep_copy(discount_credits(name).value(new)), *path, name)


def _derive_tax(revision: Revision) -> None:
    """Derive ``tax``, until basil the sum of all taxes; null without taxes."""
    taxes = objects(revision.invoice, "total_tax_amounts")
    tax = revision.integer("tax")
    if revision.overrides("tax") and tax is not None and tax != _sum(taxes):
        revision.refuse(("tax",), f"the sum of total_tax_amounts = {_sum(taxes)}", tax)
    elif taxes != objects(revision.before, "total_tax_amounts"):
        revision.derive(_sum(taxes) if taxes else None, "tax")


def derive_amounts(revision: Revision) -> None:
    """Derive all amounts from the ones that overrides name; refuse those that contradict."""
    for path, item in revision.lines():
        _lines.derive_amount(revision, path, item)
    both = (revision.invoice, revision.before)
    if all(integer(source, name) is not None for source in both for name in _REQUIRED):
        amounts = _Amounts(revision)
        amounts.derive_line()
        amounts.derive_total()
        amounts.derive_due()
        amounts.derive_paid()
    before = line_items(revision.before)
    for index, (path, item) in enumerate(revision.lines()):
        old = before[index] if index < len(before) else None
        if not isinstance(old, dict) or any(item.get(n) != old.get(n) for n in _LINE_AMOUNTS):
            _lines.derive_from_amount(revision, path, item)


class _Amounts:
    """Derives the amounts of an invoice from its lines to what remains to be paid.

    The offsets are what ``before`` has beyond the sum at each step.
    """

    def __init__(self, revision: Revision) -> None:
        self._revision = revision
        self._invoice, before = revision.invoice, revision.before
        lines = _sum_of_lines(before)
        if lines is None or revision.overrides(*LENGTH):
            lines = before["subtotal"]
        self._subtotal_offset: int = before["subtotal"] - lines
        surcharge = _surcharge(self._invoice) - _surcharge(before)
        self._to_total: int = surcharge + before["total"] - before["subtotal"]
        self._due_offset: int = before["amount_due"] - table.amount_due(before)
        self._due_name = self._overridden_due()

    def _overridden_due(self) -> str:
        """Return the overridden property that determines the amount due, "" if none does."""
        overrides = self._revision.overrides
        is_paid = self._invoice.get("status") == "paid"
        if overrides("amount_due"):
            return "amount_due"
        if any(overrides(name) for name in table.PAID_ELSEWHERE):
            return ""
        if is_paid and overrides("amount_paid"):
            return "amount_paid"
        has_rest = self._revision.integer("amount_remaining") is not None
        if overrides("amount_remaining") and has_rest and not is_paid:
            return "amount_remaining"
        return ""

    def _requested_due(self) -> int:
        due: int = self._invoice[self._due_name]
        return due + (self._invoice["amount_paid"] if self._due_name == "amount_remaining" else 0)

    def _requested_subtotal(self) -> int | None:
        """Return the subtotal that overrides imply, None if they imply none."""
        if self._revision.overrides("subtotal"):
            return self._revision.integer("subtotal")
        if self._revision.overrides("total"):
            return int(self._invoice["total"]) - self._to_total
        if self._due_name:
            total = self._requested_due() - self._due_offset - table.balance(self._invoice)
            return total - self._to_total
        return None

    def derive_line(self) -> None:
        """Give the last line without an overridden amount what the other lines leave."""
        requested, lines = self._requested_subtotal(), _sum_of_lines(self._invoice)
        if requested is None or lines is None:
            return
        for path, item in reversed(list(self._revision.lines())):
            amount = integer(item, "amount")
            if amount is not None and not _lines.overrides_amount(self._revision, path, item):
                rest = amount + requested - self._subtotal_offset - lines
                self._revision.derive(rest, *path, "amount")
                return

    def derive_total(self) -> None:
        """Derive the subtotal from the lines, and the total from the subtotal."""
        revision, invoice = self._revision, self._invoice
        lines, requested = _sum_of_lines(invoice), self._requested_subtotal()
        if lines is not None:
            self._derive("subtotal", lines + self._subtotal_offset, "the sum of its lines")
        elif requested is not None:
            revision.derive(requested, "subtotal")
        total = int(invoice["subtotal"]) + self._to_total
        self._derive("total", total, "subtotal less discounts, plus taxes and shipping")
        if revision.differs("subtotal", "total", "total_taxes", "total_tax_amounts"):
            taxes = _taxes(invoice)
            inclusive = _lines.inclusive_tax(invoice, taxes)
            revision.derive(int(invoice["subtotal"]) - inclusive, "subtotal_excluding_tax")
            without_tax = int(invoice["total"]) - _sum(objects(invoice, taxes))
            revision.derive(without_tax, "total_excluding_tax")

    def derive_due(self) -> None:
        """Derive the amount due from the total and the customer's balance, and the rest of that.

        Overrides may name another amount if they name the balance: charges have a minimum.
        """
        revision, invoice = self._revision, self._invoice
        due = table.amount_due(invoice) + self._due_offset
        if name := self._due_name:
            requested = self._requested_due()
            if requested < 0:
                revision.refuse(("amount_due",), "at least 0", requested)
            elif requested != due and not revision.overrides("starting_balance"):
                actual = int(invoice[name])
                expected = f"{show(actual + due - requested)} for this total and balance"
                revision.refuse((name,), expected, actual)
            due = requested
        revision.derive(due, "amount_due")
        names = ("total", "amount_due", "starting_balance", "pre_payment_credit_notes_amount")
        if revision.differs(*names) and integer(invoice, "ending_balance") is not None:
            revision.derive(table.ending_balance(invoice), "ending_balance")

    def derive_paid(self) -> None:
        """Derive what was paid and what remains; nothing remains of a paid invoice."""
        revision, invoice, before = self._revision, self._invoice, self._revision.before
        due, is_paid = int(invoice["amount_due"]), invoice.get("status") == "paid"
        rest = revision.integer("amount_remaining") or 0
        if is_paid and revision.overrides("paid_out_of_band") and invoice["paid_out_of_band"]:
            revision.derive(0, "amount_paid")
        elif is_paid:
            revision.derive(before["amount_paid"] + due - before["amount_due"], "amount_paid")
        elif revision.overrides("amount_due") and revision.overrides("amount_remaining"):
            revision.derive(due - rest, "amount_paid")
        paid = int(invoice["amount_paid"])
        if revision.differs("amount_due", "amount_paid"):
            if paid > due and not table.is_paid_elsewhere(invoice):
                revision.derive(paid - due, "amount_overpaid")
                if not table.is_paid_elsewhere(invoice) and due >= 0:
                    revision.refuse(("amount_paid",), f"at most amount_due = {due}", paid)
            is_overpaid = paid > due and table.is_paid_elsewhere(invoice)
            revision.derive(0 if is_overpaid else due - paid, "amount_remaining")
        rest = revision.integer("amount_remaining") or 0
        is_named = revision.overrides("amount_paid") or revision.overrides("amount_remaining")
        if is_paid and is_named and rest and not table.is_paid_elsewhere(invoice):
            revision.refuse(("amount_remaining",), "0 while status is paid", rest)

    def _derive(self, name: str, amount: int, formula: str) -> None:
        """Derive an amount; refuse an override that names another one."""
        if self._revision.overrides(name) and self._invoice[name] != amount:
            self._revision.refuse((name,), f"{formula} = {show(amount)}", self._invoice[name])
        self._revision.derive(amount, name)


def _taxes(invoice: Object) -> str:
    return "total_tax_amounts" if "total_tax_amounts" in invoice else "total_taxes"


def _surcharge(invoice: Object) -> int:
    """Return the amount from the subtotal to the total."""
    name = _taxes(invoice)
    exclusive = _sum(objects(invoice, name)) - _lines.inclusive_tax(invoice, name)
    credits_ = [
        credit
        for credit in objects(invoice, "total_pretax_credit_amounts")
        if credit.get("type") == "credit_balance_transaction"
    ]
    discounts = _sum(objects(invoice, "total_discount_amounts")) + _sum(credits_)
    return exclusive + (integer(invoice, "amount_shipping") or 0) - discounts


def _sum_of_lines(invoice: Object) -> int | None:
    """Return the sum of the lines' amounts, None if the answer does not have all lines."""
    lines = invoice.get("lines")
    if not isinstance(lines, dict) or lines.get("has_more") is not False:
        return None
    return _sum(objects(lines, "data"))


def _sum(amounts: list[Object]) -> int:
    return sum(integer(source, "amount") or 0 for source in amounts)


def _line_shares(invoice: Object, name: str) -> list[Object]:
    """Return the shares of all lines in one list."""
    lines = [item for item in line_items(invoice) if isinstance(item, dict)]
    return [share for item in lines for share in objects(item, name)]


def _merged_shares(shares: list[Object]) -> list[Object]:
    """Return the shares with the amounts of equal ones added up."""
    sums: dict[str, Object] = {}
    for share in deep_copy(shares):
        kind = repr([pair for pair in share.items() if pair[0] not in _SUMMED])
        known = sums.setdefault(kind, share)
        for name in _SUMMED if known is not share else ():
            first, second = integer(known, name), integer(share, name)
            if first is not None and second is not None:
                known[name] = first + second
    return list(sums.values())
