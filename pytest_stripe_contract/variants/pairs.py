"""Combinations in which each two variations that can stand together meet at least once."""

from __future__ import annotations

from collections.abc import Sequence

from .variation import Variation

_LEAVES_THE_REST = ("longer", "order")
"""Kinds that change nothing of what is inside the place."""


def combinations(variations: Sequence[Variation]) -> list[tuple[Variation, ...]]:
    """A covering array of strength two, made greedily: each row as full as can be.

    A row begins with the variation that has most partners left to meet, and takes in the ones
    that meet most of theirs in it. Sets are bits of an integer, by the variation's place.
    """
    size = len(variations)
    fits = [
        sum(1 << j for j in range(size) if i != j and _stand(variations[i], variations[j]))
        for i in range(size)
    ]
    left = list(fits)
    rows = []
    while any(left):
        row = 0
        free = (1 << size) - 1
        while free:
            among = [i for i in range(size) if free >> i & 1]
            best = max(among, key=lambda i: ((left[i] & (row or -1)).bit_count(), -i))
            if row and not left[best] & row and not left[best] & free:
                free &= ~(1 << best)
                continue
            row |= 1 << best
            free &= fits[best]
        chosen = [i for i in range(size) if row >> i & 1]
        for i in chosen:
            left[i] &= ~row
        rows.append(tuple(variations[i] for i in chosen))
    return rows


def _stand(one: Variation, other: Variation) -> bool:
    """Whether both can be seen in one payload: neither is, or removes, the place of the other."""
    short, long = sorted((one, other), key=lambda each: len(each.path))
    if long.path[: len(short.path)] != short.path:
        return True
    return short.path != long.path and short.kind in _LEAVES_THE_REST
