"""Stripe's API versions, and the release lines whose schema they share.

Source: Stripe's API changelog (https://docs.stripe.com/changelog), and the version that each
release of the official ``stripe`` package for Python sends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ..errors import UnknownName

VERSION: Final = "2023-10-16"
"""The API version of Stripe's page on mark_uncollectible; the default where none is named."""

STRIPE: Final = "https://api.stripe.com"
"""The address of Stripe's API: https://docs.stripe.com/api."""


@dataclass(frozen=True, slots=True)
class ReleaseLine:
    """The API versions that share one schema: ``first``, and what came after under ``name``.

    ``changes`` says what the line changed on the invoice, ``sdk`` which releases of the
    ``stripe`` package for Python send it.
    """

    name: str
    first: str
    changes: str
    sdk: str

    @property
    def since(self) -> str:
        """The date of its first version."""
        return self.first.partition(".")[0]


LINES = (
    ReleaseLine("2020-08-27", "2020-08-27", "removes tax_percent", "none"),
    ReleaseLine("2022-08-01", "2022-08-01", "adds from_invoice and latest_revision", "none"),
    ReleaseLine(
        "2022-11-15",
        "2022-11-15",
        "adds amount_shipping, effective_at, shipping_cost, shipping_details and "
        "subscription_details",
        "none",
    ),
    ReleaseLine("2023-08-16", "2023-08-16", "adds rendering", "6"),
    ReleaseLine("2023-10-16", "2023-10-16", "adds issuer; line items: invoice", "7, 8"),
    ReleaseLine(
        "2024-04-10",
        "2024-04-10",
        "removes rendering_options; discounts are never null",
        "9",
    ),
    ReleaseLine("2024-06-20", "2024-06-20", "adds automatically_finalizes_at", "10"),
    ReleaseLine(
        "acacia",
        "2024-09-30.acacia",
        "adds total_pretax_credit_amounts and automatic_tax.disabled_reason; "
        "line items: pretax_credit_amounts",
        "11",
    ),
    ReleaseLine(
        "basil",
        "2025-03-31.basil",
        "moves charge, payment_intent, subscription, quote and tax into payments, parent and "
        "total_taxes; removes application_fee_amount, discount, paid, paid_out_of_band and "
        "transfer_data; line items: price, tax and proration move into pricing, taxes and parent",
        "12",
    ),
    ReleaseLine(
        "clover", "2025-09-30.clover", "adds customer_account; line items: subtotal", "13, 14"
    ),
    ReleaseLine(
        "dahlia",
        "2026-03-25.dahlia",
        "adds amount_paid_off_stripe; line items: quantity_decimal",
        "15",
    ),
    ReleaseLine("endive", "2026-09-30.endive", "adds status_details", "16"),
)
"""Oldest first."""

_DATED = re.compile(r"(\d{4}-\d{2}-\d{2})\.([a-z]+)")


def resolve(version: str) -> ReleaseLine:
    """The release line that covers a version, or has that name; `UnknownName` if none does.

    Since 2024-09-30 a line has a version a month: any date from its first one on, until the
    next line begins, is one of them.
    """
    dated = _DATED.fullmatch(str(version))
    date, name = dated.groups() if dated else ("", version)
    for line, later in zip(LINES, (*LINES[1:], None), strict=True):
        ended = later.since if later else "9999"
        if version in (line.name, line.first) or (name == line.name and line.since <= date < ended):
            return line
    raise UnknownName("API version", version, (line.first for line in LINES))
