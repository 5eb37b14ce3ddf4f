"""Play cassettes to the code under test."""

from __future__ import annotations

from .answers import of_sequence
from .call import Call
from .miss import ReplayMiss
from .replay import Replay
from .settings import Settings

__all__ = ["Call", "Replay", "ReplayMiss", "Settings", "of_sequence"]
