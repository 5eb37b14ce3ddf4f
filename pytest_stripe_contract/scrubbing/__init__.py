"""TODO-DOC scrubbing."""

from __future__ import annotations

from . import scrubber, secrets
from .edits import Edit, applied
from .layers import Unscannable
from .scrubber import Scrubber, leaks
from .secrets import Secret

__all__ = ["Edit", "Scrubber", "Secret", "Unscannable", "applied", "leaks", "scrubber", "secrets"]
