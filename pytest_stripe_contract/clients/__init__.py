"""The seams at which the HTTP libraries take a connection from us instead of the network.

One module a library, each with ``patches(connect)``: what to set on which class. All are put
in place when the first replay starts and taken away with the last one.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable

from ..patching import Patches
from ..wire import ServerSide

Connect = Callable[[str, str, int], ServerSide | None]
"""Scheme, host and port in; the far end out, or None for a real connection."""

_LIBRARIES = {
    "http.client": "stdlib",
    "urllib3": "urllib3",
    "httpcore": "httpcore",
    "aiohttp": "aiohttp",
    "pycurl": "pycurl",
}

_patches = Patches()


def patch(connect: Connect) -> None:
    """Put every seam in place, in the libraries that are installed."""
    for library, module in _LIBRARIES.items():
        if importlib.util.find_spec(library.partition(".")[0]) is None:
            continue
        try:
            seams = importlib.import_module(f".{module}", __name__)
        except ImportError:
            continue  # it does not import for the code under test either
        _patches.apply(seams.patches(connect))


def unpatch() -> None:
    """Take the seams away."""
    _patches.undo()
