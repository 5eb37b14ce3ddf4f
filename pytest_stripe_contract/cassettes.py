"""Recordings in, interactions out: cassettes in the YAML format of VCR.py.

Source of the format: https://vcrpy.readthedocs.io and the files that it writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import httpx

from . import shipped, yamlfile
from .errors import CassetteError, InvalidOption, UnknownName
from .matching import origin
from .messages import Request, Response

_LONGEST_NAME = 255
"""Bytes, on the usual file systems: asking for a longer one is an error there."""


@dataclass(frozen=True, slots=True)
class Interaction:
    """One recorded request with its response."""

    request: Request
    response: Response


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

    @property
    def is_shipped(self) -> bool:
        """Whether the package ships it: then it answers for any invoice id."""
        return self.path.is_relative_to(shipped.CASSETTES)

    @property
    def api_version(self) -> str | None:
        """The API version that the metadata, or else the first response, names."""
        named = self.metadata.get("api_version")
        if named is None and self.interactions:
            named = self.interactions[0].response.headers.get("Stripe-Version")
        return None if named is None else str(named)


@dataclass(frozen=True, slots=True)
class Library:
    """Where a test's cassettes are looked for.

    ``folder`` is the test's own cassette folder, searched before the cassettes that the
    package ships; ``bases`` are the folders that a path is relative to.
    """

    folder: Path
    bases: tuple[Path, ...] = ()

    def find(self, name: str) -> Cassette:
        """The cassette of that name; one that ends in ``.yaml`` or ``.yml`` is a path.

        `UnknownName` lists what there is, `CassetteError` says what is wrong with a file.
        """
        if isinstance(name, PathLike):
            name = fspath(name)
        if not isinstance(name, str):
            raise InvalidOption("stripe_replay", name, "names of cassettes, or paths, each a text")
        if name.endswith((".yaml", ".yml")):
            candidates = [base / name for base in self.bases]
        else:
            candidates = [folder / f"{name}.yaml" for folder in (self.folder, shipped.CASSETTES)]
        for path in candidates:
            if len(name) <= _LONGEST_NAME and path.is_file():
                stat = path.stat()
                return _read(name, path.resolve(), stat.st_mtime_ns, stat.st_size)
        known = [*names(self.folder), *shipped_names()]
        raise UnknownName("cassette", name, dict.fromkeys(known), f"looked for in {self.folder}")


def names(folder: Path) -> list[str]:
    """The names of the cassettes in a folder, without ``.yaml``."""
    return sorted(path.relative_to(folder).as_posix()[:-5] for path in folder.rglob("*.yaml"))


def shipped_names() -> list[str]:
    """The names of the cassettes that the package ships, each of which it has in every line."""
    return [name for name in names(shipped.CASSETTES) if "/" not in name]


def shipped_in(name: str, line: str) -> Cassette:
    """A shipped cassette as a release line has it; the default line's lie in no folder."""
    folder = shipped.CASSETTES / line
    return Library(folder if folder.is_dir() else shipped.CASSETTES).find(name)


@lru_cache(maxsize=256)
def _read(name: str, path: Path, _mtime: int, _size: int) -> Cassette:
    """The file, parsed once a session: its time and size are there to be part of the key."""
    return parse(name, path, path.read_bytes())


def parse(name: str, path: Path, source: bytes) -> Cassette:
    """A cassette from the bytes of its file; `CassetteError` names the line that is wrong."""
    try:
        document = yamlfile.load(source)
    except yamlfile.Unloadable as error:
        raise CassetteError(str(path), error.problem, error.line) from error
    try:
        return _cassette(name, path, document)
    except _Malformed as error:
        raise CassetteError(str(path), str(error), yamlfile.line_of(source, error.at)) from None


class _Malformed(Exception):
    """What is wrong with a document, and the keys that lead to the place."""

    def __init__(self, problem: str, *at: str | int) -> None:
        self.at = at
        super().__init__(f"not a cassette: {problem}")


def _cassette(name: str, path: Path, document: object) -> Cassette:
    top = _mapping(document, "the file")
    recorded = top.get("interactions")
    if not isinstance(recorded, list):
        raise _Malformed("it has no list of interactions", "interactions")
    interactions = tuple(_interaction(item, index) for index, item in enumerate(recorded))
    metadata = _mapping(top.get("metadata") or {}, "metadata", "metadata")
    return Cassette(name, path, interactions, metadata)


def _interaction(item: object, index: int) -> Interaction:
    here = ("interactions", index)
    pair = _mapping(item, f"interaction {index + 1}", *here)
    for key in ("request", "response"):
        if key not in pair:
            raise _Malformed(f"interaction {index + 1} has no {key}", *here)
    return Interaction(
        _request(_mapping(pair["request"], "a request", *here, "request"), *here, "request"),
        _response(_mapping(pair["response"], "a response", *here, "response"), *here, "response"),
    )


def _request(item: Mapping[str, Any], *here: str | int) -> Request:
    method, uri = item.get("method"), item.get("uri")
    if not isinstance(method, str) or not isinstance(uri, str):
        raise _Malformed("a request needs a method and a uri", *here)
    try:
        origin(uri)
    except ValueError as error:
        raise _Malformed(f"a request's uri: {error}", *here, "uri") from None
    headers = _headers(item.get("headers"), *here)
    return Request.received(method, uri, headers, _bytes(item.get("body"), *here))


def _response(item: Mapping[str, Any], *here: str | int) -> Response:
    status = _mapping(item.get("status"), "a response's status", *here)
    code = status.get("code")
    if not isinstance(code, int) or not 200 <= code <= 599:  # noqa: PLR2004 (HTTP's status codes)
        raise _Malformed("a response's status needs a code from 200 to 599", *here)
    body = item.get("body")
    string = body.get("string") if isinstance(body, dict) else body
    headers = _headers(item.get("headers"), *here)
    return Response(code, headers, _bytes(string, *here), str(status.get("message") or ""))


def _headers(item: object, *here: str | int) -> httpx.Headers:
    pairs = [
        (str(name), value if isinstance(value, bytes) else str(value))
        for name, values in _mapping(item or {}, "headers", *here).items()
        for value in (values if isinstance(values, list) else [values])
    ]
    try:
        return httpx.Headers([(name.encode("ascii"), _latin(value)) for name, value in pairs])
    except UnicodeEncodeError as error:
        raise _Malformed(f"a header that HTTP cannot carry: {error.object!r}", *here) from None


def _latin(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1")


def _bytes(body: object, *here: str | int) -> bytes:
    match body:
        case None:
            return b""
        case bytes():
            return body
        case str():
            return body.encode()
        case _:
            raise _Malformed(f"a body is text or bytes, not {type(body).__name__}", *here)


def _mapping(item: object, what: str, *here: str | int) -> Mapping[str, Any]:
    if not isinstance(item, dict):
        raise _Malformed(f"{what} must be a mapping, not {type(item).__name__}", *here)
    return item
