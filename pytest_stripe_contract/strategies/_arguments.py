"""The arguments of the public strategies, checked when a strategy is made."""

from __future__ import annotations

from ..errors import InvalidOption
from ..stripe_api import resolve, versions

_VERSION = f"a version such as {versions.VERSION!r}, or a release line's name such as 'basil'"


def api_version_of(api_version: object) -> str:
    """Return the API version of an argument; None is `versions.VERSION`.

    Raises `errors.UnknownName` for a version that no release line covers, and
    `errors.InvalidOption` for a value that is not a string.
    """
    if api_version is None:
        return versions.VERSION
    if not isinstance(api_version, str):
        raise InvalidOption("api_version", api_version, _VERSION)
    resolve(api_version)
    return api_version


def check_texts(**options: object) -> None:
    """Raise `errors.InvalidOption` for an option that is neither a string nor None."""
    for name, value in options.items():
        if value is not None and not isinstance(value, str):
            raise InvalidOption(name, value, "a string, or None for any")
