"""Read form fields as Stripe does: brackets in a name nest, ``[]`` appends to an array.

``expand[]=a&expand[]=b`` and ``expand[0]=a&expand[1]=b`` mean the same.
Source: https://docs.stripe.com/api/expanding_objects and the encoder of Stripe's SDKs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

Fields = tuple[tuple[str, str], ...]
"""Names and values, in the order in which they are sent."""

_NAME = re.compile(r"[^\[\]]+(?:\[[^\[\]]*\])*")
_DEEPEST = 32
_SEGMENT = re.compile(r"\[([^\[\]]*)\]")


def split_names(fields: Iterable[tuple[str, str]]) -> list[tuple[tuple[str, ...], str]]:
    """Split each name into segments, with the index that each ``[]`` stands for."""
    nexts: dict[tuple[str, ...], int] = {}
    seen: set[tuple[str, ...]] = set()
    numbered = []
    for name, value in fields:
        segments = _segments(name)
        path = _fill(segments, nexts)
        if path in seen and "" in segments[1:]:
            last = len(segments) - 1 - segments[::-1].index("")
            nexts[path[:last]] = int(path[last]) + 1
            path = _fill(segments, nexts)
        seen.add(path)
        numbered.append((path, value))
    return numbered


def join_name(path: tuple[str, ...]) -> str:
    """Join the segments of a name with brackets."""
    return path[0] + "".join(f"[{segment}]" for segment in path[1:])


def nest(fields: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the object that fields describe; of two fields with one name, the last counts."""
    root: dict[str, Any] = {}
    for path, value in split_names(fields):
        at = root
        for segment in path[:-1]:
            inner = at.get(segment)
            if not isinstance(inner, dict):
                inner = at[segment] = {}
            at = inner
        at[path[-1]] = value
    return {name: _with_arrays(value) for name, value in root.items()}


def _segments(name: str) -> tuple[str, ...]:
    if name.count("[") > _DEEPEST or not _NAME.fullmatch(name):
        return (name,)
    head = name.partition("[")[0]
    return (head, *_SEGMENT.findall(name))


def _fill(segments: tuple[str, ...], nexts: dict[tuple[str, ...], int]) -> tuple[str, ...]:
    path: tuple[str, ...] = ()
    for position, segment in enumerate(segments):
        filled = str(nexts.get(path, 0)) if position and not segment else segment
        path = (*path, filled)
    return path


def _with_arrays(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _with_arrays(item) for name, item in value.items()}
    if set(inner) == {str(index) for index in range(len(inner))}:
        return [inner[str(index)] for index in range(len(inner))]
    return inner
