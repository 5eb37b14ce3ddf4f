"""An invoice of one API version as another version shows it."""

from __future__ import annotations

from typing import Any

from .._support.json_objects import deep_copy
from ..contract import payload as payloads
from ..stripe_api import versions
from ._step import NoStepBack
from .removed_properties import Change, changes_of
from .steps import OWN, STEPS

__all__ = ["Change", "NoStepBack", "changes_of", "upgrade"]

_LINES = [STEPS[0].from_, *(step.to for step in STEPS)]


def upgrade(payload: object, from_: str, to: str) -> Any:
    """The same payload as the version ``to`` shows it: a new value, the given one stays.

    ``payload`` is what `Contract` takes. Invoices, and those in a list, go through the steps of
    the release lines between the versions, back as well; anything else, errors and deleted
    invoices too, comes back as it is. Raises `NoStepBack` where an earlier version's answer
    cannot be told, `errors.UnknownName` for a version that no release line covers, and what
    `Contract` does for what is no payload.
    """
    start, end = (_LINES.index(versions.resolve(version).shipped.name) for version in (from_, to))
    value = deep_copy(payloads.read(payload)[0])
    kind = payloads.kind_of(value)
    if kind == "list" and isinstance(value.get("data"), list):
        value["data"] = [_stepped(item, start, end) for item in value["data"]]
    return _stepped(value, start, end)


def _stepped(value: Any, start: int, end: int) -> Any:
    if payloads.kind_of(value) != "invoice":
        return value
    for step in (*STEPS[start : start + 1], *OWN[start + 1 :])[: max(0, end - start)]:
        step.apply(value)
    for step in reversed(STEPS[end:start]):
        value = step.back(value)
    return value
