"""Mutations of a payload: each sets one place, or several at once, to another legal value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Literal

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from .._support.json_objects import Object, put
from .._support.json_path import ABSENT
from ..schemas import (
    EVERY,
    Place,
    Sampler,
    SchemaWalker,
    is_expanded,
    schema_walker,
    settle_tag,
    tags_of,
)
from . import _values

LINE: tuple[str, ...] = ("lines", "data", EVERY)

Limit = Literal["fixed", "null", "sums", "free"]
"""How far a place may change.

``fixed``: not at all, as it depends on other places; it is drawn as a trait. ``null``: to null
only. ``sums``: only while its amounts, which others are the sums of, are zero. ``free``: to any
value of the schema.
"""

_NULL_ALONE = frozenset({"amount_paid_off_stripe", "subtotal_excluding_tax", "total_excluding_tax"})
_FIXED = frozenset(
    {
        "amount_due",
        "amount_overpaid",
        "amount_paid",
        "amount_remaining",
        "amount_shipping",
        "attempt_count",
        "attempted",
        "collection_method",
        "created",
        "currency",
        "ending_balance",
        "id",
        "lines",
        "livemode",
        "object",
        "paid",
        "paid_out_of_band",
        "pre_payment_credit_notes_amount",
        "starting_balance",
        "status",
        "status_transitions",
        "subtotal",
        "tax",
        "total",
    }
)
_NULL_ALONE_IN_LINE = frozenset(
    {
        "amount_excluding_tax",
        "price",
        "pricing",
        "quantity",
        "quantity_decimal",
        "unit_amount_excluding_tax",
    }
)
_FIXED_IN_LINE = frozenset({"amount", "currency", "livemode", "object", "subtotal"})
_SUMS = frozenset(
    {
        "discount_amounts",
        "pretax_credit_amounts",
        "shipping_cost",
        "tax_amounts",
        "taxes",
        "total_discount_amounts",
        "total_pretax_credit_amounts",
        "total_tax_amounts",
        "total_taxes",
    }
)
_PRICES = frozenset({"price", "plan", "pricing"})
_OF_PRICE = frozenset({"amount", "amount_decimal", "unit_amount", "unit_amount_decimal"})


def limit_of(place: Place) -> Limit:
    """Return how far a place of an invoice may change."""
    path, name = place.path, place.path[-1]
    is_of_list = path[0] == "lines" and (path == LINE or path[: len(LINE)] != LINE)
    if name in ("livemode", "object") or is_of_list or path[0] == "status_transitions":
        return "fixed"
    in_line = path[:3] == LINE
    inner = path[3:] if in_line else path
    if in_line and len(inner) == 1:
        known = _FIXED_IN_LINE, _NULL_ALONE_IN_LINE
    else:
        known = (_FIXED, _NULL_ALONE) if len(inner) == 1 else (frozenset(), frozenset())
    if name in known[0]:
        return "fixed"
    if name in known[1]:
        return "null"
    return _inside(inner, in_line=in_line)


def _inside(inner: tuple[str, ...], *, in_line: bool) -> Limit:
    name = inner[-1]
    if in_line and inner[0] in _PRICES and len(inner) == 2:  # noqa: PLR2004  of the price itself
        if name in _OF_PRICE:
            return "null"
        if name == "currency":
            return "fixed"
    if in_line and inner[:3] == ("pricing", "price_details", "price"):
        return "fixed" if name in _OF_PRICE or name == "currency" else "free"
    if inner[0] not in _SUMS:
        return "free"
    if len(inner) == 1 or inner[1:] in ((EVERY,), ("taxes",), ("taxes", EVERY)):
        return "sums"
    is_amount = name in ("amount", "inclusive", "tax_behavior") or name.startswith("amount_")
    own = inner[1:-1] in ((), (EVERY,), ("taxes", EVERY))
    return "fixed" if is_amount and own else "free"


class Target:
    """A place of a payload that a mutation sets, with the values that it may have."""

    def __init__(self, place: Place, walker: SchemaWalker, limit: Limit, *, expands: bool) -> None:
        self.place = place
        self.limit = limit
        self._walker = walker
        self._expands = expands
        self._tags = tags_of(place.owner)
        self._steps = tuple(self._steps_to(place))

    def __repr__(self) -> str:
        return f"Target({'.'.join(self.place.path)})"

    @cached_property
    def values(self) -> SearchStrategy[Any]:
        """Return the strategy of its values; `ABSENT` stands for a missing property."""
        if self.limit == "null":
            return st.none()
        return _values.values_at(self.place, self._walker, expands=self._expands)

    @cached_property
    def full(self) -> Any:
        """Return a value with all properties; `ABSENT` if only null is allowed.

        Nothing in it is expanded: that is another mutation.
        """
        if self.limit == "null":
            return ABSENT
        sampler = Sampler(self._walker, is_full=True, expands=False)
        return sampler.of(self.place.branches, self.place.path, self.place.owner)

    def put(self, root: Object, value: Any, index: int = 0) -> None:
        """Set the value, in the item ``index`` of each array on the path (modulo its length).

        Missing objects and arrays on the path are made, except line items.
        """
        owner = self._owner(root, index)
        if isinstance(owner, list):
            self._put_item(owner, value, index, root)
        elif owner is not None:
            self._put_property(owner, value, root)

    def _put_item(self, owner: list[Any], value: Any, index: int, root: Object) -> None:
        if not (self.limit == "sums" and _has_amount(owner)):
            if not owner:
                owner.append(None)
            where = index % len(owner)
            owner[where] = _copy_value(value, owner[where], root)

    def _put_property(self, owner: Object, value: Any, root: Object) -> None:
        name = self.place.name
        old = owner.get(name, ABSENT)
        if self.limit == "sums" and _has_amount(old):
            return
        if value is ABSENT:
            owner.pop(name, None)
        else:
            _set(owner, name, _copy_value(value, old, root))
        if self._tags is not None and name in self._tags[0]:
            settle_tag(owner, self._tags, name)

    def _owner(self, root: Object, index: int) -> Any:
        here: Any = root
        for name, kind, least, tags in self._steps:
            if isinstance(here, list):
                if not here:
                    here.append(None)
                where = index % len(here)
                if not isinstance(here[where], kind):
                    here[where] = _copy_value(least, here[where], root)
                here = here[where]
                continue
            old = here.get(name, ABSENT)
            if name == EVERY or not isinstance(old, kind):
                _set(here, name, _copy_value(least, old, root))
                if tags is not None and name in tags[0]:
                    settle_tag(here, tags, name)
            here = here[name]
            if here == [] and self.place.path[:3] == LINE and name == "data":
                return None
        return here

    def _steps_to(self, place: Place) -> Iterator[tuple[str, type, Any, Any]]:
        """Yield each step to the owner of a place, with the value for a missing one."""
        if (parent := place.parent) is not None:
            yield from self._steps_to(parent)
            least = Sampler(self._walker, is_full=False, expands=self._expands)
            kind = list if "items" in place.owner else dict
            value = least.of_branch(place.owner, parent.path, parent.owner)
            yield parent.path[-1], kind, value, tags_of(parent.owner)


@cache
def targets(kind: str, line: str, *, expands: bool) -> tuple[Target, ...]:
    """Return the targets of a kind of payload (``invoice`` or ``error``) in a release line."""
    walker = schema_walker(kind, line)
    known = ((place, _limit(kind, place)) for place in walker.places)
    return tuple(
        Target(place, walker, limit, expands=expands)
        for place, limit in known
        if limit != "fixed"
        and not is_expanded(place.owner)
        and not (limit == "null" and not place.is_nullable)
        and (expands or not _is_expanded_only(place))
        and not _has_one_value(place)
    )


def _limit(kind: str, place: Place) -> Limit:
    is_tag = place.name == "type" and tags_of(place.owner) is not None
    return "fixed" if is_tag else limit_of(place) if kind == "invoice" else "free"


def _is_expanded_only(place: Place) -> bool:
    """Return True for a place inside an expanded object."""
    here: Place | None = place
    while here is not None:
        if here.path in (("payments",), ("confirmation_secret",)):
            return True
        parent = here.parent
        takes_id = parent is not None and (
            _values.branches_of(parent.branches, expands=False)
            != _values.branches_of(parent.branches, expands=True)
        )
        if takes_id:
            return True
        here = parent
    return False


def _has_one_value(place: Place) -> bool:
    known = sum(each.get("type") != "null" for each in place.branches) + place.is_nullable
    is_constant = all("const" in each or each.get("type") == "null" for each in place.branches)
    return place.is_required and is_constant and known == 1


def _has_amount(value: Any) -> bool:
    """Return True if there is an amount other than zero in a value."""
    if isinstance(value, list):
        return any(map(_has_amount, value))
    if not isinstance(value, dict):
        return False
    return any(value.get(name) for name in ("amount", "amount_subtotal"))


def _copy_value(value: Any, old: Any, root: Object) -> Any:
    """Copy a value for a payload: with its ``livemode`` and the id of the object it replaces."""
    if isinstance(value, list):
        return [
            _with_unique_id(_copy_value(each, None, root), index)
            for index, each in enumerate(value)
        ]
    if not isinstance(value, dict):
        return value
    made = {name: _copy_value(each, None, root) for name, each in value.items()}
    if "livemode" in made:
        made["livemode"] = root.get("livemode", False)
    known = old.get("id") if isinstance(old, dict) else old
    if "id" in made and isinstance(known, str):
        made["id"] = known
    return made


def _with_unique_id(item: Any, index: int) -> Any:
    """Return the item of a list with an id that differs from those before it."""
    if index and isinstance(item, dict) and isinstance(item.get("id"), str):
        return item | {"id": f"{item['id'][:-1]}{index}"}
    return item


def _set(owner: Object, name: str, value: Any) -> None:
    if name in owner:
        owner[name] = value
    else:
        put(owner, name, value)


_SHARE = 12
"""The weight of each top property, unless it has more places than this."""
_OBJECT_SHARE = 3
"""The weight of an `ObjectChange`, in top properties."""
_MOST = 40
_LAST_INDEX = 5


@dataclass(frozen=True, slots=True)
class Change:
    """A value for a target, in the item ``index`` of each array on the path (modulo its length)."""

    target: Target
    value: Any
    index: int

    def apply(self, root: Object) -> None:
        """Change a payload in place."""
        self.target.put(root, self.value, self.index)


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """A change of several properties of one object: ``is_full`` sets each to a value.

    Otherwise each nullable property becomes null, and each other optional one is removed.
    """

    targets: tuple[Target, ...]
    is_full: bool

    def apply(self, root: Object) -> None:
        """Change a payload in place, in the first item of each array on the path."""
        for target in self.targets:
            if self.is_full and target.full is not ABSENT:
                target.put(root, target.full)
            elif not self.is_full and target.place.is_nullable:
                target.put(root, None)
            elif not self.is_full and not target.place.is_required:
                target.put(root, ABSENT)


@cache
def mutations(
    kind: str, line: str, *, expands: bool, within: tuple[str, ...] = ()
) -> SearchStrategy[list[Change | ObjectChange]]:
    """Return a strategy of lists of mutations of a kind of payload, ``within`` a path."""
    found = [each for each in targets(kind, line, expands=expands) if _is_within(each, within)]
    table: list[Target | ObjectChange] = []
    for group in _group_by_top_path(found):
        table += group * max(1, _SHARE // len(group))
    for owner in dict.fromkeys(_top_path(each)[:-1] for each in found):
        top = tuple(each for each in found if each.place.path[:-1] == owner)
        for is_full in (False, True):
            table += [ObjectChange(top, is_full)] * (_OBJECT_SHARE * _SHARE)
    return st.lists(_draw_one(st.sampled_from(table)), max_size=_MOST)


@st.composite
def _draw_one(draw: DrawFn, table: SearchStrategy[Target | ObjectChange]) -> Change | ObjectChange:
    """Draw a mutation from a table; of an `ObjectChange`, a part.

    The part ends at a property and reaches back from there, so that it shrinks to one property.
    In a quarter of the cases it is the whole.
    """
    drawn = draw(table)
    if isinstance(drawn, ObjectChange):
        length = len(drawn.targets)
        end = min(draw(_ends(length)), length)
        return ObjectChange(
            drawn.targets[max(0, end - 1 - draw(_backs(length))) : end], drawn.is_full
        )
    value = draw(drawn.values)
    return Change(drawn, value, draw(_indexes) if EVERY in drawn.place.path else 0)


_indexes = st.integers(0, _LAST_INDEX)


@cache
def _ends(length: int) -> SearchStrategy[int]:
    return st.integers(1, 2 * length)


@cache
def _backs(length: int) -> SearchStrategy[int]:
    return st.integers(0, 2 * length)


def _top_path(target: Target) -> tuple[str, ...]:
    """Return the path of the top property of a target: of the payload, or of a line item."""
    path = target.place.path
    return path[: len(LINE) + 1] if path[: len(LINE)] == LINE else path[:1]


def _group_by_top_path(found: list[Target]) -> list[list[Target]]:
    """Group targets by their top property."""
    groups: dict[tuple[str, ...], list[Target]] = {}
    for target in found:
        groups.setdefault(_top_path(target), []).append(target)
    return list(groups.values())


def _is_within(target: Target, path: tuple[str, ...]) -> bool:
    return len(target.place.path) > len(path) and target.place.path[: len(path)] == path
