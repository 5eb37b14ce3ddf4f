"""Which API version the code under test will name, as far as that can be told before it runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import FunctionType, ModuleType

import pytest

from . import frames, installed
from .errors import UnknownName


def guessed(metafunc: pytest.Metafunc) -> str | None:
    """The version of the official SDK if the code that a test reaches has it; else the ini-file's.

    None if neither says one: then answers are as they were recorded.
    """
    sdk = sys.modules.get("stripe")
    if sdk is not None and any(_is_of_sdk(each) for each in _reached(metafunc)):
        try:
            return installed.full(str(getattr(sdk, "api_version", None)))
        except UnknownName:
            return None
    return metafunc.config.getini("stripe_api_version") or None


def _reached(metafunc: pytest.Metafunc) -> Iterator[str]:
    """The names of the modules that the user's code sees, from the test's and its conftests on."""
    plugins = metafunc.config.pluginmanager.get_plugins()
    left = [metafunc.module, *(each for each in plugins if isinstance(each, ModuleType))]
    seen = set(map(id, left))
    while left:
        module = left.pop()
        if not frames.is_own(getattr(module, "__file__", None) or "<"):
            continue
        for value in list(vars(module).values()):
            name = _home(value)
            yield name
            other = sys.modules.get(name)
            if other is not None and id(other) not in seen:
                seen.add(id(other))
                left.append(other)


def _home(value: object) -> str:
    """The name of the module that something is, or was made in."""
    if isinstance(value, ModuleType):
        return value.__name__
    maker = value if isinstance(value, (type, FunctionType)) else type(value)
    return str(maker.__module__)


def _is_of_sdk(module: str) -> bool:
    return module.partition(".")[0] == "stripe"
