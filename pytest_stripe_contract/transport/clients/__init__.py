"""Patch the HTTP libraries, so that a replay's connections come from the process itself.

Each library has a module with ``patches(connect)``. The patches are put in place when the first
replay starts, and removed with the last one.
"""

from __future__ import annotations

from importlib import import_module

from .._monkeypatch import Patches, is_installed
from ..server import Connect
from . import sdk_backoff
from .sdk_backoff import virtual_sleep

__all__ = ["is_sdk_unpatched", "patch", "patch_sdk", "unpatch", "virtual_sleep"]

_LIBRARIES = {
    "http": "_stdlib",
    "urllib3": "_urllib3",
    "httpcore": "_httpcore",
    "aiohttp": "_aiohttp",
    "pycurl": "_pycurl",
}

_patches = Patches()
_patched_sdk: set[str] = set()


def patch(connect: Connect) -> None:
    """Patch the libraries that are installed."""
    for library, module in _LIBRARIES.items():
        if is_installed(library):
            try:
                patches = import_module(f".{module}", __name__).patches
            except ImportError:
                continue  # the code under test cannot import it either
            _patches.apply(patches(connect))
    patch_sdk(connect)


def is_sdk_unpatched() -> bool:
    """Tell if the official SDK has been imported since `patch` or `patch_sdk`."""
    return not _patched_sdk.issuperset(sdk_backoff.modules())


def patch_sdk(connect: Connect) -> None:
    """Patch the official SDK if it has been imported.

    It is not imported for the patch, as that takes long and the code may not need it.
    """
    if is_sdk_unpatched():
        _patched_sdk.update(sdk_backoff.modules())
        _patches.apply(sdk_backoff.patches(connect))


def unpatch() -> None:
    """Remove all patches."""
    _patches.undo()
    _patched_sdk.clear()
