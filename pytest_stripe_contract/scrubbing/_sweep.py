"""A whole document gone through: a cassette in any layout, or anything else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from . import _known, _personal, _trees
from ._bodies import Mended, Reading, length_of
from ._fields import mend_url
from ._headers import IDEMPOTENCY_KEY, Headers
from ._mending import Mender
from ._personal import Place
from .edits import Notes
from .layers import Unscannable

_ELSEWHERE = Place(is_payload=False)
_INTERACTIONS = ("interactions", "http_interactions")
_URLS = ("uri", "url")
_BODIES = ("body", "content")
_TYPE, _CODING, _LENGTH = "content-type", "content-encoding", "content-length"
_PAIR = 2


def is_cassette(document: object) -> bool:
    """Whether a document holds recorded interactions."""
    match document:
        case Mapping():
            return any(isinstance(document.get(name), list) for name in _INTERACTIONS)
        case [{"request": _}, *_]:
            return True
    return False


def idempotency_keys(document: Any, depth: int = 0) -> Iterator[str]:
    """The keys in the headers of a document, in its order."""
    if depth > _trees.DEEPEST:
        raise Unscannable(_trees.TOO_DEEP)
    if isinstance(document, Mapping):
        for name, value in document.items():
            for header, values in _pairs(value) if name == "headers" else ():
                if str(header).casefold() == IDEMPOTENCY_KEY:
                    yield from (each for each in _list(values) if isinstance(each, str) and each)
            yield from idempotency_keys(value, depth + 1)
    elif isinstance(document, list):
        for each in document:
            yield from idempotency_keys(each, depth + 1)


def mend_request(mender: Mender, url: Any, body: Any, reading: Reading) -> tuple[Mended, Mended]:
    """The URL and the body of a request, each with what is to be told of it.

    What is personal data in one field is replaced in the others too. No answer has a part in
    it, so that the same request comes out the same by itself.
    """
    own = replace(mender, properties=replace(mender.properties, learned={}), known=None)
    asked = _mend_request(own, url, body, reading)
    mender.properties.learned.update(own.properties.learned)
    found = _known.of(own.properties.learned)
    if found is None:
        return asked
    (url, told), (body, more) = asked
    again = _mend_request(replace(own.again, known=found), url, body, reading)
    return (again[0][0], told + again[0][1]), (again[1][0], more + again[1][1])


def _mend_request(mender: Mender, url: Any, body: Any, reading: Reading) -> tuple[Mended, Mended]:
    asked = mend_url(mender, url) if isinstance(url, str) else (url, [])
    return asked, reading.mend(body, mender)


@contextmanager
def _at(step: str | int) -> Iterator[None]:
    """What cannot be looked into is there."""
    try:
        yield
    except Unscannable as error:
        raise Unscannable(error.problem, (step, *error.steps)) from error


@dataclass(frozen=True, slots=True)
class Sweep:
    """Goes through a document by ``mender``, and through its headers by ``headers``."""

    mender: Mender
    headers: Headers

    def mend(self, document: Any) -> Mended:
        """A copy of the document with what is to be told of it; itself if it stays as it is."""
        if is_cassette(document):
            return self._any(document, _ELSEWHERE, 0)
        return self.mender.value(document, Place())

    def _any(self, value: Any, place: Place, depth: int) -> Mended:
        if depth > _trees.DEEPEST:
            raise Unscannable(_trees.TOO_DEEP)
        if isinstance(value, list):
            items, told = [], []
            for index, item in enumerate(value):
                with _at(index):
                    new, notes = self._any(item, place, depth + 1)
                items.append(new)
                told += [note.under(index) for note in notes]
            return (items, told) if told else (value, told)
        if not isinstance(value, Mapping):
            return self.mender.value(value, place)
        mended: dict[Any, Any] = {}
        told = []
        for key, inner in value.items():
            name, notes = self.mender.value(key, _ELSEWHERE)
            step = str(name)
            with _at(step):
                if key in ("request", "response") and isinstance(inner, Mapping):
                    new, more = self._message(inner, depth + 1, is_request=key == "request")
                elif key == "headers" and _pairs(inner):
                    new, more = self._headers(inner)
                else:
                    new, more = self._any(inner, place.into(str(key)), depth + 1)
            mended[name] = new
            told += [note.under(step) for note in (*notes, *more)]
        return (mended, told) if told else (value, told)

    def _message(self, message: Mapping[Any, Any], depth: int, *, is_request: bool) -> Mended:
        parts = self._parts(message, is_request=is_request)
        mended: dict[Any, Any] = {}
        told: Notes = []
        for key, value in message.items():
            if key in parts:
                mended[key], notes = parts[key]
                told += [note.under(key) for note in notes]
            else:
                other, notes = self._any({key: value}, _ELSEWHERE, depth + 1)
                mended |= other
                told += notes
        for key in _BODIES:
            if key in parts and parts[key][1]:
                mended = _reframed(mended, length_of(mended[key]))
        return (mended, told) if told else (message, told)

    def _parts(self, message: Mapping[Any, Any], *, is_request: bool) -> dict[str, Mended]:
        """What of a message its kind tells how to read, by its name."""
        url = next((name for name in _URLS if is_request and name in message), "")
        root = _personal.of_request(str(message.get(url, ""))) if is_request else Place()
        content_type, coding = (_header(message, name).lower() for name in (_TYPE, _CODING))
        reading = Reading(root, is_request, content_type, coding)
        parts: dict[str, Mended] = {}
        for name in _BODIES:
            if name not in message:
                continue
            with _at(name):
                body = message[name]
                if is_request:
                    asked = mend_request(self.mender, message.get(url), body, reading)
                    parts[url], parts[name] = asked
                else:
                    parts[name] = reading.mend(body, self.mender)
        if is_request and url not in parts:
            parts[url], _ = mend_request(self.mender, message.get(url), None, reading)
        return parts

    def _headers(self, headers: Any) -> Mended:
        pairs, told = self.headers.mend(_pairs(headers))
        return (_like(headers, pairs), told) if told else (headers, told)


def _reframed(message: dict[Any, Any], length: int | None) -> dict[Any, Any]:
    """The message with the headers of its new body, which is not compressed any more."""
    headers = message.get("headers")
    framed = []
    for name, value in _pairs(headers):
        if _is(name, _LENGTH) and length is not None:
            framed.append((name, [str(length)] if isinstance(value, list) else str(length)))
        elif not _is(name, _CODING):
            framed.append((name, value))
    return {**message, "headers": _like(headers, framed)} if headers else message


def _like(headers: Any, pairs: list[tuple[Any, Any]]) -> Any:
    """Headers in the layout of others."""
    return dict(pairs) if isinstance(headers, Mapping) else [list(pair) for pair in pairs]


def _pairs(headers: Any) -> list[tuple[Any, Any]]:
    """Headers in any layout: a mapping, or a list of pairs; none if it is neither."""
    if isinstance(headers, Mapping):
        return list(headers.items())
    if isinstance(headers, list) and all(_is_pair(each) for each in headers):
        return [(name, value) for name, value in headers]
    return []


def _is_pair(each: Any) -> bool:
    return isinstance(each, (list, tuple)) and len(each) == _PAIR and isinstance(each[0], str)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _header(message: Mapping[Any, Any], name: str) -> str:
    """The first value of a header, empty if there is none."""
    values = (_list(value) for key, value in _pairs(message.get("headers")) if _is(key, name))
    first = next((value[0] for value in values if value), "")
    return first.decode("latin-1") if isinstance(first, bytes) else str(first)


def _is(key: Any, name: str) -> bool:
    return str(key).casefold() == name
