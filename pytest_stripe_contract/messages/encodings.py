"""What was done to a stored body for its way over the wire, told by the body itself."""

from __future__ import annotations

import re
import zlib
from importlib.util import find_spec

_WINDOWS = {"gzip": (31,), "x-gzip": (31,), "deflate": (zlib.MAX_WBITS, -zlib.MAX_WBITS)}
"""What zlib calls the form of a coding; deflate comes with its header and without."""
_ZSTANDARD = b"\x28\xb5\x2f\xfd"
"""Source: https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1"""
_DECODERS = {"br": ("brotli", "brotlicffi"), "zstd": ("zstandard",)}
"""The packages that httpx decodes with: one of them is enough."""
_PROBE = 1 << 16
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})\r\n")


def is_in(coding: str, body: bytes) -> bool:
    """Whether the body is in a coding of HTTP; so it is in one that nobody here knows."""
    if coding in _WINDOWS:
        return any(_inflates(body, window) for window in _WINDOWS[coding])
    if coding == "zstd":
        return body.startswith(_ZSTANDARD)
    return coding != "br" or not _is_text(body)


def missing_decoder(coding: str) -> str | None:
    """The package that would read a coding, if there is none that does."""
    packages = _DECODERS.get(coding, ())
    return packages[0] if packages and not any(map(find_spec, packages)) else None


def without_frames(body: bytes) -> bytes:
    """What the chunks of a body hold, if it is framed by Transfer-Encoding; else the body.

    Source: https://www.rfc-editor.org/rfc/rfc9112#section-7.1
    """
    chunks, at = [], 0
    while frame := _CHUNK.match(body, at):
        begin, end = frame.end(), frame.end() + int(frame[1], 16)
        chunks.append(body[begin:end])
        if begin == end and body[end:] == b"\r\n":
            return b"".join(chunks)
        at = end + len(b"\r\n")
    return body


def _inflates(body: bytes, window: int) -> bool:
    """Whether it is a whole stream of that form; no more of it is looked at than need be."""
    stream = zlib.decompressobj(window)
    try:
        stream.decompress(body, _PROBE)
    except zlib.error:
        return False
    return bool(stream.unconsumed_tail) or (stream.eof and not stream.unused_data)


def _is_text(body: bytes) -> bool:
    """Brotli has no mark of its own; but what it makes is not UTF-8."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
