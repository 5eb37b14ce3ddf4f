"""What is read: files, and standard input."""

from __future__ import annotations

import sys
from pathlib import Path

STDIN = "-"
"""The name of standard input on a command line."""


def read(path: Path | None) -> bytes:
    """What a file has, or for None standard input; `OSError` if there is none."""
    if path is not None:
        return path.read_bytes()
    if sys.stdin is None:
        raise FileNotFoundError("there is no standard input to read")
    return sys.stdin.buffer.read()
