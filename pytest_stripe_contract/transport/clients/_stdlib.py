"""Patch ``http.client``, and with it urllib and other libraries that use its connections."""

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
from ..server import Connect, ServerConnection
from . import _connection_errors


def patches(connect: Connect) -> Iterator[Patch]:
    """Replace how connections open, and close those that were open before the replay."""
    yield connect_patch(http.client.HTTPConnection, connect)
    yield connect_patch(http.client.HTTPSConnection, connect)
    original = http.client.HTTPConnection.putrequest

    def putrequest(self: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        if "://" in url:  # to a proxy, which may be on loopback
            scheme, host, port = origin(url)
            if (server := connect(scheme, host, port)) is not None:
                self.sock = ReplaySocket(server, self)
        was_open = self.sock is not None and not isinstance(self.sock, ReplaySocket)
        if was_open and _server(self, connect) is not None:
            self.sock.close()
            self.sock = None  # self.close() of urllib3 would forget the current request
        return original(self, method, url, *args, **kwargs)

    yield Patch(http.client.HTTPConnection, "putrequest", putrequest)


def connect_patch(
    connection: type[Any], connect: Connect, socket_class: type[ReplaySocket] | None = None
) -> Patch:
    """Return the patch of a connection class's ``connect`` method, which sets ``sock``."""
    socket_class = socket_class or ReplaySocket
    original: Callable[[Any], None] = connection.connect

    def patched(self: Any) -> None:
        server = _server(self, connect)
        if server is None:
            original(self)
        else:
            self.sock = socket_class(server, self)
            self.is_verified = True  # urllib3 warns of connections that are not

    return Patch(connection, "connect", patched)


def _server(connection: Any, connect: Connect) -> ServerConnection | None:
    """Return the server's side for the host behind a tunnel, or else for the host itself."""
    scheme = "https" if connection.default_port == http.client.HTTPS_PORT else "http"
    state = vars(connection)
    host, port = connection.host, connection.port
    if tunnel_host := state.get("_tunnel_host"):
        host, port = tunnel_host, state.get("_tunnel_port")
    return connect(scheme, host, port or connection.default_port)


class ReplaySocket:
    """The part of a socket that ``http.client`` and urllib3 use, in front of the server's side."""

    def __init__(self, server: ServerConnection, connection: Any) -> None:
        self._server = server
        self._connection = connection
        self._received = b""
        timeout = getattr(connection, "timeout", None)
        self._timeout = timeout if isinstance(timeout, (int, float)) else None

    def sendall(self, data: bytes) -> None:
        """Send bytes; the answer is ready as soon as the request is complete."""
        self._received += self._server.receive(bytes(data))
        if self._server.failure == "dns":
            raise self.resolution_error(_connection_errors.name_not_resolved())
        if self._server.failure == "tls":
            raise _connection_errors.certificate_not_verified()

    def resolution_error(self, error: socket.gaierror) -> Exception:
        """Return the error for a host without an address."""
        return error

    def makefile(self, *_: Any, **__: Any) -> io.BufferedReader:
        """Return a file of the bytes received so far, or one whose reading fails."""
        if self._server.times_out(self._timeout):
            return io.BufferedReader(_Failing(TimeoutError("The read operation timed out")))
        if self._server.failure == "reset":
            return io.BufferedReader(_Failing(_connection_errors.connection_reset()))
        received, self._received = self._received, b""
        return io.BufferedReader(io.BytesIO(received))

    def fileno(self) -> int:
        """Return a descriptor that polls as closed, so that pools do not reuse the connection."""
        return _closed_pipe()

    def settimeout(self, value: float | None) -> None:
        """Set the timeout in seconds, which an answer's virtual delay may exceed."""
        self._timeout = value

    def setsockopt(self, *_: Any) -> None:
        """Do nothing: there is no real socket."""

    def shutdown(self, how: int) -> None:
        """Do nothing: there is no real socket."""

    def close(self) -> None:
        """Do nothing: there is no real socket."""


class _Failing(io.RawIOBase):
    """A stream whose reading raises an error."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self._error = error

    def readable(self) -> bool:
        """Return True: only the attempt fails."""
        return True

    def readinto(self, _buffer: Any) -> int:
        """Raise the error."""
        raise self._error


@cache
def _closed_pipe() -> int:
    reader, writer = os.pipe()
    os.close(writer)
    return reader
