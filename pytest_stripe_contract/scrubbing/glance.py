"""A quick look: whether a text surely holds no secret, in no layer."""

from __future__ import annotations

from . import escapes, layers, packed, secrets

_NAMES = ("secret", "password", "_token")
"""What is in the name of every property that is a secret, whatever its value looks like."""


def is_clean(text: str) -> bool:
    """Whether it is sure that there is none; False says no more than that one should look."""
    for _ in range(layers.DEEPEST):
        if any(name in text for name in _NAMES) or next(secrets.find(text), None):
            return False
        if not all(map(_is_clean, packed.unpacked(text))):
            return False
        text = escapes.without_escapes(text)
        if not text:
            return True
    return False


def _is_clean(token: packed.Packed) -> bool:
    if layers.may_be_inflated(token.data):
        return False
    return all(is_clean(text) for _, _, text in layers.runs(token.data))
