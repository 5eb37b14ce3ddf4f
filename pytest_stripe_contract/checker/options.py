"""The options of a check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from ..errors import UnknownName
from ..stripe_api import InstalledSdk, ReleaseLine, resolve, versions


@dataclass(frozen=True)
class Options:
    """The rules to apply, and how.

    ``rules`` has names of `RULES`. ``api_version`` is the version that every answer is checked
    against, None for the answer's own. ``lists_drift`` lists differences that are not errors one
    by one, and ``strict`` counts them as findings. ``max_age`` is in days.
    """

    rules: frozenset[str]
    api_version: str | None = None
    strict: bool = False
    lists_drift: bool = False
    max_age: int | None = None

    @cached_property
    def sdk(self) -> InstalledSdk | str:
        """The installed package that recordings are compared with, or why there is none."""
        sdk = versions.installed_sdk()
        if sdk is None:
            return "the stripe package is not installed"
        if find_line(sdk.api_version) is None:
            return f"stripe {sdk.version} sends {sdk.api_version}, which has no contract"
        return sdk

    @cached_property
    def now(self) -> datetime:
        """The time of the run."""
        return datetime.now(UTC)


def find_line(version: str) -> ReleaseLine | None:
    """Return the release line that covers an API version, None if none does."""
    try:
        return resolve(version)
    except UnknownName:
        return None
