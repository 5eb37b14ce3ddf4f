"""Paths of objects in an invoice, and in its line items."""

from __future__ import annotations

LINES = "lines.data[]"

DISCOUNTS = (
    "discount",
    "discounts[]",
    "discount_amounts[].discount",
    "pretax_credit_amounts[].discount",
    "total_discount_amounts[].discount",
    "total_pretax_credit_amounts[].discount",
)
"""Places of discounts, expanded, in an invoice or a line item."""

TAX_RATES = (
    "default_tax_rates[]",
    "shipping_cost.taxes[].rate",
    "tax_amounts[].tax_rate",
    "tax_rates[]",
    "total_tax_amounts[].tax_rate",
)
"""Places of tax rates, expanded, in an invoice or a line item."""

PAYMENT_METHODS = ("payment_settings.payment_method_options",)
PERMISSIONS = ("payment_settings.payment_method_options.us_bank_account.financial_connections",)
