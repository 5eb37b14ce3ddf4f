"""The names of cassettes: those of a test's own folder, paths, and those that the package ships."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from os import PathLike, fspath, stat_result
from pathlib import Path
from stat import S_ISREG

from ..errors import CassetteError, InvalidOption, UnknownName
from ..stripe_api import resources, versions
from .model import Cassette, parse_cassette

_SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class Library:
    """The places where a test's cassettes are looked for.

    ``folder`` is the test's own cassette folder, searched before the cassettes that the
    package ships; ``bases`` are the folders that a path is relative to.
    """

    folder: Path
    bases: tuple[Path, ...] = ()

    def find(self, name: str) -> Cassette:
        """Return the cassette of that name, which is a path if it ends in a suffix of YAML or JSON.

        Raises `UnknownName`, which lists the known names, `CassetteError` for a broken file, and
        `InvalidOption` for a name that is no text.
        """
        if isinstance(name, PathLike):
            name = fspath(name)
        if not isinstance(name, str):
            raise InvalidOption("stripe_replay", name, "names of cassettes, or paths, each a text")
        is_path = name.endswith(_SUFFIXES)
        shipped = [] if is_path else [resources.CASSETTES / f"{name}.yaml"]
        for path in (*self.paths(name), *shipped):
            if status := _stat_file(path):
                return _read(name, path.absolute(), status.st_mtime_ns, status.st_size)
        known = dict.fromkeys([*list_names(self.folder), *list_shipped()])
        folders = ", ".join(map(str, self.bases if is_path else [self.folder]))
        advice = f"pytest --stripe-record=once records it (searched: {folders})"
        raise UnknownName("cassette", name, known, advice)

    def paths(self, name: str) -> list[Path]:
        """Return the paths that a cassette of one's own may have; the first that exists counts."""
        if name.endswith(_SUFFIXES):
            return [base / name for base in self.bases]
        return [self.folder / f"{name}.yaml"]


def list_names(folder: Path) -> list[str]:
    """Return the names of the cassettes in a folder, without ``.yaml``."""
    return sorted(path.relative_to(folder).as_posix()[:-5] for path in folder.rglob("*.yaml"))


def list_shipped() -> list[str]:
    """Return the names of the cassettes that the package ships."""
    return [name for name in list_names(resources.CASSETTES) if "/" not in name]


def load_shipped(name: str, line: str) -> Cassette:
    """Return a shipped cassette as a release line has it, or else as the default line does.

    The default line's files lie in no folder of their own.
    """
    return Library(resources.CASSETTES / line).find(name)


def require_known_version(cassette: Cassette) -> Cassette:
    """Return the cassette; raises `CassetteError` if its API version has no contract."""
    try:
        versions.resolve(cassette.api_version or versions.VERSION)
    except UnknownName as error:
        raise CassetteError(str(cassette.path), str(error)) from None
    return cassette


def _stat_file(path: Path) -> stat_result | None:
    try:
        status = path.stat()
    except (OSError, ValueError):  # the latter for a name that no file system takes
        return None
    return status if S_ISREG(status.st_mode) else None


# Without it, each test would parse its cassette again, which takes half a millisecond or more.
@lru_cache(maxsize=256)
def _read(name: str, path: Path, _mtime: int, _size: int) -> Cassette:
    """Return the cassette in a file, parsed again once the file's time or size is another."""
    try:
        path = path.resolve()
        source = path.read_bytes()
    except OSError as error:
        raise CassetteError(str(path), f"cannot be read: {error.strerror}") from error
    return parse_cassette(name, path, source)
