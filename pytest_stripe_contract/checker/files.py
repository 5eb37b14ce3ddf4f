"""The files of a run: found in folders, read once, and recognised as cassettes or payloads."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from ..cassettes import Cassette, FormatError, parse_document
from ..cassettes import yaml as yamlfile
from ..errors import CassetteError
from ._messages import Answer, recorded_answers
from ._source_map import SourceMap

STDIN = "-"
"""The name of standard input on a command line."""

SUFFIXES = (".json", ".yaml", ".yml")
_SKIPPED_FOLDERS = ("node_modules", "site-packages")
_NEITHER = "neither a cassette (a mapping with a list of interactions) nor a JSON payload"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file to read: its name as the user wrote it, and its path; None is standard input.

    ``is_named`` is True for a file that was named itself, and not found in a folder.
    """

    name: str
    path: Path | None
    is_named: bool


@dataclass(frozen=True)
class File:
    """A file that was read: a cassette, a payload, or one with a ``problem``.

    ``document`` is the loaded YAML or JSON, None if it cannot be loaded; ``root`` is the root of
    the nodes of YAML, None for JSON.
    """

    name: str
    source: bytes
    document: Any = None
    cassette: Cassette | None = None
    problem: CassetteError | None = None
    answers: tuple[Answer, ...] = ()
    root: yaml.Node | None = None

    @cached_property
    def lines(self) -> SourceMap:
        """The lines of its keys, values and comments."""
        return SourceMap(self.source, self.root)

    @property
    def is_json(self) -> bool:
        """True if the document is JSON."""
        return self.root is None and self.document is not None


def read(path: Path | None) -> bytes:
    """Read a file, or standard input for None; raise ``OSError`` if there is none."""
    if path is not None:
        return path.read_bytes()
    if sys.stdin is None:
        raise FileNotFoundError("standard input is closed")
    return sys.stdin.buffer.read()


def find(paths: Iterable[str]) -> list[Entry]:
    """Return the files at the paths and in the folders among them, each once, in order.

    Hidden folders and those of installed packages are skipped. Raises ``FileNotFoundError`` for
    a path that does not exist.
    """
    entries: dict[str, Entry] = {}
    for name in paths:
        if name == STDIN:
            entries[name] = Entry(name, None, is_named=True)
        elif (path := Path(name)).is_dir():
            for file in _walk(path):
                entries.setdefault(str(file), Entry(str(file), file, is_named=False))
        else:
            path.stat()  # raises for a path that does not exist
            entries[str(path)] = Entry(name, path, is_named=True)
    return list(entries.values())


def _walk(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in _SKIPPED_FOLDERS
        )
        for name in sorted(names):
            if name.lower().endswith(SUFFIXES):
                yield Path(root, name)


def load(entry: Entry) -> File | None:
    """Return the file, a broken one with its ``problem``; None for one in a folder to skip.

    A file in a folder is skipped if it is neither a cassette nor a payload of Stripe's; for one
    that was named, this is a problem.
    """
    try:
        if entry.path and not entry.is_named and not stat.S_ISREG(entry.path.stat().st_mode):
            return None  # reading a pipe in a folder would wait forever
        source = read(entry.path)
    except OSError as error:
        if entry.path is None:
            raise
        problem = CassetteError(entry.name, f"cannot be read: {error.strerror}")
        return File(entry.name, b"", problem=problem)
    return parse(entry, source)


def parse(entry: Entry, source: bytes) -> File | None:
    """Return what `load` does, from a source that is already read."""
    try:
        only_json = entry.name.lower().endswith(".json")
        document, root = yamlfile.load_with_nodes(source, only_json=only_json)
    except yamlfile.YamlError as error:
        problem = CassetteError(entry.name, error.problem, error.line)
        return File(entry.name, source, problem=problem)
    file = File(entry.name, source, document, root=root)
    match document:
        case {"interactions": _} | {"http_interactions": _} | [{"request": _}, *_]:
            try:
                cassette = parse_document(entry.name, Path(entry.name), document)
            except FormatError as error:
                line = file.lines.find(error.keys)
                return replace(file, problem=CassetteError(entry.name, str(error), line))
            return replace(file, cassette=cassette, answers=recorded_answers(cassette))
    if file.is_json and (entry.is_named or _is_stripe_payload(document)):
        return replace(file, answers=(Answer(source=source, is_named=entry.is_named),))
    return replace(file, problem=CassetteError(entry.name, _NEITHER)) if entry.is_named else None


def _is_stripe_payload(document: object) -> bool:
    """Tell an object or an error of Stripe's from other JSON files."""
    match document:
        case {"object": str()} | {"error": {"type": str()}}:
            return True
    return False
