"""Texts with the escapes of URLs or of JSON, read without them and changed with them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

_ESCAPES = re.compile(
    r"[%\\](?:(?<=%)[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2})*"
    r"|(?<=\\)(?:u[0-9A-Fa-f]{4}(?:\\u[0-9A-Fa-f]{4})*|[\"\\/bfnrt]))"
)
_BREAK = "\n\n"
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
            safe = '*"\\' if "\\" in self.source else "*"
            new = quote(new, safe=safe, errors="surrogatepass")
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
        parts += [source[end : match.start()], text := _text(match)]
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
    """The paragraphs that have escapes, without them; nothing if there are none."""
    if not _has_marks(source):
        return ""
    paragraphs = (each for each in source.split(_BREAK) if _has_marks(each))
    return _BREAK.join(new for each in paragraphs if (new := _ESCAPES.sub(_text, each)) != each)


def _has_marks(source: str) -> bool:
    return "%" in source or "\\" in source


def _text(match: re.Match[str]) -> str:
    """What a run of escapes stands for."""
    if match[0].startswith("%"):
        return unquote_to_bytes(match[0]).decode("utf-8", "surrogateescape")
    return str(json.loads(f'"{match[0]}"'))


def _width(match: re.Match[str], char: str) -> int:
    """The length of what stands for the character."""
    if match[0].startswith("%"):
        return 3 * len(char.encode("utf-8", "surrogateescape"))
    if match[0].startswith("\\u"):
        return 12 if char > "\uffff" else 6
    return 2
