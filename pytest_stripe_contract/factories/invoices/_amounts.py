"""What the amounts of an invoice say about each other.

Lines make the subtotal; discounts, taxes and shipping lead from there to the total, and the
customer's balance to what is due. What of it was said stays, and the rest follows, up or down.
What an invoice had otherwise before (a minimum charge, a credit) it keeps. Source: the
properties' descriptions at https://docs.stripe.com/api/invoices/object.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..._support.json_objects import Object
from ..._support.json_path import Path, show
from . import _lines
from .made import LENGTH, Made, items, number, objects

_NUMBERS = ("subtotal", "total", "amount_due", "amount_paid", "starting_balance")
_PAID_OTHERWISE = ("amount_overpaid", "amount_paid_off_stripe", "paid_out_of_band")
_DUE = {
    "amount_due": "total + starting_balance",
    "amount_remaining": "total + starting_balance - amount_paid",
    "amount_paid": "total + starting_balance",
}
"""What says how much is due, and what it must come to."""

_OF_A_LINE = (
    "amount",
    "price",
    "pricing",
    "quantity",
    "quantity_decimal",
    "subtotal",
    "tax_amounts",
    "taxes",
)
"""If one of them is no longer what it was, others may follow."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What the amounts of an invoice come to.

    ``lines`` is None if not all lines are there; ``extra`` leads from the subtotal to the total,
    and ``balance`` from the total to what is due, as far as ``notes`` do not.
    """

    lines: int | None
    extra: int
    balance: int
    notes: int
    taxes: int
    inclusive: int

    @classmethod
    def of(cls, invoice: Object) -> Sums:
        """Those of an invoice; what is no number counts for nothing."""
        shown = invoice.get("lines")
        listed = shown if isinstance(shown, dict) else {}
        name = "total_tax_amounts" if "total_tax_amounts" in invoice else "total_taxes"
        taxes, inclusive = _sum(objects(invoice, name)), _lines.inclusive(invoice, name)
        discounts = _sum(objects(invoice, "total_discount_amounts"))
        credit = _sum(
            [
                each
                for each in objects(invoice, "total_pretax_credit_amounts")
                if each.get("type") == "credit_balance_transaction"
            ]
        )
        shipping = number(invoice, "amount_shipping") or 0
        return cls(
            _sum(objects(listed, "data")) if listed.get("has_more") is False else None,
            taxes - inclusive + shipping - discounts - credit,
            number(invoice, "starting_balance") or 0,
            number(invoice, "pre_payment_credit_notes_amount") or 0,
            taxes,
            inclusive,
        )

    def due(self, total: int) -> int:
        """What is due of a total: nothing is ever paid out."""
        return max(0, total + self.balance - self.notes)


def settle(made: Made) -> None:
    """Let all amounts follow from those that were said; where they contradict, refuse them."""
    for path, item in made.lines():
        _lines.settle(made, path, item)
    both = (made.invoice, made.before)
    if all(number(each, name) is not None for each in both for name in _NUMBERS):
        chain = _Chain(made)
        chain.settle_lines()
        chain.settle_due(chain.settle_total())
        chain.settle_paid()
    _conclude_lines(made)


class _Chain:
    """From the lines to what remains to be paid, and back."""

    def __init__(self, made: Made) -> None:
        self._made = made
        self._invoice, self._before = made.invoice, made.before
        was, self._now = Sums.of(self._before), Sums.of(self._invoice)
        subtotal, total, due = (self._before[name] for name in _NUMBERS[:3])
        known = 0 if was.lines is None or made.says(*LENGTH) else subtotal - was.lines
        self._above_lines = known
        self._to_total: int = self._now.extra - was.extra + total - subtotal
        self._above_due: int = due - was.due(total)
        self._due = self._due_said()

    def _due_said(self) -> tuple[str, int] | None:
        """What is due, if it was said, and how: as such, as what remains of it, or as paid."""
        invoice, says = self._invoice, self._made.says
        is_paid = invoice.get("status") == "paid"
        paid, remaining = int(invoice["amount_paid"]), number(invoice, "amount_remaining")
        if says("amount_due"):
            return "amount_due", int(invoice["amount_due"])
        if any(says(name) for name in _PAID_OTHERWISE):
            return None
        if is_paid and says("amount_paid"):
            return "amount_paid", paid
        if says("amount_remaining") and remaining is not None and not is_paid:
            return "amount_remaining", remaining + paid
        return None

    def _wanted(self) -> int | None:
        """The subtotal that what was said asks for."""
        if self._made.says("subtotal"):
            return number(self._invoice, "subtotal")
        if self._made.says("total"):
            return int(self._invoice["total"]) - self._to_total
        if self._due is not None:
            balance = self._now.balance - self._now.notes
            return self._due[1] - self._above_due - balance - self._to_total
        return None

    def settle_lines(self) -> None:
        """The last line of which no amount was said takes what the others leave of it."""
        wanted, free = self._wanted(), self._free_line()
        if wanted is not None and self._now.lines is not None and free is not None:
            path, amount = free
            rest = amount + wanted - self._above_lines - self._now.lines
            self._made.follow(rest, *path, "amount")
            self._now = Sums.of(self._invoice)

    def _free_line(self) -> tuple[Path, int] | None:
        for path, item in reversed(list(self._made.lines())):
            amount = number(item, "amount")
            if amount is not None and not _lines.has_amount(self._made, path, item):
                return path, amount
        return None

    def settle_total(self) -> int:
        """The subtotal is what the lines come to; the total is that with all that is added."""
        made, now = self._made, self._now
        subtotal = int(self._invoice["subtotal"])
        if now.lines is not None:
            subtotal = now.lines + self._above_lines
            self._agree("subtotal", subtotal, "the sum of its lines")
        elif (wanted := self._wanted()) is not None:
            subtotal = wanted
        made.follow(subtotal, "subtotal")
        total = int(self._invoice["subtotal"]) + self._to_total
        self._agree("total", total, "subtotal less discounts, plus taxes and shipping")
        made.follow(total, "total")
        names = ("subtotal", "total", "total_taxes", "total_tax_amounts")
        if any(self._invoice.get(name) != self._before.get(name) for name in names):
            made.follow(int(self._invoice["subtotal"]) - now.inclusive, "subtotal_excluding_tax")
            made.follow(int(self._invoice["total"]) - now.taxes, "total_excluding_tax")
        return int(self._invoice["total"])

    def settle_due(self, total: int) -> None:
        """What is due is the total with the customer's balance, of which it leaves the rest.

        More or less is due only if the balance was said too: a charge has a least amount.
        """
        made, now = self._made, self._now
        due = now.due(total) + self._above_due
        if self._due is not None:
            name, said = self._due
            if said < 0:
                made.refuse(("amount_due",), "at least 0", said)
            elif said != due and not made.says("starting_balance"):
                words = _DUE[name] + (" - pre_payment_credit_notes_amount" if now.notes else "")
                actual = int(self._invoice[name])
                made.refuse((name,), f"{words} = {show(actual + due - said)}", actual)
            due = said
        made.follow(due, "amount_due")
        names = ("total", "amount_due", "starting_balance", "pre_payment_credit_notes_amount")
        if any(self._invoice.get(name) != self._before.get(name) for name in names):
            left = int(self._invoice["starting_balance"]) - now.notes + total - due
            is_final = number(self._invoice, "ending_balance") is not None
            made.follow(left if is_final else None, "ending_balance")

    def settle_paid(self) -> None:
        """What remains is what is due less what was paid; of a paid invoice nothing remains."""
        made, invoice, before = self._made, self._invoice, self._before
        due, is_paid = int(invoice["amount_due"]), invoice.get("status") == "paid"
        if is_paid and made.says("paid_out_of_band") and invoice["paid_out_of_band"] is True:
            made.follow(0, "amount_paid")
        elif is_paid:
            made.follow(int(before["amount_paid"]) + due - int(before["amount_due"]), "amount_paid")
        elif made.says("amount_due") and made.says("amount_remaining"):
            rest = made.number("amount_remaining")
            made.follow(due - (rest or 0), "amount_paid")
        paid = int(invoice["amount_paid"])
        if (due, paid) != (before["amount_due"], before["amount_paid"]):
            if paid > due and not self._is_paid_otherwise():
                made.follow(paid - due, "amount_overpaid")
                if not self._is_paid_otherwise() and due >= 0:
                    made.refuse(("amount_paid",), f"at most amount_due = {due}", paid)
            over = paid > due and self._is_paid_otherwise()
            made.follow(0 if over else due - paid, "amount_remaining")
        rest = made.number("amount_remaining")
        said = any(made.says(name) for name in ("amount_paid", "amount_remaining"))
        if is_paid and said and rest and not self._is_paid_otherwise():
            made.refuse(("amount_remaining",), "0 while status is paid", rest)

    def _is_paid_otherwise(self) -> bool:
        return any(map(self._invoice.get, _PAID_OTHERWISE))

    def _agree(self, name: str, expected: int, words: str) -> None:
        """Refuse an amount that was said if it is not what follows."""
        if self._made.says(name) and self._invoice[name] != expected:
            self._made.refuse((name,), f"{words} = {show(expected)}", self._invoice[name])


def _conclude_lines(made: Made) -> None:
    """What follows from the amounts of those lines that have others than before."""
    before = items(made.before)
    for index, (path, item) in enumerate(made.lines()):
        was = before[index] if index < len(before) else None
        if not isinstance(was, dict) or any(item.get(n) != was.get(n) for n in _OF_A_LINE):
            _lines.conclude(made, path, item)


def _sum(amounts: list[Object]) -> int:
    return sum(number(each, "amount") or 0 for each in amounts)
