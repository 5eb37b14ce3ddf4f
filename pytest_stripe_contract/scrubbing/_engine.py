"""Replace secrets and personal data in texts, bytes and values.

Secrets are looked for in every layer of a text: percent, JSON escapes, base64, gzip. They are
replaced one by one where they can be read, also in JSON; a text that holds one in a deeper layer
is replaced whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, NamedTuple

from ..stripe_api import keys
from . import _json_text, _placeholders, decoding, detectors
from ._json_text import Members, Number
from ._personal_data import (
    BIRTH,
    SECRET,
    SECRET_NAME_PARTS,
    KnownTexts,
    Place,
    is_object_id,
    secret_kind,
)
from ._rules import OPTION, UNSET, Rule, Rules, Unset, apply
from .decoding import Unscannable
from .detectors import Secret, find_secrets, redact, replace_secrets

_MAX_ROUNDS = 20
_API_KEY = "API key"
_SMALLEST_CARD, _LARGEST_CARD = 10**12, 10**19

_CLUES = re.compile("|".join([detectors.CLUES, decoding.CLUES, *SECRET_NAME_PARTS]))
"""One search for all that may be part of a secret: most texts need no closer look."""

Steps = tuple[str | int, ...]
"""Names and indexes that lead to a place."""


class Note(NamedTuple):
    """A replacement to report: its place, from the value that was searched, and its kind."""

    steps: Steps
    kind: str

    def under(self, *steps: str | int) -> Note:
        """Return the note with a place that begins further up."""
        return Note((*steps, *self.steps), self.kind)


Notes = list[Note]
Scrubbed = tuple[Any, Notes]
"""A value after it was scrubbed, the same object if nothing was replaced in it, and the notes."""

EntryScrubber = Callable[[Any, Any], Scrubbed | None]
"""Scrubs the value of a key."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Replaces secrets, and personal data if ``is_personal``, by rules and names of properties.

    ``known`` finds personal texts outside of their properties. ``learned`` collects the personal
    texts that were replaced, with their placeholder and kind. With ``only``, secrets of that
    kind alone are replaced, and names mean nothing. If ``is_deep`` is false, encoded layers are
    left out. If ``is_clean``, texts are known to hold no secret, and names alone matter. Each
    method raises `Unscannable` for data that cannot be searched.
    """

    rules: Rules
    is_personal: bool = True
    only: str | None = None
    known: KnownTexts | None = None
    learned: dict[str, tuple[str, str]] = field(default_factory=dict)
    is_deep: bool = True
    is_clean: bool = False

    def text(self, text: str, place: Place) -> tuple[str, Notes]:
        """Scrub a text of any kind, JSON too."""
        if self.is_clean and not place.is_payload:
            return text, []
        return self.settle(lambda engine, current: engine.replaced(current, place), text)

    def settle(
        self, step: Callable[[Engine, str], tuple[str, Notes]], text: str
    ) -> tuple[str, Notes]:
        """Repeat a step until it replaces nothing; return the text and all notes.

        A text beside a secret may look like another secret once the first is replaced.
        """
        notes: Notes = []
        engine = self
        for _ in range(_MAX_ROUNDS):
            text, more = step(engine, text)
            if not more:
                return text, notes
            notes += more
            engine = self.after_rules()
        raise Unscannable("its placeholders look like secrets again and again")

    def after_rules(self) -> Engine:
        """Return the engine for data to which a team's rules were applied already."""
        return replace(self, rules=self.rules.keep_all()) if self.rules else self

    def for_parts_of(self, text: str) -> Engine:
        """Return the engine for parts of a text, which need no search if the text is clean."""
        return replace(self, is_clean=self._is_clean_text(text))

    def data(self, data: bytes, place: Place) -> tuple[bytes, Notes]:
        """Scrub bytes: a text in any encoding; anything else is replaced whole."""
        encoding = decoding.text_encoding(data)
        if encoding is None or decoding.inflate(data) is not None:
            notes = self._in_layers(data, place)
            if notes:
                return _placeholders.secret(data.decode("latin-1")).encode(), notes
            return data, []
        text, notes = self.text(data.decode(encoding), place)
        return (text.encode(encoding, "surrogatepass"), notes) if notes else (data, [])

    def value(
        self,
        value: Any,
        place: Place,
        rule: Rule | Unset = UNSET,
        entry: EntryScrubber | None = None,
    ) -> Scrubbed:
        """Scrub a mapping, a list or a scalar.

        ``rule`` holds where there is no other. ``entry`` scrubs the entries of mappings that have
        a meaning of their own, such as a request, and returns None for all others.
        """
        walk = _Walk(self, entry)
        return walk.visit(value, place, rule=rule), walk.notes

    def scalar(self, value: Any, place: Place) -> Scrubbed:
        """Scrub a value that is not in a property of its own, or in one without a meaning."""
        match value:
            case str():
                text, notes = self.text(str(value), place)
                return (text if notes else value), notes
            case bytes():
                return self.data(value, place)
            case int() if _SMALLEST_CARD <= value <= _LARGEST_CARD:
                text, notes = self.text(str(value), place)
                return (text if notes else value), notes
        return value, []

    def kind(self, place: Place) -> str | None:
        """Return the kind of data at a place that is to be replaced by its name alone."""
        kind = place.kind
        if kind == SECRET:
            return kind if self.only is None else None
        return kind if self.is_personal and place.is_payload else None

    def readable(self, text: str) -> list[Secret]:
        """Return the secrets that can be read in a text as it is; none overlaps another."""
        known = self.known.find(text) if self.known else ()
        return [each for each in find_secrets(text, known) if self.only in (None, each.kind)]

    def replaced(self, text: str, place: Place) -> tuple[str, Notes]:
        """Scrub a text once; it may hold secrets afterwards."""
        is_clean = self._is_clean_text(text)
        if is_clean and not (place.is_payload and (self.is_personal or self.rules)):
            return text, []
        value = _json_text.parse(text)
        if value is not None:
            walk = _Walk(replace(self, is_clean=is_clean))
            walk.visit(value, place)
            return (_json_text.replace(text, walk.changes) if walk.notes else text), walk.notes
        if is_clean:
            return text, []
        if secrets := self.readable(text):
            return replace_secrets(text, secrets), [Note((), each.kind) for each in secrets]
        notes = self._in_layers(text, place)
        return (_placeholders.secret(text) if notes else text), notes

    def _is_clean_text(self, text: str) -> bool:
        """Tell if no layer of a text holds a secret; most texts do not even hold a clue to one."""
        if self.is_clean or self.known is not None:
            return self.is_clean
        if not _CLUES.search(text):
            return True
        layers = decoding.layers(text) if self.is_deep else ()
        return not any(
            any(part in layer for part in SECRET_NAME_PARTS) or any(find_secrets(layer))
            for layer in chain((text,), layers)
        )

    def _in_layers(self, content: str | bytes, place: Place) -> Notes:
        """Return a note on the first secret in the layers of a text or of bytes."""
        if not self.is_deep:
            return []
        shallow = replace(self, is_deep=False)
        for layer in decoding.layers(content):
            _, notes = shallow.text(layer, place)
            if notes:
                return [Note((), notes[0].kind)]
        return []


_API_KEYS = Engine(Rules(), is_personal=False, only=_API_KEY)


def hide_api_keys(value: Any) -> Scrubbed:
    """Scrub a value that a rule keeps: API keys never stay."""
    return _API_KEYS.value(value, Place(is_payload=False))


@dataclass(slots=True)
class _Walk:
    """Goes once through a value, by the names of its properties.

    ``changes`` are the new keys and values by their number in the order of the value, as
    `_json_text.replace` takes them.
    """

    engine: Engine
    entry: EntryScrubber | None = None
    changes: dict[int, Any] = field(default_factory=dict)
    notes: Notes = field(default_factory=list)
    number: int = 0

    def visit(self, value: Any, place: Place, steps: Steps = (), rule: Rule | Unset = UNSET) -> Any:
        """Return the scrubbed value; ``rule`` is that of the properties above it."""
        if len(steps) > _json_text.MAX_DEPTH:
            raise Unscannable(_json_text.TOO_DEEP)
        own_rule = self.engine.rules.of_property(place.keys) if place.is_payload else UNSET
        rule = rule if isinstance(own_rule, Unset) else own_rule
        is_array = isinstance(value, (list, tuple, set, frozenset))
        is_object = isinstance(value, (Members, Mapping))
        if (isinstance(rule, str) or callable(rule)) and (is_object or not is_array):
            return self._changed(value, _ruled(rule, value), steps)
        if not is_object and not is_array:
            try:
                return self._changed(value, self._scalar(value, place, rule), steps)
            except Unscannable as error:
                raise error.under(*steps) from None
        self.number += 1
        count = len(self.notes)
        if not is_object:
            items = [self.visit(item, place, (*steps, i), rule) for i, item in enumerate(value)]
            if len(self.notes) == count:
                return value
            return items if isinstance(value, list) else type(value)(items)
        members = value if isinstance(value, Members) else list(value.items())
        inner = place.of_type(next((item for key, item in members if key == "object"), None))
        new_members = []
        for key, item in members:
            scrubbed = self._leaf(key, place)
            below = (*steps, str(scrubbed[0]))  # a path in a report must hold no secret
            name = self._changed(key, scrubbed, below)
            try:
                entry = self.entry(key, item) if self.entry else None
            except Unscannable as error:
                raise error.under(*below) from None
            if entry is None:
                new = self.visit(item, inner.into(str(key)), below, rule)
            else:
                new = self._changed(item, entry, below)
            new_members.append((name, new))
        return value if len(self.notes) == count else dict(new_members)

    def _changed(self, value: Any, scrubbed: Scrubbed, steps: Steps) -> Any:
        """Record the next key or value, and return the new one."""
        new, notes = scrubbed
        if notes:
            self.changes[self.number] = new
            self.notes += [note.under(*steps) for note in notes]
        self.number += 1
        return new if notes else value

    def _scalar(self, value: Any, place: Place, rule: Rule | Unset) -> Scrubbed:
        if rule is None or rule is False:
            return hide_api_keys(value)
        if rule is True:
            new = _placeholder_by_rule(value, place)
            return (value, []) if _is_same(new, value) else (new, [Note((), OPTION)])
        kind = self.engine.kind(place)
        new = value if kind is None else _placeholder(value, kind)
        if kind is None or _is_same(new, value):
            return self._leaf(value, place)
        if kind == SECRET:
            return new, [Note((), secret_kind(place))]
        if isinstance(value, str):
            self.engine.learned[str(value)] = str(new), kind
        return new, [Note((), kind)]

    def _leaf(self, value: Any, place: Place) -> Scrubbed:
        if self.engine.is_clean:
            return value, []
        return self.engine.scalar(value, Place(is_payload=place.is_payload))


def _ruled(rule: Any, value: Any) -> Scrubbed:
    """Return a team's own text, or the result of its function; API keys never stay."""
    value = _json_text.plain(value)
    if value is None or value == "":
        return value, []
    new, _ = hide_api_keys(apply(rule, value) if callable(rule) else rule)
    return new, [] if _is_same(new, value) else [Note((), OPTION)]


def _placeholder(value: Any, kind: str) -> Any:
    """Return the placeholder for a scalar of a kind; the value itself if it needs none."""
    if value is None or value == "" or isinstance(value, (bool, bytes)):
        return value
    text = str(value)
    if kind == SECRET:
        redacted = redact(text)
        return redacted if keys.is_masked_secret(redacted) else _placeholders.generic(text)
    if is_object_id(kind, text) or keys.is_masked_secret(text):
        return value
    new = _placeholders.BY_KIND[kind](text)
    if kind == BIRTH and isinstance(value, (int, Number)):
        return type(value)(new)
    return new


def _placeholder_by_rule(value: Any, place: Place) -> Any:
    """Return a placeholder of the same type for the value of any property."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Number):
        return Number("0")
    if isinstance(value, (int, float)):
        return 0
    return _placeholder(value, place.kind or SECRET)


def _is_same(new: Any, value: Any) -> bool:
    return type(new) is type(value) and bool(new == value)
