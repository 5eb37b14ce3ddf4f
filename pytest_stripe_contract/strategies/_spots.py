"""The places of a payload that may be changed, each on its own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, cached_property
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .._support.json_objects import Object, put
from .._support.json_path import ABSENT
from ..schemas import EVERY, Place, SchemaWalker, is_expanded, samples, schema_walker
from . import _values
from ._bounds import LINE, Bound, bound


class Spot:
    """A place of payloads, what may stand there, and how it is put there."""

    def __init__(self, place: Place, walker: SchemaWalker, limit: Bound, *, expands: bool) -> None:
        self.place = place
        self.limit = limit
        self._walker = walker
        self._expands = expands
        self._tags = samples.tags_of(place.owner)
        self._steps = tuple(self._to(place))

    def __repr__(self) -> str:
        return f"Spot({'.'.join(self.place.path)})"

    @cached_property
    def values(self) -> SearchStrategy[Any]:
        """The values to draw; `findings.ABSENT` for none."""
        if self.limit == "null":
            return st.none()
        return _values.of_place(self.place, self._walker, expands=self._expands)

    @cached_property
    def full(self) -> Any:
        """The value with something in everything; `findings.ABSENT` if null is all it may have.

        Nothing is expanded in it: that is a change of its own.
        """
        if self.limit == "null":
            return ABSENT
        sampler = samples.Sampler(self._walker, is_full=True, expands=False)
        return sampler.of(self.place.branches, self.place.path, self.place.owner)

    def put(self, root: Object, value: Any, index: int = 0) -> None:
        """Put a value there, in the item ``index`` of each array on the way (modulo its length).

        What is not there on the way comes to be, but for line items.
        """
        owner = self._owner(root, index)
        if isinstance(owner, list):
            self._put_item(owner, value, index, root)
        elif owner is not None:
            self._put_property(owner, value, root)

    def _put_item(self, owner: list[Any], value: Any, index: int, root: Object) -> None:
        if not (self.limit == "sums" and _comes_to_something(owner)):
            if not owner:
                owner.append(None)
            where = index % len(owner)
            owner[where] = _fresh(value, owner[where], root)

    def _put_property(self, owner: Object, value: Any, root: Object) -> None:
        name = self.place.name
        old = owner.get(name, ABSENT)
        if self.limit == "sums" and _comes_to_something(old):
            return
        if value is ABSENT:
            owner.pop(name, None)
        else:
            _set(owner, name, _fresh(value, old, root))
        if self._tags is not None and name in self._tags[0]:
            samples.settle_tag(owner, self._tags, name)

    def _owner(self, root: Object, index: int) -> Any:
        here: Any = root
        for name, kind, least, tags in self._steps:
            if isinstance(here, list):
                if not here:
                    here.append(None)
                where = index % len(here)
                if not isinstance(here[where], kind):
                    here[where] = _fresh(least, here[where], root)
                here = here[where]
                continue
            old = here.get(name, ABSENT)
            if name == EVERY or not isinstance(old, kind):
                _set(here, name, _fresh(least, old, root))
                if tags is not None and name in tags[0]:
                    samples.settle_tag(here, tags, name)
            here = here[name]
            if here == [] and self.place.path[:3] == LINE and name == "data":
                return None
        return here

    def _to(self, place: Place) -> Iterator[tuple[str, type, Any, Any]]:
        """The way to the owner of a place: each step with what is there if nothing was."""
        if (parent := place.parent) is not None:
            yield from self._to(parent)
            least = samples.Sampler(self._walker, is_full=False, expands=self._expands)
            kind = list if "items" in place.owner else dict
            value = least.of_branch(place.owner, parent.path, parent.owner)
            yield parent.path[-1], kind, value, samples.tags_of(parent.owner)


@cache
def spots(kind: str, line: str, *, expands: bool) -> tuple[Spot, ...]:
    """What may be changed of a kind of payload (``invoice`` or ``error``) in a release line."""
    walker = schema_walker(kind, line)
    known = ((place, _limit(kind, place)) for place in walker.places)
    return tuple(
        Spot(place, walker, limit, expands=expands)
        for place, limit in known
        if limit != "fixed"
        and not is_expanded(place.owner)
        and not (limit == "null" and not place.is_nullable)
        and (expands or not _is_expanded_only(place))
        and not _has_one_value(place)
    )


def _limit(kind: str, place: Place) -> Bound:
    is_tag = place.name == "type" and samples.tags_of(place.owner) is not None
    return "fixed" if is_tag else bound(place) if kind == "invoice" else "free"


def _is_expanded_only(place: Place) -> bool:
    """Whether a place is in an object that stands where an id could."""
    here: Place | None = place
    while here is not None:
        if here.path in (("payments",), ("confirmation_secret",)):
            return True
        parent = here.parent
        takes_id = parent is not None and (
            _values.chosen(parent.branches, expands=False)
            != _values.chosen(parent.branches, expands=True)
        )
        if takes_id:
            return True
        here = parent
    return False


def _has_one_value(place: Place) -> bool:
    known = sum(each.get("type") != "null" for each in place.branches) + place.is_nullable
    is_constant = all("const" in each or each.get("type") == "null" for each in place.branches)
    return place.is_required and is_constant and known == 1


def _comes_to_something(value: Any) -> bool:
    """Whether there is an amount in what others are the sums of."""
    if isinstance(value, list):
        return any(map(_comes_to_something, value))
    if not isinstance(value, dict):
        return False
    return any(value.get(name) for name in ("amount", "amount_subtotal"))


def _fresh(value: Any, old: Any, root: Object) -> Any:
    """A copy of a value, in the mode of the payload; an object keeps the id that was there."""
    if isinstance(value, list):
        return [_numbered(_fresh(each, None, root), index) for index, each in enumerate(value)]
    if not isinstance(value, dict):
        return value
    made = {name: _fresh(each, None, root) for name, each in value.items()}
    if "livemode" in made:
        made["livemode"] = root.get("livemode", False)
    known = old.get("id") if isinstance(old, dict) else old
    if "id" in made and isinstance(known, str):
        made["id"] = known
    return made


def _numbered(item: Any, index: int) -> Any:
    """An item of a list, with an id that none of the others has."""
    if index and isinstance(item, dict) and isinstance(item.get("id"), str):
        return item | {"id": f"{item['id'][:-1]}{index}"}
    return item


def _set(owner: Object, name: str, value: Any) -> None:
    if name in owner:
        owner[name] = value
    else:
        put(owner, name, value)
