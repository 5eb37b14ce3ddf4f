"""Rules between the properties of an invoice.

A rule ignores an operand that is absent or of a wrong type, as the schema already reports it. The
sources are those of `invoice_lifecycle`, unless a rule names another one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._support.json_path import show, unquoted
from . import invoice_lifecycle as lifecycle
from .finding import Difference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Invoice = dict[str, Any]


def amount_remaining(invoice: Invoice) -> Iterator[Difference]:
    """Require ``amount_remaining`` to be ``amount_due`` less ``amount_paid``.

    Skips an invoice that was overpaid or paid outside of Stripe.
    """
    due, paid, remaining = map(invoice.get, ("amount_due", "amount_paid", "amount_remaining"))
    if not type(due) is type(paid) is type(remaining) is int or remaining == due - paid:
        return
    if not lifecycle.is_paid_elsewhere(invoice):
        expected = f"amount_due - amount_paid = {show(due - paid)}"
        yield _violation("amount_remaining", ("amount_remaining",), expected, remaining)


def null_properties(invoice: Invoice) -> Iterator[Difference]:
    """Require null where the status or the collection method leaves no other value."""
    for row in lifecycle.null_properties(invoice):
        if row.rule is not None and type(actual := invoice.get(row.name)) is row.type:
            expected = f"null while {row.condition} is {invoice[row.condition]}"
            yield _violation(row.rule, (row.name,), expected, actual)


def lines_url(invoice: Invoice) -> Iterator[Difference]:
    """Require the ``url`` of ``lines`` to be ``/v1/invoices/{id}/lines``.

    Skips a preview: its id (``upcoming_in…``) is not an address.
    Source: https://docs.stripe.com/api/invoice-line-item/retrieve.
    """
    match invoice:
        case {"id": str(id), "lines": {"url": str(url)}} if not id.startswith("upcoming_in"):
            if url != (expected := f"/v1/invoices/{id}/lines"):
                yield _violation("lines_url", ("lines", "url"), unquoted(expected), url)


def status_since(invoice: Invoice) -> Iterator[Difference]:
    """Report drift if ``status_transitions`` has no time for the status."""
    status, transitions = lifecycle.status_of(invoice), invoice.get("status_transitions")
    if status is not None and isinstance(transitions, dict):
        for name in status.transitions:
            if name in transitions and transitions[name] is None:
                path = ("status_transitions", name)
                expected = f"unix seconds once status is {status.name}"
                yield Difference("drift", "status_since", path, expected, None)


def finalized(invoice: Invoice) -> Iterator[Difference]:
    """Report drift if a finalized invoice lacks what finalization gives it."""
    status = lifecycle.status_of(invoice)
    if status is not None and status.is_finalized:
        for name in lifecycle.FINALIZED_PROPERTIES:
            if name in invoice and invoice[name] is None:
                expected = f"a value once status is {status.name}"
                yield Difference("drift", "finalized", (name,), expected, None)


_RULES: tuple[Callable[[Invoice], Iterator[Difference]], ...] = (
    amount_remaining,
    null_properties,
    lines_url,
    status_since,
    finalized,
)
NAMES = frozenset(
    {"amount_remaining", "lines_url", "status_since", "finalized"}
    | {row.rule for row in lifecycle.NULL_PROPERTIES if row.rule is not None}
)
"""The names of the rules, as findings have them."""


def differences(invoice: Invoice) -> list[Difference]:
    """Return the violations and the drift of an invoice from the rules."""
    return [difference for rule in _RULES for difference in rule(invoice)]


def _violation(rule: str, path: tuple[str, ...], expected: str, actual: object) -> Difference:
    return Difference("violation", rule, path, expected, actual)
