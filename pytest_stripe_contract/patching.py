"""Attributes replaced for a while, and put back unless somebody else has since replaced them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_MISSING = object()


@dataclass(frozen=True, slots=True)
class Patch:
    """One attribute of a class or module, and what to put there."""

    owner: Any
    name: str
    replacement: Any


class Patches:
    """Patches in place: `apply` adds some, `undo` takes all of them away."""

    def __init__(self) -> None:
        self._applied: list[tuple[Patch, Any]] = []

    def apply(self, patches: Iterable[Patch]) -> None:
        """Put each patch in place as soon as it is yielded."""
        for each in patches:
            self._applied.append((each, vars(each.owner).get(each.name, _MISSING)))
            setattr(each.owner, each.name, each.replacement)

    def undo(self) -> None:
        """Put the originals back, last first, but leave what others have put over them."""
        while self._applied:
            each, original = self._applied.pop()
            if vars(each.owner).get(each.name) is not each.replacement:
                continue
            if original is _MISSING:
                delattr(each.owner, each.name)
            else:
                setattr(each.owner, each.name, original)
