"""Describe places and values of JSON in texts: paths (RFC 9535), types, short forms."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

Path = tuple[str | int, ...]


LONGEST_ID = 255
"""The most characters of an id of Stripe's: https://docs.stripe.com/upgrades."""


_SHOWN = 80
"""The most characters of a value that a text shows."""


_SHOWN_BITS = 128
"""The most bits of an integer that a text shows; Python may refuse to print larger ones."""


_TYPES: Final = (
    (type(None), "null"),
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (str, "string"),
    ((list, tuple), "array"),
    (dict, "object"),
)


class _Absent:
    """The type of `ABSENT`, which stands for a missing value."""

    def __repr__(self) -> str:
        return "ABSENT"

    def __reduce__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()


@dataclass(frozen=True, slots=True)
class Foreign:
    """A placeholder for a Python value that JSON cannot hold: its type's name and its repr."""

    type: str
    text: str

    def __repr__(self) -> str:
        return self.text


def show(value: object) -> str:
    """Return a value as short JSON on one line."""
    match value:
        case dict():
            text = f"an object of {len(value)} {'property' if len(value) == 1 else 'properties'}"
        case list() | tuple():
            text = f"an array of {len(value)} item{'s' * (len(value) != 1)}"
        case str() if len(value) > _SHOWN:
            text = f'{_json(value[:_SHOWN])[:-1]}…" (a string of {len(value)} characters)'
        case int() if value.bit_length() > _SHOWN_BITS:
            text = f"an integer of {value.bit_length()} bits"
        case None | str() | int() | float():
            text = _json(value)
        case _:
            text = repr(value)[:_SHOWN]
    return text


def unquoted(text: str) -> str:
    """Return an id or a name for use in a sentence: without quotes if it is short and printable."""
    return text if text.isprintable() and len(text) <= LONGEST_ID else show(text)


def json_type(value: object) -> str:
    """Return JSON Schema's name of a value's type."""
    if isinstance(value, Foreign):
        return value.type
    names = (name for types, name in _TYPES if isinstance(value, types))
    return next(names, type(value).__name__)


def json_path(path: Iterable[str | int]) -> str:
    """Return the JSON path (RFC 9535) of a place: ``$.lines.data[0]``, ``$['odd key']``."""
    return "$" + "".join(map(_step, path))


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    if step.isascii() and step.isidentifier():
        return f".{step}"
    quoted = _json(step)[1:-1].replace('\\"', '"').replace("'", "\\'")
    return f"['{quoted}']"


def _json(value: object) -> str:
    """Return a value as JSON, in which only unprintable characters are escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isprintable() else json.dumps(value)
