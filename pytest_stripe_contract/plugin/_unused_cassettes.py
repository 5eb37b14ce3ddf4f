"""The cassettes that no test of a run uses: left behind, or misspelt in a marker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .._support.stack import shorten
from . import _options
from ._parametrize import own_cassette
from ._stash import DESELECTED

if TYPE_CHECKING:
    from ..replay import Replay

_SUFFIXES = (".yaml", ".yml", ".json")

_SELECTING = ("deselect", "ignore", "ignore_glob", "keyword", "lf", "markexpr", "stepwise")
"""Options of pytest by which some tests do not run."""


@dataclass(slots=True)
class UnusedCassettes:
    """Collects the cassettes that tests use, and the folders to search for others.

    ``is_partial`` says that some tests did not run: nobody knows which cassettes they use.
    """

    root: Path
    is_partial: bool
    used: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)

    def add(self, data: dict[str, Any]) -> None:
        """Add what `data_of` returns for a test."""
        self.used.update(data["cassettes"])
        self.is_partial |= data["is_partial"]
        if data["cassettes"]:
            self.folders.add(data["folder"])

    def files(self) -> list[Path]:
        """Return the unused files; none if some tests did not run."""
        if self.is_partial:
            return []
        files = {path for folder in self.folders for path in _cassettes_in(Path(folder))}
        return sorted(path for path in files if str(path.resolve()) not in self.used)

    def lines(self) -> Iterator[str]:
        """Return the lines of the summary."""
        if self.is_partial:
            yield "stripe unused: not checked, as only a part of the tests ran"
        elif files := self.files():
            noun = "this cassette" if len(files) == 1 else f"these {len(files)} cassettes"
            yield f"stripe unused: no test plays {noun}:"
            yield from (f"  {shorten(path, self.root)}" for path in files)


def of(config: pytest.Config) -> UnusedCassettes | None:
    """Return the collector of a run; None unless ``--stripe-unused`` asks for it."""
    if not config.getoption("stripe_unused"):
        return None
    run = config.invocation_params
    names_files = any((run.dir / str(each).partition("::")[0]).is_file() for each in run.args)
    selects = any(config.getoption(name, None) for name in _SELECTING)
    return UnusedCassettes(config.rootpath, is_partial=names_files or selects)


def data_of(item: pytest.Item, replay: Replay | None) -> dict[str, Any]:
    """Return the cassettes that a test uses, and their folder, as data of its report."""
    return {
        "cassettes": _used_by(item, replay),
        "folder": str(_options.cassette_folder(item.config, item.path)),
        "is_partial": item.config.stash.get(DESELECTED, False),
    }


def _used_by(item: pytest.Item, replay: Replay | None) -> list[str]:
    used = [str(cassette.path) for cassette in replay.cassettes()] if replay else []
    library = _options.library(item.config, item.path)
    for kind in ("stripe_replay", "vcr"):  # pytest-recording plays the cassettes of "vcr"
        if (marker := item.get_closest_marker(kind)) is None:
            continue
        own = (own_cassette(item),) if kind == "vcr" else ()
        for name in map(str, (*own, *marker.args) or (own_cassette(item),)):
            used += [str(path.resolve()) for path in library.paths(name) if path.is_file()]
    return used


def _cassettes_in(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.suffix in _SUFFIXES and path.is_file() and b"interactions" in path.read_bytes():
            yield path
