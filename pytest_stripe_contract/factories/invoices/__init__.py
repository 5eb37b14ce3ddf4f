"""Invoices made for a test: overrides in, an invoice out that Stripe could have sent."""

from __future__ import annotations

from ._names import UnknownProperty
from .factory import InvoiceFactory, make

__all__ = ["InvoiceFactory", "UnknownProperty", "make"]
