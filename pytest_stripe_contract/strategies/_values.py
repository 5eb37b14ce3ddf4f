"""Strategies of the values that a place of a schema allows: null and absence are the simplest."""

from __future__ import annotations

from collections.abc import Mapping
from string import ascii_letters, digits
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from .._support.json_path import ABSENT, LONGEST_ID
from ..schemas import (
    DECIMAL,
    EVERY,
    INT64,
    URL,
    Place,
    Sampler,
    Schema,
    SchemaWalker,
    constant,
    deleted_object,
    id_prefix,
    is_expanded,
    is_url,
    types_of,
    values_of,
)

LONGEST_TEXT = 500
LONGEST_KEY = 40
"""The longest key of ``metadata``; values have `LONGEST_TEXT`: https://docs.stripe.com/api/metadata."""

_ALNUM = digits + ascii_letters
_PLACES = 12
_USUAL_LENGTH = 24

texts: SearchStrategy[str] = st.text(
    st.characters(exclude_categories=("Cc", "Cs")), max_size=LONGEST_TEXT
)
"""Any text without control characters."""

currencies: SearchStrategy[str] = st.sampled_from(
    ["usd", "eur", "jpy", "kwd", "gbp", "clp", "isk", "huf", "bhd", "mga", "krw", "ugx"]
)
"""Currencies with two, no and three decimals: https://docs.stripe.com/currencies."""

metadata: SearchStrategy[dict[str, str]] = st.dictionaries(
    st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=LONGEST_KEY),
    texts,
    max_size=5,
)

_NAMED = {
    "country": st.sampled_from(["US", "DE", "JP", "BR"]),
    "email": st.text(_ALNUM, min_size=1, max_size=64).map(lambda own: f"{own}@example.com"),
    "currency": currencies,
}


def ids(prefix: str) -> SearchStrategy[str]:
    """Return a strategy of ids with a prefix, of up to 255 characters."""
    longest = LONGEST_ID - len(prefix)
    usual = st.text(_ALNUM, min_size=1, max_size=_USUAL_LENGTH)
    long = st.integers(_USUAL_LENGTH, longest).map(lambda length: "0" * length)
    return (usual | long).map(lambda own: prefix + own)


def integers(schema: Schema) -> SearchStrategy[int]:
    """Return a strategy of integers of 64 bits, within the bounds of the schema."""
    return st.integers(schema.get("minimum", INT64[0]), schema.get("maximum", INT64[1]))


def _decimal(number: int, places: int) -> str:
    """Format an integer as a decimal with this number of places, without trailing zeros."""
    whole, rest = divmod(abs(number), 10**places)
    fraction = f"{rest:0{places}}".rstrip("0") if places else ""
    return f"{'-' if number < 0 else ''}{whole}{'.' if fraction else ''}{fraction}"


@st.composite
def _decimals(draw: DrawFn) -> str:
    return _decimal(draw(_digits), draw(_places))


_digits, _places = st.integers(-(10**18), 10**18), st.integers(0, _PLACES)
decimals: SearchStrategy[str] = _decimals()
_percentages = st.integers(0, 1_000_000).map(lambda parts: parts / 10_000)


def values_at(place: Place, walker: SchemaWalker, *, expands: bool) -> SearchStrategy[Any]:
    """Return a strategy of the values of a place; `ABSENT` stands for a missing property.

    Without ``expands`` no id is expanded. Objects and arrays are shared: copy them before a change.
    """
    ways: list[SearchStrategy[Any]] = []
    if place.is_nullable:
        ways.append(st.none())
    if not place.is_required and not place.is_item:
        ways.append(st.just(ABSENT))
    ways += [
        _of_branch(each, place, walker, expands=expands)
        for each in branches_of(place.branches, expands=expands)
    ]
    return st.one_of(ways)


def branches_of(branches: tuple[Schema, ...], *, expands: bool) -> list[Schema]:
    """Return the branches of a schema without null; without ``expands``, ids but no objects."""
    known = [each for each in branches if each.get("type") != "null"]
    if not expands and (plain := [each for each in known if "string" in types_of(each)]):
        return plain
    return known


def _of_branch(
    branch: Schema, place: Place, walker: SchemaWalker, *, expands: bool
) -> SearchStrategy[Any]:
    types = types_of(branch)
    known = [branch["const"]] if "const" in branch else values_of(branch)
    if known:
        return st.sampled_from(known)
    if "object" in types:
        return _objects(branch, place, walker, expands=expands)
    if "array" in types:
        schema = branch["items"]
        items = Place((*place.path, EVERY), schema, walker.branches(schema), branch, place)
        return st.lists(values_at(items, walker, expands=expands), max_size=4)
    scalars: dict[str, SearchStrategy[Any]] = {
        "integer": integers(branch),
        "number": _percentages,
        "boolean": st.booleans(),
    }
    scalar = next((each for each in types if each in scalars), None)
    return _texts(branch, place) if scalar is None else scalars[scalar]


def _objects(
    branch: Schema, place: Place, walker: SchemaWalker, *, expands: bool
) -> SearchStrategy[Any]:
    samples = [
        Sampler(walker, is_full=full, expands=expands).of_branch(branch, place.path, place.owner)
        for full in ((False,) if is_expanded(branch) else (False, True))
    ]
    if is_expanded(branch) and (gone := _deleted(branch, walker)) is not None:
        samples.append(gone)
    others = branch.get("additionalProperties")
    if isinstance(others, dict) and others.get("type") == "string":
        return metadata
    if "properties" not in branch and others is True:
        samples = [{}, {"id": "src_1", "object": "source"}]
    return st.sampled_from(samples)


def _deleted(branch: Schema, walker: SchemaWalker) -> Any:
    """Return the stub of a deleted object for an expanded id; None if the object has none."""
    return deleted_object(constant(branch, "object"), walker.line)


def _texts(schema: Schema, place: Place) -> SearchStrategy[str]:
    pattern = schema.get("pattern", "")
    if DECIMAL in pattern:
        return decimals
    if pattern:
        return currencies
    if prefix := id_prefix(place.path, place.owner):
        return ids(prefix)
    if is_url(place.name):
        return st.text(_ALNUM, max_size=LONGEST_TEXT).map(lambda own: f"{URL}/{own}")
    known = next((each for name, each in _NAMED.items() if place.name.endswith(name)), None)
    if known is not None:
        return known
    least = schema.get("minLength", 0)
    return st.text(_ALNUM, min_size=least, max_size=64) if least else texts


def subsets(known: Mapping[str, SearchStrategy[Any]], most: int) -> SearchStrategy[dict[str, Any]]:
    """Return a strategy of dicts with at most ``most`` of the named values."""
    return st.lists(_draw_one(st.sampled_from(list(known.items()))), max_size=most).map(dict)


@st.composite
def _draw_one(
    draw: DrawFn, known: SearchStrategy[tuple[str, SearchStrategy[Any]]]
) -> tuple[str, Any]:
    name, value = draw(known)
    return name, draw(value)
