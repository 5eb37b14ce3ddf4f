"""The rules on the age of recordings: their release line, and their date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

from ...contract import payload as payloads
from ...messages import Response
from ...migrations import find_removals, upgrade
from ...stripe_api import ReleaseLine
from .._messages import message_keys
from .._source_map import Keys
from ..files import File
from ..findings import Finding, finding_in
from ..options import Options, find_line

_SHOWN = 3
"""Properties that a text names of each kind."""

_KINDS = {"": "invoice", "lines.data[]": "line_item"}
"""The kind of object at a path; a property that leaves any other is one of a discount."""


@dataclass(frozen=True, slots=True)
class LostProperty:
    """A property that a payload loses, and the path ``now_at`` of its value.

    The path, a ``hint`` and the version ``since`` which it is gone are None if unknown.
    """

    property: str
    now_at: str | None = None
    hint: str | None = None
    since: str | None = None

    def __str__(self) -> str:
        return f"{self.property} (now at {self.now_at})" if self.now_at else self.property


@dataclass(frozen=True, slots=True)
class Changes:
    """The properties that a payload loses, first those with a value, and those that it gains."""

    lost: tuple[LostProperty, ...]
    added: tuple[str, ...]

    def __str__(self) -> str:
        parts = []
        if self.lost:
            parts.append("removes " + _shorten([str(lost) for lost in self.lost]))
        if self.added:
            parts.append("adds " + _shorten(self.added))
        return ", and ".join(parts) or "changes nothing here"


def check_release_lines(file: File, options: Options) -> Iterator[Finding]:
    """Yield ``outdated``: answers of an earlier release line than the installed package sends."""
    sdk = options.sdk
    if isinstance(sdk, str):
        return  # the summary reports it
    line = find_line(sdk.api_version)
    for answer in file.answers:
        if line is None or answer.line is None or answer.line.since >= line.since:
            continue
        changes = _compare(answer.payload, answer.line, line)
        message = (
            f"recorded under {answer.api_version}; "
            f"stripe {sdk.version} sends {sdk.api_version}"
            + (f", which {changes}" if changes else "")
        )
        yield finding_in(
            file,
            "outdated",
            message,
            f"recording {answer.number}",
            message_keys(answer.number, "response"),
            api_version=answer.api_version,
            sdk=sdk.version,
            sdk_api_version=sdk.api_version,
            changes=changes,
        )


def check_dates(file: File, options: Options) -> Iterator[Finding]:
    """Yield ``stale``: an old recording, by the metadata or else by the oldest ``Date`` header."""
    if options.max_age is None or file.cassette is None:
        return
    keys: Keys = ("metadata", "recorded_at")
    place, recorded = "metadata", _parse_time(file.cassette.metadata.get("recorded_at"))
    if recorded is None:
        dates = [
            (date, answer.number)
            for answer in file.answers
            if answer.interaction and (date := _date(answer.interaction.response))
        ]
        if not dates:
            yield replace(finding_in(file, "stale", "its age is unknown"), counts=False)
            return
        recorded, oldest = min(dates)
        place, keys = f"recording {oldest}", ("interactions", oldest - 1, "response")
    age = (options.now - recorded).days
    if age > options.max_age:
        message = f"recorded {age} days ago, on {recorded:%Y-%m-%d}. fix: record it again"
        yield finding_in(file, "stale", message, place, keys, age=age)


def _parse_time(text: object) -> datetime | None:
    """Return the time in metadata, in UTC if it names no zone; None if it is none."""
    try:
        time = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _date(response: Response) -> datetime | None:
    """Return the time of the ``Date`` header, None if there is none."""
    try:
        time = parsedate_to_datetime(response.headers.get("Date", ""))
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _compare(payload: Any, line: ReleaseLine, later: ReleaseLine) -> Changes | None:
    """Return how a payload changes in a later line; None if no migration applies to it."""
    if payloads.kind_of(payload) not in ("invoice", "list"):
        return None
    from_, to = line.name, later.shipped.name
    upgraded = upgrade(payload, from_, to)
    lost = sorted(_missing(payload, upgraded), key=_most_important_first)
    added = sorted(_missing(upgraded, payload), key=_most_important_first)
    return Changes(
        tuple(_lost_property(path, from_, to) for path in dict.fromkeys(path for path, _ in lost)),
        tuple(dict.fromkeys(path for path, _ in added)),
    )


def _most_important_first(missing: tuple[str, bool]) -> tuple[bool, int]:
    """Sort properties with a value first, then the shallowest."""
    path, has_value = missing
    return not has_value, path.count(".")


def _missing(here: Any, there: Any, path: str = "") -> Iterator[tuple[str, bool]]:
    """Yield the paths (``lines.data[].price``) that only ``here`` has, and whether with a value."""
    if isinstance(here, dict) and isinstance(there, dict):
        for name, value in here.items():
            if name not in there:
                yield f"{path}.{name}" if path else name, value not in (None, [], {})
            elif isinstance(value, (dict, list)):
                yield from _missing(value, there[name], f"{path}.{name}" if path else name)
    elif isinstance(here, list) and isinstance(there, list):
        for one, other in zip(here, there, strict=False):
            yield from _missing(one, other, f"{path}[]")


@cache  # of thousands of recordings, many lose the same few properties
def _lost_property(path: str, line: str, to: str) -> LostProperty:
    owner, _, name = path.rpartition(".")
    # The invoices of a list are at data[].
    kind = _KINDS.get(owner.removeprefix("data[]").removeprefix("."), "discount")
    for change in find_removals(name, line, to):
        if change.object == kind:
            now_at = f"{owner}.{change.now_at}" if owner and change.now_at else change.now_at
            return LostProperty(path, now_at, change.hint, change.version)
    return LostProperty(path)


def _shorten(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    shown = ", ".join(names[:_SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown
