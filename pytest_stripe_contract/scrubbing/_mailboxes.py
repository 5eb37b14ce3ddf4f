"""E-mail addresses in a text, those of test domains aside.

Found from their ``@`` outwards, which is fast where there is none; ``%40`` stands for it in an
address of the web. Internationalized addresses count: https://www.rfc-editor.org/rfc/rfc6531
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from . import _standins

_AT_DOMAIN = re.compile(
    r"(@|%40)((?:[^\W_](?:[^\W_]|-){0,62}\.)+(?:xn--[A-Za-z0-9-]{2,59}|[^\W\d_]{2,63}[^\W_]*))"
)
_STOPS = frozenset('"(),:;<>@[]\\')
_LONGEST_LOCAL = 200
"""Characters: 64 are allowed, and each may be written as an escape of three."""

_BEFORE_LOCAL = re.compile(
    r".*(?:[/=&?#{}|*`]|%(?:0[0-9AD]|2[02689CFcf]|3[A-Fa-f]|40|5[BCDbcd]|7[BCDbcd]))|[.'!]+",
    re.DOTALL,
)
"""What stands before the local part in a run of characters that may all be in one."""

_IN_AUTHORITY = re.compile(r"://[^\s/@]*\Z")


def find(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each address starts and ends, and what is to stand there."""
    for match in _AT_DOMAIN.finditer(text):
        start = _start_of_local(text, match.start())
        if start is None:
            continue
        escaped = match[1] != "@"
        address = f"{text[start : match.start()]}@{match[2]}"
        address = unquote(address) if escaped else address
        if not _standins.is_nobodys(address):
            yield start, match.end(), _standins.email(address).replace("@", match[1])


def _start_of_local(text: str, end: int) -> int | None:
    """Where the local part starts that ends there; None if there is none, or it is masked."""
    start, lowest = end, max(0, end - _LONGEST_LOCAL)
    while start > lowest and text[start - 1] not in _STOPS and not text[start - 1].isspace():
        start -= 1
    run = text[start:end]
    if not run or run.endswith("***"):
        return None
    rest = run.removeprefix("//")
    if _IN_AUTHORITY.search(text, lowest, end - len(rest)) and (
        rest.endswith("/") or not any(mark in rest for mark in "/?#")
    ):
        return None  # a URL's own @: before its host, or the first of a name in its path
    return _trimmed(run, start)


def _trimmed(run: str, start: int) -> int:
    """The start of the run without what stands before a local part, if that leaves something."""
    before = _BEFORE_LOCAL.match(run)
    return start + before.end() if before and before.end() < len(run) else start
