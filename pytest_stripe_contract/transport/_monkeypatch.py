"""Set attributes of classes and modules, and restore those that nobody else replaced since."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_MISSING = object()


@dataclass(frozen=True, slots=True)
class Patch:
    """One attribute of a class or module, and its replacement."""

    owner: Any
    name: str
    replacement: Any


class Patches:
    """Patches in place: `apply` adds some, `undo` removes all of them."""

    def __init__(self) -> None:
        self._applied: list[tuple[Patch, Any]] = []

    def apply(self, patches: Iterable[Patch]) -> None:
        """Put each patch in place as soon as it is yielded."""
        for patch in patches:
            original = vars(patch.owner).get(patch.name, _MISSING)
            self._applied.append((patch, original))
            setattr(patch.owner, patch.name, patch.replacement)

    def undo(self) -> None:
        """Restore the originals, last first; an attribute that others have replaced stays."""
        while self._applied:
            patch, original = self._applied.pop()
            if vars(patch.owner).get(patch.name) is not patch.replacement:
                continue
            if original is _MISSING:
                delattr(patch.owner, patch.name)
            else:
                setattr(patch.owner, patch.name, original)


def is_installed(package: str) -> bool:
    """Tell if a package can be imported."""
    return sys.modules.get(package) is not None or _can_be_found(package, tuple(sys.path))


@lru_cache(maxsize=64)
def _can_be_found(package: str, _path: tuple[str, ...]) -> bool:
    """Search the import path; a search in vain takes longer than all patches of a replay."""
    return importlib.util.find_spec(package) is not None
