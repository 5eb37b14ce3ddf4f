"""Overrides of an invoice, at any depth, written as the schema of a release line has it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from ..._support.json_objects import Object, put
from ..._support.json_path import ABSENT, Foreign, Path, json_path
from ...contract import payload
from ...errors import UnknownName
from ...migrations import find_removals
from ...schemas import load_schema
from ...stripe_api import ReleaseLine, versions
from ._lines import copy_line
from .revision import LENGTH, LINE_ITEMS, Revision

Schema = dict[str, Any]

_INDEX_DIGITS = 6
"""More digits than an index of a list has."""

_OBJECT = ("object", ["object", "null"])
_ANYTHING: Schema = {"type": "object", "additionalProperties": True}


class UnknownProperty(UnknownName):
    """A property that an API version does not have: misspelt, removed, or added later.

    ``kind`` names the object and the version, ``known`` lists the object's properties; ``advice``
    names the version that removed or added the property, and where its value is now.
    """


def parse(overrides: Mapping[str, Any]) -> list[tuple[tuple[str, ...], Any]]:
    """Return each override with its path, the shallowest first; values are plain JSON, and copies.

    ``automatic_tax__enabled`` is the path of ``enabled`` in ``automatic_tax``.
    """
    plain: Object = payload.plain(dict(overrides))
    split = [(tuple(name.split("__")), value) for name, value in plain.items()]
    return sorted(split, key=lambda override: len(override[0]))


class Writer:
    """Writes overrides into an invoice of a release line.

    ``example`` is a line item to make new ones from if the invoice has none.
    """

    def __init__(self, revision: Revision, line: ReleaseLine, example: Object) -> None:
        self._revision = revision
        self._line = line
        self._example = example
        self._root = load_schema("invoice", line.name)

    def write(self, path: tuple[str, ...], value: Any) -> None:
        """Write one override; raises `UnknownProperty` if the release line lacks the property."""
        for name in reversed(path):
            value = {name: value}
        self._object(self._revision.invoice, value, [("invoice", self._root)], ())

    def _merged(self, old: Any, new: Any, schema: Schema | None, path: Path) -> Any:
        """Return the value after an override; ``old`` is `ABSENT` if there is none."""
        if path == ("lines",) and isinstance(new, list):
            new = {"data": new}
        branches = list(self._branches(schema))
        item_schema = next((branch["items"] for _, branch in branches if "items" in branch), None)
        if isinstance(new, dict):
            if item_schema and new and (isinstance(old, list) or all(map(_is_index, new))):
                return self._indexed(old if isinstance(old, list) else [], new, item_schema, path)
            return self._object(old, new, branches, path)
        if isinstance(new, list):
            return self._list(old, new, item_schema, path)
        self._revision.record(path)
        if not _is_json(new):
            self._revision.refuse(path, "a value that JSON has", new)
        return new

    def _list(self, old: Any, new: list[Any], schema: Schema | None, path: Path) -> list[Any]:
        """Replace a list; only line items are merged into those before."""
        olds: list[Any] = [ABSENT] * len(new)
        if path == LINE_ITEMS:
            self._revision.record(LENGTH)
            olds = old[: len(new)] if isinstance(old, list) else []
            while len(olds) < len(new):
                olds.append(self._another(olds, len(olds)))
        else:
            self._revision.record(path)
        pairs = enumerate(zip(olds, new, strict=True))
        return [self._merged(*pair, schema, (*path, index)) for index, pair in pairs]

    def _indexed(self, old: list[Any], new: Object, schema: Schema, path: Path) -> list[Any]:
        """Override items by their index; the index after the last item adds one."""
        for name, value in new.items():
            if not _is_index(name) or int(name) > len(old):
                kind = f"index of {'.'.join(map(str, path))}:"
                raise UnknownProperty(kind, name, map(str, range(len(old) + 1)))
            index = int(name)
            if index == len(old):
                is_line = path == LINE_ITEMS
                self._revision.record(LENGTH if is_line else (*path, index))
                old.append(self._another(old, index) if is_line else ABSENT)
            old[index] = self._merged(old[index], value, schema, (*path, index))
        return old

    def _another(self, items: list[Any], index: int) -> Object:
        """Return a new line item, like the last of the list."""
        known = [item for item in items if isinstance(item, dict)]
        return copy_line(known[-1] if known else self._example, index)

    def _object(self, old: Any, new: Object, branches: list[tuple[str, Schema]], path: Path) -> Any:
        """Override properties of an object; a new object gets its required ones as well."""
        definition, schema = _chosen(branches, old, new)
        if schema is None:
            self._revision.record(path)
            return new
        known: Schema = schema.get("properties", {})
        others = schema.get("additionalProperties", False)
        is_new = not isinstance(old, dict)
        target: Object = {} if is_new else old
        if is_new:
            self._revision.record(path)
        if isinstance(old, str) and "id" in known:
            target["id"] = old
        for name, value in new.items():
            if name not in known and others is False:
                raise _unknown(name, definition, path, self._line)
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
        """Add the required properties of a new object that can have only one value.

        Those are null, an empty list, a constant, and a ``type`` that names another property. The
        contract asks for the rest.
        """
        for name in schema.get("required", ()):
            branches = list(self._branches(schema["properties"][name]))
            if name not in target and (value := _only_value(branches, target)) is not ABSENT:
                put(target, name, value)

    def _branches(self, schema: Schema | None) -> Iterator[tuple[str, Schema]]:
        """Return the alternatives of a schema, each with the name of its definition."""
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


def _chosen(branches: list[tuple[str, Schema]], old: Any, new: Object) -> tuple[str, Schema | None]:
    """Return the schema of an object: of several, the one that its ``object`` names."""
    objects = [branch for branch in branches if branch[1].get("type") in _OBJECT]
    if len(objects) > 1:
        name = new.get("object", old.get("object") if isinstance(old, dict) else None)
        objects = [pair for pair in objects if pair[1]["properties"]["object"]["const"] == name]
    return objects[0] if objects else ("", None)


def _only_value(branches: list[tuple[str, Schema]], target: Object) -> Any:
    """Return the only value that a property can have in an object, `ABSENT` if there are more."""
    for _, schema in branches:
        types = schema.get("type", ())
        values = list(schema.get("enum") or schema.get("examples") or ())
        if "null" in types or None in values:
            return None
        if "const" in schema:
            return schema["const"]
        if types == "array":
            return []
        if siblings := [value for value in values if target.get(value) is not None]:
            return siblings[0]
    return ABSENT


def _is_index(name: str) -> bool:
    return name.isascii() and name.isdigit() and len(name) <= _INDEX_DIGITS


def _is_json(value: Any) -> bool:
    return not isinstance(value, Foreign) and (not isinstance(value, float) or math.isfinite(value))


def _unknown(name: str, definition: str, path: Path, line: ReleaseLine) -> UnknownProperty:
    """Return the error for a property of the object at a path."""
    where = json_path(path)[2:] or "the invoice"
    kind = f"property of {where} in API version {line.first}:"
    history = _history(name, definition, line.shipped)
    return UnknownProperty(kind, name, () if history else _properties(definition, line), history)


def _properties(definition: str, line: ReleaseLine) -> list[str]:
    """Return the properties of an object of a release line, by the name of its definition."""
    root = load_schema("invoice", line.name)
    schema = root if definition == "invoice" else root["$defs"].get(definition, {})
    return list(schema.get("properties", ()))


def _history(name: str, definition: str, line: ReleaseLine) -> str:
    """Return when a property was removed or added, "" if no release line has it."""
    changes = find_removals(name, versions.LINES[0].name, line.name)
    if removals := [str(change) for change in changes if change.object == definition]:
        return removals[-1].replace("\n", " ")
    has_it = [name in _properties(definition, other) for other in versions.LINES]
    index = versions.LINES.index(line)
    if any(has_it[:index]):
        last = max(number for number in range(index) if has_it[number])
        return f"it was removed in {versions.LINES[last + 1].first}"
    if any(has_it[index:]):
        return f"it was added in {versions.LINES[has_it.index(True, index)].first}"
    return ""
