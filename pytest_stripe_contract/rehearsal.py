"""What an API version has to do with the failure of a test that was answered in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from . import installed, versions
from .upgrades import Change, changes_of

_READ = re.compile(
    r"""\.(\w+)\b(?!\() | \[\s*["'](\w+)["']\s*\] | \bget\(\s*["'](\w+)["']""", re.VERBOSE
)
"""A property being read, as Python writes it: an attribute, an item, a ``get``."""


def changes_named(
    error: BaseException, statement: str, recorded: Iterable[str], answered: Iterable[str]
) -> list[Change]:
    """The changes of properties that a failure names: an error's own name, or what it read.

    ``statement`` is the source that failed; ``recorded`` and ``answered`` are the API versions
    of the recordings and of the answers that were made of them.
    """
    named = _names(error, statement)
    spans = {
        (versions.resolve(before).name, _shipped(after))
        for before in recorded
        for after in answered
    }
    found = (
        change for span in sorted(spans) for name in named for change in changes_of(name, *span)
    )
    return list(dict.fromkeys(found))


def _shipped(version: str) -> str:
    """The release line that a version is of; the last shipped one, if it is newer than all."""
    line = installed.resolve(version)
    return (line if line in versions.LINES else versions.LINES[-1]).name


def _names(error: BaseException, statement: str) -> list[str]:
    if isinstance(error, (AttributeError, KeyError)):
        return re.findall(r"\w+", str(error))
    return [name for groups in _READ.findall(statement) for name in groups if name]


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
    widths = [max(map(len, column)) for column in zip(head, *cells, strict=True)]
    for line in (head, *cells):
        name, passed, failed, properties = line
        aligned = (name.ljust(widths[0]), passed.rjust(widths[1]), failed.rjust(widths[2]))
        yield "  ".join((*aligned, properties)).rstrip()
