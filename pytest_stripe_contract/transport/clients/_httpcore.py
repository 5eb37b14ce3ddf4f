"""httpcore, and with it httpx, sync and async: pools open connections of ours.

Mocks such as respx answer where a pool is handed a request: they come before this.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anyio
import anyio.to_thread
import httpcore

from .._monkeypatch import Patch
from ..server import ServerSide
from . import Connect, _connection_errors

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


def owners() -> tuple[type, ...]:
    """What `patches` are put on."""
    return (*_POOLS, *_ASYNC_POOLS, *_CONNECTIONS)


def patches(connect: Connect) -> Iterator[Patch]:
    """Connections that are opened, by a proxy or not, and those that were open before."""
    for pool in _that_can(_POOLS, "create_connection"):
        yield _creating(pool, connect, WireConnection, WireStream)
    for pool in _that_can(_ASYNC_POOLS, "create_connection"):
        yield _creating(pool, connect, AsyncWireConnection, AsyncWireStream)
    for connection in _that_can(_CONNECTIONS, "is_available"):
        yield _keeping(connection, connect)


def _that_can(classes: tuple[Any, ...], method: str) -> list[Any]:
    """Without the place-holders that httpcore has for extras that are not installed."""
    return [each for each in classes if hasattr(each, method)]


def _creating(pool: Any, connect: Connect, connection: Any, stream: Any) -> Patch:
    original = pool.create_connection

    def create_connection(self: Any, origin: httpcore.Origin) -> Any:
        far_end = _far_end(origin, connect)
        if far_end is None:
            return original(self, origin)
        return connection(origin, stream(far_end))

    return Patch(pool, "create_connection", create_connection)


def _keeping(connection: Any, connect: Connect) -> Patch:
    """A pool then opens another one instead, which is ours."""
    original = connection.is_available

    def is_available(self: Any) -> Any:
        ours = isinstance(self, (WireConnection, AsyncWireConnection))
        if not ours and _far_end(vars(self)["_origin"], connect) is not None:
            return False
        return original(self)

    return Patch(connection, "is_available", is_available)


def _far_end(origin: httpcore.Origin, connect: Connect) -> ServerSide | None:
    return connect(origin.scheme.decode(), origin.host.decode(), origin.port)


class WireConnection(httpcore.HTTP11Connection):
    """A connection whose stream is a `WireStream`."""


class AsyncWireConnection(httpcore.AsyncHTTP11Connection):
    """A connection whose stream is an `AsyncWireStream`."""


class _Buffer:
    def __init__(self, far_end: ServerSide) -> None:
        self._far_end = far_end
        self._received = b""

    def _send(self, data: bytes) -> None:
        try:
            self._received += self._far_end.receive(data)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error
        if self._far_end.failure == "dns":
            raise httpcore.ConnectError(str(_connection_errors.unresolved()))
        if self._far_end.failure == "tls":
            raise httpcore.ConnectError(str(_connection_errors.unverified()))

    def _receive(self, max_bytes: int, patience: float | None) -> bytes:
        if self._far_end.is_late(patience):
            raise httpcore.ReadTimeout("The read operation timed out")
        if self._far_end.failure == "reset":
            raise httpcore.ReadError(str(_connection_errors.reset()))
        received, self._received = self._received[:max_bytes], self._received[max_bytes:]
        return received

    def get_extra_info(self, info: str) -> Any:
        """That a kept connection was hung up: pools then do not use it again."""
        return True if info == "is_readable" else None


class WireStream(_Buffer, httpcore.NetworkStream):
    """A network stream with a `ServerSide` behind it."""

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send, and have the answer ready as soon as the request is whole."""
        self._send(buffer)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What has been received so far."""
        return self._receive(max_bytes, timeout)

    def close(self) -> None:
        """There is nothing to close."""


class AsyncWireStream(_Buffer, httpcore.AsyncNetworkStream):
    """The same, for event loops."""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send, and have the answer ready as soon as the request is whole.

        If that takes its time, it does so in a thread, and the event loop goes on.
        """
        if self._far_end.waits:
            try:
                await anyio.to_thread.run_sync(self._send, buffer, abandon_on_cancel=True)
            except anyio.get_cancelled_exc_class():
                self._far_end.give_up()
                raise
        else:
            self._send(buffer)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What has been received so far."""
        return self._receive(max_bytes, timeout)

    async def aclose(self) -> None:
        """There is nothing to close."""
