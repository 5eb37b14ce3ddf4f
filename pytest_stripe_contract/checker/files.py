"""The files of a run: found, read once, and told apart."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from ..cassettes import Cassette, FormatError, parse_document
from ..cassettes import yaml as yamlfile
from ..contract import payload
from ..errors import CassetteError
from ._messages import Answer, Body, bodies, recorded
from ._source_map import Lines
from .streams import STDIN, read

SUFFIXES = (".json", ".yaml", ".yml")
_LEFT_OUT = ("node_modules", "site-packages")
_LARGEST = 1_000_000
"""Values that a document may hold once the YAML aliases in it are followed."""

_ALIAS = re.compile(rb"\*(?<=[\s\[{,]\*)[A-Za-z0-9]")
_NEITHER = "neither a cassette (a mapping with a list of interactions) nor a JSON payload"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file to be read: its name as the user has it; None as its path is standard input.

    One that ``is_named`` was given by itself, and not found in a folder.
    """

    name: str
    path: Path | None
    is_named: bool


@dataclass(frozen=True)
class File:
    """A file that was read: a cassette, a payload, or one with a ``problem``.

    ``document`` is what its YAML or JSON says, None if that could not be told, ``root`` the nodes
    of the YAML.
    """

    name: str
    source: bytes
    document: Any = None
    is_json: bool = False
    cassette: Cassette | None = None
    problem: CassetteError | None = None
    answers: tuple[Answer, ...] = ()
    root: yaml.Node | None = None

    @cached_property
    def lines(self) -> Lines:
        """Where things stand in it."""
        return Lines(self.source, is_json=self.is_json, root=self.root)

    @cached_property
    def bodies(self) -> tuple[Body, ...]:
        """What its messages hold, or it itself if it is a payload."""
        if self.cassette is not None:
            return tuple(bodies(self.cassette))
        return (Body(0, "response", self.source),) if self.answers else ()


def find(paths: Iterable[str]) -> list[Entry]:
    """The files that paths name, and those in folders, each once, in order.

    Hidden folders and those of installed packages are passed over. ``FileNotFoundError`` for a
    path that leads nowhere.
    """
    entries: dict[str, Entry] = {}
    for name in paths:
        if name == STDIN:
            entries[name] = Entry(name, None, is_named=True)
        elif (path := Path(name)).is_dir():
            for each in _inside(path):
                entries.setdefault(str(each), Entry(str(each), each, is_named=False))
        else:
            path.stat()  # says what is wrong with a path that leads nowhere
            entries[str(path)] = Entry(name, path, is_named=True)
    return list(entries.values())


def _inside(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(n for n in folders if not n.startswith(".") and n not in _LEFT_OUT)
        for name in sorted(names):
            if name.lower().endswith(SUFFIXES):
                yield Path(root, name)


def load(entry: Entry) -> File | None:
    """The file, with what is wrong with it as its ``problem``; None if it is not of our kind.

    In a folder that is a file which is neither a cassette nor a payload of Stripe's; one that
    is named is to be either.
    """
    try:
        if entry.path and not entry.is_named and not stat.S_ISREG(entry.path.stat().st_mode):
            return None  # a pipe in a folder would be waited for
        source = read(entry.path)
    except OSError as error:
        if entry.path is None:
            raise
        problem = CassetteError(entry.name, f"cannot be read: {error.strerror}")
        return File(entry.name, b"", problem=problem)
    return told_apart(entry, source)


def told_apart(entry: Entry, source: bytes) -> File | None:
    """As `load`, of a source that was read already."""
    try:
        document, is_json, root = _document(source, entry.name)
    except yamlfile.YamlError as error:
        problem = CassetteError(entry.name, error.problem, error.line)
        return File(entry.name, source, problem=problem)
    here = File(entry.name, source, document, is_json, root=root)
    if _is_meant_as_cassette(document):
        try:
            cassette = parse_document(entry.name, Path(entry.name), document)
        except FormatError as error:
            problem = CassetteError(entry.name, str(error), here.lines.of(error.keys))
            return replace(here, problem=problem)
        return replace(here, cassette=cassette, answers=recorded(cassette))
    if is_json and (entry.is_named or _is_of_stripe(document)):
        return replace(here, answers=(Answer(value=document, is_named=entry.is_named),))
    return replace(here, problem=CassetteError(entry.name, _NEITHER)) if entry.is_named else None


def _is_meant_as_cassette(document: object) -> bool:
    match document:
        case {"interactions": _} | {"http_interactions": _} | [{"request": _}, *_]:
            return True
    return False


def _is_of_stripe(document: object) -> bool:
    """Whether a JSON file looks like an object or an error of Stripe's, among many others."""
    match document:
        case {"object": str()} | {"error": {"type": str()}}:
            return True
    return False


def _document(source: bytes, name: str) -> tuple[Any, bool, yaml.Node | None]:
    """What a source says, whether it is JSON, and else its nodes; `yamlfile.YamlError` if neither.

    What begins as JSON does may be YAML as well.
    """
    is_json = name.lower().endswith(".json")
    broken = None
    if is_json or source.lstrip()[:1] in (b"{", b"["):
        try:
            document = payload.parse(source)
        except payload.Unreadable as error:
            broken = _no_json(source, error)
        else:
            _check_size(
                document, may_be_large=source.count(b"[") + source.count(b"{") > yamlfile.MAX_DEPTH
            )
            return document, True, None
    if broken is not None and is_json:
        raise broken
    try:
        document, root = yamlfile.load_with_nodes(source)
    except yamlfile.YamlError as error:
        is_yaml = name.lower().endswith((".yaml", ".yml"))
        raise (error if is_yaml or broken is None else broken) from None
    _check_size(document, may_be_large=_ALIAS.search(source) is not None)
    return document, False, root


def _no_json(source: bytes, unreadable: payload.Unreadable) -> yamlfile.YamlError:
    try:
        json.loads(source)
    except json.JSONDecodeError as error:
        return yamlfile.YamlError(f"not JSON: {error.msg}", error.lineno)
    except (ValueError, RecursionError):
        pass
    return yamlfile.YamlError(f"not JSON: expected {unreadable.expected}")


def _check_size(document: object, *, may_be_large: bool) -> None:
    """Refuse what is deeper than a YAML file may be, and what aliases make endless.

    Most sources have neither many brackets nor aliases, and are not gone through.
    """
    if may_be_large:
        _size(document, 0, {})


def _size(value: object, depth: int, known: dict[int, int]) -> int:
    """How many values there are in one, those in shared ones counted each time."""
    if not isinstance(value, (dict, list)):
        return 1
    if depth > yamlfile.MAX_DEPTH:
        raise yamlfile.YamlError(f"more than {yamlfile.MAX_DEPTH} levels deep")
    if id(value) not in known:
        inner = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_size(each, depth + 1, known) for each in inner)
        if known[id(value)] > _LARGEST:
            raise yamlfile.YamlError(f"more than {_LARGEST} values")
    return known[id(value)]
