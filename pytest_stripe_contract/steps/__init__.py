"""The small steps from each release line to the next, and what each took off the invoice."""

from __future__ import annotations

from itertools import accumulate

from . import basil, dated, named, older
from .changes import CHANGES, Change, changes_of
from .step import NoStepBack, Step

__all__ = ["CHANGES", "STEPS", "Change", "NoStepBack", "Step", "changes_of"]

STEPS = tuple(
    accumulate(
        (
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
        ),
        lambda earlier, step: step.after(earlier),
    )
)
"""Oldest first. Each also adds what those before it add, to answers from before that was added."""
