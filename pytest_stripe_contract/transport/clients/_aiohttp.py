"""Patch aiohttp: its TCP connector returns a replay's connection for each request."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection

from .._monkeypatch import Patch
from ..server import Connect, ServerConnection
from . import _connection_errors

_READ_TIMEOUT: Any = getattr(aiohttp, "SocketTimeoutError", aiohttp.ServerTimeoutError)
_NAME_NOT_RESOLVED: Any = getattr(aiohttp, "ClientConnectorDNSError", aiohttp.ClientConnectorError)
"""Both are newer than aiohttp 3.9."""


def patches(connect: Connect) -> Iterator[Patch]:
    """Replace ``connect`` of connectors, which finds an open connection or resolves a name."""
    original = aiohttp.TCPConnector.connect

    async def patched(self: Any, req: Any, *args: Any, **kwargs: Any) -> Connection:
        scheme = "https" if req.is_ssl() else "http"
        server = connect(scheme, req.url.raw_host or "", req.url.port or 0)
        if server is None:
            return await original(self, req, *args, **kwargs)
        loop = asyncio.get_running_loop()
        protocol = ResponseHandler(loop)
        timeout = kwargs["timeout"] if "timeout" in kwargs else args[1]
        protocol.connection_made(ReplayTransport(server, protocol, req.connection_key, timeout))
        protocol.force_close()  # keeps it out of the pool, which may outlive the replay
        return ReplayConnection(self, req.connection_key, protocol, loop)

    yield Patch(aiohttp.TCPConnector, "connect", patched)


class ReplayConnection(Connection):
    """A connection that need not be closed."""

    def __del__(self, _warnings: Any = None, /) -> None:
        """Do not warn of an unclosed connection."""


class ReplayTransport(asyncio.Transport):
    """A transport in front of the server's side; ``key`` identifies the connection."""

    def __init__(
        self, server: ServerConnection, protocol: ResponseHandler, key: Any, timeout: Any
    ) -> None:
        super().__init__()
        self._server = server
        self._protocol = protocol
        self._key = key
        self._timeout = timeout
        self._loop = asyncio.get_running_loop()
        self._sending = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_waiting = False
        self._closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send bytes; the answer arrives in the next iteration of the loop."""
        if self._server.may_block:
            task = self._loop.create_task(self._write_in_thread(bytes(data)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return
        try:
            received = self._server.receive(bytes(data))
        except BaseException as error:  # noqa: BLE001 (the reader raises it, of any type)
            self._protocol.set_exception(error)
            return
        self._loop.call_soon(self._deliver, received)

    async def _write_in_thread(self, data: bytes) -> None:
        """Send bytes by a thread, so that the loop goes on while an answer is recorded."""
        try:
            async with self._sending:
                self._is_waiting = True
                received = await asyncio.to_thread(self._server.receive, data)
                self._is_waiting = False
        except BaseException as error:  # noqa: BLE001 (as above)
            self._protocol.set_exception(error)
            return
        if not self._closing:
            self._deliver(received)

    def _deliver(self, received: bytes) -> None:
        if (error := self._error()) is not None:
            self._protocol.set_exception(error)
            return
        if received:
            self._protocol.data_received(received)
        if self._server.is_closed:
            self._protocol.connection_lost(
                _connection_errors.connection_reset() if self._server.failure else None
            )

    def _error(self) -> Exception | None:
        """Return the error that the code under test gets instead of an answer, except a reset."""
        failure = self._server.failure
        timeouts = [each for each in (self._timeout.sock_read, self._timeout.total) if each]
        if self._server.times_out(min(timeouts, default=None)):
            if timeouts and min(timeouts) == self._timeout.sock_read:
                read_timeout: Exception = _READ_TIMEOUT("Timeout on reading data from socket")
                return read_timeout
            return TimeoutError()  # as aiohttp's timer for the whole request raises it
        if failure == "dns":
            not_resolved: Exception = _NAME_NOT_RESOLVED(
                self._key, _connection_errors.name_not_resolved()
            )
            return not_resolved
        if failure == "tls":
            return aiohttp.ClientConnectorCertificateError(
                self._key, _connection_errors.certificate_not_verified()
            )
        return None

    def is_closing(self) -> bool:
        """Tell if `close` was called."""
        return self._closing

    def close(self) -> None:
        """Report the closed connection to the protocol, as a socket's transport does."""
        if not self._closing:
            self._closing = True
            if self._is_waiting:
                self._server.give_up()
            self._loop.call_soon(self._protocol.connection_lost, None)

    def abort(self) -> None:
        """Close the connection: there is never anything left to send."""
        self.close()
