"""What the strategies are asked for, checked when they are made."""

from __future__ import annotations

from ..errors import InvalidOption
from ..stripe_api import resolve, versions

_VERSION = f"a version such as {versions.VERSION!r}, or a release line's name such as 'basil'"


def version(api_version: object) -> str:
    """The API version that is meant: None is `versions.VERSION`.

    Raises `errors.UnknownName` for one that no release line covers, `errors.InvalidOption` for
    what is no text.
    """
    if api_version is None:
        return versions.VERSION
    if not isinstance(api_version, str):
        raise InvalidOption("api_version", api_version, _VERSION)
    resolve(api_version)
    return api_version


def texts(**options: object) -> None:
    """Each option is a text or None; `errors.InvalidOption` if not."""
    for name, value in options.items():
        if value is not None and not isinstance(value, str):
            raise InvalidOption(name, value, "a text, or None for any")
