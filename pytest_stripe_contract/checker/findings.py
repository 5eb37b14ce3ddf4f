"""Findings in files, and the report of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from ..scrubbing import redact as redact_text
from ._source_map import Keys
from .files import File


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a file breaks; none of its texts contains a secret.

    ``file`` and ``line`` (from 1) are None where there is none. ``place`` is the place in the
    file, empty for the whole file. ``counts`` is False for what does not fail the run.
    ``details`` are for programs.
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
    """The files that a run checked, and the findings in them.

    ``files`` are the names of the checked files, ``recordings`` and ``payloads`` the number of
    each in them, ``broken`` the number of files that cannot be read. ``skipped`` counts files
    that are neither cassettes nor payloads, ``left`` the files that an interrupted run did not
    reach. ``drift`` counts differences that Stripe may make without notice; ``findings`` has them
    only if they are to be listed. ``answers`` has the API version and the file of each answer.
    ``notes`` name what could not be checked.
    """

    files: list[str] = field(default_factory=list)
    recordings: int = 0
    payloads: int = 0
    broken: int = 0
    skipped: int = 0
    left: int = 0
    drift: int = 0
    findings: list[Finding] = field(default_factory=list)
    answers: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, other: Report) -> None:
        """Add another report to this one."""
        for each in fields(self):
            total = getattr(self, each.name)
            total += getattr(other, each.name)
            setattr(self, each.name, total)

    @property
    def counts(self) -> Counter[str]:
        """The number of findings of each rule that fail the run."""
        return Counter(finding.rule for finding in self.findings if finding.counts)


def finding_in(
    file: File,
    rule: str,
    message: str,
    place: str = "",
    keys: Keys = (),
    **details: Any,
) -> Finding:
    """Return a finding on what is at the keys of a file's document.

    Secrets in its texts are redacted; ``details`` must not have any.
    """
    line = file.lines.find(keys)
    return Finding(rule, redact(message), redact(file.name), line, redact(place), details=details)


def redact(value: Any) -> Any:
    """Return the same JSON value with every secret in its texts redacted."""
    match value:
        case str():
            return redact_text(value)
        case dict():
            return {redact(key): redact(item) for key, item in value.items()}
        case list() | tuple():
            return [redact(item) for item in value]
    return value
