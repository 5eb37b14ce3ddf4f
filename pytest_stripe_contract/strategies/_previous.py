"""What changed of an invoice, as an event lists it."""

from __future__ import annotations

from typing import Any

from .._support.json_objects import Object


def attributes(before: Object, now: Object) -> Object:
    """What an invoice has now, and had otherwise before: as it was.

    Of an inner object only what changed is listed; of ``metadata`` a new key as null.
    Source: https://docs.stripe.com/api/events/object.
    """
    found: Object = {}
    for name in now:
        if name in before and not _same(before[name], now[name]):
            found |= _changed(name, before[name], now[name])
    return found


def _changed(name: str, before: Any, now: Any) -> Object:
    if not (isinstance(before, dict) and isinstance(now, dict)):
        return {name: before}
    if name == "metadata":
        added = {key: None for key in now if key not in before}
        changed = {key: each for key, each in before.items() if each != now.get(key)}
        return {name: changed | added}
    inner = attributes(before, now)
    return {name: inner} if inner else {}


def _same(one: Any, other: Any) -> bool:
    return one is other or (one == other and type(one) is type(other))
