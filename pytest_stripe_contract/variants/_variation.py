"""One change of a recorded answer: its name, and its effect on a payload."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from .._support.json_objects import Object, deep_copy, id_of
from .._support.json_path import LONGEST_ID, Path
from ..schemas import EVERY, TAIL, owners_at, schema_path, settle_tag

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
"""The kinds of change; docs/variants.md describes each."""

KINDS: tuple[Kind, ...] = get_args(Kind)

_LABELS = {"order": "reversed", "long_id": "long", "undocumented": "present", "value": "other"}
_VALUE_IS_LABEL = ("enum", "open_enum", "has_more")
_RULED_PROPERTIES = frozenset(
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
"""The properties that the contract's cross-field rules are about."""

_REASONS = {
    "null": "is null: the contract allows it",
    "present": "has a value: only some answers have null there, or nothing",
    "absent": "is absent: the contract does not require it",
    "expanded": "is the whole object instead of its id",
    "unexpanded": "is the id of the object instead of the object",
    "deleted": "is a deleted object instead of its id",
    "enum": "is {}: one of its values",
    "open_enum": "is {}: Stripe may add values",
    "undocumented": "is a new property: Stripe may add properties",
    "empty": "is empty",
    "longer": "has one more item",
    "has_more": "is {}",
    "order": "has its properties in another order: JSON does not define one",
    "long_id": "is as long as ids may be: 255 characters",
    "value": "has another value of its type",
}
"""The reason why each kind is legal; source: https://docs.stripe.com/upgrades."""

_COUNTS = ("amount_excluding_tax", "quantity", "subtotal", "taxable_amount")
"""Properties beside ``*amount`` that are 0 in a line item that costs nothing."""


@dataclass(frozen=True, slots=True)
class Variation:
    """A change of one place; a ``*`` in its ``path`` stands for each item of an array.

    ``value`` is the new value (of ``expanded``, the object without its id), and ``siblings`` are
    the properties that must then stand beside it. ``tags`` has the properties of an object whose
    ``type`` names the one that is present, and the other values of ``type``. With
    ``with_dependents`` the properties that depend on the change follow, such as sums of amounts.
    """

    kind: Kind
    path: Path
    value: Any = None
    siblings: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[list[str], list[str]] | None = None
    with_dependents: bool = False

    @property
    def json_path(self) -> str:
        """Return the JSON path of the place: ``$.lines.data[*].description``."""
        return schema_path(self.path)

    @property
    def label(self) -> str:
        """Return a word for the new value: ``null``, or an enum's value."""
        if self.kind in _VALUE_IS_LABEL:
            return "null" if self.value is None else str(self.value).lower()
        return _LABELS.get(self.kind, self.kind)

    @property
    def reason(self) -> str:
        """Return a sentence on why Stripe may send it."""
        return f"{self.json_path} {_REASONS[self.kind].format(self.label)}"

    def __str__(self) -> str:
        """Return the name in a test's id: ``customer_address=null``."""
        return f"{self.json_path[2:] or 'properties'}={self.label}"

    @property
    def has_rules(self) -> bool:
        """Return True if a cross-field rule may be about the place."""
        return self.with_dependents or self.path[:1] in {(name,) for name in _RULED_PROPERTIES}

    def is_in(self, root: Any) -> bool:
        """Return True if a payload already has the change."""
        again = deep_copy(root)
        self.change(again)
        return self.kind == "longer" or bool(again == root)

    def change(self, root: Any) -> None:
        """Change a payload in place, wherever the path leads, without dependents."""
        if self.kind == "order":
            _reverse(root)
            return
        name = self.path[-1]
        for owner in owners_at(root, self.path):
            for key in range(len(owner)) if name == EVERY else [name]:
                self._put(owner, key)

    def _put(self, owner: Any, key: Any) -> None:
        exists = isinstance(key, int) or key in owner
        if self.kind in ("present", "undocumented"):
            if not exists or owner[key] is None:
                owner[key] = deep_copy(self.value)
        elif exists and self.kind == "absent":
            del owner[key]
        elif exists:
            owner[key] = self._replacement(owner[key])
            for name, value in self.siblings.items():
                if owner.get(name) is None:
                    owner[name] = deep_copy(value)
        if self.tags is not None:
            if self.kind == "enum" and self.value not in self.tags[0]:
                owner.update({name: None for name in self.tags[0] if name in owner})
                return
            settle_tag(owner, self.tags, str(self.value if self.kind == "enum" else key))

    def _replacement(self, old: Any) -> Any:
        match self.kind, old:
            case "expanded" | "deleted", str():
                return deep_copy(self.value) | {"id": old}
            case "unexpanded", dict():
                return id_of(old)
            case "longer", list():
                return [*old, _additional_item(old, self.value)]
            case "long_id", str():
                return old + "x" * (LONGEST_ID - len(old))  # https://docs.stripe.com/upgrades
            case "expanded" | "deleted" | "unexpanded" | "longer" | "long_id", _:
                return old
        return deep_copy(self.value)


def replace_text(value: Any, old: str, new: str) -> Any:
    """Return a copy of a value with one text replaced in all its strings."""
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, dict):
        return {name: replace_text(inner, old, new) for name, inner in value.items()}
    return [replace_text(item, old, new) for item in value] if isinstance(value, list) else value


def _additional_item(items: list[Any], sample: Any) -> Any:
    """Return an item like the last one, with amounts of 0; the sample if there is none."""
    if not items or not isinstance(items[-1], dict):
        return deep_copy(sample)
    last: Object = deep_copy(items[-1])
    if isinstance(own := last.get("id"), str) and len(own) > len(TAIL):  # its urls contain it too
        last = replace_text(last, own, own[:-2] + ("02" if not own.endswith("02") else "03"))
    for name, value in last.items():
        if type(value) is int and (name.endswith("amount") or name in _COUNTS):
            last[name] = 0
    return last


def _reverse(value: Any) -> None:
    """Reverse the properties of each object."""
    if isinstance(value, dict):
        items = list(value.items())
        value.clear()
        value.update(reversed(items))
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, (dict, list)):
            _reverse(inner)
