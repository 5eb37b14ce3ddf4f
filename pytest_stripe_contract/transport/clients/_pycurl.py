"""pycurl: libcurl opens its own sockets, so it is refused before it can."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any, NoReturn

from .. import network_block
from .._monkeypatch import Patch
from . import Connect

_ADVICE = "pycurl cannot be replayed: use requests, httpx, aiohttp, urllib3 or urllib in this test"


def patches(_connect: Connect) -> Iterator[Patch]:
    """The handles, and the official SDK's client, which may have made its handle before."""
    module: Any = importlib.import_module("pycurl")
    if type(module) is not ModuleType:  # pytest-recording has put a stand-in before it
        stand_in: Any = sys.modules[module.Curl.__module__]
        yield Patch(stand_in, "Curl", _refuse)
        module = stand_in.pycurl
    yield Patch(module, "Curl", _refuse)
    yield Patch(module, "CurlMulti", _refuse)
    if client := getattr(sys.modules.get("stripe"), "PycurlClient", None):
        yield Patch(client, "request", _refuse)
        yield Patch(client, "request_stream", _refuse)


def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise network_block.refuse("pycurl", _ADVICE)
