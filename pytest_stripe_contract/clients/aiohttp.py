"""aiohttp: its TCP connector hands out a connection of ours for each request."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection

from ..patching import Patch
from ..wire import ServerSide
from . import Connect


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
        protocol.connection_made(WireTransport(far_end, protocol, loop))
        protocol.force_close()  # a pool is not to keep it: it may outlive the replay
        return Connection(self, req.connection_key, protocol, loop)

    yield Patch(aiohttp.TCPConnector, "connect", patched)


class WireTransport(asyncio.Transport):
    """A transport with a `ServerSide` behind it."""

    def __init__(
        self, far_end: ServerSide, protocol: ResponseHandler, loop: asyncio.AbstractEventLoop
    ) -> None:
        super().__init__()
        self._far_end = far_end
        self._protocol = protocol
        self._loop = loop
        self._closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send; the answer arrives once the loop comes round, as from a socket."""
        try:
            received = self._far_end.receive(bytes(data))
        except BaseException as error:  # noqa: BLE001 (the reader is to get it, whatever it is)
            self._protocol.set_exception(error)
            return
        if received:
            self._loop.call_soon(self._protocol.data_received, received)

    def is_closing(self) -> bool:
        """Whether `close` was called."""
        return self._closing

    def close(self) -> None:
        """Tell the protocol, as a socket's transport would."""
        if not self._closing:
            self._closing = True
            self._loop.call_soon(self._protocol.connection_lost, None)

    def abort(self) -> None:
        """There is nothing left to send: the same as `close`."""
        self.close()
