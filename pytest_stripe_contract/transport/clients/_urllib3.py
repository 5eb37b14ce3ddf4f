"""urllib3, and with it requests: its connections have a ``connect`` of their own."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import urllib3.connection
import urllib3.exceptions

from .._monkeypatch import Patch
from . import Connect
from ._stdlib import WireSocket, connecting


def owners() -> tuple[type, ...]:
    """What `patches` are put on."""
    return (urllib3.connection.HTTPConnection, urllib3.connection.HTTPSConnection)


def patches(connect: Connect) -> Iterator[Patch]:
    """Connections that are opened; those that were open before are the standard library's."""
    yield connecting(urllib3.connection.HTTPConnection, connect, _Socket)
    yield connecting(urllib3.connection.HTTPSConnection, connect, _Socket)


class _Socket(WireSocket):
    """urllib3 has an error of its own for a host without an address."""

    def unresolved(self, error: socket.gaierror) -> Exception:
        """What is raised if the host has no address."""
        named: Any = getattr(urllib3.exceptions, "NameResolutionError", None)
        if named is None:  # urllib3 1
            return urllib3.exceptions.NewConnectionError(self._connection, str(error))
        resolving: Exception = named(self._connection.host, self._connection, error)
        return resolving
