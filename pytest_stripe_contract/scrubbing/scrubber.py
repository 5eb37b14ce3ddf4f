"""Take secrets and personal data out of cassettes, payloads and requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from .._support.json_path import json_path
from ..messages import Request
from ._bodies import BodyReader, body_length
from ._engine import Engine
from ._personal_data import request_place
from ._rules import Rules
from .document import scrub_document, scrub_request


@dataclass(frozen=True, slots=True)
class Change:
    """A replacement at ``path``, a JSON path; ``kind`` is the kind of what was there."""

    path: str
    kind: str


class Scrubber:
    """Replaces secrets and personal data, by the rules of the package and a team's own.

    ``rules`` are those of the fixture ``stripe_scrub``: the name of a property or a header, or a
    dotted path from a payload's root, with True (replace it by a placeholder), False or None
    (keep the value; API keys never stay), a text, or a function of the value; null and empty
    values stay. Raises `errors.InvalidOption` for anything else.

    A placeholder depends on nothing but the value: it is the same in a request, in an answer and
    in the next recording, and is not replaced again. Each method returns the same object if there
    is nothing to change, and raises `Unscannable` for data that cannot be searched.
    """

    def __init__(self, rules: Mapping[str, object] | None = None) -> None:
        self._rules = Rules(rules)

    def document(self, document: Any) -> tuple[Any, list[Change]]:
        """Return a cassette as loaded from its file, or a payload, scrubbed, and the changes."""
        scrubbed, notes = scrub_document(Engine(self._rules), document)
        return scrubbed, [Change(json_path(steps), kind) for steps, kind in dict.fromkeys(notes)]

    def request(self, request: Request) -> Request:
        """Return the request as `document` changes it in a cassette: its URL and its body."""
        content_type, coding = (
            request.headers.get(name, "").lower() for name in ("Content-Type", "Content-Encoding")
        )
        reader = BodyReader(
            request_place(request.url), is_request=True, content_type=content_type, coding=coding
        )
        (url, url_notes), (body, body_notes) = scrub_request(
            Engine(self._rules), request.url, request.body, reader
        )
        if not (url_notes or body_notes):
            return request
        headers = request.headers.copy()
        if body_notes:
            headers.pop("Content-Encoding", None)
            if "Content-Length" in headers:
                headers["Content-Length"] = str(body_length(body))
        body = body.encode() if isinstance(body, str) else body
        return replace(request, url=url, body=body, headers=headers)
