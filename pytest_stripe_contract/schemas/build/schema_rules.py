"""Build schemas from the types of SDKs and from rules for what those types do not express.

The rules are in ``schema_rules.toml``: in ``tools/``, and in the wheel with the other data files.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from functools import cache, reduce
from typing import Any

from ...stripe_api import resources
from .schema_union import Schema, merge, union, with_required
from .sdk_types import expanded

Rules = dict[str, Any]


@cache
def shipped_rules() -> Rules:
    """Return the rules of the shipped schemas."""
    return tomllib.loads(resources.SCHEMA_RULES.read_text(encoding="utf-8"))


def build(name: str, line: str, typed: Sequence[Schema], rules: Rules, source: str) -> Schema:
    """Return the schema of an object in a release line.

    ``typed`` are the schemas from the types of the line's packages, oldest first. A property is
    known if any of them has it, and required if all of them do. ``source`` names the packages.
    """
    root = reduce(merge, reversed(typed))
    here = of_line(rules, line)
    objects = {**root.pop("$defs"), name: root}
    defs = {owner: _ruled(schema, owner, here) for owner, schema in objects.items()}
    if envelope := rules["schemas"][name].get("envelope"):
        inside = {envelope: {"$ref": f"#/$defs/{name}"}}
        root = {"type": "object", "required": [envelope], "properties": inside}
    else:
        root = defs.pop(name)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:pytest-stripe-contract:{name}:{line}",
        "title": f"Stripe {name}, API version {line}",
        "$comment": f"Built from the types of {source}",
        **root,
        "$defs": _used(root, defs),
    }


def differences(name: str, old: Schema, new: Schema) -> Iterator[tuple[str, str, str]]:
    """Yield the properties that differ between two schemas: address, old type, new type."""
    before, after = _properties(name, old), _properties(name, new)
    for address in {**before, **after}:
        was, is_now = before.get(address, "absent"), after.get(address, "absent")
        if was != is_now:
            yield address, was, is_now


def drift(name: str, shipped_schema: Schema, typed: Schema) -> Iterator[str]:
    """Yield a text for each property whose type in a package the schema of its line lacks."""
    for address, was, now in differences(name, shipped_schema, typed):
        if was == "absent":
            yield f"new: {address}: {now}"
        elif now == "absent":
            yield f"gone: {address}"
        elif union(before := _type(was), _type(now)) != before:
            yield f"changed: {address}: {was}, now {now}"


def _type(text: str) -> Schema:
    schema: Schema = json.loads(text.removeprefix("required "))
    return schema


def _properties(name: str, schema: Schema) -> dict[str, str]:
    return {
        f"{owner}.{key}": "required " * (key in value.get("required", ())) + json.dumps(typed)
        for owner, value in {name: schema, **schema.get("$defs", {})}.items()
        for key, typed in value.get("properties", {}).items()
    }


def of_line(rules: Rules, line: str) -> dict[str, list[Rules]]:
    """Return the rules that apply to a release line."""
    return {
        kind: [each for each in listed if line in each.get("lines", (line,))]
        for kind, listed in rules.items()
        if isinstance(listed, list)
    }


def _ruled(schema: Schema, owner: str, rules: dict[str, list[Rules]]) -> Schema:
    """Return the schema of the object ``owner`` with the rules applied to its properties."""
    if schema.get("additionalProperties") is True:
        return schema

    def matching(kind: str, name: str) -> list[Rules]:
        address = f"{owner}.{name}"
        listed = rules.get(kind, ())
        return [e for e in listed if any(fnmatchcase(address, p) for p in e["properties"])]

    properties = dict(schema["properties"])
    for rule in rules.get("given", ()):
        named = (address.rpartition(".") for address in rule["properties"])
        properties |= {name: rule["schema"] for of, _, name in named if of == owner}
    required = {name for name in schema.get("required", ()) if not matching("optional", name)}
    required |= {name for name in properties if matching("always", name)}
    for name, typed in properties.items():
        opened = _opened(typed) if matching("open", name) else typed
        properties[name] = _with(opened, matching("forms", name))
    ruled = with_required({**schema, "properties": properties}, required)
    return _with(ruled, [rule for rule in rules.get("conditions", ()) if rule["of"] == owner])


def _opened(schema: Schema) -> Schema:
    """Return an enum, or an array of an enum, as an open one."""
    if "items" in schema:
        return {**schema, "items": _opened(schema["items"])}
    return union(schema, {"type": "string"})


def _with(schema: Schema, rules: list[Rules]) -> Schema:
    return reduce(lambda one, rule: {**one, **rule["schema"]}, rules, schema)


def _used(root: Schema, defs: dict[str, Schema]) -> dict[str, Schema]:
    """Return the definitions that are referred to, sorted by name.

    Add the expandable API objects that only a rule refers to.
    """
    defs = dict(defs)
    everything = json.dumps([root, defs])
    for constant in re.findall(r'"#/\$defs/expanded\.([^"]+)"', everything):
        defs.setdefault(f"expanded.{constant}", expanded(constant))
    return {name: defs[name] for name in sorted(defs) if f'"#/$defs/{name}"' in everything}
