"""Scrub the bodies of requests and responses, in the layouts that recorders use."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import _json_text, decoding
from ._engine import Engine, Notes, Scrubbed
from ._personal_data import Place
from ._urls import scrub_form
from .decoding import Unscannable

_ELSEWHERE = Place(is_payload=False)
_FORM = "application/x-www-form-urlencoded"
_GZIP_IN_TEXT = "\x1f\x8b"
_KNOWN_CODINGS = frozenset(("", "identity", "gzip", "x-gzip", "deflate"))
_PAIR = 2


@dataclass(frozen=True, slots=True)
class BodyReader:
    """Scrubs a body by the headers of its message.

    ``root`` is the place of the body's payload, ``coding`` the Content-Encoding.
    """

    root: Place
    is_request: bool
    content_type: str = ""
    coding: str = ""

    def scrub(self, body: Any, engine: Engine) -> Scrubbed:
        """Scrub a body in any layout; a compressed one becomes text if anything is replaced."""
        match body:
            case str():
                return self._text(body, engine)
            case bytes():
                return self._data(body, engine)
            case {"base64_string": str() | bytes()} | {"string": str() | bytes()}:
                return self._wrapped(body, engine)
            case [_, *_] if self.is_request and all(map(_is_chunk, body)):
                return self._chunks(body, engine)
            case [_, *_] if self.is_request and all(map(is_pair, body)):
                return self._pairs(body, engine)
        return engine.value(body, self.root)

    def _text(self, text: str, engine: Engine) -> Scrubbed:
        if text.startswith(_GZIP_IN_TEXT) and max(text) <= "\xff":
            new, notes = self._data(text.encode("latin-1"), engine)
            return (new if notes else text), notes
        if self.is_request and self._is_form(text):
            return scrub_form(engine, text, self.root)
        return engine.text(text, self.root)

    def _is_form(self, text: str) -> bool:
        """Tell if a request's body is a form, as those without a Content-Type are too."""
        if self.content_type and _FORM not in self.content_type:
            return False
        return _json_text.parse(text) is None

    def _data(self, data: bytes, engine: Engine) -> Scrubbed:
        inflated = decoding.inflate(data, self.coding)
        content = data if inflated is None else inflated
        if inflated is not None and decoding.inflate(content) is not None:
            return self._data(content, engine)  # compressed twice
        encoding = decoding.text_encoding(content)
        codings = {coding.strip() for coding in self.coding.split(",")}
        if encoding is None and inflated is None and not codings <= _KNOWN_CODINGS:
            raise Unscannable(f"it is compressed by {self.coding}")
        if encoding != "utf-8":
            new, notes = engine.data(content, self.root)
            return (new if notes else data), notes
        new, notes = self._text(content.decode(), engine)
        if not notes:
            return data, notes
        return (new.encode() if inflated is None else new), notes

    def _wrapped(self, body: Mapping[Any, Any], engine: Engine) -> Scrubbed:
        scrubbed: dict[Any, Any] = {}
        notes: Notes = []
        for key, value in body.items():
            if key == "string":
                scrubbed[key], more = self.scrub(value, engine)
            elif key == "base64_string":
                scrubbed[key], more = self._base64(value, engine)
            else:
                scrubbed[key], more = engine.value(value, _ELSEWHERE)
            notes += [note.under(str(key)) for note in more]
        return (scrubbed if notes else body), notes

    def _base64(self, packed: Any, engine: Engine) -> Scrubbed:
        data = _unpacked(packed)
        if data is None:
            return engine.value(packed, self.root)
        new, notes = self._data(data, engine)
        if not notes:
            return packed, notes
        encoded = base64.b64encode(new.encode() if isinstance(new, str) else new)
        return (encoded.decode() if isinstance(packed, str) else encoded), notes

    def _chunks(self, body: list[Any], engine: Engine) -> Scrubbed:
        """Scrub a body in parts: a secret may begin in one and end in another."""
        chunks, notes = [], []
        for chunk in body:
            new, more = self.scrub(chunk, engine)
            chunks.append(new)
            notes += more
        whole = b"".join(each.encode() if isinstance(each, str) else each for each in chunks)
        new, more = self._data(whole, engine)
        if more:
            return [new], [*notes, *more]
        return (chunks if notes else body), notes

    def _pairs(self, body: list[Any], engine: Engine) -> Scrubbed:
        """Scrub the fields of a form that is a list of names and values."""
        pairs, notes = [], []
        for name, value in body:
            new_name, more = engine.text(name, _ELSEWHERE)
            new, most = engine.value(value, self.root.into(name))
            pairs.append(type(body[0])((new_name, new)))
            notes += [note.under(new_name) for note in (*more, *most)]
        return (pairs if notes else body), notes


def is_pair(value: Any) -> bool:
    """Tell if a value is a name with a value, as in a list of fields or of headers."""
    is_two = isinstance(value, (list, tuple)) and len(value) == _PAIR
    return is_two and isinstance(value[0], str)


def body_length(body: Any) -> int | None:
    """Return the bytes of a body; None if its layout does not hold them."""
    match body:
        case {"base64_string": str() | bytes() as packed}:
            return body_length(_unpacked(packed))
        case {"string": inner}:
            return body_length(inner)
        case str():
            return len(body.encode("utf-8", "surrogatepass"))
        case bytes():
            return len(body)
    return None


def _is_chunk(value: Any) -> bool:
    return isinstance(value, (str, bytes))


def _unpacked(packed: Any) -> bytes | None:
    try:
        return base64.b64decode(packed)
    except (TypeError, ValueError):
        return None
