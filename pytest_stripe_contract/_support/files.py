"""Write files atomically, and lock a folder against other processes."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_NEW_FILE_MODE = 0o666
"""Permissions of a new file, from which the umask is subtracted."""


def write(path: Path, data: bytes) -> None:
    """Replace the content of a file with ``data``, as a whole or not at all.

    Missing folders are created. An existing file keeps its permissions; the target of a symbolic
    link is replaced, and the link stays. Raises ``OSError`` if that fails, also if ``path`` is a
    folder or a device. Only a killed process leaves a file ``.stripe-….tmp`` beside ``path``.
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
    """Hold a lock on a folder, which other processes and threads of the user wait for.

    It is for those that read a file, add to it and write it. A missing folder is created. The
    lock is a file in the system's temporary folder. Locking a folder again inside the lock waits
    forever.
    """
    from filelock import FileLock  # imports asyncio, which a run without recording does not need

    folder.mkdir(parents=True, exist_ok=True)
    user = os.getuid() if hasattr(os, "getuid") else "user"
    digest = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()
    name = f"pytest-stripe-contract-{user}-{digest[:32]}.lock"
    with FileLock(Path(tempfile.gettempdir()) / name):
        yield


def _permissions(path: Path) -> int | None:
    """Return the permissions of a file; None if it does not exist."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "not a file", str(path))
    return stat.S_IMODE(mode)


def _create(path: Path, data: bytes, permissions: int | None) -> None:
    """Create a file and sync it to the disk; it never has more permissions than at the end."""
    mode = _NEW_FILE_MODE if permissions is None else permissions
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if permissions is not None:
        path.chmod(permissions)


def _sync_folder(folder: Path) -> None:
    """Sync a folder's entries to the disk, where the system can open a folder.

    A failure is ignored: the file is complete, and only a power cut could lose it.
    """
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
