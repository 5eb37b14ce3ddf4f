"""Block pycurl: libcurl opens its own sockets, which no audit hook sees."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any, NoReturn

from .. import network_block
from .._monkeypatch import Patch
from ..server import Connect

_TARGET = "a host (by pycurl)"
_ADVICE = "use requests, httpx, aiohttp, urllib3 or urllib in this test: pycurl cannot be replayed"


def patches(_connect: Connect) -> Iterator[Patch]:
    """Replace the handles, and the official SDK's client, whose handle may exist already."""
    module: Any = importlib.import_module("pycurl")
    if type(module) is not ModuleType:  # pytest-recording has replaced it
        replacement: Any = sys.modules[module.Curl.__module__]
        yield Patch(replacement, "Curl", _block)
        module = replacement.pycurl
    yield Patch(module, "Curl", _block)
    yield Patch(module, "CurlMulti", _block)
    if client := getattr(sys.modules.get("stripe"), "PycurlClient", None):
        yield Patch(client, "request", _block)
        yield Patch(client, "request_stream", _block)


def _block(*_: Any, **__: Any) -> NoReturn:
    raise network_block.report(_TARGET, _ADVICE)
