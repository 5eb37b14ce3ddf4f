"""JSON texts: read with duplicate keys and numbers as written, and edited in place.

An edit changes one key or value alone: the layout, the order of keys and the form of numbers stay.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from .decoding import Unscannable

MAX_DEPTH = 200
"""Levels of nesting: many times what any document has, and none that Python cannot follow."""

TOO_DEEP = f"it is nested more than {MAX_DEPTH} levels deep"


class Number(str):
    """A number as it is written."""

    __slots__ = ()


class Members(list[tuple[str, Any]]):
    """The keys and values of an object, in order; a key may come twice."""


_DECODER = json.JSONDecoder(
    object_pairs_hook=Members, parse_int=Number, parse_float=Number, strict=False
)
_BOM = "\ufeff"


def parse(text: str) -> Any | None:
    """Return the object, array or text that a JSON text holds; None if it is no such JSON.

    Raises `Unscannable` if it is nested too deep.
    """
    text = text.removeprefix(_BOM)
    if not text.lstrip(" \t\r\n").startswith(("{", "[", '"')):
        return None
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError:
        return None
    except RecursionError:
        raise Unscannable(TOO_DEEP) from None


def plain(value: Any) -> Any:
    """Return a parsed value as `json.loads` gives it."""
    if isinstance(value, Members):
        return {key: plain(inner) for key, inner in value}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return json.loads(value) if isinstance(value, Number) else value


_TOKEN = re.compile(
    r'"[^"\\]*(?:\\.[^"\\]*)*"|-?[0-9][0-9.eE+-]*|true|false|null|NaN|-?Infinity|[\[\]{}]',
    re.DOTALL,
)
_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a character, which can only be written as an escape."""


def replace(text: str, changes: Mapping[int, Any]) -> str:
    """Return the text with new keys and values.

    ``changes`` has them by their number: keys, values, objects and arrays are numbered from 0 on,
    in the order in which they begin. A new value counts as one, whatever was in the old one.
    """
    parts: list[str] = []
    end = number = depth = 0
    replaced_depth: int | None = None
    for token in _TOKEN.finditer(text):
        is_closing = token[0] in "]}"
        depth -= is_closing
        if replaced_depth is None and not is_closing:
            if number in changes:
                parts += [text[end : token.start()], _written(changes[number], text)]
                replaced_depth = depth
            number += 1
        depth += token[0] in "[{"
        if depth == replaced_depth:  # the replaced value ends here
            end, replaced_depth = token.end(), None
    return "".join([*parts, text[end:]])


def _written(value: Any, text: str) -> str:
    """Return a value as JSON, with escapes if the text has no other characters than ASCII."""
    if isinstance(value, Number):
        return value
    written = json.dumps(value, ensure_ascii=text.isascii(), default=str)
    return json.dumps(value, default=str) if _SURROGATE.search(written) else written
