"""Make legal invoices and signed events for tests."""

from __future__ import annotations

from . import event_invoices, events, invoices
from .events import SECRET, Event, EventFactory, NoEvent
from .invoices.factory import InvoiceFactory, make
from .invoices.made import items
from .invoices.statuses import STATUSES

__all__ = [
    "SECRET",
    "STATUSES",
    "Event",
    "EventFactory",
    "InvoiceFactory",
    "NoEvent",
    "event_invoices",
    "events",
    "invoices",
    "items",
    "make",
]
