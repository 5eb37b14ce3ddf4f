"""The network block: while it is up, sockets reach loopback only and no name is resolved.

An audit hook sees every socket of the process, in each thread and event loop, however the
code came by it. Python cannot take a hook away again, so one is added when the first block
goes up, and does nothing while none is.
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

from .._support import stack as frames
from ..errors import NetworkBlocked
from ._monkeypatch import Kept, Patch, Patches, is_installed

T = TypeVar("T")
Listener = Callable[[NetworkBlocked], None]

_ADDRESS_EVENTS: Final = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1}
_NAME_EVENTS: Final = {
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
    "socket.gethostbyaddr": 0,
    "socket.getnameinfo": 0,
}
_EVENTS: Final = _ADDRESS_EVENTS | _NAME_EVENTS
_RESOLVING: Final = {"connect": 0, "connect_ex": 0, "sendto": -1, "sendmsg": 3}
"""Methods of a socket that resolve a name before their audit event, and where the address is."""

_LOOP_METHODS: Final = (
    ("create_connection", 1, "host"),
    ("getaddrinfo", 0, "host"),
    ("sock_connect", 1, "address"),
    ("create_datagram_endpoint", 2, "remote_addr"),
)
"""Methods of an event loop that connect or resolve, and which argument says where to."""

_ADVICE: Final = "mock it, serve it from loopback, or do it where no replay is active"

_lock = threading.Lock()
_listeners: tuple[Listener, ...] = ()
_patches = Patches()
_hooked = False
_here = threading.local()


def block(listener: Listener) -> None:
    """Put the block up; it stays until the last of the nested ones is lifted.

    ``listener`` is told of what is refused while it is the innermost one.
    """
    global _listeners, _hooked  # noqa: PLW0603 (the block is of the whole process)
    with _lock:
        if not _hooked:
            sys.addaudithook(_hook)
            _hooked = True
        if not _listeners:
            _patches.apply_kept(_kept_sockets)
            if is_installed("uvloop"):
                _patches.apply_kept(_kept_loops)
        _listeners = (*_listeners, listener)


def unblock(listener: Listener) -> None:
    """Lift the block that ``listener`` came with."""
    global _listeners  # noqa: PLW0603 (as above)
    with _lock:
        _listeners = without(_listeners, listener)
        if not _listeners:
            _patches.undo()


@contextmanager
def lifted() -> Iterator[None]:
    """Let this thread out, and no other: for what is recorded."""
    _here.is_lifted = True
    try:
        yield
    finally:
        _here.is_lifted = False


def is_lifted() -> bool:
    """Whether this thread may leave the machine."""
    return getattr(_here, "is_lifted", False)


def without(stack: tuple[T, ...], item: T) -> tuple[T, ...]:
    """The stack without the innermost one that equals the item."""
    index = len(stack) - 1 - stack[::-1].index(item)
    return stack[:index] + stack[index + 1 :]


def is_loopback(host: object) -> bool:
    """Whether a host, as sockets and resolvers take it, is this machine itself."""
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


def refuse(target: str, advice: str = _ADVICE) -> NetworkBlocked:
    """Tell the innermost listener of an attempt to leave; the error to raise for it."""
    error = NetworkBlocked(target, advice, frames.here())
    for listener in _listeners[-1:]:
        listener(error)
    return error


def _check(event: str, args: tuple[Any, ...]) -> None:
    """Raise `NetworkBlocked` if the event would leave the machine."""
    if is_lifted():
        return
    where = args[_EVENTS[event]]
    is_address = isinstance(where, tuple) and where and not isinstance(where[0], int)
    if is_address and not is_loopback(where[0]):
        raise refuse(":".join(_text(part) for part in where[:2]))
    if event in _NAME_EVENTS and not is_address and not is_loopback(where):
        raise refuse(_text(where))


def _text(value: object) -> str:
    return value.decode("ascii", "replace") if isinstance(value, (bytes, bytearray)) else str(value)


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if _listeners and event in _EVENTS:
        _check(event, args)


vars(_hook)["__cantrace__"] = True  # for debuggers and coverage, which audit hooks are kept from


def _checked(name: str) -> Callable[..., Any]:
    inherited = getattr(socket.socket, name)

    def method(self: socket.socket, *args: Any) -> Any:
        for address in args[_RESOLVING[name] :][:1]:
            _check("socket.connect", (self, address))
        return inherited(self, *args)

    return method


def _sockets() -> Iterator[Patch]:
    for name in _RESOLVING:
        yield Patch(socket.socket, name, _checked(name))


def _uvloop() -> Iterator[Patch]:
    """Uvloop connects in C, where no audit event is raised: its loop's methods are checked."""
    loop: Any = importlib.import_module("uvloop").Loop
    for name, position, keyword in _LOOP_METHODS:
        yield Patch(loop, name, _checked_loop(getattr(loop, name), position, keyword))


def _checked_loop(inherited: Any, position: int, keyword: str) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        target = kwargs.get(keyword, next(iter(args[position:]), None))
        if isinstance(target, tuple):
            _check("socket.connect", (self, target))
        elif keyword == "host":
            _check("socket.getaddrinfo", (target,))
        return inherited(self, *args, **kwargs)

    return method


_kept_sockets = Kept(_sockets, lambda: (socket.socket,))
_kept_loops = Kept(_uvloop, lambda: (importlib.import_module("uvloop").Loop,))
