"""Show a payload of one API version as another version shows it."""

from __future__ import annotations

from . import upgrades
from .payments import payment_list
from .removed_properties import CHANGES
from .since_acacia import discount_credits
from .steps import STEPS
from .upgrades import Change, NoStepBack, changes_of, upgrade

__all__ = [
    "CHANGES",
    "STEPS",
    "Change",
    "NoStepBack",
    "changes_of",
    "discount_credits",
    "payment_list",
    "upgrade",
    "upgrades",
]
