"""A quick look: whether a text surely holds no secret, in no layer."""

from __future__ import annotations

from . import layers, secrets

_NAMES = ("secret", "password", "_token")
"""What is in the name of every property that is a secret, whatever its value looks like."""


def is_clean(text: str) -> bool:
    """Whether it is sure that there is none; False says no more than that one should look."""
    for _ in range(layers.DEEPEST):
        if any(name in text for name in _NAMES) or next(secrets.find(text), None):
            return False
        if not all(map(_is_clean, layers.unpacked(text))):
            return False
        inside = layers.without_escapes(text)
        if inside == text:
            return True
        text = inside
    return False


def _is_clean(packed: layers.Packed) -> bool:
    if layers.inflated(packed.data) is not None:
        return False
    return all(is_clean(text) for _, _, text in layers.runs(packed.data))
