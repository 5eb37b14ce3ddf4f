"""Record Stripe's answers and write them to a cassette."""

from __future__ import annotations

from . import recorder
from .recorder import Recorder
from .refusal import RecordingRefused
from .upstream import Base

__all__ = ["Base", "Recorder", "RecordingRefused", "recorder"]
