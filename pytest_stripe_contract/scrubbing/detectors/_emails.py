"""Detector of e-mail addresses; those of domains reserved for tests are left out.

The search starts at an ``@``, or at a ``%40`` in a URL, and goes outwards.
Internationalized addresses count: https://www.rfc-editor.org/rfc/rfc6531
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from .. import _placeholders

_DOMAIN = r"((?:[^\W_](?:[^\W_]|-){0,62}\.)+(?:xn--[A-Za-z0-9-]{2,59}|[^\W\d_]{2,63}[^\W_]*))"
_PATTERNS = {at: re.compile(at + _DOMAIN) for at in ("@", "%40")}
"""One pattern for each way to write an ``@``: those that begin with a literal are fast."""

_SEPARATORS = frozenset('"(),:;<>@[]\\')
_LONGEST_LOCAL = 200
"""Characters: 64 are allowed, and each may be written as an escape of three."""

_BEFORE_LOCAL = re.compile(
    r".*(?:[/=&?#{}|*`]|%(?:0[0-9AD]|2[02689CFcf]|3[A-Fa-f]|40|5[BCDbcd]|7[BCDbcd]))|[.'!]+",
    re.DOTALL,
)
"""Text before the local part, in a run of characters that may all be in a local part."""

_AUTHORITY = re.compile(r"://[^\s/@]*\Z")


def find(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the start, the end and the placeholder of each address."""
    for at, pattern in _PATTERNS.items():
        for match in pattern.finditer(text):
            start = _local_start(text, match.start())
            if start is None:
                continue
            address = f"{text[start : match.start()]}@{match[1]}"
            address = address if at == "@" else unquote(address)
            if not _placeholders.is_reserved_address(address):
                yield start, match.end(), _placeholders.email(address).replace("@", at)


def _local_start(text: str, end: int) -> int | None:
    """Return the start of the local part that ends there; None if there is none, or a mask."""
    start, lowest = end, max(0, end - _LONGEST_LOCAL)
    while start > lowest and text[start - 1] not in _SEPARATORS and not text[start - 1].isspace():
        start -= 1
    run = text[start:end]
    if not run or run.endswith("***"):
        return None
    rest = run.removeprefix("//")
    if _AUTHORITY.search(text, lowest, end - len(rest)) and (
        rest.endswith("/") or not any(mark in rest for mark in "/?#")
    ):
        return None  # the @ of a URL: before its host, or the first of a name in its path
    before = _BEFORE_LOCAL.match(run)
    return start + before.end() if before and before.end() < len(run) else start
