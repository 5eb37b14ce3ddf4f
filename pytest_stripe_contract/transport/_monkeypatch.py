"""Attributes replaced for a while, and put back unless somebody else has since replaced them."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_MISSING = object()


@dataclass(frozen=True, slots=True)
class Patch:
    """One attribute of a class or module, and what to put there."""

    owner: Any
    name: str
    replacement: Any


class Kept:
    """Patches that are made once, by ``make``, to be put in place again and again.

    They are made anew if what they replace is no longer what it was, or if ``owners``, which
    gives what they are to be put on, gives others: another tool has patched it too.
    """

    def __init__(
        self, make: Callable[[], Iterable[Patch]], owners: Callable[[], tuple[Any, ...]] = tuple
    ) -> None:
        self.make = make
        self.made: list[tuple[Patch, Any]] = []
        self._owners = owners
        self._made_for: tuple[Any, ...] = ()

    def is_valid(self) -> bool:
        """Whether there are any, and nothing has changed since."""
        before, self._made_for = self._made_for, self._owners()
        return (
            bool(self.made)
            and before == self._made_for
            and all(
                vars(each.owner).get(each.name, _MISSING) is original
                for each, original in self.made
            )
        )


class Patches:
    """Patches in place: `apply` adds some, `undo` takes all of them away."""

    def __init__(self) -> None:
        self._applied: list[tuple[Patch, Any]] = []

    def apply(self, patches: Iterable[Patch]) -> None:
        """Put each patch in place as soon as it is yielded."""
        for each in patches:
            self._put(each, vars(each.owner).get(each.name, _MISSING))

    def apply_kept(self, kept: Kept) -> None:
        """Put patches in place that were made before, or make them if they were not."""
        if not kept.is_valid():
            kept.made = []
            begun = len(self._applied)
            self.apply(kept.make())
            kept.made = self._applied[begun:]
            return
        for each, original in kept.made:
            self._put(each, original)

    def _put(self, patch: Patch, original: Any) -> None:
        self._applied.append((patch, original))
        setattr(patch.owner, patch.name, patch.replacement)

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


def is_installed(package: str) -> bool:
    """Whether a package can be imported; one that cannot is not looked for again in vain."""
    return sys.modules.get(package) is not None or _is_found(package, tuple(sys.path))


@lru_cache(maxsize=64)
def _is_found(package: str, _path: tuple[str, ...]) -> bool:
    return importlib.util.find_spec(package) is not None
