"""A cassette in memory, parsed from a file in VCR.py's format, as YAML or JSON.

Source of the format: https://vcrpy.readthedocs.io and the files that it writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import CassetteError
from ..messages import Request, Response
from ..stripe_api import resources
from . import formats, yaml
from .formats import FormatError

_INTERACTIONS = ("interactions", "http_interactions")
"""The key in files of VCR.py, and in those of Betamax and VCR for Ruby."""


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
    """A file of recorded interactions; two are equal only if they are the same object.

    ``metadata`` has what the file says about itself: ``api_version``, ``provenance``
    (``documented``, ``derived`` or ``recorded``), ``source`` or ``recorded_at``.
    """

    name: str
    path: Path
    interactions: tuple[Interaction, ...]
    metadata: Mapping[str, Any]
    is_shipped: bool = field(init=False)
    """True if the package ships the file: then it answers for any invoice id."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_shipped", self.path.is_relative_to(resources.CASSETTES))

    @property
    def api_version(self) -> str | None:
        """Return the API version that the metadata, or else the first response, names."""
        version = _version(self.metadata)
        if version is None and self.interactions:
            return self.interactions[0].api_version
        return version


def parse_cassette(name: str, path: Path, source: bytes) -> Cassette:
    """Return the cassette in the bytes of a file; JSON if the path ends in ``.json``.

    Raises `CassetteError`, which names the line that is wrong.
    """
    try:
        document = yaml.load(source, only_json=path.suffix == ".json")
    except yaml.YamlError as error:
        raise CassetteError(str(path), error.problem, error.line) from error
    try:
        return parse_document(name, path, document)
    except FormatError as error:
        raise CassetteError(str(path), str(error), yaml.find_line(source, error.keys)) from None


def parse_document(name: str, path: Path, document: object) -> Cassette:
    """Return the cassette in a loaded document; raises `FormatError` where it is none."""
    match document:
        case [{"request": _}, *_]:  # the whole file, before there were versions of the format
            problem = "a cassette of VCR.py before 1.0: record it again, or convert a copy with"
            raise FormatError(f"{problem} `python -m vcr.migration FILE`", kind="cannot be read")
    top = formats.require_mapping(document, "the file")
    recorded = next((top[key] for key in _INTERACTIONS if key in top), None)
    if not isinstance(recorded, list):
        raise FormatError("it has no list of interactions", "interactions")
    metadata = formats.require_mapping(top.get("metadata") or {}, "metadata", "metadata")
    interactions = []
    for index, item in enumerate(recorded):
        request, response = formats.parse_interaction(item, "interactions", index)
        version = response.headers.get("Stripe-Version") or _version(metadata)
        interactions.append(Interaction(request, response, version))
    return Cassette(name, path, tuple(interactions), metadata)


def _version(metadata: Mapping[str, Any]) -> str | None:
    version = metadata.get("api_version")
    return None if version is None else str(version)
