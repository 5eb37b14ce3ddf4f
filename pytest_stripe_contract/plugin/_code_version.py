"""Which API version the code under test will name, as far as that can be told before it runs."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

from .._support import stack
from ..errors import UnknownName
from ..stripe_api import full_version

_IMPORT = re.compile(rb"^[ \t]*(?:import|from)[ \t]+stripe\b", re.MULTILINE)
"""An import of the official SDK, inside a function too."""

_KNOWN = pytest.StashKey[dict[str, bool]]()
"""Whether the code that a test module reaches has the SDK, by the module's file."""


def guessed(metafunc: pytest.Metafunc) -> str | None:
    """The version of the official SDK if the code that a test reaches has it; else the ini-file's.

    None if neither says one: then answers are as they were recorded.
    """
    known = metafunc.config.stash.setdefault(_KNOWN, {})
    file = str(metafunc.definition.path)
    if file not in known:
        known[file] = any(map(_imports_sdk, _reached(metafunc)))
    if known[file]:
        try:
            return full_version(str(getattr(import_module("stripe"), "api_version", None)))
        except (UnknownName, ImportError):
            return None
    return metafunc.config.getini("stripe_api_version") or None


@cache
def _imports_sdk(file: str) -> bool:
    try:
        return _IMPORT.search(Path(file).read_bytes()) is not None
    except OSError:
        return False


def _reached(metafunc: pytest.Metafunc) -> Iterator[str]:
    """The files of the user's code that a test reaches, from its module and its conftests on."""
    plugins = metafunc.config.pluginmanager.get_plugins()
    left = [metafunc.module, *(each for each in plugins if isinstance(each, ModuleType))]
    seen = set(map(id, left))
    while left:
        module = left.pop()
        file = getattr(module, "__file__", None) or "<"
        if not stack.is_own(file):
            continue
        yield file
        for value in list(vars(module).values()):
            other = sys.modules.get(_home(value))
            if other is not None and id(other) not in seen:
                seen.add(id(other))
                left.append(other)


def _home(value: object) -> str:
    """The name of the module that something is, or was made in."""
    if isinstance(value, ModuleType):
        return value.__name__
    maker = value if isinstance(value, (type, FunctionType)) else type(value)
    return str(maker.__module__)
