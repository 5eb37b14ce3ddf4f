"""Combinations in which each two variations that can stand together meet at least once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ._variation import Variation

_LEAVES_THE_REST = ("longer", "order")
"""Kinds that change nothing of what is inside the place."""


def combinations(
    variations: Sequence[Variation], stand: Callable[[Variation, Variation], bool]
) -> list[tuple[Variation, ...]]:
    """A covering array of strength two, made greedily: each row as full as can be.

    ``stand`` says whether two can be legal together, once it is clear that both can be seen.

    A row begins with the variation that has most partners left to meet, and takes in the ones
    that meet most of theirs in it. Sets are bits of an integer, by the variation's place.
    """
    size = len(variations)
    fits = [0] * size
    for i, one in enumerate(variations):
        for j, other in enumerate(variations[:i]):
            if _are_apart(one, other) and stand(other, one):
                fits[i] |= 1 << j
                fits[j] |= 1 << i
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


def _are_apart(one: Variation, other: Variation) -> bool:
    """Whether both can be seen in one payload: neither is, or removes, the place of the other."""
    short, long = sorted((one, other), key=lambda each: len(each.path))
    if long.path[: len(short.path)] != short.path:
        return True
    return short.path != long.path and short.kind in _LEAVES_THE_REST
