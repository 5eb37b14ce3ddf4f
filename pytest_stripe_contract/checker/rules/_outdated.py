"""What an upgrade would change in one recorded payload."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from ...contract import payload as payloads
from ...migrations import changes_of, upgrade
from ...stripe_api import ReleaseLine, versions
from .._alike import shape
from .._messages import line_of

_KNOWN: dict[Hashable, Changes] = {}
_MANY = 5_000
"""Shapes of payloads whose changes are kept: of some kilobytes each."""

_SHOWN = 3
"""Properties that a text names of each kind."""

_KINDS = {"": "invoice", "lines.data[]": "line_item"}
"""What the object at a place is; a property that leaves any other is one of a discount."""


@dataclass(frozen=True, slots=True)
class Sdk:
    """The installed ``stripe`` package: its version, the API version it sends, and its line."""

    version: str
    api_version: str
    line: ReleaseLine


@dataclass(frozen=True, slots=True)
class Lost:
    """A property that is not in the payload any more; ``now_at`` is where its value is since.

    What is not known is None: the version ``since`` which it is gone, and a ``hint``.
    """

    property: str
    now_at: str | None = None
    hint: str | None = None
    since: str | None = None

    def __str__(self) -> str:
        return f"{self.property} (now at {self.now_at})" if self.now_at else self.property


@dataclass(frozen=True, slots=True)
class Changes:
    """What a payload would lose, first what has a value in it, and which properties it gets."""

    lost: tuple[Lost, ...]
    added: tuple[str, ...]

    def __str__(self) -> str:
        told = []
        if self.lost:
            told.append("lose " + _some([str(each) for each in self.lost]))
        if self.added:
            told.append("gain " + _some(self.added))
        return " and ".join(told) or "stay as it is"


def sdk() -> Sdk | str:
    """The installed package, read and not imported; or why nothing can be compared with it."""
    installed = versions.installed_sdk()
    if installed is None:
        return "the stripe package is not installed"
    line = line_of(installed.api_version)
    if line is None:
        return f"stripe {installed.version} sends {installed.api_version}, which has no contract"
    return Sdk(installed.version, installed.api_version, line)


def changes(payload: Any, line: ReleaseLine, later: ReleaseLine) -> Changes | None:
    """What of a payload of one line differs in a later one; None if no step knows the like."""
    if payloads.kind_of(payload) not in ("invoice", "list"):
        return None
    to = later.shipped
    key = (line.name, to.name, shape(payload))
    if key not in _KNOWN:
        if len(_KNOWN) >= _MANY:
            _KNOWN.clear()
        _KNOWN[key] = _changes(payload, line.name, to.name)
    return _KNOWN[key]


def _changes(payload: Any, line: str, to: str) -> Changes:
    shown = upgrade(payload, line, to)
    lost = sorted(_missing(payload, shown), key=_most_telling_first)
    added = sorted(_missing(shown, payload), key=_most_telling_first)
    return Changes(
        tuple(_lost(path, line, to) for path in dict.fromkeys(path for path, _ in lost)),
        tuple(dict.fromkeys(path for path, _ in added)),
    )


def _most_telling_first(missing: tuple[str, bool]) -> tuple[bool, int]:
    """What says something in the payload before what does not, then what is less deep."""
    path, says_something = missing
    return not says_something, path.count(".")


def _missing(here: Any, there: Any, path: str = "") -> Iterator[tuple[str, bool]]:
    """Properties (``lines.data[].price``) that only the first value has; if they say anything."""
    if isinstance(here, dict) and isinstance(there, dict):
        for name, value in here.items():
            place = f"{path}.{name}" if path else name
            if name in there:
                yield from _missing(value, there[name], place)
            else:
                yield place, value not in (None, [], {})
    elif isinstance(here, list) and isinstance(there, list):
        for one, other in zip(here, there, strict=False):
            yield from _missing(one, other, f"{path}[]")


@cache
def _lost(path: str, line: str, to: str) -> Lost:
    """What is known of a property that left; the invoices of a list are at ``data[]``."""
    owner, _, name = path.rpartition(".")
    kind = _KINDS.get(owner.removeprefix("data[]").removeprefix("."), "discount")
    told = (each for each in changes_of(name, line, to) if each.object == kind)
    lost = (Lost(path, _at(owner, each.now_at), each.hint, each.version) for each in told)
    return next(lost, Lost(path))


def _at(owner: str, now_at: str | None) -> str | None:
    return f"{owner}.{now_at}" if owner and now_at else now_at


def _some(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    shown = ", ".join(names[:_SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown
