"""Changes of a text, and what is told of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple

Steps = tuple[str | int, ...]
"""Names and indexes that lead to a place."""


class Note(NamedTuple):
    """That something was replaced: what kind of thing, and where from the place looked at."""

    steps: Steps
    kind: str

    def under(self, *steps: str | int) -> Note:
        """The same, from a place further up."""
        return Note((*steps, *self.steps), self.kind)


Notes = list[Note]


class Edit(NamedTuple):
    """What is to take the place of ``text[start:end]``."""

    start: int
    end: int
    new: str
    notes: Notes


def apart(edits: Iterable[Edit]) -> list[Edit]:
    """Those that do not overlap one that came before, in the order of the text."""
    chosen: list[Edit] = []
    for edit in edits:
        after = bisect_left(chosen, edit.end, key=_start)
        if after == 0 or chosen[after - 1].end <= edit.start:
            chosen.insert(after, edit)
    return chosen


def _start(edit: Edit) -> int:
    return edit.start


def applied(text: str, edits: Iterable[Edit]) -> str:
    """The text with the edits, which are in its order and do not overlap."""
    parts, end = [], 0
    for edit in edits:
        parts += [text[end : edit.start], edit.new]
        end = edit.end
    return "".join([*parts, text[end:]])
