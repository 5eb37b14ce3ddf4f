"""What may be said of a replay, and what follows from it for a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from .._support.record_modes import MODES, Mode
from ..errors import InvalidOption, UnknownName
from ..messages import Request
from ..recording import ApiBase
from ..stripe_api import full_version, resolve, versions

Times = int | Literal["any"]


@dataclass(frozen=True, slots=True)
class Settings:
    """What is said of a replay: the first six by a marker, or a call of the fixture.

    Each recording is played exactly ``times`` times, or any number of times (at least once) if
    that is ``"any"``. ``strict`` makes drift fail; ``allow_unplayed`` lets recordings go
    unplayed. Answers are in the version of ``rehearsal`` (of the command line), else of
    ``api_version``, else in the one that the request names, else in ``default_version``, else
    as they were recorded. ``invoice`` has what their invoices are to have otherwise.

    ``record`` is the mode of recording, unless the command line says one (``record_mode``);
    ``base`` is where answers are recorded from, and ``scrub`` has the rules that the fixture
    ``stripe_scrub`` adds.
    """

    api_version: str | None = None
    times: Times = 1
    strict: bool = False
    allow_unplayed: bool = False
    record: Mode = "none"
    invoice: Mapping[str, Any] | None = None
    default_version: str | None = None
    rehearsal: str | None = None
    record_mode: Mode | None = None
    base: ApiBase = field(default_factory=ApiBase)
    scrub: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        times = self.times
        if times != "any" and (isinstance(times, bool) or not isinstance(times, int) or times < 1):
            raise InvalidOption("times", times, 'a whole number from 1, or "any"')
        for name in ("strict", "allow_unplayed"):
            if not isinstance(getattr(self, name), bool):
                raise InvalidOption(name, getattr(self, name), "True or False")
        if self.invoice is not None and not isinstance(self.invoice, Mapping):
            raise InvalidOption("invoice", self.invoice, "a dict of the invoice's properties")
        for mode in (self.record, self.record_mode or "none"):
            if mode not in MODES:
                raise UnknownName("mode of recording", mode, MODES)
        if self.api_version is not None:
            resolve(self.api_version)

    def but(self, **options: Any) -> Settings:
        """The same, but for these; None stands for one that was not given."""
        known = [field.name for field in fields(self)][:6]
        for name in options:
            if name not in known:
                raise UnknownName("option of stripe_replay", name, known)
        return replace(self, **{k: value for k, value in options.items() if value is not None})

    @property
    def mode(self) -> Mode:
        """How to record: what the command line says goes before the marker."""
        return self.record_mode or self.record

    @property
    def is_forced(self) -> bool:
        """Whether a version is to be answered in, whatever requests say."""
        return bool(self.rehearsal or self.api_version)

    def version_for(self, request: Request) -> str | None:
        """The API version to answer a request in; None for the one of the recording."""
        if forced := self.rehearsal or self.api_version:
            return full_version(forced)
        return request.api_version or self.default_version

    def is_asked_for(self, version: str) -> bool:
        """Whether a request's version is the one that the marker asked for, if it did."""
        asked = self.api_version
        if asked is None or self.rehearsal is not None:
            return True
        line = resolve(asked)
        return version == asked or (asked == line.name and _covers(line, version))


def _covers(line: versions.ReleaseLine, version: str) -> bool:
    try:
        return resolve(version) == line
    except UnknownName:
        return False
