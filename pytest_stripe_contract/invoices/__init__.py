"""Invoices made for a test: overrides in, an invoice out that Stripe could have sent."""

from __future__ import annotations

from .factory import InvoiceFactory, make
from .names import UnknownProperty

__all__ = ["InvoiceFactory", "UnknownProperty", "make"]
