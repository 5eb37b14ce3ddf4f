"""The life of an invoice: what its status and its collection method imply for other properties.

The contract checks it, factories derive invoices from it, variants and strategies keep to it.

Sources: https://docs.stripe.com/invoicing/overview#invoice-statuses for the statuses, and the
properties' descriptions at https://docs.stripe.com/api/invoices/object for the rest. "Observed" is
what every recorded answer of 2019 to 2026 has, although Stripe's page does not promise it. Amounts
are in the currency's smallest unit, times in unix seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Invoice = dict[str, Any]

HOUR = 60 * 60
DAY = 24 * HOUR
MONTH = 30 * DAY

FINALIZED_AT = "finalized_at"


@dataclass(frozen=True, slots=True)
class InvoiceStatus:
    """A status of an invoice.

    ``transition`` names the property of ``status_transitions`` with the time at which the status
    begins. ``delay`` is the number of seconds from the transition before to this one in invoices
    that factories make: Stripe finalizes a draft after an hour; the others are examples.
    ``is_collected`` tells that Stripe may still try to collect a payment.
    """

    name: str
    transition: str | None
    delay: int
    is_collected: bool = False

    @property
    def is_finalized(self) -> bool:
        """Return true if an invoice can have the status only after it was finalized."""
        return self.transition is not None

    @property
    def transitions(self) -> tuple[str, ...]:
        """Return the properties of ``status_transitions`` that have a time, oldest first.

        Observed; Stripe's page does not promise them.
        """
        if self.transition is None:
            return ()
        return tuple(dict.fromkeys((FINALIZED_AT, self.transition)))


STATUSES = {
    each.name: each
    for each in (
        InvoiceStatus("draft", None, 0, is_collected=True),
        InvoiceStatus("open", FINALIZED_AT, HOUR, is_collected=True),
        InvoiceStatus("paid", "paid_at", DAY),
        InvoiceStatus("uncollectible", "marked_uncollectible_at", MONTH),
        InvoiceStatus("void", "voided_at", DAY),
    )
}
"""By name, in the order in which an invoice can have them."""

TRANSITIONS = tuple(each.transition for each in STATUSES.values() if each.transition)
"""The properties of ``status_transitions``."""

_FINALIZED = tuple(name for name, each in STATUSES.items() if each.is_finalized)
_NOT_COLLECTED = tuple(name for name, each in STATUSES.items() if not each.is_collected)

FINALIZED_PROPERTIES = ("number", "ending_balance", "hosted_invoice_url", "invoice_pdf")
"""Properties that have a value once the invoice is finalized. Observed."""

FINALIZED_TIMES = ("effective_at", "webhooks_delivered_at")
"""Times that derived invoices have from the moment of finalization on."""


@dataclass(frozen=True, slots=True)
class NullProperty:
    """A property that is null while another one, ``condition``, has one of some ``values``.

    ``type`` is that of its value otherwise. ``rule`` names the contract's rule if Stripe documents
    the row; without one, it is observed.
    """

    name: str
    type: type
    condition: str
    values: tuple[str, ...]
    rule: str | None = None


NULL_PROPERTIES = (
    *(
        NullProperty(name, type_, "status", ("draft",), "null_until_finalized")
        for name, type_ in (
            ("ending_balance", int),
            ("hosted_invoice_url", str),
            ("invoice_pdf", str),
        )
    ),
    NullProperty("due_date", int, "collection_method", ("charge_automatically",), "due_date"),
    NullProperty(
        "next_payment_attempt",
        int,
        "collection_method",
        ("send_invoice",),
        "next_payment_attempt",
    ),
    NullProperty("next_payment_attempt", int, "status", _NOT_COLLECTED),
    NullProperty("automatically_finalizes_at", int, "status", _FINALIZED),
)

PAID_ELSEWHERE = ("amount_overpaid", "amount_paid_off_stripe", "paid_out_of_band")
"""Properties that tell of payments beyond ``amount_due``, or outside of Stripe.

No source says if ``amount_paid`` includes those amounts: until 2025-03-31.basil it did not, by the
changelog.
"""

UNCOLLECTIBLE_DETAILS = {"uncollectible": {"reason": "user_forgiven"}}
"""The ``status_details`` of an uncollectible invoice since 2026-09-30.endive.

The reason is an inference: the changelog gives it to an invoice that a user marks by hand.
"""


def status_of(invoice: Invoice) -> InvoiceStatus | None:
    """Return the status of an invoice, None if it is null (a preview) or unknown."""
    name = invoice.get("status")
    return STATUSES.get(name) if isinstance(name, str) else None


def null_properties(invoice: Invoice) -> Iterator[NullProperty]:
    """Return the rows of `NULL_PROPERTIES` whose condition an invoice fulfils."""
    for row in NULL_PROPERTIES:
        if invoice.get(row.condition) in row.values:
            yield row


def is_paid_elsewhere(invoice: Invoice) -> bool:
    """Return true if ``amount_paid`` need not be the whole payment."""
    return any(invoice.get(name) for name in PAID_ELSEWHERE)


def amount_due(invoice: Invoice) -> int:
    """Return the amount due for the total and the customer's balance: Stripe never pays it out.

    Real invoices may differ, by minimum charges and credits: no rule of the contract.
    """
    return max(0, _integer(invoice, "total") + balance(invoice))


def ending_balance(invoice: Invoice) -> int:
    """Return the customer's balance that ``amount_due`` leaves; a draft has null instead."""
    return _integer(invoice, "total") + balance(invoice) - _integer(invoice, "amount_due")


def balance(invoice: Invoice) -> int:
    """Return what the customer's balance adds to the total, less the credit notes."""
    notes = _integer(invoice, "pre_payment_credit_notes_amount")
    return _integer(invoice, "starting_balance") - notes


def _integer(invoice: Invoice, name: str) -> int:
    value = invoice.get(name)
    return value if type(value) is int else 0
