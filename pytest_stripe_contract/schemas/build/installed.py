"""Schemas built from the types of the installed ``stripe`` package, for a line newer than shipped.

The types are read from the package's files; it is never imported.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from importlib import metadata
from pathlib import Path

from ..._support import files
from ...errors import UnknownName
from ...stripe_api import LINES, versions
from .schema_rules import build, shipped_rules
from .schema_union import Schema
from .sdk_source import Source
from .sdk_types import object_schema

_OWN = "pytest-stripe-contract"


def installed_schema(name: str, line: str) -> Schema:
    """Return the schema ``name`` that the installed package's types give, by the rules of ``line``.

    Reading the types takes about a second, so the schema is stored in the user's cache folder,
    under the versions of both packages. Raises `UnknownName` if no package is installed.
    """
    sdk = versions.installed_sdk()
    if sdk is None:
        raise UnknownName("API version", line, (each.first for each in LINES))
    stored = _cache_folder() / f"{name}-{line}-{sdk.version}-{metadata.version(_OWN)}.json"
    with suppress(OSError, ValueError):
        cached: Schema = json.loads(stored.read_bytes())
        return cached
    rules = shipped_rules()
    rule = rules["schemas"][name]
    typed = object_schema(Source(sdk.root), rule["of"]["pypi"], rule.get("inline", ()))
    built = build(name, line, [typed], rules, f"stripe {sdk.version} for Python, as installed")
    with suppress(OSError):
        files.write(stored, json.dumps(built).encode())  # other processes may do so too
    return built


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / _OWN
