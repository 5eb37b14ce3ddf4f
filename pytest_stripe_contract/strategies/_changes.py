"""Changes of a payload: each sets a place, or several at once, to something else that is legal."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from .._support.json_objects import Object
from .._support.json_path import ABSENT
from ..schemas import EVERY
from ._bounds import LINE
from ._spots import Spot, spots

_SHARE = 12
"""Each top property has so many chances to be drawn, or as many as there are places in it."""
_SWEPT = 3
"""A sweep counts for so many top properties."""
_MOST = 40
_LAST_INDEX = 5


@dataclass(frozen=True, slots=True)
class Change:
    """A value for a spot, in the item ``index`` of each array on the way (modulo its length)."""

    spot: Spot
    value: Any
    index: int

    def apply(self, root: Object) -> None:
        """Change a payload."""
        self.spot.put(root, self.value, self.index)


@dataclass(frozen=True, slots=True)
class Sweep:
    """Several properties of one object: ``is_full``, something in each.

    Otherwise each is null that may be, and of those that may not, each absent that may be.
    """

    spots: tuple[Spot, ...]
    is_full: bool

    def apply(self, root: Object) -> None:
        """Change a payload: the first item of each array on the way."""
        for spot in self.spots:
            if self.is_full and spot.full is not ABSENT:
                spot.put(root, spot.full)
            elif not self.is_full and spot.place.is_nullable:
                spot.put(root, None)
            elif not self.is_full and not spot.place.is_required:
                spot.put(root, ABSENT)


@cache
def changes(
    kind: str, line: str, *, expands: bool, within: tuple[str, ...] = ()
) -> SearchStrategy[list[Change | Sweep]]:
    """Some changes of a kind of payload, of what is ``within`` a path."""
    found = [each for each in spots(kind, line, expands=expands) if _is_within(each, within)]
    table: list[Spot | Sweep] = []
    for group in _groups(found):
        table += group * max(1, _SHARE // len(group))
    for owner in dict.fromkeys(_top(each)[:-1] for each in found):
        top = tuple(each for each in found if each.place.path[:-1] == owner)
        for is_full in (False, True):
            table += [Sweep(top, is_full)] * (_SWEPT * _SHARE)
    return st.lists(_one(st.sampled_from(table)), max_size=_MOST)


@st.composite
def _one(draw: DrawFn, table: SearchStrategy[Spot | Sweep]) -> Change | Sweep:
    """A change of something in a table; of a sweep, a part.

    The part ends at a property and reaches back from there, so that it shrinks to one property.
    In a quarter of all cases it is the whole.
    """
    drawn = draw(table)
    if isinstance(drawn, Sweep):
        length = len(drawn.spots)
        end = min(draw(_ends(length)), length)
        return Sweep(drawn.spots[max(0, end - 1 - draw(_backs(length))) : end], drawn.is_full)
    value = draw(drawn.values)
    return Change(drawn, value, draw(_indexes) if EVERY in drawn.place.path else 0)


_indexes = st.integers(0, _LAST_INDEX)


@cache
def _ends(length: int) -> SearchStrategy[int]:
    return st.integers(1, 2 * length)


@cache
def _backs(length: int) -> SearchStrategy[int]:
    return st.integers(0, 2 * length)


def _top(spot: Spot) -> tuple[str, ...]:
    """The top property that a spot is in: of the payload, or of a line item."""
    path = spot.place.path
    return path[: len(LINE) + 1] if path[: len(LINE)] == LINE else path[:1]


def _groups(found: list[Spot]) -> list[list[Spot]]:
    """The spots by the top property that they are in: each is as likely, if it is not large."""
    groups: dict[tuple[str, ...], list[Spot]] = {}
    for spot in found:
        groups.setdefault(_top(spot), []).append(spot)
    return list(groups.values())


def _is_within(spot: Spot, path: tuple[str, ...]) -> bool:
    return len(spot.place.path) > len(path) and spot.place.path[: len(path)] == path
