"""The ``stripe`` package that is installed, if it is newer than what is shipped here.

Then its own types are the contract. They are read from its files; it is never imported.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from functools import cache
from importlib import metadata, util
from pathlib import Path
from typing import TYPE_CHECKING

from .._support import files
from ..errors import UnknownName
from ..stripe_api import LINES, ReleaseLine, versions

if TYPE_CHECKING:
    from .build import Schema, Source


@cache
def package() -> tuple[str, Source] | None:
    """The version of the installed package, and its source; None if there is none."""
    found = util.find_spec("stripe")
    if found is None or found.origin is None:
        return None
    from .build import Source

    return metadata.version("stripe"), Source(Path(found.origin).parent.parent)


@cache
def newer_line() -> ReleaseLine | None:
    """The release line that the installed package sends, if it is later than all shipped ones."""
    if (installed := package()) is None:
        return None
    version, source = installed
    date, _, name = source.api_version.partition(".")
    known = name in {line.name for line in LINES}
    if known or date <= LINES[-1].since:
        return None
    return ReleaseLine(name or date, source.api_version, "read from its types", version)


def resolve(version: str) -> ReleaseLine:
    """As `versions.resolve`, but the installed package's line counts too."""
    try:
        return versions.resolve(version)
    except UnknownName:
        newer = newer_line()
        date, _, name = version.partition(".")
        if newer and (version == newer.name or (name == newer.name and date >= newer.since)):
            return newer
        raise


def full(version: str) -> str:
    """What ``Stripe-Version`` says of a version: of a line's mere name, its first version."""
    line = resolve(version)
    return line.first if version == line.name else version


def schema(name: str, line: str) -> Schema:
    """The schema ``name`` that the installed package's types give, by the rules of ``line``.

    Reading them takes about a second: what comes of it is kept in the user's cache folder, by
    the versions of both packages.
    """
    installed = package()
    if installed is None:
        raise UnknownName("API version", line, (each.first for each in LINES))
    version, source = installed
    kept = _cache_folder() / f"{name}-{line}-{version}-{metadata.version(_OWN)}.json"
    with suppress(OSError, ValueError):
        cached: Schema = json.loads(kept.read_bytes())
        return cached
    from .build import build, object_schema, shipped_rules

    rules = shipped_rules()
    wanted = rules["schemas"][name]
    typed = object_schema(source, wanted["of"]["pypi"], wanted.get("inline", ()))
    built = build(name, line, [typed], rules, f"stripe {version} for Python, as installed")
    with suppress(OSError):
        files.write(kept, json.dumps(built).encode())  # other processes may do so too
    return built


_OWN = "pytest-stripe-contract"


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / _OWN
