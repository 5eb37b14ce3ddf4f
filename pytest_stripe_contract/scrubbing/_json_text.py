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
_SPACE = re.compile(r"[ \t\r\n]*")
_BOM = "\ufeff"


def parse(text: str) -> list[Any] | None:
    """Return the values in a JSON text: one, or objects and arrays that follow one another.

    Return None if the text is no JSON, or a number or a word alone. Raises `Unscannable` if it is
    nested too deep.
    """
    position = _after_space(text, len(_BOM) if text.startswith(_BOM) else 0)
    if not text.startswith(("{", "[", '"'), position):
        return None
    values: list[Any] = []
    try:
        while position < len(text):
            value, end = _DECODER.raw_decode(text, position)
            values.append(value)
            position = _after_space(text, end)
    except json.JSONDecodeError:
        return None
    except RecursionError:
        raise Unscannable(TOO_DEEP) from None
    if len(values) > 1 and not all(isinstance(value, list) for value in values):
        return None
    return values


def _after_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


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
