"""Bodies of requests and responses, in every layout that recorders have given them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import _trees, layers
from ._fields import mend_form
from ._mending import Mender, encoding_of
from ._personal import Place
from .edits import Notes
from .layers import Unscannable

_ELSEWHERE = Place(is_payload=False)
_FORM = "application/x-www-form-urlencoded"
_GZIP_IN_TEXT = "\x1f\x8b"
_READ_HERE = frozenset(("", "identity", "gzip", "x-gzip", "deflate"))
_PAIR = 2

Mended = tuple[Any, Notes]


@dataclass(frozen=True, slots=True)
class Reading:
    """What of a message tells how its body is to be read.

    ``root`` is the place of what it says, ``coding`` its Content-Encoding.
    """

    root: Place
    is_request: bool
    content_type: str = ""
    coding: str = ""

    def mend(self, body: Any, mender: Mender) -> Mended:
        """The body; what was compressed comes as text if anything in it was replaced."""
        match body:
            case str():
                return self._text(body, mender)
            case bytes():
                return self._data(body, mender)
            case {"base64_string": str() | bytes()} | {"string": str() | bytes()}:
                return self._wrapped(body, mender)
            case [_, *_] if self.is_request and all(map(_is_chunk, body)):
                return self._chunks(body, mender)
            case [_, *_] if self.is_request and all(map(_is_pair, body)):
                return self._pairs(body, mender)
        return mender.value(body, self.root)

    def _text(self, text: str, mender: Mender) -> Mended:
        if text.startswith(_GZIP_IN_TEXT) and max(text) <= "\xff":
            new, notes = self._data(text.encode("latin-1"), mender)
            return (new, notes) if notes else (text, notes)
        if self.is_request and self._is_form(text):
            return mend_form(mender, text, self.root)
        return mender.text(text, self.root)

    def _is_form(self, text: str) -> bool:
        """Whether a request's body is one, as those of Stripe's clients are if they say nothing."""
        if self.content_type and _FORM not in self.content_type:
            return False
        try:
            return _trees.of_json(text) is None
        except Unscannable:
            return False

    def _data(self, data: bytes, mender: Mender) -> Mended:
        inner = layers.inflated(data, self.coding)
        inside = data if inner is None else inner
        encoding = encoding_of(inside)
        codings = {coding.strip() for coding in self.coding.split(",")}
        if encoding is None and inner is None and not codings <= _READ_HERE:
            raise Unscannable(f"it is compressed by {self.coding}")
        if encoding != "utf-8":
            return mender.data(data, self.root, coding=self.coding)
        new, notes = self._text(inside.decode(), mender)
        if not notes:
            return data, notes
        return (new.encode() if inner is None else new), notes

    def _wrapped(self, body: Mapping[Any, Any], mender: Mender) -> Mended:
        mended: dict[Any, Any] = {}
        told: Notes = []
        for key, value in body.items():
            if key == "string":
                mended[key], notes = self.mend(value, mender)
            elif key == "base64_string":
                mended[key], notes = self._packed(value, mender)
            else:
                mended[key], notes = mender.value(value, _ELSEWHERE)
            told += [note.under(str(key)) for note in notes]
        return (mended, told) if told else (body, told)

    def _packed(self, packed: Any, mender: Mender) -> Mended:
        data = _unpacked(packed)
        if data is None:
            return mender.value(packed, self.root)
        new, notes = self._data(data, mender)
        if not notes:
            return packed, notes
        encoded = base64.b64encode(new.encode() if isinstance(new, str) else new)
        return (encoded.decode() if isinstance(packed, str) else encoded), notes

    def _chunks(self, body: list[Any], mender: Mender) -> Mended:
        """What a client was given in parts: a secret may begin in one and end in another."""
        mended, told = [], []
        for chunk in body:
            new, notes = self.mend(chunk, mender)
            mended.append(new)
            told += notes
        whole = b"".join(each.encode() if isinstance(each, str) else each for each in mended)
        new, notes = self._data(whole, mender)
        if notes:
            return [new], [*told, *notes]
        return (mended, told) if told else (body, told)

    def _pairs(self, body: list[Any], mender: Mender) -> Mended:
        """The fields of a form as a client was given them."""
        mended, told = [], []
        for name, value in body:
            new_name, notes = mender.text(name, _ELSEWHERE)
            new, more = mender.value(value, self.root.into(name))
            mended.append(type(body[0])((new_name, new)))
            told += [note.under(new_name) for note in (*notes, *more)]
        return (mended, told) if told else (body, told)


def _is_chunk(each: Any) -> bool:
    return isinstance(each, (str, bytes))


def _is_pair(each: Any) -> bool:
    return isinstance(each, (list, tuple)) and len(each) == _PAIR and isinstance(each[0], str)


def _unpacked(packed: Any) -> bytes | None:
    try:
        return base64.b64decode(packed)
    except (TypeError, ValueError):
        return None


def length_of(body: Any) -> int | None:
    """The bytes of a body, None if its layout does not tell."""
    match body:
        case {"base64_string": str() | bytes() as packed}:
            return length_of(_unpacked(packed))
        case {"string": inner}:
            return length_of(inner)
        case str():
            return len(body.encode("utf-8", "surrogatepass"))
        case bytes():
            return len(body)
    return None
