"""Secrets and personal data in texts, bytes and values: found in every layer, and replaced."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from . import _escapes, _glance, _packed, _trees, layers, secrets
from ._known import Known
from ._personal import Place
from ._properties import Means, Properties
from ._rules import Rules
from ._trees import Node, Number
from .edits import Edit, Note, Notes, apart, applied
from .layers import Unscannable

_ROUNDS = 20
_API_KEY = "API key"
_SHORTEST_CARD, _LONGEST_CARD = 10**12, 10**19

_ASCII = bytes([9, 10, 13, *range(32, 127)])
_FOREIGN = 0.15
"""The part of other bytes up to which they are taken for a text in Latin-1."""

_OF_NULLS = 0.25
"""The part of them from which on bytes may be a text of two or four bytes a character."""

_HALF = re.compile("[\ud800-\udfff]")
"""Half a character: it can only be written as an escape."""


@dataclass(frozen=True, slots=True)
class Mender:
    """Replaces secrets, what ``properties`` name, and ``known`` texts.

    With ``only``, secrets of that kind alone. Each method gives the very same object if there is
    nothing to replace, and what is to be told of what it replaced; each raises `Unscannable` for
    what it cannot look into.
    """

    properties: Properties
    known: Known | None = None
    only: str | None = None

    def text(self, text: str, place: Place, depth: int = 0) -> tuple[str, Notes]:
        """A text of any kind, JSON too."""

        def step(mender: Mender, text: str) -> tuple[str, Notes]:
            edits = mender._edits(text, place, depth)
            told = [note for edit in edits for note in edit.notes]
            return (applied(text, edits), told) if edits else (text, told)

        return self.settle(step, text)

    def settle(
        self, step: Callable[[Mender, str], tuple[str, Notes]], text: str
    ) -> tuple[str, Notes]:
        """What a text becomes once a step changes nothing any more, and all that is to be told.

        What was next to a secret may look like another one without it.
        """
        told: Notes = []
        mender = self
        for _ in range(_ROUNDS):
            text, notes = step(mender, text)
            if not notes:
                return text, told
            told += notes
            mender = self.again
        raise Unscannable("what takes a secret's place goes on looking like one")

    @property
    def again(self) -> Mender:
        """The same for what it mended already: a team's rules have said what they have to say."""
        rules = self.properties.rules
        if not rules:
            return self
        return replace(self, properties=replace(self.properties, rules=rules.obeyed()))

    def data(
        self, data: bytes, place: Place, depth: int = 0, coding: str = ""
    ) -> tuple[bytes, Notes]:
        """Bytes; what is compressed comes decompressed if anything in it was replaced."""
        inner = layers.inflated(data, coding)
        if inner is not None:
            new, notes = self.data(inner, place, _deeper(depth))
            return (new, notes) if notes else (data, [])
        encoding = encoding_of(data)
        if encoding is None:
            return self._runs(data, place, depth)
        text, notes = self.text(data.decode(encoding), place, depth)
        return (text.encode(encoding, "surrogatepass"), notes) if notes else (data, [])

    def value(self, value: Any, place: Place) -> tuple[Any, Notes]:
        """A value of Python: a mapping, a list, or a scalar."""
        root = _trees.of_value(value)
        means = self.means(lambda node: node.value, place)
        changes = list(self.properties.changes(root, place, means))
        notes = [note for change in changes for note in change.notes]
        if not changes:
            return value, notes
        return _trees.to_value(root, {id(each.node): each.new for each in changes}), notes

    def means(
        self,
        read: Callable[[Node], Any],
        place: Place,
        depth: int = 0,
        *,
        is_quiet: bool = False,
    ) -> Means:
        """What is done to scalars; nothing, but by their names, if all is quiet."""
        inside = Place(is_payload=place.is_payload)

        def mend(value: Any) -> tuple[Any, Notes]:
            return (value, []) if is_quiet else self._scalar(value, inside, depth)

        return Means(mend, hide_keys, read)

    def _scalar(self, value: Any, place: Place, depth: int) -> tuple[Any, Notes]:
        match value:
            case str():
                new, notes = self.text(str(value), place, _deeper(depth))
                return (new, notes) if notes else (value, notes)
            case bytes():
                return self.data(value, place, _deeper(depth))
            case bool():
                return value, []
            case int() if _SHORTEST_CARD <= value <= _LONGEST_CARD:
                new, notes = self.text(str(value), place, depth)
                return (new, notes) if notes else (value, notes)
        return value, []

    def _edits(
        self, text: str, place: Place, depth: int, *, is_suspect: bool = False
    ) -> list[Edit]:
        is_quiet = self.known is None and not is_suspect and _glance.is_clean(text)
        if is_quiet and not self.properties.heeds(place):
            return []
        roots = _trees.of_json(text)
        if roots is not None:
            means = self.means(lambda node: node.json(text), place, depth, is_quiet=is_quiet)
            return sorted(self._in_json(text, roots, place, means))
        if is_quiet:
            return []
        found = (
            self._in_escapes(text, place, depth),
            self._by_pattern(text),
            self._in_base64(text, place, depth),
        )
        return apart(chain.from_iterable(found))

    def _in_json(self, text: str, roots: list[Node], place: Place, means: Means) -> Iterator[Edit]:
        for root in roots:
            for node, new, notes in self.properties.changes(root, place, means):
                yield Edit(node.start, node.end, _written(new, text), notes)

    def _in_escapes(self, text: str, place: Place, depth: int) -> Iterator[Edit]:
        inside = _escapes.unescaped(text)
        if inside is not None:
            edits = self._edits(inside.text, place, _deeper(depth), is_suspect=True)
            for edit in edits:
                yield Edit(*inside.back(edit.start, edit.end, edit.new), edit.notes)

    def _by_pattern(self, text: str) -> Iterator[Edit]:
        if self.known is not None:
            yield from self.known.edits(text)
        for secret in secrets.find_secrets(text):
            if self.only in (None, secret.kind):
                yield Edit(secret.start, secret.end, secret.placeholder, [Note((), secret.kind)])

    def _in_base64(self, text: str, place: Place, depth: int) -> Iterator[Edit]:
        for token in _packed.unpacked(text):
            inner = layers.inflated(token.data)
            data = token.data if inner is None else inner
            new, notes = self.data(data, place, _deeper(depth))
            if notes:
                new = new if inner is None else layers.deflated(new, like=token.data)
                yield Edit(token.start, token.end, token.with_data(new), notes)

    def _runs(self, data: bytes, place: Place, depth: int) -> tuple[bytes, Notes]:
        """Data of which only parts can be read."""
        parts, told, end = [], [], 0
        for start, until, text in layers.runs(data):
            new, notes = self.text(text, place, depth)
            parts += [data[end:start], new.encode("utf-8", "surrogateescape")]
            told += notes
            end = until
        return (b"".join([*parts, data[end:]]), told) if told else (data, [])


_KEYS_ONLY = Mender(Properties(Rules(), is_personal=False, is_secret=False), only=_API_KEY)


def hide_keys(value: Any) -> tuple[Any, Notes]:
    """For what is to be kept as it is: API keys never are."""
    return _KEYS_ONLY.value(value, Place(is_payload=False))


def encoding_of(data: bytes) -> str | None:
    """The encoding of a text; None if the data is none."""
    if data.count(0) > len(data) * _OF_NULLS:
        encoding = json.detect_encoding(data)
        if encoding != "utf-8" and _is_in(encoding, data):
            return encoding
    if _is_in("utf-8", data):
        return "utf-8"
    return "latin-1" if len(data.translate(None, _ASCII)) < len(data) * _FOREIGN else None


def _is_in(encoding: str, data: bytes) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _written(new: Any, text: str) -> str:
    """A value as the JSON of a text has it."""
    if isinstance(new, Number):
        return new
    written = json.dumps(new, ensure_ascii=text.isascii(), default=str)
    return json.dumps(new, default=str) if _HALF.search(written) else written


def _deeper(depth: int) -> int:
    if depth >= layers.DEEPEST:
        raise Unscannable(f"it has more than {layers.DEEPEST} layers, one in another")
    return depth + 1
