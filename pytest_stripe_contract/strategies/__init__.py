"""Strategies for Hypothesis: every invoice, line item, event and error that Stripe may send.

It needs the extra ``hypothesis``; nothing else of the package imports it.
"""

from __future__ import annotations

from importlib.util import find_spec

if find_spec("hypothesis") is None:
    raise ImportError(
        "these strategies need Hypothesis: pip install pytest-stripe-contract[hypothesis]"
    )

from ._errors import errors
from ._events import events, signed
from ._invoices import invoices, line_items

__all__ = ["errors", "events", "invoices", "line_items", "signed"]
