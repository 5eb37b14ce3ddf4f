"""The changes of a payload that its schema allows, place by place; rules are not checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from ..contract import invoice_lifecycle
from ..schemas import (
    EVERY,
    TAIL,
    TIME,
    Place,
    Sampler,
    Schema,
    SchemaWalker,
    branch_of,
    constant,
    deleted_object,
    is_open,
    is_scalar_of,
    tags_of,
    types_of,
    values_of,
)
from ._variation import Variation, replace_text

_NEW_VALUE = "unheard_of"
"""A value that no open enum documents."""

_NEW_PROPERTY = "undocumented_property"

_ID = re.compile(r"[a-z]{2,}(?:_[a-z]+)*_[A-Za-z0-9]{8,}")
"""The form of Stripe's ids, in any property."""

_OTHER_TAIL = "1NBxT2LkdIwHu7ixQm4RkYp8"
"""The part after the prefix in ids of objects other than the invoice."""

_INVOICE_OF_LINE = ("lines", "data", EVERY, "invoice")

_MOST_VALUES = 12
"""An open enum with more values gets no documented value, only an undocumented one."""

_FUTURE_TIMES = ("automatically_finalizes_at", "due_date", "next_payment_attempt")
"""Times after the finalization of an invoice."""

_INTEGER = re.compile(r"-?[0-9]+")
_EXAMPLES = {r"[a-z]{3}": ("usd", "eur"), r"[A-Z]{2}": ("US", "DE")}
"""Currencies and countries."""


def candidates(payload: Any, walker: SchemaWalker) -> Iterator[Variation]:
    """Yield the variations that the schema allows, those that break a rule among them."""
    yield Variation("order", ())
    yield Variation("undocumented", (_NEW_PROPERTY,), value=True)
    created = payload.get("created")
    now = created if type(created) is int else TIME
    for place in walker.places_of(payload):
        if place.path == _INVOICE_OF_LINE:
            sample: Callable[[], Any] = partial(payload.get, "id")
        else:
            sample = partial(_sample, walker, place, now)
        yield from _missing(place, sample)
        yield from _enums(place, walker)
        yield from _ids(place, walker, payload.get("id"))
        yield from _containers(place, walker)
        yield from _scalars(place)


def _missing(place: Place, sample: Callable[[], Any]) -> Iterator[Variation]:
    """Yield null and absence for a value, and a value for null and absence."""
    path, values = place.path, place.values
    if place.is_item:
        return
    tags = tags_of(place.owner)
    tags = tags if tags and place.name in tags[0] else None
    if any(value is not None for value in values) and place.is_nullable:
        yield Variation("null", path, tags=tags)
    if values and not place.is_required:
        yield Variation("absent", path)
    is_closed = any(values_of(branch) and not is_open(branch) for branch in place.branches)
    if (None in values or len(values) < len(place.owners)) and not is_closed:
        yield Variation("present", path, sample(), tags=tags)


def _enums(place: Place, walker: SchemaWalker) -> Iterator[Variation]:
    """Yield the other values of an enum, and a new one of an open enum."""
    values = place.values
    for branch in place.branches if values else ():
        known = values_of(branch)
        if known and is_open(branch) and any(value is not None for value in values):
            yield Variation("open_enum", place.path, _NEW_VALUE)
        if is_open(branch) and (len(known) > _MOST_VALUES or values == [None]):
            continue
        tags = tags_of(place.owner) if place.path[-1] == "type" else None
        for value in known:
            if any(old != value for old in values):
                siblings = _siblings(place, value, walker) if tags else {}
                yield Variation("enum", place.path, value, siblings, tags)


def _siblings(place: Place, value: Any, walker: SchemaWalker) -> dict[str, Any]:
    """Return the property that an object must have if its ``type`` names it."""
    schema = place.owner["properties"].get(value)
    if schema is None:
        return {}
    path = (*place.path[:-1], value)
    sibling = replace(place, path=path, schema=schema, branches=walker.branches(schema))
    return {value: _sample(walker, sibling, TIME)}


def _ids(place: Place, walker: SchemaWalker, own: object) -> Iterator[Variation]:
    """Yield objects for ids, ids for objects, and longer ids."""
    if not any("string" in types_of(each) and not values_of(each) for each in place.branches):
        return
    objects = [branch for branch in place.branches if constant(branch, "object")]
    if objects and any(isinstance(value, str) for value in place.values):
        least = Sampler(walker, is_full=False).of_branch(objects[0], place.path, place.owner)
        yield Variation("expanded", place.path, replace_text(least, TAIL, _OTHER_TAIL))
        deleted = deleted_object(constant(objects[0], "object"), walker.line)
        if deleted is not None:
            yield Variation("deleted", place.path, deleted)
    if objects and any(isinstance(value, dict) for value in place.values):
        yield Variation("unexpanded", place.path)
    ids = [value for value in place.values if _is_id(place, value, is_expandable=bool(objects))]
    if ids and own not in ids:
        yield Variation("long_id", place.path)


def _is_id(place: Place, value: Any, *, is_expandable: bool) -> bool:
    is_named = is_expandable or place.name == "id"
    return isinstance(value, str) and (is_named or _ID.fullmatch(value) is not None)


def _containers(place: Place, walker: SchemaWalker) -> Iterator[Variation]:
    """Yield an empty and a longer array, and an object with a new property."""
    lists = [value for value in place.values if isinstance(value, list)]
    if any(lists):
        yield Variation("empty", place.path, [])
    if lists:
        schema = next((branch for branch in place.branches if "items" in branch), None)
        items = () if schema is None else walker.branches(schema["items"])
        item = _full_sample(walker, items, place.path, schema or {})
        yield Variation("longer", place.path, item)
    for value in place.values:
        if isinstance(value, dict) and "properties" in (branch_of(place.branches, value) or {}):
            yield Variation("undocumented", (*place.path, _NEW_PROPERTY), value=True)


def _scalars(place: Place) -> Iterator[Variation]:
    """Yield another value of the same type."""
    for value in place.values:
        branch = next((each for each in place.branches if is_scalar_of(each, value)), None)
        if branch is None or "const" in branch or values_of(branch):
            continue
        if isinstance(value, bool) and place.name == "has_more":
            yield Variation("has_more", place.path, not value)
        elif not (isinstance(value, str) and _is_id(place, value, is_expandable=False)):
            yield Variation("value", place.path, _other_value(value, place.name))


def _other_value(value: Any, name: str) -> Any:
    """Return another value of a scalar's type and form."""
    if isinstance(value, (bool, int, float)):
        return not value if isinstance(value, bool) else value + 1
    if _INTEGER.fullmatch(value):
        return str(int(value) + 1)
    for pattern, examples in _EXAMPLES.items():
        if re.fullmatch(pattern, value):
            return next(example for example in examples if example != value)
    if value.startswith(("http://", "https://")):
        return f"{value}?other"
    return f"other {name}" if value != f"other {name}" else f"another {name}"


def _sample(walker: SchemaWalker, place: Place, created: int) -> Any:
    """Return a value with all properties for a place that has null, or nothing.

    Amounts are 0, so that sums stay the same; it is None if the schema allows only null.
    ``created`` is the time of the invoice's creation, in unix seconds.
    """
    if place.path[-1] in _FUTURE_TIMES:
        return created + invoice_lifecycle.MONTH
    if place.path[-1] == "tax":
        return 0
    value = _full_sample(walker, place.branches, place.path, place.owner)
    return created if value == TIME else value


def _full_sample(
    walker: SchemaWalker, branches: tuple[Schema, ...], path: tuple[str, ...], owner: Schema
) -> Any:
    sampler = Sampler(walker, is_full=True, expands=False)
    return replace_text(sampler.of(branches, path, owner), TAIL, _OTHER_TAIL)
