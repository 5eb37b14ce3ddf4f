"""The official SDK: it sleeps before it tries again, and in a replay it need not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from .._monkeypatch import Patch
from . import SDK, Connect

_slept: ContextVar[list[float] | None] = ContextVar("slept", default=None)
"""A list, since whoever takes from it may run in a copy of the context."""


def owners() -> tuple[Any, ...]:
    """What `patches` are put on."""
    modules = filter(None, map(sys.modules.get, SDK))
    return tuple(vars(module).get("HTTPClient") for module in modules)


def patches(connect: Connect) -> Iterator[Patch]:
    """The seconds to sleep before a try, of which each of the SDK's clients asks."""
    for module in filter(None, map(sys.modules.get, SDK)):
        client: Any = vars(module).get("HTTPClient")
        original = vars(client or object).get("_sleep_time_seconds")
        if original is not None:
            yield Patch(client, "_sleep_time_seconds", _counting(original, connect))


def slept() -> float:
    """The seconds that the SDK would have slept since it was last asked, in this thread or task."""
    seconds = _slept.get() or []
    total = sum(seconds)
    seconds.clear()
    return total


def _counting(original: Any, connect: Connect) -> Any:
    def sleep_time_seconds(self: Any, *args: Any, **kwargs: Any) -> float:
        seconds: float = original(self, *args, **kwargs)
        far_end = connect("https", "api.stripe.com", 443)
        if far_end is None or far_end.waits:
            return seconds  # what is recorded is asked of Stripe itself
        counted = _slept.get()
        if counted is None:
            _slept.set([seconds])
        else:
            counted.append(seconds)
        return 0.0

    return sleep_time_seconds
