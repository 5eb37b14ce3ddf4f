"""``http.client``, and with it urllib and all that builds on its connections."""

from __future__ import annotations

import http.client
import io
import os
import socket
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from ...messages import origin
from .._monkeypatch import Patch
from ..server import ServerSide
from . import Connect, _connection_errors


def owners() -> tuple[type, ...]:
    """What `patches` are put on."""
    return (http.client.HTTPConnection, http.client.HTTPSConnection)


def patches(connect: Connect) -> Iterator[Patch]:
    """Connections that are opened, and those that were open before the replay began."""
    yield connecting(http.client.HTTPConnection, connect)
    yield connecting(http.client.HTTPSConnection, connect)
    original = http.client.HTTPConnection.putrequest

    def putrequest(self: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        if "://" in url:  # to a proxy, which may well be on loopback
            scheme, host, port = origin(url)
            if (far_end := connect(scheme, host, port)) is not None:
                self.sock = WireSocket(far_end, self)
        kept_open = self.sock is not None and not isinstance(self.sock, WireSocket)
        if kept_open and _far_end(self, connect) is not None:
            self.sock.close()
            self.sock = None  # not self.close(): urllib3's forgets the request under way
        return original(self, method, url, *args, **kwargs)

    yield Patch(http.client.HTTPConnection, "putrequest", putrequest)


def connecting(
    connection: type[Any], connect: Connect, socket_class: type[WireSocket] | None = None
) -> Patch:
    """The patch for a class's ``connect``, which is to set ``sock``."""
    socket_class = socket_class or WireSocket
    original: Callable[[Any], None] = connection.connect

    def patched(self: Any) -> None:
        far_end = _far_end(self, connect)
        if far_end is None:
            original(self)
        else:
            self.sock = socket_class(far_end, self)
            self.is_verified = True  # urllib3 warns of connections that are not

    return Patch(connection, "connect", patched)


def _far_end(connection: Any, connect: Connect) -> ServerSide | None:
    """The far end for the host behind a tunnel, if there is one, else for the host itself."""
    scheme = "https" if connection.default_port == http.client.HTTPS_PORT else "http"
    state = vars(connection)
    host, port = connection.host, connection.port
    if tunneled := state.get("_tunnel_host"):
        host, port = tunneled, state.get("_tunnel_port")
    return connect(scheme, host, port or connection.default_port)


class WireSocket:
    """As much of a socket as ``http.client`` and urllib3 use, with a `ServerSide` behind it."""

    def __init__(self, far_end: ServerSide, connection: Any) -> None:
        self._far_end = far_end
        self._connection = connection
        self._received = bytearray()
        patience = getattr(connection, "timeout", None)
        self._patience = patience if isinstance(patience, (int, float)) else None

    def sendall(self, data: bytes) -> None:
        """Send, and have the answer ready as soon as the request is whole."""
        self._received += self._far_end.receive(bytes(data))
        if self._far_end.failure == "dns":
            raise self.unresolved(_connection_errors.unresolved())
        if self._far_end.failure == "tls":
            raise _connection_errors.unverified()

    def unresolved(self, error: socket.gaierror) -> Exception:
        """What is raised if the host has no address."""
        return error

    def makefile(self, *_: Any, **__: Any) -> io.BufferedReader:
        """What has been received so far, to read; or what keeps it from arriving."""
        if self._far_end.is_late(self._patience):
            raw: io.RawIOBase = _Failing(TimeoutError("The read operation timed out"))
        elif self._far_end.failure == "reset":
            raw = _Failing(_connection_errors.reset())
        else:
            received, self._received = bytes(self._received), bytearray()
            return io.BufferedReader(io.BytesIO(received))
        return io.BufferedReader(raw)

    def fileno(self) -> int:
        """A descriptor that polls as hung up: pools then do not use the connection again."""
        return _hung_up()

    def settimeout(self, value: float | None) -> None:
        """Nothing here waits, but an answer may come later than this, in seconds."""
        self._patience = value

    def setsockopt(self, *_: Any) -> None:
        """There is nothing to set."""

    def shutdown(self, how: int) -> None:
        """There is nothing to shut down."""

    def close(self) -> None:
        """There is nothing to close."""


class _Failing(io.RawIOBase):
    """A stream that cannot be read."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self._error = error

    def readable(self) -> bool:
        """Yes: it is the attempt that fails."""
        return True

    def readinto(self, _buffer: Any) -> int:
        raise self._error


@cache
def _hung_up() -> int:
    reader, writer = os.pipe()
    os.close(writer)
    return reader
