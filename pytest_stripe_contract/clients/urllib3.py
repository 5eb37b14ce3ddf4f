"""urllib3, and with it requests: its connections have a ``connect`` of their own."""

from __future__ import annotations

from collections.abc import Iterator

import urllib3.connection

from ..patching import Patch
from . import Connect
from .stdlib import connecting


def patches(connect: Connect) -> Iterator[Patch]:
    """Connections that are opened; those that were open before are the standard library's."""
    yield connecting(urllib3.connection.HTTPConnection, connect)
    yield connecting(urllib3.connection.HTTPSConnection, connect)
