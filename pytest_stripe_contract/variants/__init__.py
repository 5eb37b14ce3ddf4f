"""Every answer that Stripe may legally send instead of the recorded one."""

from __future__ import annotations

from .cases import (
    RECORDED,
    Answer,
    Case,
    Selection,
    VariantResponse,
    generate_cases,
    sample_cases,
)
from .pagination import next_page
from .results import Outcome, Tally

__all__ = [
    "RECORDED",
    "Answer",
    "Case",
    "Outcome",
    "Selection",
    "Tally",
    "VariantResponse",
    "generate_cases",
    "next_page",
    "sample_cases",
]
