"""Find patched methods on the classes of the HTTP libraries."""

from __future__ import annotations

import sys
from typing import Any

LIBRARIES = {"aiohttp", "http", "httpcore", "httpx", "requests", "socket", "stripe", "urllib3"}

Methods = dict[type, dict[str, Any]]


def snapshot() -> Methods:
    """Return the methods of every class of the libraries that have been imported."""
    modules = [sys.modules[name] for name in sys.modules if name.partition(".")[0] in LIBRARIES]
    values = (value for module in modules for value in vars(module).values())
    return {value: _methods(value) for value in values if isinstance(value, type)}


def changes(before: Methods) -> set[str]:
    """Return the methods that differ from a snapshot: ``HTTPConnection.connect``, …"""
    now = {cls: _methods(cls) for cls in before}
    return {
        f"{cls.__name__}.{name}"
        for cls, old in before.items()
        for name in old.keys() | now[cls].keys()
        if now[cls].get(name) is not old.get(name)
    }


def _methods(cls: type) -> dict[str, Any]:
    return {name: value for name, value in vars(cls).items() if callable(value)}
