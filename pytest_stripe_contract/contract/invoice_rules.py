"""Cross-field rules of the invoice: what one property says about another.

Each takes an invoice and gives its differences. A rule whose operands are absent or of a
wrong type says nothing: the schema has said it. Unless another source is named, a rule's is
the description of the property at https://docs.stripe.com/api/invoices/object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._support.json_path import bare, show
from .finding import Difference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Invoice = dict[str, Any]

SINCE = {
    "open": ("finalized_at",),
    "paid": ("finalized_at", "paid_at"),
    "uncollectible": ("finalized_at", "marked_uncollectible_at"),
    "void": ("finalized_at", "voided_at"),
}
"""The times that are known in each status that an invoice can only have once finalized."""

_PAID_OTHERWISE = ("amount_overpaid", "amount_paid_off_stripe", "paid_out_of_band")
_KNOWN_WHEN_FINALIZED = {"ending_balance": int, "hosted_invoice_url": str, "invoice_pdf": str}


def amount_remaining(invoice: Invoice) -> Iterator[Difference]:
    """``amount_remaining`` is ``amount_due`` less ``amount_paid``, all in the smallest unit.

    Not asked of an invoice that was overpaid or paid outside of Stripe: nothing says whether
    ``amount_paid`` has those amounts in it (until 2025-03-31.basil it had not, by the changelog).
    """
    due, paid, remaining = map(invoice.get, ("amount_due", "amount_paid", "amount_remaining"))
    if not type(due) is type(paid) is type(remaining) is int or remaining == due - paid:
        return
    if not any(map(invoice.get, _PAID_OTHERWISE)):
        expected = f"amount_due - amount_paid = {show(due - paid)}"
        yield _broken("amount_remaining", ("amount_remaining",), expected, remaining)


def null_until_finalized(invoice: Invoice) -> Iterator[Difference]:
    """``ending_balance``, ``hosted_invoice_url`` and ``invoice_pdf`` are null in a draft."""
    if invoice.get("status") == "draft":
        for name, known in _KNOWN_WHEN_FINALIZED.items():
            if type(actual := invoice.get(name)) is known:
                expected = "null while status is draft"
                yield _broken("null_until_finalized", (name,), expected, actual)


def due_date(invoice: Invoice) -> Iterator[Difference]:
    """``due_date`` is null for an invoice that is charged automatically."""
    charged = invoice.get("collection_method") == "charge_automatically"
    if charged and type(actual := invoice.get("due_date")) is int:
        expected = "null while collection_method is charge_automatically"
        yield _broken("due_date", ("due_date",), expected, actual)


def next_payment_attempt(invoice: Invoice) -> Iterator[Difference]:
    """``next_payment_attempt`` is null for an invoice that is sent."""
    sent = invoice.get("collection_method") == "send_invoice"
    if sent and type(actual := invoice.get("next_payment_attempt")) is int:
        expected = "null while collection_method is send_invoice"
        yield _broken("next_payment_attempt", ("next_payment_attempt",), expected, actual)


def lines_url(invoice: Invoice) -> Iterator[Difference]:
    """The ``url`` of ``lines`` is ``/v1/invoices/{id}/lines``.

    Not asked of a preview, whose id (``upcoming_in…``) is no address.
    Source: https://docs.stripe.com/api/invoice-line-item/retrieve.
    """
    match invoice:
        case {"id": str(id), "lines": {"url": str(url)}} if not id.startswith("upcoming_in"):
            if url != (expected := f"/v1/invoices/{id}/lines"):
                yield _broken("lines_url", ("lines", "url"), bare(expected), url)


def status_since(invoice: Invoice) -> Iterator[Difference]:
    """Real answers tell in ``status_transitions`` since when a status has been. Drift.

    Source: recorded answers of 2019 to 2026; Stripe's page does not promise it.
    """
    status, transitions = invoice.get("status"), invoice.get("status_transitions")
    if isinstance(transitions, dict):
        for name in SINCE.get(status, ()) if isinstance(status, str) else ():
            if name in transitions and transitions[name] is None:
                path = ("status_transitions", name)
                expected = f"unix seconds once status is {status}"
                yield Difference("drift", "status_since", path, expected, None)


def finalized(invoice: Invoice) -> Iterator[Difference]:
    """Real answers have a ``number`` and all that is null in a draft, once finalized. Drift.

    Source: recorded answers of 2019 to 2026; Stripe's page does not promise it.
    """
    if invoice.get("status") in tuple(SINCE):
        for name in ("number", *_KNOWN_WHEN_FINALIZED):
            if name in invoice and invoice[name] is None:
                expected = f"a value once status is {invoice['status']}"
                yield Difference("drift", "finalized", (name,), expected, None)


RULES: tuple[Callable[[Invoice], Iterator[Difference]], ...] = (
    amount_remaining,
    null_until_finalized,
    due_date,
    next_payment_attempt,
    lines_url,
    status_since,
    finalized,
)
NAMES = frozenset(rule.__name__ for rule in RULES)


def differences(invoice: Invoice) -> list[Difference]:
    """What in an invoice breaks the rules, or is not as real answers are."""
    return [difference for rule in RULES for difference in rule(invoice)]


def _broken(rule: str, path: tuple[str, ...], expected: str, actual: object) -> Difference:
    return Difference("violation", rule, path, expected, actual)
