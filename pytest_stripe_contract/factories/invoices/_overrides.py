"""Overrides written into an invoice, at any depth, as the schema of a release line has it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from ..._support.json_objects import Object, put
from ..._support.json_path import ABSENT, Foreign, Path
from ...contract import payload
from ...schemas import loader
from ...stripe_api import ReleaseLine
from ._lines import another
from ._names import UnknownProperty, unknown
from .made import LENGTH, LINE_ITEMS, Made

Schema = dict[str, Any]

_DIGITS = 6
"""More than the place of an item in a list has."""

_OBJECT = ("object", ["object", "null"])
_ANYTHING: Schema = {"type": "object", "additionalProperties": True}


def parsed(overrides: Mapping[str, Any]) -> list[tuple[tuple[str, ...], Any]]:
    """Each override with its path, the shallowest first; values are JSON's own, and copies.

    ``automatic_tax__enabled`` is ``enabled`` of ``automatic_tax``.
    """
    plain: Object = payload.plain(dict(overrides))
    split = [(tuple(name.split("__")), value) for name, value in plain.items()]
    return sorted(split, key=lambda override: len(override[0]))


class Writer:
    """Writes overrides into an invoice of a release line.

    ``spare`` is a line item, which new ones are made of if the invoice has none.
    """

    def __init__(self, made: Made, line: ReleaseLine, spare: Object) -> None:
        self._made = made
        self._line = line
        self._spare = spare
        self._root = loader.documented("invoice", line.name)

    def write(self, path: tuple[str, ...], value: Any) -> None:
        """Write one; `UnknownProperty` if the release line has no such property."""
        for name in reversed(path):
            value = {name: value}
        self._object(self._made.invoice, value, [("invoice", self._root)], ())

    def _merged(self, old: Any, new: Any, schema: Schema | None, path: Path) -> Any:
        """The value that comes of an old one, `ABSENT` if there is none, and an override."""
        if path == ("lines",) and isinstance(new, list):
            new = {"data": new}
        branches = list(self._branches(schema))
        of_items = next((each["items"] for _, each in branches if "items" in each), None)
        if isinstance(new, dict):
            if of_items and new and (isinstance(old, list) or all(map(_is_index, new))):
                return self._indexed(old if isinstance(old, list) else [], new, of_items, path)
            return self._object(old, new, branches, path)
        if isinstance(new, list):
            return self._listed(old, new, of_items, path)
        self._made.say(path)
        if not _is_json(new):
            self._made.refuse(path, "a value that JSON has", new)
        return new

    def _listed(self, old: Any, new: list[Any], items: Schema | None, path: Path) -> list[Any]:
        """A whole list: only line items have what those that were there have."""
        olds: list[Any] = [ABSENT] * len(new)
        if path == LINE_ITEMS:
            self._made.say(LENGTH)
            olds = old[: len(new)] if isinstance(old, list) else []
            while len(olds) < len(new):
                olds.append(self._another(olds, len(olds)))
        else:
            self._made.say(path)
        pairs = enumerate(zip(olds, new, strict=True))
        return [self._merged(*pair, items, (*path, index)) for index, pair in pairs]

    def _indexed(self, old: list[Any], new: Object, items: Schema, path: Path) -> list[Any]:
        """A list of which some places are overridden; the one behind the last is new."""
        for name, value in new.items():
            if not _is_index(name) or int(name) > len(old):
                where = f"place in {'.'.join(map(str, path))}"
                raise UnknownProperty(where, name, map(str, range(len(old) + 1)))
            index = int(name)
            if index == len(old):
                is_line = path == LINE_ITEMS
                self._made.say(LENGTH if is_line else (*path, index))
                old.append(self._another(old, index) if is_line else ABSENT)
            old[index] = self._merged(old[index], value, items, (*path, index))
        return old

    def _another(self, items: list[Any], index: int) -> Object:
        """A new line item, like the last one that is there."""
        known = [each for each in items if isinstance(each, dict)]
        return another(known[-1] if known else self._spare, index)

    def _object(self, old: Any, new: Object, branches: list[tuple[str, Schema]], path: Path) -> Any:
        """An object that an override changes; one that was not there has what it must have."""
        of, schema = _meant(branches, old, new)
        if schema is None:
            self._made.say(path)
            return new
        known: Schema = schema.get("properties", {})
        others = schema.get("additionalProperties", False)
        is_new = not isinstance(old, dict)
        target: Object = {} if is_new else old
        if is_new:
            self._made.say(path)
        if isinstance(old, str) and "id" in known:
            target["id"] = old
        for name, value in new.items():
            if name not in known and others is False:
                raise unknown(name, of, path, self._line)
            inner = known.get(name, others if isinstance(others, dict) else None)
            merged = self._merged(target.get(name, ABSENT), value, inner, (*path, name))
            if name in target:
                target[name] = merged
            else:
                put(target, name, merged)
        if is_new:
            self._complete(target, schema)
        return target

    def _complete(self, target: Object, schema: Schema) -> None:
        """Give a new object the properties that it must have and whose value goes without saying.

        Those are null or an empty list, what can be nothing else, and a ``type`` that names one
        of the others. The rest is left for the contract to ask for.
        """
        for name in schema.get("required", ()):
            branches = list(self._branches(schema["properties"][name]))
            if name not in target and (value := _plain_value(branches, target)) is not ABSENT:
                put(target, name, value)

    def _branches(self, schema: Schema | None) -> Iterator[tuple[str, Schema]]:
        """The schemas without ``anyOf`` and ``$ref`` that a schema stands for, and their names."""
        if schema is None:
            yield "", _ANYTHING
        elif "anyOf" in schema:
            for branch in schema["anyOf"]:
                yield from self._branches(branch)
        elif "$ref" in schema:
            name = schema["$ref"].removeprefix("#/$defs/")
            yield name, self._root["$defs"][name]
        else:
            yield "", schema


def _meant(branches: list[tuple[str, Schema]], old: Any, new: Object) -> tuple[str, Schema | None]:
    """The schema that an object is meant for: of several, the one whose ``object`` it names."""
    objects = [each for each in branches if each[1].get("type") in _OBJECT]
    if len(objects) > 1:
        named = new.get("object", old.get("object") if isinstance(old, dict) else None)
        objects = [each for each in objects if each[1]["properties"]["object"]["const"] == named]
    return objects[0] if objects else ("", None)


def _plain_value(branches: list[tuple[str, Schema]], target: Object) -> Any:
    """The value that goes without saying in an object, `ABSENT` if none does."""
    for _, schema in branches:
        types = schema.get("type", ())
        values = list(schema.get("enum") or schema.get("examples") or ())
        if "null" in types or None in values:
            return None
        if "const" in schema:
            return schema["const"]
        if types == "array":
            return []
        if named := [each for each in values if target.get(each) is not None]:
            return named[0]
    return ABSENT


def _is_index(name: str) -> bool:
    return name.isascii() and name.isdigit() and len(name) <= _DIGITS


def _is_json(value: Any) -> bool:
    return not isinstance(value, Foreign) and (not isinstance(value, float) or math.isfinite(value))
