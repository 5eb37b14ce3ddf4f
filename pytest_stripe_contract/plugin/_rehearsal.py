"""What an API version has to do with the failure of a test that was answered in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .._support.tables import aligned
from ..migrations import Change, changes_of
from ..stripe_api import resolve, versions

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
"""A property being read, as Python writes it."""


def changes_named(error: BaseException, statement: str, answered: Iterable[str]) -> list[Change]:
    """The changes of properties that a failure names: an error's own name, or what it read.

    ``statement`` is the source that failed, and ``answered`` are the API versions of the answers.
    Whatever left the invoice until then counts, for the code may be older than its recordings.
    """
    oldest = versions.LINES[0].name
    lines = sorted({_shipped(version) for version in answered})
    names = _names(error, statement)
    found = (
        change for line in lines for name in names for change in changes_of(name, oldest, line)
    )
    return list(dict.fromkeys(found))


def _shipped(version: str) -> str:
    """The release line that a version is of; the last shipped one, if it is newer than all."""
    line = resolve(version)
    return line.shipped.name


def _names(error: BaseException, statement: str) -> list[str]:
    named = _READ.findall(statement)
    found = [name for groups in named for name in groups if name]
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, (AttributeError, KeyError)):
            of_stripe = _is_of_stripe(getattr(cause, "obj", None))
            return re.findall(r"\w+", str(cause)) if of_stripe else []
        cause = cause.__cause__ or cause.__context__
    return found


def _is_of_stripe(owner: object) -> bool:
    """Whether what lacks an attribute is an object of the SDK; None if it does not say."""
    names = [base.__name__ for base in type(owner).__mro__]
    return owner is None or "StripeObject" in names


@dataclass(slots=True)
class Row:
    """How the tests of one API version went, and the properties that failures named."""

    passed: int = 0
    failed: int = 0
    properties: dict[str, None] = field(default_factory=dict)


def table(rows: dict[str, Row]) -> Iterator[str]:
    """A line a version, for the end of a run."""
    head = ("API version", "passed", "failed", "properties that failures name")
    cells = [
        (version, str(row.passed), str(row.failed), ", ".join(row.properties))
        for version, row in rows.items()
    ]
    yield from aligned((head, *cells), numbers=(1, 2))
