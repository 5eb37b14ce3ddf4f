"""The settings of a replay, and the API version that they choose for a request."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from .._support.record_modes import MODES, Mode
from ..errors import InvalidOption, UnknownName
from ..messages import Request
from ..recording import ApiBase
from ..stripe_api import full_version, resolve

Times = int | Literal["any"]

_OF_MARKER: Final = ("api_version", "times", "strict", "allow_unplayed", "record", "invoice")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a replay: those of its marker first, then those of the run.

    Each recording is played exactly ``times`` times, or at least once if that is ``"any"``.
    ``strict`` makes drift fail the test; ``allow_unplayed`` allows recordings to stay unplayed.
    ``invoice`` has the properties that replace those of recorded invoices.

    Answers are in the API version ``rehearsal`` (of the command line); without it, in
    ``api_version`` (of the marker), in the one that the request names, in ``default_version``,
    or as they were recorded.

    ``record`` is the record mode, unless the command line has one (``record_mode``); ``base`` is
    the address that answers are recorded from, and ``scrub`` has the rules of the fixture
    ``stripe_scrub``.
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
                raise UnknownName("record mode", mode, MODES)
        if self.api_version is not None:
            resolve(self.api_version)

    def replace(self, **options: Any) -> Settings:
        """Return a copy with other options of the marker; None leaves an option as it is.

        Raises `UnknownName` for an option that the marker does not have.
        """
        for name in options:
            if name not in _OF_MARKER:
                raise UnknownName("option of stripe_replay", name, _OF_MARKER)
        given = {name: value for name, value in options.items() if value is not None}
        return dataclasses.replace(self, **given)

    @property
    def forced_version(self) -> str | None:
        """The API version of all answers, whatever requests name; None if none is forced."""
        forced = self.rehearsal or self.api_version
        return full_version(forced) if forced else None

    def version_for(self, request: Request) -> str | None:
        """Return the API version to answer a request in; None for the recording's own."""
        return self.forced_version or request.api_version or self.default_version

    def addressed_to_stripe(self, request: Request) -> Request:
        """Return a request with Stripe's address if it was sent to a test server at ``base``."""
        if self.base.is_stripe:
            return request
        return dataclasses.replace(request, url=self.base.to_stripe(request.url))

    def allows_version(self, version: str) -> bool:
        """Return whether a request may name an API version: not another than the marker's."""
        if self.api_version is None or self.rehearsal is not None or version == self.api_version:
            return True
        line = resolve(self.api_version)
        try:
            return self.api_version == line.name and resolve(version) == line
        except UnknownName:
            return False
