"""What may be there instead: samples of what a contract allows, another value, a longer id."""

from __future__ import annotations

import re
from typing import Any

from .._support.json_objects import Object, deep_copy
from .._support.json_path import LONGEST_ID
from ..schemas import TAIL, TIME, Place, Sampler, Schema, SchemaWalker, constant, deleted_object

UNHEARD_OF = "unheard_of"
"""A value that no open enum documents."""

UNDOCUMENTED = "undocumented_property"

_OTHER_TAIL = "1NBxT2LkdIwHu7ixQm4RkYp8"
"""What ids have behind their prefix that are not about the invoice itself."""

_MONTH = 30 * 24 * 60 * 60
_LATER = ("automatically_finalizes_at", "due_date", "next_payment_attempt")
"""Times that lie ahead of an invoice that is finalized."""

_NUMBER = re.compile(r"-?[0-9]+")
_SHAPED = {r"[a-z]{3}": ("usd", "eur"), r"[A-Z]{2}": ("US", "DE"), r"https?://\S+": ("", "")}


def sample(walker: SchemaWalker, place: Place, created: int) -> Any:
    """What may stand at a place that has null, or nothing, with something in all its properties.

    Amounts are 0, so that sums stay what they are; None if the schema has nothing but null.
    ``created`` is when the invoice was, in unix seconds.
    """
    made = _sampled(walker, place.branches, place.path, place.owner)
    if place.path[-1] in _LATER:
        return created + _MONTH
    if place.path[-1] == "tax":
        return 0
    return created if made == TIME else made


def item(walker: SchemaWalker, place: Place) -> Any:
    """An item for an array that has none."""
    of_array = next((each for each in place.branches if "items" in each), None)
    if of_array is None:
        return None
    return _sampled(walker, walker.branches(of_array["items"]), place.path, of_array)


def whole(walker: SchemaWalker, branch: Schema, place: Place) -> Object:
    """An object that an id may stand for; the id is to be put in."""
    made = Sampler(walker, is_full=False).of_branch(branch, place.path, place.owner)
    return renamed(made, TAIL, _OTHER_TAIL)  # type: ignore[no-any-return]


def deleted(walker: SchemaWalker, branch: Schema) -> Object | None:
    """The same, once it has been deleted; None if it cannot be, or stays whole then."""
    return deleted_object(constant(branch, "object"), walker.line)


def longer(id_: str) -> str:
    """An id as long as ids may run: https://docs.stripe.com/upgrades."""
    return id_ + "x" * (LONGEST_ID - len(id_))


def other(value: Any, name: str) -> Any:
    """Another value of a scalar's type, and of its form."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    if _NUMBER.fullmatch(value):
        return str(int(value) + 1)
    for form, known in _SHAPED.items():
        if re.fullmatch(form, value):
            return next((each for each in known if each and each != value), f"{value}?other")
    return f"other {name}" if value != f"other {name}" else f"another {name}"


def renamed(value: Any, old: str, new: str) -> Any:
    """A copy of a value with one text instead of another wherever a text has it."""
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, dict):
        return {name: renamed(each, old, new) for name, each in value.items()}
    return [renamed(each, old, new) for each in value] if isinstance(value, list) else value


def one_more(items: list[Any], least: Any) -> Any:
    """An item like the last one, which adds nothing to what the others add up to."""
    if not items or not isinstance(items[-1], dict):
        return deep_copy(least)
    last: Object = deep_copy(items[-1])
    if isinstance(own := last.get("id"), str) and len(own) > len(TAIL):  # addresses have it too
        last = renamed(last, own, own[:-2] + ("02" if not own.endswith("02") else "03"))
    for name, value in last.items():
        if type(value) is int and (name.endswith("amount") or name in _COUNTED):
            last[name] = 0
    return last


_COUNTED = ("amount_excluding_tax", "quantity", "subtotal", "taxable_amount")
"""What else of a line is nothing, so that it costs nothing."""


def _sampled(
    walker: SchemaWalker, branches: tuple[Schema, ...], path: tuple[str, ...], owner: Schema
) -> Any:
    sampler = Sampler(walker, is_full=True, expands=False)
    made = sampler.of(branches, path, owner)
    return renamed(made, TAIL, _OTHER_TAIL)
