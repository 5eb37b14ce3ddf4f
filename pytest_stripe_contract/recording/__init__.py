"""Record Stripe's answers and write them to a cassette."""

from __future__ import annotations

from .recorder import Recorder, plan_recording
from .refusal import RecordingRefused
from .upstream import ApiBase

__all__ = ["ApiBase", "Recorder", "RecordingRefused", "plan_recording"]
