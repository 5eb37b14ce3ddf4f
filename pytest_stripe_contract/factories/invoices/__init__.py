"""Make invoices for tests: overrides in, an invoice out that Stripe could have sent."""

from __future__ import annotations

from .factory import InvoiceFactory, make_invoice
from .lifecycle import load_open_invoice, repair_invoice
from .overrides import UnknownProperty
from .revision import line_items

__all__ = [
    "InvoiceFactory",
    "UnknownProperty",
    "line_items",
    "load_open_invoice",
    "make_invoice",
    "repair_invoice",
]
