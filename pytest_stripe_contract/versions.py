"""Stripe's API versions, and the release lines whose schema they share.

Source: Stripe's API changelog, and the version that each release of the official
``stripe`` package sends.
"""

from __future__ import annotations

from dataclasses import dataclass

from .errors import UnknownName

DEFAULT = "2023-10-16"
"""The API version of the documentation page that the documented cassette comes from."""


@dataclass(frozen=True, slots=True)
class ReleaseLine:
    """The API versions that share one schema: ``first``, and what came after under ``name``."""

    name: str
    first: str


LINES = (ReleaseLine("2023-10-16", "2023-10-16"),)


def resolve(version: str) -> ReleaseLine:
    """The release line that covers ``version``; `UnknownName` if none does."""
    for line in LINES:
        if version == line.name:
            return line
    raise UnknownName("API version", version, (line.name for line in LINES))
