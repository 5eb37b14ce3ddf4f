"""Find secrets and personal data in cassettes, payloads and texts, and replace them.

Secrets become ``***``. Personal data become placeholders that depend on nothing but the value.
"""

from __future__ import annotations

from .decoding import Unscannable
from .detectors import Secret, find_secrets, redact
from .document import REMOVED, Edit, document_edits
from .leaks import Leak, leaks
from .scrubber import Change, Scrubber

__all__ = [
    "REMOVED",
    "Change",
    "Edit",
    "Leak",
    "Scrubber",
    "Secret",
    "Unscannable",
    "document_edits",
    "find_secrets",
    "leaks",
    "redact",
]
