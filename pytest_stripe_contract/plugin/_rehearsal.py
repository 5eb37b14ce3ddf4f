"""Rehearsals: how an API version explains a failure, and the table of all versions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from .._support.tables import align
from ..migrations import Removal, find_removals
from ..stripe_api import LINES, resolve

_READ = re.compile(
    r"""
      \.(\w+)\b(?!\()                              # an attribute
    | \[\s*["'](\w+)["']\s*\]                      # an item
    | \bget\(\s*["'](\w+)["']
    | \b(?:get|has)attr\([^,]+,\s*["'](\w+)["']
    | ["'](\w+)["']\s+(?:not\s+)?in\b
    """,
    re.VERBOSE,
)
"""An expression that reads a property."""


def changes_named(error: BaseException, statement: str, versions: Iterable[str]) -> list[Removal]:
    """Return the changes of properties that explain a failure.

    The properties are the one that the ``error`` names and those that the ``statement``, the
    source that failed, reads. ``versions`` are the API versions of the answers: all changes up to
    them count, as the code may be older than its recordings.
    """
    lines = sorted({resolve(version).shipped.name for version in versions})
    names = _names(error, statement)
    changes = (
        change
        for line in lines
        for name in names
        for change in find_removals(name, LINES[0].name, line)
    )
    return list(dict.fromkeys(changes))


def _names(error: BaseException, statement: str) -> list[str]:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, (AttributeError, KeyError)):
            may_be_stripe = _may_be_stripe_object(getattr(cause, "obj", None))
            return re.findall(r"\w+", str(cause)) if may_be_stripe else []
        cause = cause.__cause__ or cause.__context__
    return [name for groups in _READ.findall(statement) for name in groups if name]


def _may_be_stripe_object(owner: object) -> bool:
    """Return whether the owner of a missing attribute is the SDK's, or None as it is unknown."""
    return owner is None or any(cls.__name__ == "StripeObject" for cls in type(owner).__mro__)


@dataclass(slots=True)
class Row:
    """The counts of one API version, and the properties that failures name."""

    passed: int = 0
    failed: int = 0
    properties: dict[str, None] = field(default_factory=dict)


def table(rows: Mapping[str, Row]) -> Iterator[str]:
    """Return the lines of a table with a row for each API version."""
    head = ("API version", "passed", "failed", "properties that failures name")
    cells = [
        (version, str(row.passed), str(row.failed), ", ".join(row.properties))
        for version, row in rows.items()
    ]
    yield from align((head, *cells), numbers=(1, 2))
