"""What could be changed in a payload, place by place, as its schema has it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..guide import Guide, Place, Schema, constant, is_open, is_scalar_of, types_of, values_of
from . import values
from .variation import Variation

_AN_ID = re.compile(r"[a-z]{2,}(?:_[a-z]+)*_[A-Za-z0-9]{8,}")
"""What an id of Stripe's looks like, in whatever property."""


def candidates(payload: Any, guide: Guide) -> Iterator[Variation]:
    """The changes that the schema knows, whether or not they are legal beside the rest."""
    yield Variation("order", ())
    yield Variation("undocumented", (values.UNDOCUMENTED,), value=True)
    for place in guide.places(payload):
        branches = guide.branches(place.schema)
        yield from _missing(place, branches, guide)
        yield from _enums(place, branches, guide)
        yield from _ids(place, branches, guide)
        yield from _containers(place, branches, guide)
        yield from _scalars(place, branches)


def _missing(place: Place, branches: list[Schema], guide: Guide) -> Iterator[Variation]:
    """What is there gone, and what is not there."""
    path, there = place.path, place.values
    if place.is_item:
        return
    if any(value is not None for value in there) and guide.is_nullable(place.schema):
        yield Variation("null", path)
    if there and not place.is_required:
        yield Variation("absent", path)
    is_closed = any(values_of(each) and not is_open(each) for each in branches)
    if (None in there or len(there) < len(place.owners)) and not is_closed:
        yield Variation("present", path, values.valid(guide, place.schema, place.name))


def _enums(place: Place, branches: list[Schema], guide: Guide) -> Iterator[Variation]:
    there = place.values
    for branch in branches if there else ():
        known = values_of(branch)
        for value in () if is_open(branch) else known:
            if any(each != value for each in there):
                beside = _beside(place, value, guide)
                yield Variation("enum", place.path, value, beside)
        if known and is_open(branch) and any(each is not None for each in there):
            yield Variation("open_enum", place.path, values.UNHEARD_OF)


def _beside(place: Place, value: Any, guide: Guide) -> dict[str, Any]:
    """What an object must have whose ``type`` names another of its properties."""
    beside: dict[str, Any] = {"type": value}
    if place.path[-1] == "type":
        values.discriminated(guide, place.around, beside)
    del beside["type"]
    return beside


def _ids(place: Place, branches: list[Schema], guide: Guide) -> Iterator[Variation]:
    """Ids for objects, objects for ids, and ids that are longer than those of today."""
    is_text = any("string" in types_of(each) and not values_of(each) for each in branches)
    objects = [each for each in branches if constant(each, "object")]
    if is_text and objects:
        if any(isinstance(each, str) for each in place.values):
            whole = values.expanded(guide, objects[0])
            yield Variation("expanded", place.path, whole)
        if any(isinstance(each, dict) for each in place.values):
            yield Variation("unexpanded", place.path)
    if is_text and any(_is_id(place, each, is_expandable=bool(objects)) for each in place.values):
        yield Variation("long_id", place.path)


def _is_id(place: Place, value: Any, *, is_expandable: bool) -> bool:
    named = is_expandable or place.name == "id"
    return isinstance(value, str) and (named or _AN_ID.fullmatch(value) is not None)


def _containers(place: Place, branches: list[Schema], guide: Guide) -> Iterator[Variation]:
    """Arrays that are shorter and longer, objects that have a property more."""
    lists = [each for each in place.values if isinstance(each, list)]
    if any(lists):
        yield Variation("empty", place.path, [])
    if lists:
        items = next(each["items"] for each in branches if "items" in each)
        yield Variation("longer", place.path, values.valid(guide, items, place.name))
    for value in place.values:
        if isinstance(value, dict):
            meant = guide.meant(place.schema, value) or {}
            if "properties" in meant and not meant.get("additionalProperties"):
                path = (*place.path, values.UNDOCUMENTED)
                yield Variation("undocumented", path, value=True)


def _scalars(place: Place, branches: list[Schema]) -> Iterator[Variation]:
    """Another value of the same type."""
    for value in place.values:
        branch = next((each for each in branches if is_scalar_of(each, value)), None)
        if branch is None or "const" in branch or values_of(branch):
            continue
        if isinstance(value, bool) and place.name == "has_more":
            yield Variation("has_more", place.path, not value)
        elif not (isinstance(value, str) and _is_id(place, value, is_expandable=False)):
            yield Variation("value", place.path, values.other(branch, value, place.name))
