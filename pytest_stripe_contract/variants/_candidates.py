"""What could be changed in a payload, place by place, as its schema has it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from ..schemas import (
    EVERY,
    TIME,
    Place,
    SchemaWalker,
    branch_of,
    constant,
    is_open,
    is_scalar_of,
    tags_of,
    types_of,
    values_of,
)
from . import _values
from ._variation import Variation

_AN_ID = re.compile(r"[a-z]{2,}(?:_[a-z]+)*_[A-Za-z0-9]{8,}")
"""What an id of Stripe's looks like, in whatever property."""

_INVOICE_OF_LINE = ("lines", "data", EVERY, "invoice")

_FEW = 12
"""Of an open enum that has more values, only one that nobody has heard of is tried."""


def candidates(payload: Any, walker: SchemaWalker) -> Iterator[Variation]:
    """The changes that the schema knows, whether or not they are legal beside the rest."""
    yield Variation("order", ())
    yield Variation("undocumented", (_values.UNDOCUMENTED,), value=True)
    created = payload.get("created")
    since = created if type(created) is int else TIME
    for place in walker.places_of(payload):
        is_own = place.path == _INVOICE_OF_LINE
        sample = (
            (lambda: payload["id"]) if is_own else partial(_values.sample, walker, place, since)
        )
        yield from _missing(place, sample)
        yield from _enums(place, walker)
        yield from _ids(place, walker, payload.get("id"))
        yield from _containers(place, walker)
        yield from _scalars(place)


def _missing(place: Place, sample: Callable[[], Any]) -> Iterator[Variation]:
    """What is there gone, and what is not there."""
    path, there = place.path, place.values
    if place.is_item:
        return
    tags = tags_of(place.owner)
    tags = tags if tags and place.name in tags[0] else None
    if any(value is not None for value in there) and place.is_nullable:
        yield Variation("null", path, tags=tags)
    if there and not place.is_required:
        yield Variation("absent", path)
    is_closed = any(values_of(each) and not is_open(each) for each in place.branches)
    if (None in there or len(there) < len(place.owners)) and not is_closed:
        yield Variation("present", path, sample(), tags=tags)


def _enums(place: Place, walker: SchemaWalker) -> Iterator[Variation]:
    there = place.values
    for branch in place.branches if there else ():
        known = values_of(branch)
        if known and is_open(branch) and any(each is not None for each in there):
            yield Variation("open_enum", place.path, _values.UNHEARD_OF)
        if is_open(branch) and (len(known) > _FEW or there == [None]):
            continue
        tags = tags_of(place.owner) if place.path[-1] == "type" else None
        for value in known:
            if any(each != value for each in there):
                beside = _beside(place, value, walker) if tags else {}
                yield Variation("enum", place.path, value, beside, tags)


def _beside(place: Place, value: Any, walker: SchemaWalker) -> dict[str, Any]:
    """What an object must have whose ``type`` names another of its properties."""
    named = place.owner["properties"].get(value)
    if named is None:
        return {}
    beside = replace(
        place, path=(*place.path[:-1], value), schema=named, branches=walker.branches(named)
    )
    return {value: _values.sample(walker, beside, TIME)}


def _ids(place: Place, walker: SchemaWalker, own: object) -> Iterator[Variation]:
    """Ids for objects, objects for ids, and ids that are longer than those of today."""
    is_text = any("string" in types_of(each) and not values_of(each) for each in place.branches)
    objects = [each for each in place.branches if constant(each, "object")]
    if is_text and objects:
        if any(isinstance(each, str) for each in place.values):
            yield Variation("expanded", place.path, _values.whole(walker, objects[0], place))
            if (deleted := _values.deleted(walker, objects[0])) is not None:
                yield Variation("deleted", place.path, deleted)
        if any(isinstance(each, dict) for each in place.values):
            yield Variation("unexpanded", place.path)
    ids = [each for each in place.values if _is_id(place, each, is_expandable=bool(objects))]
    if is_text and ids and own not in ids:
        yield Variation("long_id", place.path)


def _is_id(place: Place, value: Any, *, is_expandable: bool) -> bool:
    named = is_expandable or place.name == "id"
    return isinstance(value, str) and (named or _AN_ID.fullmatch(value) is not None)


def _containers(place: Place, walker: SchemaWalker) -> Iterator[Variation]:
    """Arrays that are shorter and longer, objects that have a property more."""
    lists = [each for each in place.values if isinstance(each, list)]
    if any(lists):
        yield Variation("empty", place.path, [])
    if lists:
        yield Variation("longer", place.path, _values.item(walker, place))
    for value in place.values:
        if isinstance(value, dict) and "properties" in (branch_of(place.branches, value) or {}):
            yield Variation("undocumented", (*place.path, _values.UNDOCUMENTED), value=True)


def _scalars(place: Place) -> Iterator[Variation]:
    """Another value of the same type."""
    for value in place.values:
        branch = next((each for each in place.branches if is_scalar_of(each, value)), None)
        if branch is None or "const" in branch or values_of(branch):
            continue
        if isinstance(value, bool) and place.name == "has_more":
            yield Variation("has_more", place.path, not value)
        elif not (isinstance(value, str) and _is_id(place, value, is_expandable=False)):
            yield Variation("value", place.path, _values.other(value, place.name))
