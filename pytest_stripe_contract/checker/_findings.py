"""What a run found: one `Remark` a thing, and the `Report` of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ..scrubbing import redact
from ._source_map import Keys
from .files import File


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that a rule found; nothing secret is in it.

    ``file`` and ``line`` (from 1) are None where there is none. ``place`` is where in the file,
    empty for all of it. ``counts`` says whether it makes the run fail; ``details`` is what a
    program may want to know besides.
    """

    rule: str
    message: str
    file: str | None = None
    line: int | None = None
    place: str = ""
    counts: bool = True
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Place and message, as one sentence."""
        return f"{self.place}: {self.message}" if self.place else self.message


@dataclass
class Report:
    """What was looked at, and what was found in it.

    ``files`` are the names of those that were checked, ``recordings`` and ``payloads`` how many
    of these they hold, ``skipped`` how many files are neither; ``left`` is how many files an
    interrupted run did not come to. ``drift`` is how many differences Stripe may make without
    notice; they are among the ``remarks`` only if they were to be told one by one. ``notes`` say
    what could not be checked.
    """

    files: list[str] = field(default_factory=list)
    recordings: int = 0
    payloads: int = 0
    skipped: int = 0
    left: int = 0
    drift: int = 0
    remarks: list[Remark] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def counts(self) -> Counter[str]:
        """How many remarks of each rule make the run fail."""
        return Counter(remark.rule for remark in self.remarks if remark.counts)


def of_file(
    file: File,
    rule: str,
    message: str,
    place: str = "",
    at: Keys = (),
    **details: Any,
) -> Remark:
    """A remark on what is at the keys of a file's document.

    Secrets in its texts are hidden; the ``details`` are to have none.
    """
    line = file.lines.of(at)
    name, place = hidden(file.name), hidden(place)
    return Remark(rule, hidden(message), name, line, place, details=details)


_LONG = 1000
_masked = lru_cache(maxsize=4096)(redact)
"""Names of files, places and messages come again and again."""


def hidden(value: Any) -> Any:
    """The same JSON value without a secret in any text of it."""
    match value:
        case str():
            return (_masked if len(value) <= _LONG else redact)(value)
        case dict():
            return {hidden(key): hidden(each) for key, each in value.items()}
        case list() | tuple():
            return [hidden(each) for each in value]
    return value
