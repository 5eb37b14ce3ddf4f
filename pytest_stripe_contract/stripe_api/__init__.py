"""Facts of Stripe's API: versions, operations, and the data files that ship."""

from __future__ import annotations

from . import resources, versions
from .operations import HOST, LONGEST_ID, Endpoint, template
from .versions import LINES, STRIPE, VERSION, ReleaseLine

__all__ = [
    "HOST",
    "LINES",
    "LONGEST_ID",
    "STRIPE",
    "VERSION",
    "Endpoint",
    "ReleaseLine",
    "resources",
    "template",
    "versions",
]
