"""Patch urllib3, and with it requests: its connections have a ``connect`` method of their own."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import urllib3.connection
import urllib3.exceptions

from .._monkeypatch import Patch
from ..server import Connect
from ._stdlib import ReplaySocket, connect_patch


def patches(connect: Connect) -> Iterator[Patch]:
    """Replace how connections open; those already open are handled in ``http.client``."""
    yield connect_patch(urllib3.connection.HTTPConnection, connect, _Socket)
    yield connect_patch(urllib3.connection.HTTPSConnection, connect, _Socket)


class _Socket(ReplaySocket):
    """A socket that raises urllib3's own error for a host without an address."""

    def resolution_error(self, error: socket.gaierror) -> Exception:
        """Return the error for a host without an address."""
        error_class: Any = getattr(urllib3.exceptions, "NameResolutionError", None)
        if error_class is None:  # urllib3 1
            return urllib3.exceptions.NewConnectionError(self._connection, str(error))
        resolution_error: Exception = error_class(self._connection.host, self._connection, error)
        return resolution_error
