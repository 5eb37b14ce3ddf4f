"""The small steps from each release line to the next, and what each took off the invoice."""

from __future__ import annotations

from itertools import accumulate

from . import basil, dated, named, older
from .changes import CHANGES, Change, changes_of
from .step import NoStepBack, Step

__all__ = ["CHANGES", "OWN", "STEPS", "Change", "NoStepBack", "Step", "changes_of"]

OWN = (
    older.TO_2022_08_01,
    older.TO_2022_11_15,
    older.TO_2023_08_16,
    older.TO_2023_10_16,
    dated.TO_2024_04_10,
    dated.TO_2024_06_20,
    named.TO_ACACIA,
    basil.STEP,
    named.TO_CLOVER,
    named.TO_DAHLIA,
    named.TO_ENDIVE,
)
"""Oldest first. Each adds what is new in its release line alone: enough behind another step."""

STEPS = tuple(accumulate(OWN, lambda earlier, step: step.after(earlier)))
"""The same, but each also adds what those before add, to answers from before that was added."""
