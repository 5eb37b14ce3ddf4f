"""What is inside of bytes: compressed ones, and texts among others."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator

from .._support.json_path import json_path
from ..errors import StripeContractError

DEEPEST = 16
"""Layers in one another: many times what any recorder has written."""

LARGEST = 1 << 23
"""Bytes that something compressed may hold: many times the longest page of a list."""


class Unscannable(StripeContractError, ValueError):
    """What cannot be looked into, so that nobody can say that no secret is in it.

    ``problem`` says why not; ``steps``, the keys that lead to the place in a document, and
    ``path`` say where.
    """

    def __init__(self, problem: str, steps: tuple[str | int, ...] = ()) -> None:
        self.problem = problem
        self.steps = steps
        super().__init__(problem, steps)

    @property
    def path(self) -> str:
        """The place as a JSON path."""
        return json_path(self.steps)

    def __str__(self) -> str:
        return f"{self.path} cannot be searched for secrets: {self.problem}"


_SHORTEST_RUN = 8
_READABLE = rb"[\t\n\r -~\x80-\xf4]{%d}" % _SHORTEST_RUN
_RUN = re.compile(
    rb"(?=%b)(?:[\t\n\r -~]++|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}"
    rb"|[\xf0-\xf4][\x80-\xbf]{3})++(?<=%b)" % (_READABLE, _READABLE)
)
"""Text in UTF-8 of some length; the two looks at its ends spare most looks at what is none."""

_IN_UTF_8 = ((0x80, 0xBF, "c"), (0xC2, 0xDF, "2"), (0xE0, 0xEF, "3"), (0xF0, 0xF4, "4"))
_KINDS = bytes(
    ord(
        "a"
        if byte in b"\t\n\r" or 0x20 <= byte <= 0x7E  # noqa: PLR2004 (ASCII that is printable)
        else next((kind for first, last, kind in _IN_UTF_8 if first <= byte <= last), ".")
    )
    for byte in range(256)
)
"""For each byte what it may be in UTF-8: ASCII, a lead of so many bytes, or what continues."""

_GZIP = b"\x1f\x8b"
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
"""How streams begin: https://www.rfc-editor.org/rfc/rfc1950#section-2.2."""

_GZIP_BITS, _ZLIB_BITS = 31, 15


def inflated(data: bytes, coding: str = "") -> bytes | None:
    """What was compressed by gzip or deflate; None if nothing was.

    `Unscannable` if it is more than `LARGEST`.
    """
    if data.startswith(_GZIP):
        return _inflated(data, _GZIP_BITS)
    found = _inflated(data, _ZLIB_BITS) if data.startswith(_ZLIB) else None
    if found is None and "deflate" in coding:
        found = _inflated(data, -_ZLIB_BITS)  # as some servers send it, without a header
    return found


def may_be_inflated(data: bytes) -> bool:
    """Whether it begins as something compressed."""
    try:
        bits = _GZIP_BITS if data.startswith(_GZIP) else _ZLIB_BITS
        zlib.decompressobj(bits).decompress(data, 1)
    except zlib.error:
        return False
    return True


def deflated(data: bytes, like: bytes) -> bytes:
    """The data compressed as other data is."""
    return gzip.compress(data, mtime=0) if like.startswith(_GZIP) else zlib.compress(data)


def _inflated(data: bytes, bits: int) -> bytes | None:
    found = bytearray()
    while data:
        stream = zlib.decompressobj(bits)
        try:
            found += stream.decompress(data, LARGEST - len(found) + 1)
        except zlib.error:
            break
        if len(found) > LARGEST:
            raise Unscannable(f"it holds more than {LARGEST} bytes once it is decompressed")
        data = stream.unused_data  # of gzip, more of it may follow
    return bytes(found + data) if found else None


def has_runs(data: bytes) -> bool:
    """Whether `runs` finds any, told faster."""
    kinds = data.translate(_KINDS)
    for length, lead in ((2, b"2"), (3, b"3"), (4, b"4")):
        kinds = kinds.replace(lead + b"c" * (length - 1), b"a" * length)
    return b"a" * _SHORTEST_RUN in kinds


def runs(data: bytes) -> Iterator[tuple[int, int, str]]:
    """The parts of data that can be read, with where they start and end."""
    for match in _RUN.finditer(data):
        if match.end() - match.start() < _SHORTEST_RUN:
            continue  # what stands before it looks like a part of it, and is none
        yield match.start(), match.end(), match[0].decode("utf-8", "surrogateescape")
