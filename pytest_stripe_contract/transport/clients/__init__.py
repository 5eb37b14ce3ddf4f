"""The seams at which the HTTP libraries take a connection from us instead of the network.

One module a library, each with ``patches(connect)``: what to set on which class. All are put
in place when the first replay starts and taken away with the last one.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from .._monkeypatch import Kept, Patches, is_installed
from ..server import ServerSide

Connect = Callable[[str, str, int], ServerSide | None]
"""Scheme, host and port in; the far end out, or None for a real connection."""

_LIBRARIES = {
    "http.client": "_stdlib",
    "urllib3": "_urllib3",
    "httpcore": "_httpcore",
    "aiohttp": "_aiohttp",
    "pycurl": "_pycurl",
}

SDK = ("stripe._http_client", "stripe.http_client")
"""Where the official SDK has its clients: the first since 8.0."""

_patches = Patches()
_sdk_seen: set[str] = set()
_kept: dict[Callable[..., Any], Kept] = {}
"""The patches of each library, by the function that makes them."""


def patch(connect: Connect) -> None:
    """Put every seam in place, in the libraries that are installed."""
    for library, module in _LIBRARIES.items():
        if not is_installed(library.partition(".")[0]):
            continue
        try:
            seams = sys.modules.get(f"{__name__}.{module}") or importlib.import_module(
                f".{module}", __name__
            )
        except ImportError:
            continue  # it does not import for the code under test either
        _apply(seams, connect)
    patch_sdk(connect)


def sdk_is_new() -> bool:
    """Whether the official SDK has been imported since `patch`."""
    return any(name in sys.modules and name not in _sdk_seen for name in SDK)


def patch_sdk(connect: Connect) -> None:
    """Put the official SDK's seam in place, if it has been imported by now.

    It is not imported for this: that takes long, and code may do without it.
    """
    if sdk_is_new():
        _sdk_seen.update(name for name in SDK if name in sys.modules)
        from . import sdk

        _apply(sdk, connect)


def unpatch() -> None:
    """Take the seams away."""
    _patches.undo()
    _sdk_seen.clear()


def _apply(seams: Any, connect: Connect) -> None:
    """Put a library's patches in place: those of the last replay, if they still fit."""
    make = seams.patches
    if not hasattr(seams, "owners"):
        _patches.apply(make(connect))
        return
    if make not in _kept:
        _kept[make] = Kept(partial(make, connect), seams.owners)
    _patches.apply_kept(_kept[make])
