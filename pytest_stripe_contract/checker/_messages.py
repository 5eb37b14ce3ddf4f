"""Stripe's answers in a file, and the bodies of all messages in it."""

from __future__ import annotations

from collections.abc import Iterator
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


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a recording's ``side`` (request or response), or a file that is a payload.

    ``number`` is the recording's, from 1; 0 for a payload. ``credentials`` is the other part of
    the message that may contain an API key.
    """

    number: int
    side: str
    content: bytes
    credentials: str = ""

    @property
    def text(self) -> str:
        """The body after the credentials of its message."""
        return f"{self.credentials} {self.content.decode('latin-1')}"


@dataclass(frozen=True)
class Answer:
    """An answer of Stripe's with its request (`Interaction`), or a payload without either.

    ``number`` (from 1) is that of the recording, 0 for a payload. A payload that ``is_named``
    must keep to the contract whatever it is.
    """

    number: int = 0
    interaction: Interaction | None = None
    value: Any = None
    is_named: bool = False

    @property
    def api_version(self) -> str | None:
        """The version that it was recorded under, None if that is unknown."""
        return None if self.interaction is None else self.interaction.api_version

    @cached_property
    def payload(self) -> Any:
        """The JSON of the answer, None if it has none that can be read."""
        if self.interaction is None:
            return self.value
        try:
            return payload.read(self.interaction.response)[0]
        except payload.Unreadable:
            return None

    @cached_property
    def line(self) -> ReleaseLine | None:
        """The release line that it was recorded under, None if that is unknown."""
        return None if self.api_version is None else find_line(self.api_version)

    def findings(self, version: str) -> list[Finding]:
        """Return the contract's findings; none for objects that the contract does not cover."""
        if self.interaction is None:
            is_covered = self.is_named or payload.kind_of(self.payload) is not None
            return list(Contract(version).iter_findings(self.payload)) if is_covered else []
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


def bodies(cassette: Cassette) -> Iterator[Body]:
    """Yield the bodies of all messages, of any host, without their Content-Encoding."""
    for number, interaction in enumerate(cassette.interactions, 1):
        request = interaction.request
        yield Body(number, "request", request.body, f"{request.api_key} {request.url}")
        yield Body(number, "response", interaction.response.content_or_body)


def describe_place(number: int, side: str, path: str) -> str:
    """Return a place in the request or the response of a recording for people to read."""
    inside = f"request {path}" if side == "request" else path
    return f"recording {number}, {inside}" if number else inside


def message_keys(number: int, side: str) -> Keys:
    """Return the keys in the file's document that lead to a request, or to a response's body."""
    if not number:
        return ()  # a payload is the whole document
    return ("interactions", number - 1, side, *(("body", "string") if side == "response" else ()))
