"""The small steps from each release line to the next, and what each took off the invoice."""

from __future__ import annotations

from itertools import accumulate

from . import _basil, _until_2023, _until_2024, since_acacia
from ._step import NoStepBack, Step
from .removed_properties import CHANGES, Change, changes_of

__all__ = ["CHANGES", "OWN", "STEPS", "Change", "NoStepBack", "Step", "changes_of"]

OWN = (
    _until_2023.TO_2022_08_01,
    _until_2023.TO_2022_11_15,
    _until_2023.TO_2023_08_16,
    _until_2023.TO_2023_10_16,
    _until_2024.TO_2024_04_10,
    _until_2024.TO_2024_06_20,
    since_acacia.TO_ACACIA,
    _basil.STEP,
    since_acacia.TO_CLOVER,
    since_acacia.TO_DAHLIA,
    since_acacia.TO_ENDIVE,
)
"""Oldest first. Each adds what is new in its release line alone: enough behind another step."""

STEPS = tuple(accumulate(OWN, lambda earlier, step: step.after(earlier)))
"""The same, but each also adds what those before add, to answers from before that was added."""
