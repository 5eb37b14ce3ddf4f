"""The cassettes that no test of a run has named: left behind, or misspelt in a marker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .._support.stack import below

SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(slots=True)
class Unused:
    """What tests named, and where cassettes lie; with xdist, those of all workers.

    ``is_partial`` says that not all tests ran: then nobody knows what the others play.
    """

    root: Path
    named: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)
    is_partial: bool = False

    def count(self, said: dict[str, Any]) -> None:
        """Take in what one test's report says of its cassettes."""
        self.named.update(said["cassettes"])
        self.is_partial |= said["partial"]
        if said["cassettes"]:
            self.folders.add(said["folder"])

    def found(self) -> list[Path]:
        """The files in the folders that nobody named; none if only a part of the tests ran."""
        if self.is_partial:
            return []
        files = {path for folder in self.folders for path in _files(Path(folder))}
        return sorted(path for path in files if str(path.resolve()) not in self.named)

    def lines(self) -> Iterator[str]:
        """For the terminal's summary."""
        if self.is_partial:
            yield "stripe unused: not judged, as only a part of the tests ran"
        elif found := self.found():
            yield f"stripe unused: no test plays {_many(found)}"
            yield from (f"  {below(path, self.root)}" for path in found)


def is_part(arguments: Iterable[str], base: Path) -> bool:
    """Whether the arguments of a run name single files or tests."""
    return any((base / each.partition("::")[0]).is_file() for each in arguments)


def _files(folder: Path) -> Iterator[Path]:
    """Cassettes: a file that holds none is none of them."""
    for path in folder.rglob("*"):
        if path.suffix in SUFFIXES and path.is_file() and b"interactions" in path.read_bytes():
            yield path


def _many(found: list[Path]) -> str:
    return "this cassette:" if len(found) == 1 else f"these {len(found)} cassettes:"
