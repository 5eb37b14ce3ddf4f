"""The union of JSON Schemas: a value is valid if one of them allows it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

Schema = dict[str, Any]


def merge(one: Schema, other: Schema) -> Schema:
    """Merge two schemas of one object, each with its ``$defs``.

    A property is known if either has it, in the order of ``one``, and required if both
    require it. An inner object that only one of them knows stays as it is.
    """
    defs = {**other["$defs"], **one["$defs"]}
    for name in one["$defs"].keys() & other["$defs"].keys():
        defs[name] = _merge_objects(one["$defs"][name], other["$defs"][name])
    return {**_merge_objects(one, other), "$defs": defs}


def _merge_objects(one: Schema, other: Schema) -> Schema:
    mine, theirs = one["properties"], other["properties"]
    shared = {name: union(mine[name], theirs[name]) for name in mine if name in theirs}
    required = set(one.get("required", ())) & set(other.get("required", ()))
    merged = {**one, "properties": {**mine, **theirs, **shared}}
    return with_required(merged, required)


def with_required(schema: Schema, required: Collection[str]) -> Schema:
    """Return the object's schema with these properties required, in the order of its properties."""
    rest = {key: value for key, value in schema.items() if key not in ("type", "required")}
    names = [name for name in schema["properties"] if name in required]
    return {"type": "object", **({"required": names} if names else {}), **rest}


def union(*schemas: Schema) -> Schema:
    """Return a schema that allows what any of the schemas allows.

    Values of enums add up. A string that may hold any text keeps them as ``examples``, which makes
    it an open enum.
    """
    merged: dict[str, Schema] = {}
    values: dict[object, None] = {}
    for atom in (atom for schema in schemas for atom in _atoms(schema)):
        if not atom:
            return {}
        if "const" in atom:
            values[atom["const"]] = None
        else:
            key = atom.get("$ref") or atom["type"]
            merged[key] = _both(merged[key], atom) if key in merged else atom
    if values and "string" in merged:
        known = dict.fromkeys([*merged["string"].get("examples", ()), *values])
        merged["string"] = {**merged["string"], "examples": list(known)}
    elif values:
        [one, *more] = values
        merged["const"] = {"enum": [one, *more]} if more else {"const": one}
    nullable = merged.pop("null", None) is not None
    branches = list(merged.values())
    return _nullable(branches) if nullable else _joined(branches)


def _atoms(schema: Schema) -> Iterator[Schema]:
    """Yield the alternatives of a schema, each with one type, one reference or one value."""
    match schema:
        case {"anyOf": branches}:
            for branch in branches:
                yield from _atoms(branch)
        case {"enum": values}:
            yield from ({"type": "null"} if value is None else {"const": value} for value in values)
        case {"type": [*names]}:
            yield from ({"type": "null"} if n == "null" else {**schema, "type": n} for n in names)
        case _:
            yield schema


def _both(one: Schema, other: Schema) -> Schema:
    """Return the union of two schemas of the same type."""
    both: Schema = {}
    for key in ("items", "additionalProperties"):
        if key in one and key in other:
            both[key] = union(one[key], other[key])
    if examples := dict.fromkeys([*one.get("examples", ()), *other.get("examples", ())]):
        both["examples"] = list(examples)
    return {**one, **both}


def _joined(branches: list[Schema]) -> Schema:
    return branches[0] if len(branches) == 1 else {"anyOf": branches}


def _nullable(branches: list[Schema]) -> Schema:
    match branches:
        case [{"enum": values}]:
            return {"enum": [*values, None]}
        case [{"const": value}]:
            return {"enum": [value, None]}
        case [{"type": name, **rest}]:
            return {"type": [name, "null"], **rest}
        case _:
            return {"anyOf": [*branches, {"type": "null"}]}
