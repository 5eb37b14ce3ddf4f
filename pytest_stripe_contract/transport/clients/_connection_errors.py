"""What the system tells every client of a connection that fails."""

from __future__ import annotations

import errno
import socket
import ssl


def unresolved() -> socket.gaierror:
    """The host has no address."""
    return socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def unverified() -> ssl.SSLCertVerificationError:
    """The host's certificate cannot be verified."""
    problem = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"
    return ssl.SSLCertVerificationError(1, problem)


def reset() -> ConnectionResetError:
    """The host has hung up in the middle."""
    return ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")
