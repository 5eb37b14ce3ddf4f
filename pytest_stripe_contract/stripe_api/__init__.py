"""Facts of Stripe's API: versions, operations, keys, and the data files that ship."""

from __future__ import annotations

from . import keys, resources, versions
from .operations import HOST, LONGEST_ID, Operation, find_operation
from .versions import (
    LINES,
    STRIPE,
    VERSION,
    InstalledSdk,
    ReleaseLine,
    full_version,
    installed_sdk,
    newer_line,
    resolve,
    sdk_api_version,
)

__all__ = [
    "HOST",
    "LINES",
    "LONGEST_ID",
    "STRIPE",
    "VERSION",
    "InstalledSdk",
    "Operation",
    "ReleaseLine",
    "find_operation",
    "full_version",
    "installed_sdk",
    "keys",
    "newer_line",
    "resolve",
    "resources",
    "sdk_api_version",
    "versions",
]
