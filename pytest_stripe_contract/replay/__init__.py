"""Play cassettes to the code under test."""

from __future__ import annotations

from .call import Call
from .miss import ReplayMiss
from .recording import recorded_answers
from .replay import Replay
from .settings import Settings

__all__ = ["Call", "Replay", "ReplayMiss", "Settings", "recorded_answers"]
