"""How far a long run is, on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TypeVar

FEW = 20
"""Files: of less, nothing is shown."""

Item = TypeVar("Item")


def shown(items: Sequence[Item], doing: str) -> Iterable[Item]:
    """The items, and a bar on standard error while they are gone through.

    There is none if standard error is no terminal, or the items are few.
    """
    if len(items) < FEW or sys.stderr is None or not sys.stderr.isatty():
        return items
    from tqdm import tqdm

    return tqdm(items, desc=doing, unit="file", leave=False, disable=None)
