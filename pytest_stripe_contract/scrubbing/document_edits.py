"""Compare a scrubbed document with the one it was made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Steps = tuple[str | int, ...]


class Removed:
    """The type of `REMOVED`."""

    def __repr__(self) -> str:
        return "REMOVED"


REMOVED: Final = Removed()
"""The new value of an entry that was dropped, such as a header with a cookie."""


@dataclass(frozen=True, slots=True)
class Edit:
    """The value at ``path`` changes from ``old`` to ``new``.

    ``path`` holds the keys and indexes that lead to the value in the old document. ``new`` is
    `REMOVED` if the entry was dropped from its mapping.
    """

    path: tuple[Any, ...]
    old: Any
    new: Any


def document_edits(old: Any, new: Any, path: tuple[Any, ...] = ()) -> Iterator[Edit]:
    """Yield the edits that turn one document into another, in the order of the old one.

    A mapping of which a key was renamed, and a list of which an item was dropped, are replaced
    whole.
    """
    if old is new:
        return
    match old, new:
        case Mapping(), Mapping() if set(new) <= set(old):
            for key, value in old.items():
                if key in new:
                    yield from document_edits(value, new[key], (*path, key))
                else:
                    yield Edit((*path, key), value, REMOVED)
        case list(), list() if len(old) == len(new):
            for index, (one, other) in enumerate(zip(old, new, strict=True)):
                yield from document_edits(one, other, (*path, index))
        case _:
            if type(old) is not type(new) or old != new:
                yield Edit(path, old, new)
