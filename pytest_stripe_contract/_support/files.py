"""Files that are written whole or not at all, and folders that one process at a time changes."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_ANYBODYS = 0o666
"""What a new file's permissions are before the umask takes its part of them."""


def write(path: Path, data: bytes) -> None:
    """Put the bytes into the file: it is the new one or the old one, whole, whatever happens.

    Folders that are missing are made. An existing file keeps its permissions, a symbolic link
    stays and what it points to is replaced. `OSError` says what went wrong, also if ``path`` is
    something else than a file. Only a process that is killed leaves the file ``.stripe-….tmp``
    behind, beside ``path``; nothing takes it for a cassette.
    """
    path = Path(os.path.realpath(path))
    permissions = _permissions(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f".stripe-{secrets.token_hex(16)}.tmp"
    try:
        _create(temporary, data, permissions)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep every other process and thread that locks the folder waiting; it is made if need be.

    For those that read a file, add to it and write it: none loses the part of another. Locking
    a folder again inside would wait forever. Where the system (Windows) or the file system has
    no such locks, it does nothing: files are whole even then, but of two writers the later wins.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _permissions(path: Path) -> int | None:
    """Those of the file; None if there is none yet."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(mode):  # to put a file in the place of a device would be a surprise
        raise OSError(errno.EINVAL, "not a file", str(path))
    return stat.S_IMODE(mode)


def _create(path: Path, data: bytes, permissions: int | None) -> None:
    """A new file that is on the disk when this returns, with no more permissions at any time."""
    mode = _ANYBODYS if permissions is None else permissions
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if permissions is not None:
        path.chmod(permissions)


def _sync_folder(folder: Path) -> None:
    """Have the folder's entries on the disk too, where the system lets a folder be opened.

    A failure is passed over: the file is there and whole, only a power cut could undo that.
    """
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
