"""Recordings in, interactions out: cassettes in the format of VCR.py, as YAML or JSON.

Source of the format: https://vcrpy.readthedocs.io and the files that it writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from os import PathLike, fspath, stat_result
from pathlib import Path
from stat import S_ISREG
from typing import Any

from ..errors import CassetteError, InvalidOption, UnknownName
from ..messages import Request, Response
from ..stripe_api import resources, versions
from . import formats, yaml
from .formats import Malformed, mapping

_PATHS = (".yaml", ".yml", ".json")
_INTERACTIONS = ("interactions", "http_interactions")
"""What VCR.py calls them, and what Betamax and VCR for Ruby do."""
_OLDER = (
    "a cassette of VCR.py before 1.0: record it again, "
    "or have a copy converted by `python -m vcr.migration FILE`"
)


@dataclass(frozen=True, slots=True)
class Interaction:
    """One recorded request with its response.

    ``api_version`` is the one that the response was made under: its ``Stripe-Version``, or else
    the one that the file's metadata names; None if neither does.
    """

    request: Request
    response: Response
    api_version: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Cassette:
    """A file of recorded interactions; read once, so that two are the same or differ.

    ``metadata`` has what the file says of itself: ``api_version``, ``provenance``
    (``documented``, ``derived`` or ``recorded``), ``source`` or ``recorded_at``.
    """

    name: str
    path: Path
    interactions: tuple[Interaction, ...]
    metadata: Mapping[str, Any]
    is_shipped: bool = field(init=False)
    """Whether the package ships it: then it answers for any invoice id."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_shipped", self.path.is_relative_to(resources.CASSETTES))

    @property
    def api_version(self) -> str | None:
        """The API version that the metadata, or else the first response, names."""
        named = _version(self.metadata)
        if named is None and self.interactions:
            return self.interactions[0].api_version
        return named


@dataclass(frozen=True, slots=True)
class Library:
    """Where a test's cassettes are looked for.

    ``folder`` is the test's own cassette folder, searched before the cassettes that the
    package ships; ``bases`` are the folders that a path is relative to.
    """

    folder: Path
    bases: tuple[Path, ...] = ()

    def find(self, name: str) -> Cassette:
        """The cassette of that name; one that ends in ``.yaml``, ``.yml`` or ``.json`` is a path.

        `UnknownName` lists what there is, `CassetteError` says what is wrong with a file.
        """
        if isinstance(name, PathLike):
            name = fspath(name)
        if not isinstance(name, str):
            raise InvalidOption("stripe_replay", name, "names of cassettes, or paths, each a text")
        is_path = name.endswith(_PATHS)
        shipped_too = [] if is_path else [resources.CASSETTES / f"{name}.yaml"]
        for path in (*self.places(name), *shipped_too):
            if there := _stat_of_file(path):
                return _read(name, path.absolute(), there.st_mtime_ns, there.st_size)
        known = [*names(self.folder), *shipped_names()]
        looked = f"looked for in {', '.join(map(str, self.bases if is_path else [self.folder]))}"
        hint = f"{looked}; pytest --stripe-record=once records a new one"
        raise UnknownName("cassette", name, dict.fromkeys(known), hint)

    def places(self, name: str) -> list[Path]:
        """Where a cassette of one's own of that name may lie: the first that there is, counts."""
        if name.endswith(_PATHS):
            return [base / name for base in self.bases]
        return [self.folder / f"{name}.yaml"]


def names(folder: Path) -> list[str]:
    """The names of the cassettes in a folder, without ``.yaml``."""
    return sorted(path.relative_to(folder).as_posix()[:-5] for path in folder.rglob("*.yaml"))


def shipped_names() -> list[str]:
    """The names of the cassettes that the package ships."""
    return [name for name in names(resources.CASSETTES) if "/" not in name]


def shipped_in(name: str, line: str) -> Cassette:
    """A shipped cassette as a release line has it, or else as the default line does.

    The default line's lie in no folder; what the lines have in common, the others need not have.
    """
    return Library(resources.CASSETTES / line).find(name)


def _stat_of_file(path: Path) -> stat_result | None:
    try:
        found = path.stat()
    except (OSError, ValueError):  # of a name that no file system takes too
        return None
    return found if S_ISREG(found.st_mode) else None


@lru_cache(maxsize=256)
def _read(name: str, path: Path, _mtime: int, _size: int) -> Cassette:
    """The file, parsed once a session: its time and size are there to be part of the key."""
    try:
        path = path.resolve()
        source = path.read_bytes()
    except OSError as error:
        raise CassetteError(str(path), f"cannot be read: {error.strerror}") from error
    return parse(name, path, source)


def parse(name: str, path: Path, source: bytes) -> Cassette:
    """A cassette from the bytes of its file; `CassetteError` names the line that is wrong."""
    try:
        document = yaml.load(source, only_json=path.suffix == ".json")
    except yaml.Unloadable as error:
        raise CassetteError(str(path), error.problem, error.line) from error
    try:
        return of_document(name, path, document)
    except Malformed as error:
        raise CassetteError(str(path), str(error), yaml.line_of(source, error.at)) from None


def of_known_version(cassette: Cassette) -> Cassette:
    """The cassette; `CassetteError` if it is of a version that has no contract."""
    try:
        versions.resolve(cassette.api_version or versions.VERSION)
    except UnknownName as error:
        raise CassetteError(str(cassette.path), str(error)) from None
    return cassette


def of_document(name: str, path: Path, document: object) -> Cassette:
    """A cassette from what its file holds; `Malformed` says where it is none."""
    if _is_older(document):
        raise Malformed(_OLDER, kind="cannot be read")
    top = mapping(document, "the file")
    recorded = next((top[key] for key in _INTERACTIONS if key in top), None)
    if not isinstance(recorded, list):
        raise Malformed("it has no list of interactions", "interactions")
    metadata = mapping(top.get("metadata") or {}, "metadata", "metadata")
    version = _version(metadata)
    interactions = []
    for index, item in enumerate(recorded):
        request, response = formats.interaction(item, "interactions", index)
        made_under = response.headers.get("Stripe-Version") or version
        interactions.append(Interaction(request, response, made_under))
    return Cassette(name, path, tuple(interactions), metadata)


def _is_older(document: object) -> bool:
    """Whether it is a list of interactions, as it was before there was a version of the format."""
    match document:
        case [{"request": _}, *_]:
            return True
    return False


def _version(metadata: Mapping[str, Any]) -> str | None:
    named = metadata.get("api_version")
    return None if named is None else str(named)
