"""Patch httpcore, and with it httpx, sync and async: its pools open a replay's connections.

Mocks such as respx answer earlier, where a pool is handed a request.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anyio
import anyio.to_thread
import httpcore

from .._monkeypatch import Patch
from ..server import Connect, ServerConnection
from . import _connection_errors

_POOLS: tuple[Any, ...] = (httpcore.ConnectionPool, httpcore.HTTPProxy, httpcore.SOCKSProxy)
_ASYNC_POOLS: tuple[Any, ...] = (
    httpcore.AsyncConnectionPool,
    httpcore.AsyncHTTPProxy,
    httpcore.AsyncSOCKSProxy,
)
_CONNECTIONS: tuple[Any, ...] = (
    httpcore.HTTP11Connection,
    httpcore.AsyncHTTP11Connection,
    httpcore.HTTP2Connection,
    httpcore.AsyncHTTP2Connection,
)


def patches(connect: Connect) -> Iterator[Patch]:
    """Replace how connections open, by a proxy or not, and retire those that were open before."""
    for pool in _with_method(_POOLS, "create_connection"):
        yield _open_patch(pool, connect, ReplayConnection, ReplayStream)
    for pool in _with_method(_ASYNC_POOLS, "create_connection"):
        yield _open_patch(pool, connect, AsyncReplayConnection, AsyncReplayStream)
    for connection in _with_method(_CONNECTIONS, "is_available"):
        yield _availability_patch(connection, connect)


def _with_method(classes: tuple[Any, ...], method: str) -> list[Any]:
    """Leave out httpcore's placeholders for extras that are not installed."""
    return [each for each in classes if hasattr(each, method)]


def _open_patch(pool: Any, connect: Connect, connection: Any, stream: Any) -> Patch:
    original = pool.create_connection

    def create_connection(self: Any, origin: httpcore.Origin) -> Any:
        server = _server(origin, connect)
        if server is None:
            return original(self, origin)
        return connection(origin, stream(server))

    return Patch(pool, "create_connection", create_connection)


def _availability_patch(connection: Any, connect: Connect) -> Patch:
    """Make a pool open a replay's connection instead of using one that was open before."""
    original = connection.is_available

    def is_available(self: Any) -> Any:
        is_replayed = isinstance(self, (ReplayConnection, AsyncReplayConnection))
        if not is_replayed and _server(vars(self)["_origin"], connect) is not None:
            return False
        return original(self)

    return Patch(connection, "is_available", is_available)


def _server(origin: httpcore.Origin, connect: Connect) -> ServerConnection | None:
    return connect(origin.scheme.decode(), origin.host.decode(), origin.port)


class ReplayConnection(httpcore.HTTP11Connection):
    """A connection whose stream is a `ReplayStream`."""


class AsyncReplayConnection(httpcore.AsyncHTTP11Connection):
    """A connection whose stream is an `AsyncReplayStream`."""


class _Buffer:
    def __init__(self, server: ServerConnection) -> None:
        self._server = server
        self._received = b""

    def _send(self, data: bytes) -> None:
        try:
            self._received += self._server.receive(data)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error
        if self._server.failure == "dns":
            raise httpcore.ConnectError(str(_connection_errors.name_not_resolved()))
        if self._server.failure == "tls":
            raise httpcore.ConnectError(str(_connection_errors.certificate_not_verified()))

    def _receive(self, max_bytes: int, timeout: float | None) -> bytes:
        if self._server.times_out(timeout):
            raise httpcore.ReadTimeout("The read operation timed out")
        if self._server.failure == "reset":
            raise httpcore.ReadError(str(_connection_errors.connection_reset()))
        received, self._received = self._received[:max_bytes], self._received[max_bytes:]
        return received

    def get_extra_info(self, info: str) -> Any:
        """Report an idle connection as closed, so that pools do not reuse it."""
        return True if info == "is_readable" else None


class ReplayStream(_Buffer, httpcore.NetworkStream):
    """A network stream in front of the server's side."""

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send bytes; the answer is ready as soon as the request is complete."""
        self._send(buffer)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return bytes received so far."""
        return self._receive(max_bytes, timeout)

    def close(self) -> None:
        """Do nothing: there is no real connection."""


class AsyncReplayStream(_Buffer, httpcore.AsyncNetworkStream):
    """A network stream in front of the server's side, for event loops."""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send bytes; the answer is ready as soon as the request is complete.

        An answer that may block is awaited in a thread, so that the event loop goes on.
        """
        if self._server.may_block:
            try:
                await anyio.to_thread.run_sync(self._send, buffer, abandon_on_cancel=True)
            except anyio.get_cancelled_exc_class():
                self._server.give_up()
                raise
        else:
            self._send(buffer)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return bytes received so far."""
        return self._receive(max_bytes, timeout)

    async def aclose(self) -> None:
        """Do nothing: there is no real connection."""
