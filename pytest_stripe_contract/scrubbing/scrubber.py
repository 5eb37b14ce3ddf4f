"""Secrets and personal data taken out of cassettes and payloads, and looked for in them.

Secrets become ``***``. Personal data get stand-ins that depend on nothing but the value, so that
the same value has the same stand-in in a request, in an answer, and in the next recording; what
has been scrubbed is not changed again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from .._support.json_path import json_path
from ..messages import Request
from . import _glance, _known
from ._bodies import Reading, length_of
from ._headers import SECRET, Headers, is_masked, numbered
from ._mending import Mender
from ._personal import of_request
from ._properties import Properties
from ._rules import Rules
from ._sweep import Sweep, idempotency_keys, mend_request
from .layers import Unscannable

_MANY = 1_000_000
"""Values up to which a document is looked at quickly; in a circle they have no end."""

_LONGEST = 10**20


@dataclass(frozen=True, slots=True)
class Change:
    """That something was replaced at ``path``; ``kind`` says what kind of thing it was."""

    path: str
    kind: str


@dataclass(frozen=True, slots=True)
class Leak:
    """A secret at ``path``; ``kind`` says what it looks like."""

    path: str
    kind: str


class Scrubber:
    """Replaces secrets and personal data, by the rules of the package and a team's own.

    ``rules`` are what the fixture ``stripe_scrub`` returns: the name of a property or a header,
    or a dotted path from a payload's root, with True (put a stand-in there), False or None (keep
    the value; API keys never stay), a text, or a function of the value; what is null or empty
    stays. `errors.InvalidOption` is raised for anything else.

    Each method gives the same object back if there is nothing to change, and raises
    `layers.Unscannable` for what cannot be looked into.
    """

    def __init__(self, rules: Mapping[str, object] | None = None) -> None:
        self._rules = Rules(rules)

    def document(self, document: Any) -> tuple[Any, list[Change]]:
        """A cassette as it was loaded from its file, and what was changed in it.

        What was personal data somewhere is replaced wherever it is; in a request, only if it
        was so in that very request, as a replay can tell no more of it.
        """
        keys = numbered(idempotency_keys(document))
        mender = self._mender()
        mended, notes = Sweep(mender, Headers(mender, keys)).mend(document)
        learned = {key: (new, "idempotency key") for key, new in keys.items() if key != new}
        if found := _known.of(learned | mender.properties.learned):
            again = replace(mender.again, known=found)
            headers = Headers(again, keys)
            mended, more = Sweep(again, headers).mend(mended)
            notes = [*notes, *more]
        return mended, [Change(json_path(steps), kind) for steps, kind in dict.fromkeys(notes)]

    def payload(self, value: Any) -> tuple[Any, list[Change]]:
        """A payload alone, or any other value, and what was changed in it."""
        return self.document(value)

    def request(self, request: Request) -> Request:
        """The request as `document` has it in a cassette: its URL and its body are changed."""
        kind, coding = (
            request.headers.get(name, "").lower() for name in ("Content-Type", "Content-Encoding")
        )
        reading = Reading(
            of_request(request.url), is_request=True, content_type=kind, coding=coding
        )
        (url, told), (body, more) = mend_request(self._mender(), request.url, request.body, reading)
        if not (told or more):
            return request
        headers = request.headers.copy()
        if more:
            headers.pop("Content-Encoding", None)
            if "Content-Length" in headers:
                headers["Content-Length"] = str(length_of(body))
        body = body.encode() if isinstance(body, str) else body
        return replace(request, url=url, body=body, headers=headers)

    def _mender(self) -> Mender:
        return Mender(Properties(self._rules, is_personal=True))


def leaks(document: Any) -> list[Leak]:
    """The secrets in a loaded cassette or payload, in all of its layers.

    What cannot be looked into is told as one: nobody knows.
    """
    if _is_clean(document):
        return []
    mender = Mender(Properties(Rules(), is_personal=False))
    try:
        _, notes = Sweep(mender, Headers(mender, {})).mend(document)
    except Unscannable as error:
        return [Leak(error.path, f"cannot be searched: {error.problem}")]
    return [Leak(json_path(steps), kind) for steps, kind in dict.fromkeys(notes)]


def _is_clean(document: Any) -> bool:
    """Whether a quick look is enough to be sure that there is no secret."""
    left: list[Any] = [document]
    texts: list[str] = []
    for value in left:  # grows while it is gone through
        match value:
            case str():
                texts.append(value)
            case Mapping():
                if len(left) > _MANY or any(map(_is_open, value, value.values())):
                    return False
                left += (*value, *value.values())
            case list():
                left += value
                texts += ["".join(value)] if all(isinstance(each, str) for each in value) else []
            case int() if value < _LONGEST:
                texts.append(str(value))
            case None | float():
                pass
            case _:
                return False
    return _glance.are_clean(texts)


def _is_open(name: object, value: object) -> bool:
    """Whether it is a header whose credentials are there to be read."""
    if not isinstance(name, str) or name.casefold() not in SECRET:
        return False
    return not all(map(is_masked, value if isinstance(value, list) else [value]))
