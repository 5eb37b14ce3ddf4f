"""Stripe's answers in a file, and the bodies of all messages, as the rules see them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..cassettes import Cassette, Interaction
from ..contract import FAILED, Contract, Finding, PayloadKind, check_answer, payload
from ..errors import UnknownName
from ..messages import Response, origin
from ..stripe_api import HOST, ReleaseLine, resolve, template
from ._source_map import Keys

_NO_CONTENT = 204


@dataclass(frozen=True, slots=True)
class Body:
    """What a message holds: that of a recording's ``side``, or a payload that is a file.

    ``number`` is the recording's, from 1; 0 for a payload.
    """

    number: int
    side: str
    content: bytes
    head: str = ""

    @property
    def text(self) -> str:
        """It, after what else of its message may hold a key."""
        return f"{self.head} {self.content.decode('latin-1')}"

    def place(self, path: str) -> str:
        """A place in it, as texts name it."""
        return _place(self.number, self.side, path)

    @property
    def keys(self) -> Keys:
        """Where in the file's document it is."""
        return _keys(self.number, self.side)


@dataclass(frozen=True)
class Answer:
    """An answer of Stripe's with its request (`Interaction`), or a payload without either.

    ``number`` (from 1) is that of the recording, 0 for a payload. One that ``is_named`` is to
    keep to the contract whatever it is.
    """

    number: int = 0
    interaction: Interaction | None = None
    value: Any = None
    is_named: bool = False

    @property
    def api_version(self) -> str | None:
        """The version that it was recorded under, None if nothing tells."""
        return None if self.interaction is None else self.interaction.api_version

    def keys(self, side: str) -> Keys:
        """Where in the file's document its request or its response is."""
        return _keys(self.number, side)

    def place(self, path: str, side: str = "response") -> str:
        """A place in the message, as texts name it."""
        return _place(self.number, side, path)

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
        """The release line that it was recorded under, None if it is not known."""
        return None if self.api_version is None else line_of(self.api_version)

    def findings(self, version: str) -> list[Finding]:
        """What the contract of a version finds in it; nothing if it does not know the like."""
        if self.interaction is None:
            covered = self.is_named or payload.kind_of(self.payload) is not None
            return list(Contract(version).iter_findings(self.payload)) if covered else []
        request, response = self.interaction.request, self.interaction.response
        kind = payload.kind_of(self.payload)
        is_covered = kind is not None and response.status != _NO_CONTENT
        if not is_covered and not template(request.url):
            return []
        found = list(Contract(version).iter_findings(self._checked(response, kind)))
        if self.payload is not None:
            found += check_answer(request, response)
        return found

    def _checked(self, response: Response, kind: PayloadKind | None) -> Any:
        """What is held to the contract: the payload, which is read already, if that is enough."""
        is_as_its_status_says = (response.status >= FAILED) == (kind == "error")
        return self.payload if kind is not None and is_as_its_status_says else response


def recorded(cassette: Cassette) -> tuple[Answer, ...]:
    """Stripe's answers in a cassette; those of other hosts are left alone."""
    return tuple(
        Answer(number, interaction)
        for number, interaction in enumerate(cassette.interactions, 1)
        if origin(interaction.request.url)[1] == HOST
    )


def bodies(cassette: Cassette) -> Iterator[Body]:
    """The bodies of a cassette's messages, of whatever host, without their Content-Encoding."""
    for number, interaction in enumerate(cassette.interactions, 1):
        request = interaction.request
        yield Body(number, "request", request.body, f"{request.api_key} {request.url}")
        yield Body(number, "response", interaction.response.legible)


def line_of(version: str) -> ReleaseLine | None:
    """The release line that covers a version, None if none does."""
    try:
        return resolve(version)
    except UnknownName:
        return None


def _place(number: int, side: str, path: str) -> str:
    inside = f"request {path}" if side == "request" else path
    return f"recording {number}, {inside}" if number else inside


def _keys(number: int, side: str) -> Keys:
    """Of a payload, all of the document."""
    if not number:
        return ()
    return ("interactions", number - 1, side, *(("body", "string") if side == "response" else ()))
