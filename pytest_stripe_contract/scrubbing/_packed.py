"""Base64 in texts: what it holds, and how something else is put in its place."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from .layers import has_runs, may_be_inflated

ALPHABET = "[A-Za-z0-9+/_-]"
_TOKEN = re.compile(rf"{ALPHABET}{{16,}}={{0,2}}")
LINE = 60
_WRAPPED = re.compile(rf"{ALPHABET}{{{LINE},}}(?:\r?\n{ALPHABET}+)*={{0,2}}")
"""Base64 in lines, as mail has it."""

_FOLDED = re.compile(rf"{ALPHABET}{{{LINE}}}\r?\n{ALPHABET}")
_FEW = 8
"""Tokens that are looked at together: chance makes one of them readable, now and then."""

_BREAKS = str.maketrans("", "", "\r\n=")
_STANDARD = str.maketrans("-_", "+/")
_SHORT = 256
_COMPRESSED = re.compile("H4sI|e(?:A[E-H]|F[4-7]|J[w-z]|N[o-r])")
"""How what gzip and zlib make begins in base64."""

_PROBE = 400


@dataclass(frozen=True, slots=True)
class Packed:
    """What a token of base64 at ``start`` in a text holds: ``data``, from its ``offset`` on."""

    start: int
    token: str
    offset: int
    data: bytes

    @property
    def end(self) -> int:
        """Where in the text it ends."""
        return self.start + len(self.token)

    def with_data(self, data: bytes) -> str:
        """The token for other data, in the same alphabet, with or without padding."""
        plain = self.token.translate(_BREAKS)
        pairs = zip(data, self.data, strict=False)
        same = next((i for i, (new, old) in enumerate(pairs) if new != old), 0) // 3
        kept = self.offset + same * 4
        altchars = b"-_" if "-" in plain or "_" in plain else b"+/"
        encoded = base64.b64encode(data[same * 3 :], altchars).decode()
        length = len(plain) - self.offset
        if length % 4 and not self.token.endswith("="):
            encoded = encoded.rstrip("=")
        rest = plain[-1] if length % 4 == 1 else ""
        return plain[:kept] + encoded + rest


def unpacked(text: str) -> Iterator[Packed]:
    """The tokens of a text that are base64 of something that can be read."""
    end = 0
    for match in _TOKEN.finditer(text):
        token = match[0]
        if match.start() < end:
            continue
        if len(token) >= LINE and (wrapped := _WRAPPED.match(text, match.start())):
            token = wrapped[0]
        end = match.start() + len(token)
        contents = _short_contents(token) if len(token) < _SHORT else _contents(token)
        for offset, data in contents:
            yield Packed(match.start(), token, offset, data)


def contents(text: str) -> Iterator[bytes]:
    """The ``data`` of what `unpacked` finds, faster, and in any order."""
    tokens = _TOKEN.findall(text)
    if any(len(token) >= LINE for token in tokens) and _FOLDED.search(text):
        yield from (each.data for each in unpacked(text))
        return
    left = [*dict.fromkeys(tokens)]
    for start in range(0, len(left), _FEW):
        few = left[start : start + _FEW]
        if _may_be_read("AAAA".join(few).translate(_BREAKS).translate(_STANDARD)):
            yield from (data for token in few for _, data in _contents(token))


def _may_be_read(plain: str) -> bool:
    """Whether something might be in tokens that stand apart: zeros are between them."""
    if _COMPRESSED.search(plain):
        return True
    return has_runs(b"\0".join(_decoded(plain, offset) for offset in range(4)))


def _contents(token: str) -> tuple[tuple[int, bytes], ...]:
    """What may be read in a token, and where it begins.

    It may begin anywhere: a path or a prefix may stand before it, in the same alphabet.
    """
    plain = token.translate(_BREAKS).translate(_STANDARD)
    shifted = (plain[offset:] + "A" * ((offset - len(plain)) % 4) for offset in range(4))
    is_readable = has_runs(binascii.a2b_base64("AAAA".join(shifted)))
    found: list[tuple[int, bytes]] = []
    for match in _COMPRESSED.finditer(plain):
        begins = match.start()
        if may_be_inflated(_decoded(plain[begins : begins + _PROBE], 0)):
            found.append((begins, _decoded(plain, begins)))
    for offset in range(4) if is_readable else ():
        data = _decoded(plain, offset)
        if has_runs(data):
            found.append((offset, data))
    return tuple(found)


_short_contents = lru_cache(maxsize=4096)(_contents)
"""Ids and names of properties come again and again."""


def _decoded(plain: str, offset: int) -> bytes:
    length = len(plain) - offset
    if length % 4 == 1:
        length -= 1
    return binascii.a2b_base64(plain[offset : offset + length] + "=" * (-length % 4))
