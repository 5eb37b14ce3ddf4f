"""A payload beside its schema: every place that the schema knows, and what is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .._support.json_path import Path, json_type

Schema = dict[str, Any]

EVERY = "*"
"""A step of a path that stands for each item of an array: a path never counts them."""


@dataclass(frozen=True, slots=True)
class Place:
    """A property of an object, or the items of an array.

    ``path`` leads there, and ``schema`` is what the values there must fulfil. ``owners`` are the
    objects (or arrays) that have it, or may, and ``around`` is the schema of those.
    """

    path: Path
    schema: Schema
    owners: tuple[Any, ...]
    around: Schema

    @property
    def values(self) -> list[Any]:
        """What is there now."""
        name = self.path[-1]
        if name == EVERY:
            return [item for owner in self.owners for item in owner]
        return [owner[name] for owner in self.owners if name in owner]

    @property
    def name(self) -> str:
        """The property's name; of items, that of their array."""
        return str(next(step for step in reversed(self.path) if step != EVERY))

    @property
    def is_item(self) -> bool:
        """Whether it is the items of an array."""
        return self.path[-1] == EVERY

    @property
    def is_required(self) -> bool:
        """Whether the property must be there."""
        return self.path[-1] in self.around.get("required", ())


class Guide:
    """Finds its way through payloads of one schema."""

    def __init__(self, root: Schema) -> None:
        self.root = root

    @property
    def line(self) -> str:
        """The release line that the schema is of, by its ``$id``."""
        named: str = self.root.get("$id", "")
        return named.rpartition(":")[2]

    def branches(self, schema: Schema) -> list[Schema]:
        """The schemas without ``anyOf`` and ``$ref`` that a schema stands for."""
        if "anyOf" in schema:
            return [each for branch in schema["anyOf"] for each in self.branches(branch)]
        if "$ref" in schema:
            return self.branches(self.root["$defs"][schema["$ref"].removeprefix("#/$defs/")])
        return [schema]

    def meant(self, schema: Schema, value: Any) -> Schema | None:
        """The branch that an object or an array is meant for; None if there is none.

        Of several objects it is the one whose ``object`` the value names.
        """
        kind = "object" if isinstance(value, dict) else "array"
        fitting = [each for each in self.branches(schema) if kind in types_of(each)]
        if len(fitting) > 1:
            named = value.get("object") if isinstance(value, dict) else None
            fitting = [each for each in fitting if constant(each, "object") == named]
        return fitting[0] if fitting else None

    def places(self, root: Any) -> Iterator[Place]:
        """Every place of a payload, an object before what is in it."""
        yield from self._inside((), self.root, [root])

    def _inside(self, path: Path, around: Schema, values: list[Any]) -> Iterator[Place]:
        """The places in values of one place, those with the same branch together."""
        grouped: dict[int, tuple[Schema, list[Any]]] = {}
        for value in values:
            if isinstance(value, (dict, list)) and (branch := self.meant(around, value)):
                grouped.setdefault(id(branch), (branch, []))[1].append(value)
        for branch, owners in grouped.values():
            inner = dict(branch.get("properties", {}))
            if "items" in branch:
                inner[EVERY] = branch["items"]
            for name, schema in inner.items():
                place = Place((*path, name), schema, tuple(owners), branch)
                yield place
                yield from self._inside(place.path, schema, place.values)

    def paths(self) -> Iterator[str]:
        """The JSON path of each place that the schema knows, whatever a payload has."""
        yield from self._paths("$", self.root)

    def _paths(self, path: str, schema: Schema) -> Iterator[str]:
        for branch in self.branches(schema):
            for name, inner in branch.get("properties", {}).items():
                yield f"{path}.{name}"
                yield from self._paths(f"{path}.{name}", inner)
            if "items" in branch:
                yield from self._paths(f"{path}[*]", branch["items"])


def constant(schema: Schema, name: str) -> Any:
    """The one value of a property of an object; None if it may have several."""
    return schema.get("properties", {}).get(name, {}).get("const")


def values_of(schema: Schema) -> list[Any]:
    """The values that an enum has, null aside; a schema without one has none."""
    known: list[Any] = schema.get("enum") or schema.get("examples") or []
    return [value for value in known if value is not None]


def is_open(schema: Schema) -> bool:
    """Whether an enum may have values that nobody documents yet."""
    return "examples" in schema


def owners_at(root: Any, path: Path) -> Iterator[Any]:
    """The objects, or arrays, of a payload that have the place at a path, or may."""
    here = [root]
    for step in path[:-1]:
        if step == EVERY:
            here = [item for each in here if isinstance(each, list) for item in each]
        else:
            here = [each[step] for each in here if isinstance(each, dict) and step in each]
    kind = list if path[-1] == EVERY else dict
    yield from (each for each in here if isinstance(each, kind))


def types_of(schema: Schema) -> tuple[str, ...]:
    """The names of the types that a schema without branches has."""
    types = schema.get("type", ())
    if isinstance(types, str):
        return (types,)
    if None in schema.get("enum", ()):
        return (*types, "null")
    return tuple(types)


def is_scalar_of(schema: Schema, value: Any) -> bool:
    """Whether a value is a text, a number or a boolean of a schema without branches."""
    name = json_type(value)
    known = {*types_of(schema)} & {"boolean", "integer", "number", "string"}
    return name in known or (name == "integer" and "number" in known)
