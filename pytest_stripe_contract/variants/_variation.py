"""One legal change of a recorded answer: what it is called, and what it does to a payload."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from .._support.json_objects import deep_copy, id_of
from .._support.json_path import Path
from ..schemas import EVERY, owners_at, schema_path, settle_tag
from . import _values

Kind = Literal[
    "null",
    "present",
    "absent",
    "expanded",
    "unexpanded",
    "deleted",
    "enum",
    "open_enum",
    "undocumented",
    "empty",
    "longer",
    "has_more",
    "order",
    "long_id",
    "value",
]
"""What is changed: see docs/variants.md for each."""

KINDS: tuple[Kind, ...] = get_args(Kind)

_WORDS = {"order": "reversed", "long_id": "long", "undocumented": "present", "value": "other"}
_RULED = frozenset(
    {
        "amount_due",
        "amount_paid",
        "amount_remaining",
        "billing_reason",
        "collection_method",
        "due_date",
        "next_payment_attempt",
        "status",
        "status_transitions",
    }
)
"""The properties that cross-field rules are about: see `rules`."""

_REASONS = {
    "null": "is null: the contract lets it be",
    "present": "has a value: it is null, or absent, only in some answers",
    "absent": "is absent: the contract does not require it",
    "expanded": "is the object itself rather than its id",
    "unexpanded": "is the id of the object rather than the object",
    "deleted": "is the object itself, which has been deleted",
    "enum": "is {}: one of its values",
    "open_enum": "is {}: Stripe may add values",
    "undocumented": "is there: Stripe may add properties",
    "empty": "is empty",
    "longer": "has one item more",
    "has_more": "is {}",
    "order": "has its properties in another order: JSON has none",
    "long_id": "is as long as ids may be: 255 characters",
    "value": "has another value of its type",
}
"""Of what Stripe may do in any version: https://docs.stripe.com/upgrades."""

_VALUED = ("enum", "open_enum", "has_more")


@dataclass(frozen=True, slots=True)
class Variation:
    """A change of one place; a ``*`` in its ``path`` stands for each item of an array.

    ``value`` is what is put there (of ``expanded``, the object but for its id), and ``beside``
    what must stand beside it then; ``tags`` has the properties of which ``type`` says which
    is there, and its other values. If ``settles``, what follows from the change is changed too,
    such as amounts that add up.
    """

    kind: Kind
    path: Path
    value: Any = None
    beside: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[list[str], list[str]] | None = None
    settles: bool = False

    @property
    def json_path(self) -> str:
        """The JSON path of the place: ``$.lines.data[*].description``."""
        return schema_path(self.path)

    @property
    def what(self) -> str:
        """What is there then, in a word: ``null``, or an enum's value."""
        if self.kind in _VALUED:
            return "null" if self.value is None else str(self.value).lower()
        return _WORDS.get(self.kind, self.kind)

    @property
    def reason(self) -> str:
        """Why Stripe may send it, in a sentence."""
        return f"{self.json_path} {_REASONS[self.kind].format(self.what)}"

    def __str__(self) -> str:
        """What a test's id has: ``customer_address=null``."""
        return f"{self.json_path[2:] or 'properties'}={self.what}"

    @property
    def is_ruled(self) -> bool:
        """Whether a rule between properties may be about it."""
        return self.settles or (len(self.path) > 0 and self.path[0] in _RULED)

    def is_in(self, root: Any) -> bool:
        """Whether a payload has the change: there is nothing left to do."""
        again = deep_copy(root)
        self.change(again)
        return self.kind in ("longer", "has_more", "long_id") or bool(again == root)

    def change(self, root: Any) -> None:
        """Make the change in a payload, wherever the path leads; nothing follows from it."""
        if self.kind == "order":
            _reverse(root)
            return
        name = self.path[-1]
        for owner in owners_at(root, self.path):
            keys = range(len(owner)) if name == EVERY else [name]
            for key in keys:
                self._put(owner, key)

    def _put(self, owner: Any, key: Any) -> None:
        is_there = isinstance(key, int) or key in owner
        if self.kind in ("present", "undocumented"):
            if not is_there or owner[key] is None:
                owner[key] = deep_copy(self.value)
        elif is_there and self.kind == "absent":
            del owner[key]
        elif is_there:
            owner[key] = self._instead(owner[key])
            for name, value in self.beside.items():
                if owner.get(name) is None:
                    owner[name] = deep_copy(value)
        if self.tags is not None:
            if self.kind == "enum" and self.value not in self.tags[0]:
                owner.update({name: None for name in self.tags[0] if name in owner})
                return
            settle_tag(owner, self.tags, str(self.value if self.kind == "enum" else key))

    def _instead(self, old: Any) -> Any:
        """What takes the place of a value."""
        match self.kind, old:
            case "expanded" | "deleted", str():
                return deep_copy(self.value) | {"id": old}
            case "unexpanded", dict():
                return id_of(old)
            case "longer", list():
                return [*old, _values.one_more(old, self.value)]
            case "long_id", str():
                return _values.longer(old)
            case "expanded" | "deleted" | "unexpanded" | "longer" | "long_id", _:
                return old
        return deep_copy(self.value)


def _reverse(value: Any) -> None:
    """Have the properties of each object in the opposite order."""
    if isinstance(value, dict):
        items = list(value.items())
        value.clear()
        value.update(reversed(items))
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, (dict, list)):
            _reverse(inner)
