"""Stripe's answers in a file, and their places."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..cassettes import Cassette, Interaction
from ..contract import FAILED, Contract, Finding, PayloadKind, check_answer, payload
from ..messages import Response, origin
from ..stripe_api import HOST, ReleaseLine, find_operation
from ._source_map import Keys
from .options import find_line

_NO_CONTENT = 204


@dataclass(frozen=True)
class Answer:
    """An answer of Stripe's with its request (`Interaction`), or the ``source`` of a payload.

    ``number`` (from 1) is that of the recording, 0 for a payload. A payload that ``is_named``
    must keep to the contract whatever it is.
    """

    number: int = 0
    interaction: Interaction | None = None
    source: bytes = b""
    is_named: bool = False

    @property
    def api_version(self) -> str | None:
        """The version that it was recorded under, None if that is unknown."""
        return None if self.interaction is None else self.interaction.api_version

    @cached_property
    def payload(self) -> Any:
        """The JSON of the answer, None if it has none that can be read."""
        try:
            return payload.read(self.interaction.response if self.interaction else self.source)[0]
        except payload.Unreadable:
            return None

    @cached_property
    def line(self) -> ReleaseLine | None:
        """The release line that it was recorded under, None if that is unknown."""
        return None if self.api_version is None else find_line(self.api_version)

    def findings(self, version: str) -> list[Finding]:
        """Return the contract's findings; none for objects that the contract does not cover."""
        if self.interaction is None:
            kind = None if self.payload is None else payload.kind_of(self.payload)
            if not (self.is_named or kind or self.payload is None):
                return []
            return list(Contract(version).iter_findings(self.source))
        request, response = self.interaction.request, self.interaction.response
        kind = payload.kind_of(self.payload)
        is_covered = kind is not None and response.status != _NO_CONTENT
        if not is_covered and not find_operation(request.url):
            return []
        findings = list(Contract(version).iter_findings(self._subject(response, kind)))
        if self.payload is not None:
            findings += check_answer(request, response)
        return findings

    def _subject(self, response: Response, kind: PayloadKind | None) -> Any:
        """Return what to validate: the payload, already decoded, unless its status matters."""
        matches_status = (response.status >= FAILED) == (kind == "error")
        return self.payload if kind is not None and matches_status else response


def recorded_answers(cassette: Cassette) -> tuple[Answer, ...]:
    """Return Stripe's answers in a cassette, without those of other hosts."""
    return tuple(
        Answer(number, interaction)
        for number, interaction in enumerate(cassette.interactions, 1)
        if origin(interaction.request.url)[1] == HOST
    )


def describe_place(number: int, side: str, path: str) -> str:
    """Return a place in the request or the response of a recording for people to read."""
    inside = f"request {path}" if side == "request" else path
    return f"recording {number}, {inside}" if number else inside


def message_keys(number: int, side: str) -> Keys:
    """Return the keys in the file's document that lead to a request, or to a response's body."""
    if not number:
        return ()  # a payload is the whole document
    return ("interactions", number - 1, side, *(("body", "string") if side == "response" else ()))
