"""Neutralise the official SDK's back-off: in a replay it does not sleep before it retries."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from .._monkeypatch import Patch
from ..server import Connect

_MODULES = ("stripe._http_client", "stripe.http_client")
"""The modules of the SDK's HTTP clients: the first one since 8.0."""

_skipped: ContextVar[list[float] | None] = ContextVar("skipped", default=None)
"""A list, because it may be emptied in a copy of the context in which it was filled."""


def modules() -> list[str]:
    """Return the names of the SDK's modules that have been imported."""
    return [name for name in _MODULES if name in sys.modules]


def patches(connect: Connect) -> Iterator[Patch]:
    """Replace the method by which each of the SDK's clients asks how long to sleep."""
    for name in modules():
        client: Any = vars(sys.modules[name]).get("HTTPClient")
        original = vars(client or object).get("_sleep_time_seconds")
        if original is not None:
            yield Patch(client, "_sleep_time_seconds", _without_sleep(original, connect))


def virtual_sleep() -> float:
    """Return the seconds that the SDK did not sleep since the last call, in this thread or task."""
    seconds = _skipped.get() or []
    total = sum(seconds)
    seconds.clear()
    return total


def _without_sleep(original: Any, connect: Connect) -> Any:
    def sleep_time_seconds(self: Any, *args: Any, **kwargs: Any) -> float:
        seconds: float = original(self, *args, **kwargs)
        server = connect("https", "api.stripe.com", 443)
        if server is None or server.may_block:
            return seconds  # Stripe itself is asked, for a recording
        skipped = _skipped.get()
        if skipped is None:
            _skipped.set([seconds])
        else:
            skipped.append(seconds)
        return 0.0

    return sleep_time_seconds
