"""Decode the layers of a text or of bytes: percent, JSON escapes, base64, gzip and deflate."""

from __future__ import annotations

import binascii
import json
import re
import zlib
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from .._support.json_path import json_path
from ..errors import StripeContractError

MAX_LAYERS = 16
"""Encodings in one another: many times more than any recorder has written."""

MAX_SIZE = 1 << 23
"""Bytes that compressed data may hold: many times the longest page of a list."""

_MAX_DECODED = 8 * MAX_SIZE
"""Characters that all layers of a text may hold together."""


class Unscannable(StripeContractError, ValueError):
    """Data that cannot be searched for secrets.

    ``problem`` is the reason. ``steps``, the keys that lead to the place in a document, and
    ``path``, the same as a JSON path, are the place.
    """

    def __init__(self, problem: str, steps: tuple[str | int, ...] = ()) -> None:
        self.problem = problem
        self.steps = steps
        super().__init__(problem, steps)

    def under(self, *steps: str | int) -> Unscannable:
        """Return the error with a place that begins further up."""
        return Unscannable(self.problem, (*steps, *self.steps))

    @property
    def path(self) -> str:
        """The place as a JSON path."""
        return json_path(self.steps)

    def __str__(self) -> str:
        return f"{self.path} cannot be searched for secrets: {self.problem}"


# --- layers -----------------------------------------------------------------------------------


def layers(content: str | bytes) -> Iterator[str]:
    """Yield each text that is encoded in a text or in bytes, however deep; not the text itself.

    Raises `Unscannable` if there are too many layers, or too large ones.
    """
    texts = list(_of_text(content) if isinstance(content, str) else of_bytes(content))
    seen: set[str] = set()
    size = depth = 0
    while texts:
        depth += 1
        if depth > MAX_LAYERS:
            raise Unscannable(f"it has more than {MAX_LAYERS} layers, one in another")
        yield from texts
        seen.update(texts)
        size += sum(map(len, texts))
        if size > _MAX_DECODED:
            raise Unscannable(f"it holds more than {_MAX_DECODED} characters once it is decoded")
        inner = dict.fromkeys(text for layer in texts for text in _of_text(layer))
        texts = [text for text in inner if text not in seen]


def _of_text(text: str) -> Iterator[str]:
    if ("%" in text or "\\" in text) and (decoded := _ESCAPES.sub(_unescaped, text)) != text:
        yield decoded
    for word in dict.fromkeys(_BASE64.findall(text)):
        if not _NAME.fullmatch(word):
            standard = word.replace("-", "+").replace("_", "/").rstrip("=")
            yield from _of_base64(_LINE_BREAK.sub("", standard))


def of_bytes(data: bytes) -> Iterator[str]:
    """Yield the texts in bytes: all of them, decompressed if need be, and their readable parts."""
    inflated = inflate(data)
    if inflated is not None:
        yield from of_bytes(inflated)
        return
    encoding = text_encoding(data)
    if encoding is not None:
        yield data.decode(encoding)
    if encoding in (None, "latin-1"):
        for match in _READABLE.finditer(data):
            yield match[0].decode("utf-8", "replace")


# --- escapes ----------------------------------------------------------------------------------

CLUES = r"[%\\]|[A-Za-z0-9+/_-]{16}"
"""Pattern of which a part is in every text that has layers."""

_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+|(?:\\u[0-9A-Fa-f]{4})+|\\[\"\\/bfnrt]")


def _unescaped(match: re.Match[str]) -> str:
    if match[0].startswith("%"):
        return unquote_to_bytes(match[0]).decode("utf-8", "surrogateescape")
    return str(json.loads(f'"{match[0]}"'))


# --- base64 -----------------------------------------------------------------------------------

_BASE64 = re.compile(
    r"[A-Za-z0-9+/_-]{16,}(?:(?<=[A-Za-z0-9+/_-]{60})\r?\n[A-Za-z0-9+/_-]+)*={0,2}"
)
"""A word that may be base64, in either alphabet, and in lines as mails have it."""

_NAME = re.compile("[a-z_]+")
"""The name of a property; sixteen characters of base64 hold a digit or a capital letter."""

_LINE_BREAK = re.compile(r"\r?\n")
_ASCII_IN_BASE64 = re.compile(
    r"(?:[I-Za-f][CDEFGHSTUVWXijklmnyz0123][ABEFIJMNQRUVYZcdghklopstwx014589].){2}"
)
"""Two groups of three printable ASCII characters, in base64; few random words have them.

The three classes hold the characters for which the first bits of each byte are those of ASCII.
"""

_COMPRESSED_IN_BASE64 = re.compile("H4sI|e(?:A[E-H]|F[4-7]|J[w-z]|N[o-r])")
"""The first characters of what gzip and zlib write."""

_PROBE = 400


def _of_base64(word: str) -> Iterator[str]:
    """Yield the texts in a word; the base64 may begin anywhere in it, as behind ``/path/``."""
    for match in _COMPRESSED_IN_BASE64.finditer(word):
        if inflate(_decoded(word[match.start() : match.start() + _PROBE]), is_partial=True):
            yield from of_bytes(_decoded(word[match.start() :]))
    if _ASCII_IN_BASE64.search(word):
        for offset in range(4):
            yield from of_bytes(_decoded(word[offset:]))
    else:
        data = _decoded(word)
        if _is_text(data, "utf-8"):
            yield data.decode()


def _decoded(word: str) -> bytes:
    if len(word) % 4 == 1:
        word = word[:-1]
    return binascii.a2b_base64(word + "=" * (-len(word) % 4))


# --- bytes ------------------------------------------------------------------------------------

_GZIP = b"\x1f\x8b"
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
"""First bytes of a stream: https://www.rfc-editor.org/rfc/rfc1950#section-2.2."""

_GZIP_BITS, _ZLIB_BITS = 31, 15

_READABLE = re.compile(
    rb"(?:[\t\n\r -~]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}"
    rb"|[\xf0-\xf4][\x80-\xbf]{3}){8,}"
)
_ASCII = bytes([9, 10, 13, *range(32, 127)])
_MAX_FOREIGN = 0.15
"""The part of other bytes up to which data is taken for a text in Latin-1."""

_MIN_NULLS = 0.25
"""The part of null bytes from which on data may be text of two or four bytes a character."""


def inflate(data: bytes, coding: str = "", *, is_partial: bool = False) -> bytes | None:
    """Return the content of gzip or deflate data; None if it is not compressed.

    ``coding`` is the Content-Encoding, as deflate without a header is not recognised by its
    bytes. With ``is_partial``, only try a beginning of the data. Raises `Unscannable` if the
    content has more than `MAX_SIZE` bytes.
    """
    limit = 1 if is_partial else MAX_SIZE + 1
    if data.startswith(_GZIP):
        return _inflate(data, _GZIP_BITS, limit)
    content = _inflate(data, _ZLIB_BITS, limit) if data.startswith(_ZLIB) else None
    if content is None and "deflate" in coding:
        content = _inflate(data, -_ZLIB_BITS, limit)
    return content


def _inflate(data: bytes, bits: int, limit: int) -> bytes | None:
    content = bytearray()
    while data and len(content) < limit:
        stream = zlib.decompressobj(bits)
        try:
            content += stream.decompress(data, limit - len(content))
        except zlib.error:
            break
        if len(content) > MAX_SIZE:
            raise Unscannable(f"it holds more than {MAX_SIZE} bytes once it is decompressed")
        data = stream.unused_data  # gzip may have several members
    return bytes(content + data) if content else None


def text_encoding(data: bytes) -> str | None:
    """Return the encoding of a text in bytes; None if they are no text."""
    if data.count(0) > len(data) * _MIN_NULLS:
        encoding = json.detect_encoding(data)
        if encoding != "utf-8" and _is_text(data, encoding):
            return encoding
    if _is_text(data, "utf-8"):
        return "utf-8"
    is_latin = len(data.translate(None, _ASCII)) < len(data) * _MAX_FOREIGN
    return "latin-1" if is_latin else None


def _is_text(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
