"""The operating system's errors for a failed connection, which every client shows its own way."""

from __future__ import annotations

import errno
import socket
import ssl


def name_not_resolved() -> socket.gaierror:
    """Return the error for a host without an address."""
    return socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def certificate_not_verified() -> ssl.SSLCertVerificationError:
    """Return the error for a host whose certificate cannot be verified."""
    problem = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"
    return ssl.SSLCertVerificationError(1, problem)


def connection_reset() -> ConnectionResetError:
    """Return the error for a host that closes the connection before it answers."""
    return ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")
