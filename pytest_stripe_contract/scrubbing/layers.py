"""What is inside a text or a body: other texts, escaped, encoded in base64, or compressed.

Each layer says what is inside, and puts what took its place back in the same form.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes

from ..errors import StripeContractError
from ..findings import json_path

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


# --- escapes, of URLs and of JSON -------------------------------------------------------------

_ESCAPES = re.compile(r"((?:%[0-9A-Fa-f]{2})+)|((?:\\u[0-9A-Fa-f]{4})+)|(\\[\"\\/bfnrt])", re.ASCII)
_KEPT_IN_URLS = "*@:/?#[]!$&'()+,;="


@dataclass(frozen=True, slots=True)
class Unescaped:
    """A ``text`` without the escapes of its ``source``.

    ``starts`` has where each character of it comes from, and the source's end.
    """

    source: str
    text: str
    starts: list[int]

    def back(self, start: int, end: int, new: str) -> tuple[int, int, str]:
        """A change of ``text[start:end]`` as a change of the source."""
        begin, until = self.starts[start], self.starts[end]
        replaced = self.source[begin:until]
        if "%" in replaced:
            new = quote(new, safe="*", errors="surrogatepass")
        elif "%" in self.source and "\\" not in self.source:
            new = quote(new, safe=_KEPT_IN_URLS, errors="surrogatepass")
        if "\\" in self.source:
            new = json.dumps(new)[1:-1]
        return begin, until, new


def unescaped(source: str) -> Unescaped | None:
    """The text without its escapes; None if it has none."""
    if not _has_marks(source):
        return None
    parts: list[str] = []
    starts: list[int] = []
    end = 0
    for match in _ESCAPES.finditer(source):
        starts += range(end, match.start())
        parts += [source[end : match.start()], text := _character(match)]
        at = match.start()
        for char in text:
            starts.append(at)
            at += _width(match, char)
        end = match.end()
    if not parts:
        return None
    starts += range(end, len(source) + 1)
    return Unescaped(source, "".join([*parts, source[end:]]), starts)


def without_escapes(source: str) -> str:
    """The same, where the places do not matter."""
    return _ESCAPES.sub(_character, source) if _has_marks(source) else source


def _has_marks(source: str) -> bool:
    return "%" in source or "\\" in source


def _character(match: re.Match[str]) -> str:
    if match[1]:
        return unquote_to_bytes(match[1]).decode("utf-8", "surrogateescape")
    return str(json.loads(f'"{match[0]}"'))


def _width(match: re.Match[str], char: str) -> int:
    """The length of what stands for the character."""
    if match[1]:
        return 3 * len(char.encode("utf-8", "surrogateescape"))
    if match[2]:
        return 12 if char > "\uffff" else 6
    return 2


# --- base64 -----------------------------------------------------------------------------------

_ALPHABET = "[A-Za-z0-9+/_-]"
_TOKEN = re.compile(rf"{_ALPHABET}{{16,}}={{0,2}}")
_LINE = 60
_WRAPPED = re.compile(rf"{_ALPHABET}{{{_LINE},}}(?:\r?\n{_ALPHABET}+)*={{0,2}}")
"""Base64 in lines, as mail has it."""

_BREAKS = str.maketrans("", "", "\r\n=")
_STANDARD = str.maketrans("-_", "+/")
_SHORT = 256
_COMPRESSED = re.compile("H4sI|e(?:A[E-H]|F[4-7]|J[w-z]|N[o-r])")
"""How what gzip and zlib make begins in base64."""

_PROBE = 400
_SHORTEST_RUN = 8
_READABLE = rb"[\t\n\r -~\x80-\xf4]{%d}" % _SHORTEST_RUN
_RUN = re.compile(
    rb"(?=%b)(?:[\t\n\r -~]++|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}"
    rb"|[\xf0-\xf4][\x80-\xbf]{3})++(?<=%b)" % (_READABLE, _READABLE)
)
"""Text in UTF-8 of some length; the two looks at its ends spare most looks at what is none."""


@dataclass(frozen=True, slots=True)
class Packed:
    """What a token of base64 at ``start`` in a text holds: ``data``, from its ``offset`` on."""

    start: int
    token: str
    offset: int
    data: bytes

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
        if len(token) >= _LINE and (wrapped := _WRAPPED.match(text, match.start())):
            token = wrapped[0]
        end = match.start() + len(token)
        contents = _short_contents(token) if len(token) < _SHORT else _contents(token)
        for offset, data in contents:
            yield Packed(match.start(), token, offset, data)


def _contents(token: str) -> tuple[tuple[int, bytes], ...]:
    """What may be read in a token, and where it begins.

    It may begin anywhere: a path or a prefix may stand before it, in the same alphabet.
    """
    plain = token.translate(_BREAKS).translate(_STANDARD)
    shifted = (plain[offset:] + "A" * ((offset - len(plain)) % 4) for offset in range(4))
    is_readable = any(runs(binascii.a2b_base64("AAAA".join(shifted))))
    found: list[tuple[int, bytes]] = []
    for match in _COMPRESSED.finditer(plain):
        begins = match.start()
        if _may_be_inflated(_decoded(plain[begins : begins + _PROBE], 0)):
            found.append((begins, _decoded(plain, begins)))
    for offset in range(4) if is_readable else ():
        data = _decoded(plain, offset)
        if any(runs(data)):
            found.append((offset, data))
    return tuple(found)


_short_contents = lru_cache(maxsize=4096)(_contents)
"""Ids and names of properties come again and again."""


def _decoded(plain: str, offset: int) -> bytes:
    length = len(plain) - offset
    if length % 4 == 1:
        length -= 1
    return binascii.a2b_base64(plain[offset : offset + length] + "=" * (-length % 4))


# --- compression ------------------------------------------------------------------------------

_GZIP = b"\x1f\x8b"
_GZIP_BITS, _ZLIB_BITS = 31, 15


def is_zlib(data: bytes) -> bool:
    """Whether data begins as zlib's form: https://www.rfc-editor.org/rfc/rfc1950#section-2.2."""
    return len(data) > 2 and data[0] == 0x78 and (data[0] << 8 | data[1]) % 31 == 0  # noqa: PLR2004


def inflated(data: bytes, coding: str = "") -> bytes | None:
    """What was compressed by gzip or deflate; None if nothing was.

    `Unscannable` if it is more than `LARGEST`.
    """
    if data.startswith(_GZIP):
        return _inflated(data, _GZIP_BITS)
    found = _inflated(data, _ZLIB_BITS) if is_zlib(data) else None
    if found is None and "deflate" in coding:
        found = _inflated(data, -_ZLIB_BITS)  # as some servers send it, without a header
    return found


def _may_be_inflated(data: bytes) -> bool:
    """Whether it begins as something compressed."""
    try:
        zlib.decompressobj(_GZIP_BITS if data.startswith(_GZIP) else _ZLIB_BITS).decompress(data)
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


def runs(data: bytes) -> Iterator[tuple[int, int, str]]:
    """The parts of data that can be read, with where they start and end."""
    for match in _RUN.finditer(data):
        if match.end() - match.start() < _SHORTEST_RUN:
            continue  # what stands before it looks like a part of it, and is none
        yield match.start(), match.end(), match[0].decode("utf-8", "surrogateescape")
