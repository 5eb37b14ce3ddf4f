"""Convert payloads from one API version to another."""

from __future__ import annotations

from .basil import payment_list
from .chain import STEPS, upgrade
from .removed_properties import REMOVALS, Removal, find_removals
from .since_acacia import discount_credits
from .step import NoStepBack

__all__ = [
    "REMOVALS",
    "STEPS",
    "NoStepBack",
    "Removal",
    "discount_credits",
    "find_removals",
    "payment_list",
    "upgrade",
]
