"""Which requests stay in the process, and who answers them.

A stack of answerers, for the whole process: threads and event loops share it. The innermost
one that has an answer gives it.
"""

from __future__ import annotations

import threading
from typing import Protocol

from ..errors import NetworkBlocked
from ..messages import PORTS, Request
from . import clients, network_block
from .server import Reply, ServerSide


class Answerer(Protocol):
    """What a replay is to the connections that it answers."""

    @property
    def records(self) -> bool:
        """Whether it may ask the network for an answer."""

    def mentions(self, host: str, port: int) -> bool:
        """Whether there are recordings of that host, if it is a loopback one."""

    def take(self, request: Request) -> Reply | None:
        """The answer to the request, if there is one left."""

    def record(self, sent: Request) -> Reply | None:
        """The answer of the network to the request as it was sent, if it is to be recorded."""

    def miss(self, request: Request) -> BaseException:
        """Take note that nobody answered; the error to raise."""

    def failed(self, origin: str, error: Exception) -> BaseException:
        """Take note that an answer could not be given at all; the error to raise."""

    def blocked(self, error: NetworkBlocked) -> None:
        """Take note that something tried to leave the machine."""


_lock = threading.Lock()
_active: tuple[Answerer, ...] = ()


def start(answerer: Answerer) -> None:
    """Put an answerer on the stack: from here on, nothing leaves the machine."""
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
    """Take it off again; with the last one, every client is as it was."""
    global _active  # noqa: PLW0603 (as above)
    with _lock:
        _active = network_block.without(_active, answerer)
        network_block.unblock(answerer.blocked)
        if not _active:
            clients.unpatch()


def connect(scheme: str, host: str, port: int) -> ServerSide | None:
    """The far end of a connection to a host; None if it is to be a real one, to loopback."""
    if clients.sdk_is_new():
        with _lock:
            if _active:  # pragma: no branch (the last replay may end in between)
                clients.patch_sdk(connect)
    active = _active
    wanted = any(each.mentions(host, port) for each in active)
    if not active or (network_block.is_loopback(host) and not wanted) or network_block.is_lifted():
        return None
    name = f"[{host}]" if ":" in host else host
    origin = f"{scheme}://{name}" + (f":{port}" if port != PORTS.get(scheme) else "")
    return ServerSide(origin, _answer, _fail, waits=any(each.records for each in active))


def _answer(sent: Request) -> Reply:
    answerers = _active
    if not answerers:
        raise ConnectionError("the replay that answered on this connection is over")
    request = sent.hidden()
    for answerer in reversed(answerers):
        if (reply := answerer.take(request)) is not None:
            return reply
    for answerer in reversed(answerers):
        if (reply := answerer.record(sent)) is not None:
            return reply
    raise answerers[-1].miss(request)


def _fail(origin: str, error: Exception) -> BaseException:
    answerers = _active
    return answerers[-1].failed(origin, error) if answerers else error
