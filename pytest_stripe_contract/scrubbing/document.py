"""Scrub a whole document, a cassette in any layout or a payload, and list the edits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from . import _json_text, _personal_data
from ._bodies import BodyReader, body_length
from ._engine import Engine, Notes, Scrubbed
from ._headers import (
    IDEMPOTENCY_KEY,
    decoded,
    header_pairs,
    header_values,
    number_idempotency_keys,
    scrub_headers,
)
from ._personal_data import KnownTexts, Place
from ._urls import scrub_url
from .decoding import Unscannable

_ELSEWHERE = Place(is_payload=False)
_INTERACTIONS = ("interactions", "http_interactions")
_URLS = ("uri", "url")
_BODIES = ("body", "content")
_TYPE, _CODING, _LENGTH = "content-type", "content-encoding", "content-length"


def scrub_document(engine: Engine, document: Any) -> Scrubbed:
    """Scrub a cassette as it was loaded from its file, or any other value.

    Personal texts that have their property somewhere are replaced wherever they are; in a
    request only if they have their property in that very request, as a replay knows no more.
    """
    if not engine.is_personal:
        return _Document(engine, {}).scrub(document)
    idempotency_keys = number_idempotency_keys(_idempotency_keys(document))
    scrubbed, notes = _Document(engine, idempotency_keys).scrub(document)
    numbered = {
        key: (new, "idempotency key") for key, new in idempotency_keys.items() if key != new
    }
    known = KnownTexts.of(numbered | engine.learned)
    if known is None:
        return scrubbed, notes
    engine = replace(engine.after_rules(), known=known)
    scrubbed, more = _Document(engine, idempotency_keys).scrub(scrubbed)
    return scrubbed, [*notes, *more]


def scrub_request(
    engine: Engine, url: Any, body: Any, reader: BodyReader
) -> tuple[Scrubbed, Scrubbed]:
    """Scrub the URL and the body of a request.

    Personal data of one field is replaced in the others too. Nothing else has an influence, so
    that the same request has the same placeholders in a cassette and at replay.
    """
    if not engine.is_personal:
        return _scrub_request(engine, url, body, reader)
    own = replace(engine, learned={}, known=None)
    (new_url, url_notes), (new_body, body_notes) = _scrub_request(own, url, body, reader)
    engine.learned.update(own.learned)
    if known := KnownTexts.of(own.learned):
        again = replace(own.after_rules(), known=known)
        (new_url, more), (new_body, most) = _scrub_request(again, new_url, new_body, reader)
        url_notes, body_notes = [*url_notes, *more], [*body_notes, *most]
    return (new_url, url_notes), (new_body, body_notes)


def _scrub_request(
    engine: Engine, url: Any, body: Any, reader: BodyReader
) -> tuple[Scrubbed, Scrubbed]:
    scrubbed = scrub_url(engine, url) if isinstance(url, str) else (url, [])
    return scrubbed, reader.scrub(body, engine)


def _idempotency_keys(document: Any, depth: int = 0) -> Iterator[str]:
    """Yield the idempotency keys in the headers of a document, in its order."""
    if depth > _json_text.MAX_DEPTH:
        raise Unscannable(_json_text.TOO_DEEP)
    if isinstance(document, Mapping):
        for name, value in document.items():
            values = header_values(value, IDEMPOTENCY_KEY) if name == "headers" else ()
            yield from (key for key in values if isinstance(key, str) and key)
            yield from _idempotency_keys(value, depth + 1)
    elif isinstance(document, list):
        for item in document:
            yield from _idempotency_keys(item, depth + 1)


# --- the walk ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Document:
    """Goes through a document: its messages, its headers, and everything else."""

    engine: Engine
    idempotency_keys: Mapping[str, str]

    def scrub(self, document: Any) -> Scrubbed:
        if not _is_cassette(document):
            return self.engine.value(document, Place())
        try:
            return self.engine.value(document, _ELSEWHERE, entry=self._entry)
        except RecursionError:
            raise Unscannable(_json_text.TOO_DEEP) from None

    def _entry(self, key: Any, value: Any) -> Scrubbed | None:
        """Scrub a request, a response or headers."""
        if key in ("request", "response") and isinstance(value, Mapping):
            return self._message(value, is_request=key == "request")
        if key == "headers" and (pairs := header_pairs(value)):
            new, notes = scrub_headers(self.engine, self.idempotency_keys, pairs)
            return (_in_layout_of(value, new) if notes else value), notes
        return None

    def _message(self, message: Mapping[Any, Any], *, is_request: bool) -> Scrubbed:
        url = next((name for name in _URLS if is_request and name in message), "")
        body = next((name for name in _BODIES if name in message), "")
        headers = message.get("headers")
        content_type, coding = (
            decoded(next(iter(header_values(headers, name)), "")).lower()
            for name in (_TYPE, _CODING)
        )
        root = _personal_data.request_place(str(message.get(url, ""))) if is_request else Place()
        reader = BodyReader(root, is_request, content_type, coding)
        parts: dict[Any, Scrubbed] = {}
        try:
            if is_request:
                parts[url], parts[body] = scrub_request(
                    self.engine, message.get(url), message.get(body), reader
                )
            else:
                parts[body] = reader.scrub(message.get(body), self.engine)
        except Unscannable as error:
            raise error.under(body) from None
        scrubbed: dict[Any, Any] = {}
        notes: Notes = []
        for key, value in message.items():
            if key in parts:
                scrubbed[key], more = parts[key]
                notes += [note.under(key) for note in more]
            else:
                other, more = self.engine.value({key: value}, _ELSEWHERE, entry=self._entry)
                scrubbed |= other
                notes += more
        if parts[body][1]:
            scrubbed = _with_length(scrubbed, body_length(scrubbed[body]))
        return (scrubbed if notes else message), notes


def _is_cassette(document: object) -> bool:
    match document:
        case Mapping():
            return any(isinstance(document.get(name), list) for name in _INTERACTIONS)
        case [{"request": _}, *_]:
            return True
    return False


def _with_length(message: dict[Any, Any], length: int | None) -> dict[Any, Any]:
    """Return a message with the headers of its new body, which is not compressed any more."""
    headers = message.get("headers")
    pairs = []
    for name, value in header_pairs(headers):
        if _is(name, _LENGTH) and length is not None:
            pairs.append((name, [str(length)] if isinstance(value, list) else str(length)))
        elif not _is(name, _CODING):
            pairs.append((name, value))
    return {**message, "headers": _in_layout_of(headers, pairs)} if headers else message


def _in_layout_of(headers: Any, pairs: list[tuple[Any, Any]]) -> Any:
    return dict(pairs) if isinstance(headers, Mapping) else [list(pair) for pair in pairs]


def _is(key: Any, name: str) -> bool:
    return str(key).casefold() == name


# --- edits --------------------------------------------------------------------------------------


REMOVED: Final = object()
"""The new value of an entry that was dropped, such as a header with a cookie."""


@dataclass(frozen=True, slots=True)
class Edit:
    """The value at ``path`` changes from ``old`` to ``new``.

    ``path`` holds the keys and indexes that lead to the value in the old document. ``new`` is
    `REMOVED` if the entry was dropped from its mapping.
    """

    path: tuple[Any, ...]
    old: Any
    new: Any


def document_edits(old: Any, new: Any, path: tuple[Any, ...] = ()) -> Iterator[Edit]:
    """Yield the edits that turn one document into another, in the order of the old one.

    A mapping of which a key was renamed, and a list of which an item was dropped, are replaced
    whole.
    """
    if old is new:
        return
    match old, new:
        case Mapping(), Mapping() if set(new) <= set(old):
            for key, value in old.items():
                if key in new:
                    yield from document_edits(value, new[key], (*path, key))
                else:
                    yield Edit((*path, key), value, REMOVED)
        case list(), list() if len(old) == len(new):
            for index, (one, other) in enumerate(zip(old, new, strict=True)):
                yield from document_edits(one, other, (*path, index))
        case _:
            if type(old) is not type(new) or old != new:
                yield Edit(path, old, new)
