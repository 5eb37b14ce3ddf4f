"""A quick look: whether a text surely holds no secret, in no layer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from . import _escapes, _packed, layers, secrets

_NAMES = ("secret", "password", "_token")
"""What is in the name of every property that is a secret, whatever its value looks like."""


_ODD = ("base64_string", "\x1f\x8b")
"""Of layouts for which a quick look is not enough."""

_IN_BASE64 = re.compile(rf"{_packed.ALPHABET}{{{_packed.LINE},}}\r?")
_CLEAN: set[str] = set()
"""Lines that hold no secret: answers have most of theirs in common."""

_MANY, _LONG = 20_000, 200


def are_clean(texts: Sequence[str]) -> bool:
    """As `is_clean`, of texts that stand apart; a line that was clean before is not looked at.

    No secret runs over several lines, unless it is in base64.
    """
    split = [text.split("\n") for text in texts]
    broken = {line for lines in split for line in lines[:-1]} - _CLEAN
    if any(map(_may_go_on, broken)):
        new = set(texts)
    else:
        new = broken | ({lines[-1] for lines in split} - _CLEAN)
    whole = "\n\n".join(new)
    if any(mark in whole for mark in _ODD) or not is_clean(whole):
        return False
    if len(_CLEAN) > _MANY:
        _CLEAN.clear()
    _CLEAN.update(each for each in new if len(each) <= _LONG and not _may_go_on(each))
    return True


def _may_go_on(line: str) -> bool:
    """Whether base64 may go on in the next line: then the line alone does not tell."""
    return "\n" in line or _IN_BASE64.fullmatch(line[-_packed.LINE - 1 :]) is not None


def is_clean(text: str) -> bool:
    """Whether it is sure that there is none; False says no more than that one should look."""
    for _ in range(layers.DEEPEST):
        if any(name in text for name in _NAMES) or next(secrets.find_secrets(text), None):
            return False
        inner: list[str] = []
        for data in _packed.contents(text):
            if _may_be_inflated(data):
                return False
            inner += (each for _, _, each in layers.runs(data))
        if inner and not is_clean("\n\n".join(inner)):
            return False
        text = _escapes.without_escapes(text)
        if not text:
            return True
    return False


def _may_be_inflated(data: bytes) -> bool:
    try:
        return layers.inflated(data) is not None
    except layers.Unscannable:
        return True
