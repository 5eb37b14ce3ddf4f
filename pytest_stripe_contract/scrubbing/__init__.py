"""Find secrets and personal data in cassettes, payloads and texts, and replace them.

Secrets become ``***``. Personal data become placeholders that depend on nothing but the value.
"""

from __future__ import annotations

from .document_edits import REMOVED, Edit, document_edits
from .layers import Unscannable
from .scrubber import Change, Leak, Scrubber, leaks
from .secrets import Secret, find_secrets, redact

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
