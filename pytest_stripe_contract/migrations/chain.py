"""The steps from each release line to the next, and `upgrade`, which takes them."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from .._support.json_objects import deep_copy
from ..contract import payload as payloads
from ..stripe_api import versions
from . import _until_2023, _until_2024, basil, since_acacia

_SINGLE_STEPS = (
    _until_2023.TO_2022_08_01,
    _until_2023.TO_2022_11_15,
    _until_2023.TO_2023_08_16,
    _until_2023.TO_2023_10_16,
    _until_2024.TO_2024_04_10,
    _until_2024.TO_2024_06_20,
    since_acacia.TO_ACACIA,
    basil.TO_BASIL,
    since_acacia.TO_CLOVER,
    since_acacia.TO_DAHLIA,
    since_acacia.TO_ENDIVE,
)
"""Oldest first. Each adds only the properties that are new in its release line."""

STEPS = tuple(accumulate(_SINGLE_STEPS, lambda earlier, step: step.after(earlier)))
"""Oldest first. Each also adds the properties of earlier lines that a payload lacks."""

_LINES = [STEPS[0].from_, *(step.to for step in STEPS)]


def upgrade(payload: object, from_: str, to: str) -> Any:
    """Return a copy of a payload as another API version shows it.

    ``payload`` is anything that `Contract` takes; ``from_`` and ``to`` are API versions or names
    of release lines, in either order. An invoice, or each invoice of a list, takes the steps
    between the two lines. Any other payload is returned unchanged.

    Raises `NoStepBack` if the answer of the earlier version is not known, `UnknownName` for a
    version that no release line covers, and the errors of `Contract` for what is not a payload.
    """
    start, end = (_LINES.index(versions.resolve(version).shipped.name) for version in (from_, to))
    value = deep_copy(payloads.read(payload)[0])
    if payloads.kind_of(value) == "list" and isinstance(value.get("data"), list):
        value["data"] = [_take_steps(item, start, end) for item in value["data"]]
    return _take_steps(value, start, end)


def _take_steps(value: Any, start: int, end: int) -> Any:
    if payloads.kind_of(value) != "invoice":
        return value
    forward = (*STEPS[start : start + 1], *_SINGLE_STEPS[start + 1 :])[: max(0, end - start)]
    for step in forward:
        step.apply(value)
    for step in reversed(STEPS[end:start]):
        step.revert(value)
    return value
