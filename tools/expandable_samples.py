"""Make the whole objects in the places of expanded ids, from the types of the SDKs.

The schemas of a release line name the objects, the newest package of the line that has one gives
its properties, and expandable_rules.toml chooses among legal values.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Collection, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any, Final

from sdk_packages import Package

from pytest_stripe_contract.errors import UnknownName
from pytest_stripe_contract.schemas import TIME, Sampler, SchemaWalker, types_of, values_of
from pytest_stripe_contract.schemas.build import schema_rules
from pytest_stripe_contract.schemas.build.schema_rules import Rules
from pytest_stripe_contract.schemas.build.schema_union import Schema, with_required

RULES: Final = "expandable_rules.toml"
_PREFIX: Final = "expanded."

Sample = dict[str, Any]


def read_rules(tools: Path) -> Rules | None:
    """Read the rules of samples; return None without a file of rules."""
    path = tools / RULES
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def names(schemas: Iterable[Schema]) -> list[str]:
    """Return the names of the objects that schemas expand."""
    defs = {key for schema in schemas for key in schema["$defs"]}
    return sorted(key.removeprefix(_PREFIX) for key in defs if key.startswith(_PREFIX))


def build(
    wanted: Collection[str], line: str, packages: Sequence[Package], rules: Rules, typed: Rules
) -> dict[str, dict[str, Sample]]:
    """Build the samples of a release line by object: ``whole``, and ``deleted`` if it can be.

    ``packages`` are those of the line, oldest first; ``typed`` are the rules of the schemas. Raises
    `UnknownName` if no package has an object.
    """
    return {name: _samples(name, line, packages, rules, typed) for name in wanted}


def differences(
    name: str, old: dict[str, dict[str, Sample]], new: dict[str, dict[str, Sample]]
) -> Iterator[tuple[str, str, str]]:
    """Yield the properties that differ between two samples: address, old value, new value."""
    before, after = _flat(old), _flat(new)
    for address in {**before, **after}:
        was, becomes = before.get(address, "absent"), after.get(address, "absent")
        if was != becomes:
            yield f"{name}.{address}", was, becomes


def _flat(samples: dict[str, dict[str, Sample]]) -> dict[str, str]:
    return {
        f"{name}.{kind}.{key}": json.dumps(value)
        for name, kinds in samples.items()
        for kind, sample in kinds.items()
        for key, value in sample.items()
    }


def _samples(
    name: str, line: str, packages: Sequence[Package], rules: Rules, typed: Rules
) -> dict[str, Sample]:
    package, read = _newest(name, packages, rules["described"]["in_full"])
    known = {**typed, "schemas": {name: {}}}
    schema = schema_rules.build(name, line, [read], known, f"stripe {package.version}")
    del schema["$id"]  # so that the sampler does not use the shipped samples
    settle = partial(_settled, rules={**rules, **schema_rules.of_line(rules, line)})
    defs = {key: settle(each, key) for key, each in schema["$defs"].items()}
    root = {**settle(schema, name), "$defs": defs}
    whole = Sampler(SchemaWalker(root), is_full=False).of_branch(root, (name,), {})
    made = {"whole": whole}
    left = rules["deleted"].get(name, ())
    if left and {*left, "deleted"} <= package.deleted(name):
        made["deleted"] = {key: whole[key] for key in left} | {"deleted": True}
    return made


def _newest(
    name: str, packages: Sequence[Package], inline: Collection[str]
) -> tuple[Package, Schema]:
    *older, package = packages
    try:
        return package, package.api_object(name, inline)
    except UnknownName:
        if not older:
            raise
    return _newest(name, older, inline)


def _settled(schema: Schema, owner: str, rules: Rules) -> Schema:
    """Return the schema of an object, limited to the values that the rules choose."""
    typed = schema.get("properties", {})
    sort = rules["sorts"].get(owner)
    others = {each for each in values_of(typed["type"]) if each != sort} if sort else ()
    properties = {
        key: _property(value, f"{owner}.{key}", rules)
        for key, value in typed.items()
        if key not in others and not _is_absent(f"{owner}.{key}", rules)
    }
    return with_required({**schema, "properties": properties}, properties)


def _property(schema: Schema, address: str, rules: Rules) -> Schema:
    nullable = "null" in _types(schema)
    if rule := _rule(address, rules["values"]):
        return {"const": rule["value"]}
    if not nullable and _rule(address, rules["times"]):
        return {"const": TIME}
    if _rule(address, rules["one_item"]):
        return {**schema, "minItems": 1}
    if nullable and _rule(address, rules["present"]):
        schema = _without_null(schema)
    if schema.get("type") == "integer" and "maximum" not in schema:
        return {"const": 0}
    return schema


def _is_absent(address: str, rules: Rules) -> bool:
    return bool(_rule(address, rules["absent"])) and not _rule(address, rules["present"])


def _without_null(schema: Schema) -> Schema:
    if "anyOf" in schema:
        return {"anyOf": [each for each in schema["anyOf"] if each.get("type") != "null"]}
    if "enum" in schema:
        return {**schema, "enum": values_of(schema)}
    return {**schema, "type": next(each for each in _types(schema) if each != "null")}


def _types(schema: Schema) -> Iterator[str]:
    yield from types_of(schema)
    for branch in schema.get("anyOf", ()):
        yield from _types(branch)


def _rule(address: str, rules: Sequence[Rules]) -> Rules | None:
    """Return the first rule that names a property."""
    found = (e for e in rules if any(fnmatchcase(address, p) for p in e["properties"]))
    return next(found, None)
