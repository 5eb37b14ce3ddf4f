"""Read cassettes: the file formats, the library of names, and the matching of requests."""

from __future__ import annotations

from . import library, versioned, yaml
from .formats import Malformed
from .library import (
    Cassette,
    Interaction,
    Library,
    of_document,
    of_known_version,
    parse,
    shipped_in,
    shipped_names,
)
from .matching import Meaning, differences, expands_payments, meaning
from .versioned import NotShown

__all__ = [
    "Cassette",
    "Interaction",
    "Library",
    "Malformed",
    "Meaning",
    "NotShown",
    "differences",
    "expands_payments",
    "library",
    "meaning",
    "of_document",
    "of_known_version",
    "parse",
    "shipped_in",
    "shipped_names",
    "versioned",
    "yaml",
]
