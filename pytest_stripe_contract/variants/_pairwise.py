"""Combinations in which each two variations that can stand together meet at least once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ._variation import Variation

_KEEPS_INNER = ("longer", "order")
"""Kinds that do not replace the values inside the place."""


def combine(
    variations: Sequence[Variation], are_compatible: Callable[[Variation, Variation], bool]
) -> list[tuple[Variation, ...]]:
    """Return a covering array of strength two, made greedily: each row as full as possible.

    ``are_compatible`` is called for two variations of places that are apart. A row begins with
    the variation that has most partners left to meet, and adds the ones that meet most of theirs
    in it. Sets of variations are integers, with a bit for each index.

    The library allpairspy leaves pairs uncovered once a filter excludes others.
    """
    size = len(variations)
    partners = [0] * size
    for i, one in enumerate(variations):
        for j, other in enumerate(variations[:i]):
            if _are_apart(one, other) and are_compatible(other, one):
                partners[i] |= 1 << j
                partners[j] |= 1 << i
    unmet = list(partners)
    rows = []
    while any(unmet):
        row, free = 0, (1 << size) - 1
        while free:
            best = max(
                (i for i in range(size) if free >> i & 1),
                key=lambda i: ((unmet[i] & (row or -1)).bit_count(), -i),
            )
            if row and not unmet[best] & (row | free):
                free &= ~(1 << best)  # it has met all that it could meet in this row
                continue
            row |= 1 << best
            free &= partners[best]
        chosen = [i for i in range(size) if row >> i & 1]
        for i in chosen:
            unmet[i] &= ~row
        rows.append(tuple(variations[i] for i in chosen))
    return rows


def _are_apart(one: Variation, other: Variation) -> bool:
    """Return True unless one variation replaces, or removes, the place of the other."""
    short, long = sorted((one, other), key=lambda variation: len(variation.path))
    if long.path[: len(short.path)] != short.path:
        return True
    return short.path != long.path and short.kind in _KEEPS_INNER
