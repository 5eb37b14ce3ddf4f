"""Make legal invoices and signed events for tests."""

from __future__ import annotations

from .event_invoices import make_event_invoice
from .events import SECRET, Event, EventFactory, NoEvent, event_of_call
from .invoices import (
    InvoiceFactory,
    UnknownProperty,
    line_items,
    load_open_invoice,
    make_invoice,
    repair_invoice,
)

__all__ = [
    "SECRET",
    "Event",
    "EventFactory",
    "InvoiceFactory",
    "NoEvent",
    "UnknownProperty",
    "event_of_call",
    "line_items",
    "load_open_invoice",
    "make_event_invoice",
    "make_invoice",
    "repair_invoice",
]
