"""Block the network: while a replay is active, sockets reach loopback only and no name is resolved.

An audit hook sees every socket of the process, in each thread and event loop, however the code
made it. Python cannot remove an audit hook, so one is added with the first block, and does nothing
while no block is active.
"""

from __future__ import annotations

import importlib
import ipaddress
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final, TypeVar

from .._support import stack
from ..errors import NetworkBlocked
from ._monkeypatch import Patch, Patches, is_installed

T = TypeVar("T")
Listener = Callable[[NetworkBlocked], None]

_CONNECT, _RESOLVE = "socket.connect", "socket.getaddrinfo"
_ADDRESS_EVENTS: Final = {_CONNECT: 1, "socket.sendto": 1, "socket.sendmsg": 1}
_NAME_EVENTS: Final = {
    _RESOLVE: 0,
    "socket.gethostbyname": 0,
    "socket.gethostbyaddr": 0,
    "socket.getnameinfo": 0,
}
_EVENTS: Final = _ADDRESS_EVENTS | _NAME_EVENTS
"""Audit events of connections and look-ups, and the position of the address in each."""

_SOCKET_METHODS: Final = {"connect": 0, "connect_ex": 0, "sendto": -1, "sendmsg": 3}
"""Methods that resolve a name before their audit event, and the position of the address."""

_LOOP_METHODS: Final = (
    ("create_connection", 1, "host"),
    ("getaddrinfo", 0, "host"),
    ("sock_connect", 1, "address"),
    ("create_datagram_endpoint", 2, "remote_addr"),
)
"""Methods of an event loop that connect or resolve, with position and name of the address."""

_ADVICE: Final = "mock it, serve it from loopback, or do it where no replay is active"

_lock = threading.Lock()
_listeners: tuple[Listener, ...] = ()
_patches = Patches()
_has_hook = False
_thread = threading.local()


def block(listener: Listener) -> None:
    """Block the network until `unblock` has been called as often.

    The innermost ``listener`` is called with each `NetworkBlocked` error.
    """
    global _listeners, _has_hook  # noqa: PLW0603 (the block is of the whole process)
    with _lock:
        if not _has_hook:
            sys.addaudithook(_hook)
            _has_hook = True
        if not _listeners:
            _patches.apply(_socket_patches())
            if is_installed("uvloop"):
                _patches.apply(_uvloop_patches())
        _listeners = (*_listeners, listener)


def unblock(listener: Listener) -> None:
    """Remove the block of ``listener``; the last one restores the sockets."""
    global _listeners  # noqa: PLW0603 (as above)
    with _lock:
        _listeners = without_last(_listeners, listener)
        if not _listeners:
            _patches.undo()


@contextmanager
def lifted() -> Iterator[None]:
    """Let the current thread reach the network, to record an answer."""
    _thread.is_lifted = True
    try:
        yield
    finally:
        _thread.is_lifted = False


def is_lifted() -> bool:
    """Tell if the current thread may reach the network."""
    return getattr(_thread, "is_lifted", False)


def without_last(items: tuple[T, ...], item: T) -> tuple[T, ...]:
    """Return the items without the last one that equals ``item``."""
    index = len(items) - 1 - items[::-1].index(item)
    return items[:index] + items[index + 1 :]


def is_loopback(host: object) -> bool:
    """Tell if a host, in any form that sockets take, is this machine."""
    if isinstance(host, (bytes, bytearray)):
        host = host.decode("ascii", "replace")
    return _is_this_machine(host) if isinstance(host, str) else host is None


@lru_cache(maxsize=256)
def _is_this_machine(host: str) -> bool:
    name = host.strip("[]").lower().rstrip(".")
    if name in ("", "localhost", socket.gethostname().lower()) or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    scope = getattr(address, "scope_id", None)
    if scope is not None and not scope.isalnum():
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_loopback or mapped.is_unspecified)


def report(target: str, advice: str = _ADVICE) -> NetworkBlocked:
    """Report a blocked connection to the innermost listener; return the error to raise."""
    error = NetworkBlocked(target, advice, stack.user_location())
    for listener in _listeners[-1:]:
        listener(error)
    return error


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if _listeners and event in _EVENTS:
        _check(event, args[_EVENTS[event]])


vars(_hook)["__cantrace__"] = True  # lets debuggers and coverage trace audit hooks


def _check(event: str, target: Any) -> None:
    """Raise `NetworkBlocked` if the target of an audit event is not on loopback."""
    if is_lifted():
        return
    is_address = isinstance(target, tuple) and target and not isinstance(target[0], int)
    if is_address and not is_loopback(target[0]):
        raise report(":".join(map(_text, target[:2])))
    if event in _NAME_EVENTS and not is_address and not is_loopback(target):
        raise report(_text(target))


def _text(value: object) -> str:
    return value.decode("ascii", "replace") if isinstance(value, (bytes, bytearray)) else str(value)


def _socket_patches() -> Iterator[Patch]:
    for name, position in _SOCKET_METHODS.items():
        yield Patch(socket.socket, name, _checked(getattr(socket.socket, name), position))


def _checked(original: Callable[..., Any], position: int) -> Callable[..., Any]:
    def method(self: socket.socket, *args: Any) -> Any:
        for address in args[position:][:1]:
            _check(_CONNECT, address)
        return original(self, *args)

    return method


def _uvloop_patches() -> Iterator[Patch]:
    """Check the methods of uvloop's loop: it connects in C, without audit events."""
    loop: Any = importlib.import_module("uvloop").Loop
    for name, position, keyword in _LOOP_METHODS:
        yield Patch(loop, name, _checked_loop(getattr(loop, name), position, keyword))


def _checked_loop(original: Any, position: int, keyword: str) -> Callable[..., Any]:
    event = _RESOLVE if keyword == "host" else _CONNECT

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        _check(event, kwargs.get(keyword, next(iter(args[position:]), None)))
        return original(self, *args, **kwargs)

    return method
