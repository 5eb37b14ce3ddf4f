"""Find the server of a URL."""

from __future__ import annotations

from urllib.parse import urlsplit

PORTS = {"http": 80, "https": 443}
"""The default port of each scheme."""


def origin(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of an absolute URL."""
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
