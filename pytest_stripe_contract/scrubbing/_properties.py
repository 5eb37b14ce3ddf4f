"""What a payload's properties say by their names: personal data, secrets, and a team's rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..errors import InvalidOption
from . import _standins, secrets
from ._personal import BIRTH, SECRET, Place, name_of_secret, stays
from ._rules import UNSAID, Rule, Rules, Unsaid
from ._trees import Node, Number
from .edits import Note, Notes, Steps

RULE = "stripe_scrub"
"""The kind of what a team's own rule replaced."""

Mend = Callable[[Any], tuple[Any, Notes]]


class Change(NamedTuple):
    """What is to take the place of a node of a tree."""

    node: Node
    new: Any
    notes: Notes


@dataclass(frozen=True, slots=True)
class Means:
    """What is done to the scalars of a tree, whatever property they are.

    ``mend`` replaces what is secret in one, ``hide_keys`` API keys alone; ``read`` gives the
    value that a node stands for.
    """

    mend: Mend
    hide_keys: Mend
    read: Callable[[Node], Any]


@dataclass(slots=True)
class Properties:
    """Goes through trees by the names of properties.

    Looked for are personal data if ``is_personal``, and secrets if ``is_secret``. ``learned``
    has what was found of the former, with its stand-in and its kind, so that the same text can
    be replaced elsewhere.
    """

    rules: Rules
    is_personal: bool
    is_secret: bool = True
    learned: dict[str, tuple[str, str]] = field(default_factory=dict)

    def heeds(self, place: Place) -> bool:
        """Whether names of properties matter there, beyond those of secrets."""
        return place.is_payload and (self.is_personal or bool(self.rules))

    def changes(
        self, root: Node, place: Place, means: Means, rule: Rule | Unsaid = UNSAID
    ) -> Iterator[Change]:
        """What is to change in a tree; the rule is in force there unless another one is."""
        yield from self._changes(root, place, (), rule, means)

    def _changes(
        self, node: Node, place: Place, steps: Steps, above: Rule | Unsaid, means: Means
    ) -> Iterator[Change]:
        own = self.rules.of_property(place.keys) if place.is_payload else UNSAID
        rule = above if isinstance(own, Unsaid) else own
        if (isinstance(rule, str) or callable(rule)) and node.items is None:
            yield from _ruled(node, rule, steps, means)
        elif node.members is not None:
            inner = place.of(node.what)
            for key, value in node.members:
                new, notes = means.mend(key.value)
                name = str(new)  # what is told of a place gives no secret away
                yield from _change(key, new, notes, (*steps, name))
                below = inner.into(str(key.value))
                yield from self._changes(value, below, (*steps, name), rule, means)
        elif node.items is not None:
            for index, item in enumerate(node.items):
                yield from self._changes(item, place, (*steps, index), rule, means)
        else:
            yield from _change(node, *self._scalar(node.value, place, rule, means), steps)

    def _scalar(
        self, value: Any, place: Place, rule: Rule | Unsaid, means: Means
    ) -> tuple[Any, Notes]:
        if rule is None or rule is False:
            return means.hide_keys(value)
        if rule is True:
            new = _generic(value, place)
            return (value, []) if _is_same(new, value) else (new, [Note((), RULE)])
        kind = self._kind(place)
        new = value if kind is None else _stand_in(value, kind)
        if kind is None or _is_same(new, value):
            return means.mend(value)
        if kind == SECRET:
            return new, [Note((), name_of_secret(place))]
        if isinstance(value, str):
            self.learned[str(value)] = str(new), kind
        return new, [Note((), kind)]

    def _kind(self, place: Place) -> str | None:
        kind = place.kind
        if kind == SECRET:
            return kind if self.is_secret else None
        return kind if self.is_personal and place.is_payload else None


def _ruled(node: Node, rule: Any, steps: Steps, means: Means) -> Iterator[Change]:
    """A team's own text, or what its function makes of the value; API keys never stay."""
    value = means.read(node)
    if value is None or value == "":
        return
    new, _ = means.hide_keys(called(rule, value) if callable(rule) else rule)
    if not _is_same(new, value):
        yield Change(node, new, [Note(steps, RULE)])


def called(rule: Callable[[Any], Any], value: Any) -> Any:
    """What a rule makes of a value; `InvalidOption` if it cannot."""
    try:
        return rule(value)
    except Exception as error:
        expected = f"a function that takes what is there; it raised {type(error).__name__}"
        raise InvalidOption(RULE, rule, expected) from error


def _change(node: Node, new: Any, notes: Notes, steps: Steps) -> Iterator[Change]:
    if notes:
        yield Change(node, new, [note.under(*steps) for note in notes])


def _stand_in(value: Any, kind: str) -> Any:
    """The stand-in for a scalar of that kind; the value itself if it needs none."""
    if value is None or value == "" or isinstance(value, (bool, bytes)):
        return value
    text = str(value)
    if kind == SECRET:
        masked = secrets.redact(text)
        return masked if _standins.is_placeholder(masked) else _standins.generic(text)
    if stays(kind, text) or _standins.is_placeholder(text):
        return value
    new = _standins.BY_KIND[kind](text)
    if kind == BIRTH and isinstance(value, (int, Number)):
        return type(value)(new)
    return new


def _generic(value: Any, place: Place) -> Any:
    """A stand-in for whatever a rule names; it keeps the type that the contract asks for."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Number):
        return Number("0")
    if isinstance(value, (int, float)):
        return 0
    return _stand_in(value, place.kind or SECRET)


def _is_same(new: Any, value: Any) -> bool:
    return type(new) is type(value) and bool(new == value)
