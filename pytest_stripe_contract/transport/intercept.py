"""Decide which requests stay in the process, and which replay answers them.

The process has one stack of replays, shared by its threads and event loops. The innermost replay
that has an answer gives it.
"""

from __future__ import annotations

import threading
from typing import Protocol

from ..errors import NetworkBlocked
from ..messages import PORTS, Request
from . import clients, network_block
from .server import Reply, ServerConnection


class Answerer(Protocol):
    """A replay, as the connections that it answers see it."""

    @property
    def records(self) -> bool:
        """True if the replay may ask the network for an answer."""

    def mentions(self, host: str, port: int) -> bool:
        """Tell if the replay has recordings of a loopback host."""

    def take(self, request: Request) -> Reply | None:
        """Return the reply to a request; None if the replay has none left."""

    def record(self, sent: Request) -> Reply | None:
        """Return the network's reply to a request as it was sent; None if it is not recorded."""

    def miss(self, request: Request) -> BaseException:
        """Note that no replay answered a request; return the exception to raise."""

    def failed(self, origin: str, error: Exception) -> BaseException:
        """Note that a request could not be answered at all; return the exception to raise."""

    def blocked(self, error: NetworkBlocked) -> None:
        """Note a connection that was blocked."""


_lock = threading.Lock()
_active: tuple[Answerer, ...] = ()


def start(answerer: Answerer) -> None:
    """Put a replay on the stack; from now on nothing leaves the machine."""
    global _active  # noqa: PLW0603 (the stack is the process's)
    with _lock:
        if not _active:
            try:
                clients.patch(connect)
            except BaseException:
                clients.unpatch()
                raise
        network_block.block(answerer.blocked)
        _active = (*_active, answerer)


def stop(answerer: Answerer) -> None:
    """Take a replay off the stack; the last one restores every client."""
    global _active  # noqa: PLW0603 (as above)
    with _lock:
        _active = network_block.without_last(_active, answerer)
        network_block.unblock(answerer.blocked)
        if not _active:
            clients.unpatch()


def connect(scheme: str, host: str, port: int) -> ServerConnection | None:
    """Return the server's side of a connection to a host; None for a real one, to loopback."""
    if clients.is_sdk_unpatched():
        with _lock:
            if _active:  # pragma: no branch (the last replay may end in between)
                clients.patch_sdk(connect)
    replays = _active
    if not replays or network_block.is_lifted():
        return None
    if network_block.is_loopback(host) and not any(each.mentions(host, port) for each in replays):
        return None
    name = f"[{host}]" if ":" in host else host
    origin = f"{scheme}://{name}" + (f":{port}" if port != PORTS.get(scheme) else "")
    may_block = any(each.records for each in replays)
    return ServerConnection(origin, _answer, _fail, may_block=may_block)


def _answer(sent: Request) -> Reply:
    replays = _active
    if not replays:
        raise ConnectionError("the replay that answered on this connection is over")
    request = sent.redact()
    for replay in reversed(replays):
        if (reply := replay.take(request)) is not None:
            return reply
    for replay in reversed(replays):
        if (reply := replay.record(sent)) is not None:
            return reply
    raise replays[-1].miss(request)


def _fail(origin: str, error: Exception) -> BaseException:
    replays = _active
    return replays[-1].failed(origin, error) if replays else error
