"""Keys under which the plugin stores data on pytest's objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ..replay import Replay

DESELECTED = pytest.StashKey[bool]()
"""On the config: whether a test of the run was deselected."""


@dataclass(slots=True)
class ItemState:
    """The state of a test that uses the plugin.

    ``drift`` is what its contract found, ``recorded`` names the cassettes that it recorded,
    ``is_passed`` says that its call phase passed, and ``is_verified`` that the problems of its
    replay were looked for.
    """

    replay: Replay | None = None
    drift: list[str] = field(default_factory=list)
    recorded: list[str] = field(default_factory=list)
    is_passed: bool | None = None
    is_verified: bool = False


STATE = pytest.StashKey[ItemState]()
"""On a test: its state."""


def state_of(item: pytest.Item) -> ItemState:
    """Return the state of a test."""
    return item.stash.setdefault(STATE, ItemState())
