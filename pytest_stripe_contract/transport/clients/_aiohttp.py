"""aiohttp: its TCP connector hands out a connection of ours for each request."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection

from .._monkeypatch import Patch
from ..server import ServerSide
from . import Connect, _connection_errors

_TOO_LATE: Any = getattr(aiohttp, "SocketTimeoutError", aiohttp.ServerTimeoutError)
_UNRESOLVED: Any = getattr(aiohttp, "ClientConnectorDNSError", aiohttp.ClientConnectorError)
"""Both are newer than aiohttp 3.9."""


def owners() -> tuple[type, ...]:
    """What `patches` are put on."""
    return (aiohttp.TCPConnector,)


def patches(connect: Connect) -> Iterator[Patch]:
    """Connectors, before they look for an open connection, resolve a name or use a proxy."""
    original = aiohttp.TCPConnector.connect

    async def patched(self: Any, req: Any, *args: Any, **kwargs: Any) -> Connection:
        scheme = "https" if req.is_ssl() else "http"
        far_end = connect(scheme, req.url.raw_host or "", req.url.port or 0)
        if far_end is None:
            return await original(self, req, *args, **kwargs)
        loop = asyncio.get_running_loop()
        protocol = ResponseHandler(loop)
        timeout = kwargs["timeout"] if "timeout" in kwargs else args[1]
        protocol.connection_made(WireTransport(far_end, protocol, req.connection_key, timeout))
        protocol.force_close()  # a pool is not to keep it: it may outlive the replay
        return WireConnection(self, req.connection_key, protocol, loop)

    yield Patch(aiohttp.TCPConnector, "connect", patched)


class WireConnection(Connection):
    """A connection that nobody need close: there is nothing behind it."""

    def __del__(self, _warnings: Any = None, /) -> None:
        """No warning of a leak."""


class WireTransport(asyncio.Transport):
    """A transport with a `ServerSide` behind it; ``key`` says of which connection."""

    def __init__(
        self, far_end: ServerSide, protocol: ResponseHandler, key: Any, timeout: Any
    ) -> None:
        super().__init__()
        self._far_end = far_end
        self._protocol = protocol
        self._key = key
        self._timeout = timeout
        self._loop = asyncio.get_running_loop()
        self._sending = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_waiting = False
        self._closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send; the answer arrives once the loop comes round, as from a socket."""
        if self._far_end.waits:
            task = self._loop.create_task(self._write_and_wait(bytes(data)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return
        try:
            received = self._far_end.receive(bytes(data))
        except BaseException as error:  # noqa: BLE001 (the reader is to get it, whatever it is)
            self._protocol.set_exception(error)
            return
        self._loop.call_soon(self._deliver, received)

    async def _write_and_wait(self, data: bytes) -> None:
        """The same by a thread, so that the loop goes on while an answer is recorded."""
        try:
            async with self._sending:
                self._is_waiting = True
                received = await asyncio.to_thread(self._far_end.receive, data)
                self._is_waiting = False
        except BaseException as error:  # noqa: BLE001 (as above)
            self._protocol.set_exception(error)
            return
        if not self._closing:
            self._deliver(received)

    def _deliver(self, received: bytes) -> None:
        if (problem := self._problem()) is not None:
            self._protocol.set_exception(problem)
            return
        if received:
            self._protocol.data_received(received)
        if self._far_end.is_over:
            self._protocol.connection_lost(
                _connection_errors.reset() if self._far_end.failure else None
            )

    def _problem(self) -> Exception | None:
        """What the code under test meets instead of an answer, if it is no lost connection."""
        failure = self._far_end.failure
        patience = [each for each in (self._timeout.sock_read, self._timeout.total) if each]
        if self._far_end.is_late(min(patience, default=None)):
            if patience and min(patience) == self._timeout.sock_read:
                late: Exception = _TOO_LATE("Timeout on reading data from socket")
                return late
            return TimeoutError()  # of the whole: a timer of aiohttp's own
        if failure == "dns":
            unresolved: Exception = _UNRESOLVED(self._key, _connection_errors.unresolved())
            return unresolved
        if failure == "tls":
            return aiohttp.ClientConnectorCertificateError(
                self._key, _connection_errors.unverified()
            )
        return None

    def is_closing(self) -> bool:
        """Whether `close` was called."""
        return self._closing

    def close(self) -> None:
        """Tell the protocol, as a socket's transport would."""
        if not self._closing:
            self._closing = True
            if self._is_waiting:
                self._far_end.give_up()
            self._loop.call_soon(self._protocol.connection_lost, None)

    def abort(self) -> None:
        """There is nothing left to send: the same as `close`."""
        self.close()
