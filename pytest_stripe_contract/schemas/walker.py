"""Walk a schema, alone or beside a payload: every property and every array's items is a place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from .._support.json_path import json_type
from .loader import Schema, load_schema

EVERY = "*"
"""The step of a path that stands for the items of an array."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A property of an object, or the items of an array.

    ``path`` leads there from the root, with `EVERY` for the items of an array. ``schema`` is the
    schema of the values there, and ``branches`` are the schemas without ``anyOf`` and ``$ref``
    that it stands for. ``owner`` is the schema of the object or array that has the place, and
    ``parent`` the place of that owner, None at the root. ``owners`` are the payload's objects or
    arrays with that schema; none if the schema is walked without a payload.
    """

    path: tuple[str, ...]
    schema: Schema
    branches: tuple[Schema, ...]
    owner: Schema
    parent: Place | None
    owners: tuple[Any, ...] = ()

    @property
    def values(self) -> list[Any]:
        """Return the payload's values at the place."""
        name = self.path[-1]
        if name == EVERY:
            return [item for owner in self.owners for item in owner]
        return [owner[name] for owner in self.owners if name in owner]

    @property
    def name(self) -> str:
        """Return the name of the property, or of the array's property for its items."""
        return next(step for step in reversed(self.path) if step != EVERY)

    @property
    def is_item(self) -> bool:
        """Return True for the items of an array."""
        return self.path[-1] == EVERY

    @property
    def is_required(self) -> bool:
        """Return True if the owner requires the property."""
        return self.path[-1] in self.owner.get("required", ())

    @property
    def is_nullable(self) -> bool:
        """Return True if the place may hold null."""
        return any("null" in types_of(branch) for branch in self.branches)


class SchemaWalker:
    """Resolves and walks one schema: ``root``."""

    def __init__(self, root: Schema) -> None:
        self.root = root

    @property
    def line(self) -> str:
        """Return the release line in the schema's ``$id``, or an empty text."""
        urn: str = self.root.get("$id", "")
        return urn.rpartition(":")[2]

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Every place of the schema, owners first."""
        return tuple(self._walk(None, self.branches(self.root), None))

    def places_of(self, payload: Any) -> Iterator[Place]:
        """Yield the places of a payload that the schema knows, owners first."""
        return self._walk(None, self.branches(self.root), [payload])

    def branches(self, schema: Schema) -> tuple[Schema, ...]:
        """Return the schemas without ``anyOf`` and ``$ref`` that a schema stands for."""
        if "anyOf" in schema:
            return tuple(each for inner in schema["anyOf"] for each in self.branches(inner))
        if "$ref" in schema:
            return self.branches(self.root["$defs"][schema["$ref"].removeprefix("#/$defs/")])
        return (schema,)

    def _walk(
        self, parent: Place | None, branches: Iterable[Schema], values: list[Any] | None
    ) -> Iterator[Place]:
        path = parent.path if parent else ()
        for branch, owners in _owners(branches, values):
            inner = dict(branch.get("properties", {}))
            if "items" in branch:
                inner[EVERY] = branch["items"]
            for name, schema in inner.items():
                place = Place((*path, name), schema, self.branches(schema), branch, parent, owners)
                yield place
                below = None if values is None else place.values
                yield from self._walk(place, place.branches, below)


@cache
def schema_walker(name: str, line: str) -> SchemaWalker:
    """Return the walker of an object's documented schema in a release line.

    Cached, as strategies and samples walk the same few schemas for each example.
    """
    return SchemaWalker(load_schema(name, line))


def branch_of(branches: Iterable[Schema], value: Any) -> Schema | None:
    """Return the branch that describes an object or array; None if there is none.

    Of several objects, it is the one whose ``object`` constant the value has.
    """
    kind = "object" if isinstance(value, dict) else "array"
    matching = [branch for branch in branches if kind in types_of(branch)]
    if len(matching) > 1:
        name = value.get("object") if isinstance(value, dict) else None
        matching = [branch for branch in matching if constant(branch, "object") == name]
    return matching[0] if matching else None


def constant(schema: Schema, name: str) -> Any:
    """Return the ``const`` of an object's property; None if it has none."""
    return schema.get("properties", {}).get(name, {}).get("const")


def values_of(schema: Schema) -> list[Any]:
    """Return the values of an enum except null; none for a schema without an enum."""
    known: list[Any] = schema.get("enum") or schema.get("examples") or []
    return [value for value in known if value is not None]


def is_open(schema: Schema) -> bool:
    """Return True for an enum that may get values which are not documented yet."""
    return "examples" in schema


def is_expanded(schema: Schema) -> bool:
    """Return True for an object in the place of an id: only its id and name are documented."""
    return schema.get("additionalProperties") is True and "object" in schema.get("properties", {})


def schema_path(path: Iterable[object]) -> str:
    """Return the JSON path of a place: ``$.lines.data[*].description``."""
    return "$" + "".join(f"[{step}]" if step == EVERY else f".{step}" for step in path)


def owners_at(root: Any, path: tuple[object, ...]) -> Iterator[Any]:
    """Yield the objects, or arrays, of a payload that have or may have the place at a path."""
    owners = [root]
    for step in path[:-1]:
        if step == EVERY:
            owners = [item for owner in owners if isinstance(owner, list) for item in owner]
        else:
            owners = [owner[step] for owner in owners if isinstance(owner, dict) and step in owner]
    kind = list if path[-1] == EVERY else dict
    yield from (owner for owner in owners if isinstance(owner, kind))


def types_of(schema: Schema) -> tuple[str, ...]:
    """Return the type names of a schema without branches."""
    types = schema.get("type", ())
    if isinstance(types, str):
        return (types,)
    if None in schema.get("enum", ()):
        return (*types, "null")
    return tuple(types)


def is_scalar_of(schema: Schema, value: Any) -> bool:
    """Return True for a text, number or boolean of a type that the schema has."""
    name = json_type(value)
    known = {*types_of(schema)} & {"boolean", "integer", "number", "string"}
    return name in known or (name == "integer" and "number" in known)


def _owners(
    branches: Iterable[Schema], values: list[Any] | None
) -> Iterable[tuple[Schema, tuple[Any, ...]]]:
    """Group the objects and arrays among values by their branch; without values, all branches."""
    if values is None:
        return [(branch, ()) for branch in branches]
    grouped: dict[int, tuple[Schema, tuple[Any, ...]]] = {}
    for value in values:
        if isinstance(value, (dict, list)) and (branch := branch_of(branches, value)):
            _, owners = grouped.get(id(branch), (branch, ()))
            grouped[id(branch)] = branch, (*owners, value)
    return grouped.values()
