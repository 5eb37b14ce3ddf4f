"""Detect how a stored body is encoded for transfer, by the body itself."""

from __future__ import annotations

import re
import zlib
from importlib.util import find_spec

_WINDOWS = {"gzip": (31,), "x-gzip": (31,), "deflate": (zlib.MAX_WBITS, -zlib.MAX_WBITS)}
"""zlib's window bits for each encoding; deflate comes with its header and without."""
_ZSTANDARD = b"\x28\xb5\x2f\xfd"
"""Source: https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1"""
_DECODERS = {"br": ("brotli", "brotlicffi"), "zstd": ("zstandard",)}
"""The packages by which httpx decodes; one of them is enough."""
_PROBE = 1 << 16
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})\r\n")


def is_encoded(coding: str, body: bytes) -> bool:
    """Tell if a body has an HTTP content encoding; True for an encoding unknown here."""
    if coding in _WINDOWS:
        return any(_inflates(body, window) for window in _WINDOWS[coding])
    if coding == "zstd":
        return body.startswith(_ZSTANDARD)
    return coding != "br" or not _is_text(body)


def missing_decoder(coding: str) -> str | None:
    """Return a package to install to decode an encoding; None if none is missing."""
    packages = _DECODERS.get(coding, ())
    return packages[0] if packages and not any(map(find_spec, packages)) else None


def dechunk(body: bytes) -> bytes:
    """Return a chunked body (Transfer-Encoding) without its chunk headers, any other as it is.

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
    """Tell if a body is a complete zlib stream; only its start is decompressed if it is long."""
    stream = zlib.decompressobj(window)
    try:
        stream.decompress(body, _PROBE)
    except zlib.error:
        return False
    return bool(stream.unconsumed_tail) or (stream.eof and not stream.unused_data)


def _is_text(body: bytes) -> bool:
    """Tell if a body is UTF-8: Brotli has no magic number, but its output is not UTF-8."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
