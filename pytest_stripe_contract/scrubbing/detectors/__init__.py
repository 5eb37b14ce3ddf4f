"""Detectors of secrets in a text: keys, tokens, hosted pages, credentials, e-mails, cards."""

from __future__ import annotations

from .secrets import CLUES, Secret, find_secrets, redact, replace_secrets

__all__ = ["CLUES", "Secret", "find_secrets", "redact", "replace_secrets"]
