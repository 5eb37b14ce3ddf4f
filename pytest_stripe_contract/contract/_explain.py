"""jsonschema's errors put into words: what was expected there, and whether it is drift."""

from __future__ import annotations

import json
from collections import defaultdict
from difflib import get_close_matches
from functools import cache, reduce
from operator import getitem
from typing import TYPE_CHECKING, Any

from .._support.json_path import ABSENT, LONGEST_ID, Path
from ..schemas import loader
from .finding import Difference, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jsonschema.protocols import Validator

Schema = dict[str, Any]
Error = Any
"""A ``jsonschema.ValidationError``: its attributes are declared as possibly unset."""

_NEEDED = {"event": ("type", "data")}
"""What an object cannot be read without either, by its ``object`` value."""

_MANY = 12
"""A list of more values is told by its length and the values nearest to what was there."""

_WORDS = {
    "maximum": "at most {}",
    "maxLength": "text of at most {} characters",
    "minimum": "at least {}",
    "minLength": "text of at least {} characters",
    "pattern": "text that matches {}",
}
_PHRASES = {
    ("minLength", 1): "text that is not empty",
    ("pattern", "^[a-z]{3}$"): "three lower-case letters",
    ("pattern", r"^-?[0-9]+(\.[0-9]{1,12})?$"): "a decimal of at most 12 places",
}
_RANGES = {loader.INT64: "an integer of 64 bits", (0, 99_999_999_999): "unix seconds"}


def differences(name: str, line: str, value: Any) -> list[Difference]:
    """What makes a value (of JSON's own types) differ from the exact schema of an object.

    One difference a place and keyword; where the type is wrong, nothing else is said.
    """
    defs = loader.exact(name, line).get("$defs", {})
    found: dict[tuple[Path, str], Difference] = {}
    for at, error in _near(name, line, value) or _all(name, line, value):
        for difference in _explain(error, defs, at):
            found.setdefault((difference.path, difference.rule), difference)
    return [
        difference
        for (path, rule), difference in found.items()
        if rule == "type" or (path, "type") not in found
    ]


def _all(name: str, line: str, value: Any) -> Iterator[tuple[Path, Error]]:
    return (((), error) for error in loader.reference(name, line).iter_errors(value))


def _near(name: str, line: str, value: Any) -> list[tuple[Path, Error]]:
    """The errors, each with the place that its own path leads on from, most of the schema unread.

    jsonschema-rs says in microseconds which objects and values are at fault, and jsonschema is
    asked of these alone. Empty if the one cannot tell, or the other finds nothing.
    """
    found_at = loader.compiled(name, line).iter_errors
    try:
        errors = [(tuple(each.instance_path), tuple(each.schema_path)) for each in found_at(value)]
    except ValueError:
        return []  # It has something in it that is no JSON, or text that is no Unicode.
    found = []
    for path, schema_path in dict.fromkeys((path, keys[:-1]) for path, keys in errors):
        here = reduce(getitem, path, value)
        validator = part(name, line, schema_path)
        found += [(path, error) for error in validator.iter_errors(here)]
    return found


@cache
def part(name: str, line: str, path: tuple[str | int, ...]) -> Validator:
    """The validator of a part of the exact schema, which leaves to others what is in it.

    But where one of several schemas is meant, it goes through them.
    """
    whole, reference = loader.exact(name, line), loader.reference(name, line)
    found: Any = reduce(getitem, path, whole)  # type: ignore[arg-type]
    # With "$schema", jsonschema would take its own keywords for it.
    own = {keyword: each for keyword, each in found.items() if keyword != "$schema"}
    validator: Validator = _shallow(reference)(whole).evolve(schema=own)
    return validator


def _shallow(reference: Any) -> Any:
    """The reference's class, but for the keywords that lead into what an object or a list holds."""
    from jsonschema.validators import extend

    any_of, more = (reference.VALIDATORS[name] for name in ("anyOf", "additionalProperties"))

    def several(_: Any, branches: Any, instance: Any, schema: Schema) -> Any:
        return any_of(reference, branches, instance, schema)

    def undocumented(validator: Any, inner: Any, instance: Any, schema: Schema) -> Any:
        return () if isinstance(inner, dict) else more(validator, inner, instance, schema)

    nothing = dict.fromkeys(("$ref", "properties", "items"), lambda *_: ())
    own: Any = {**nothing, "anyOf": several, "additionalProperties": undocumented}
    return extend(type(reference), own)  # type: ignore[no-untyped-call]


def _explain(error: Error, defs: Schema, at: Path) -> Iterator[Difference]:
    path: Path = (*at, *error.absolute_path)
    match error.validator:
        case "required":
            yield from _absent(error, path, defs)
        case "additionalProperties":
            for name in error.instance.keys() - error.schema["properties"].keys():
                expected, actual = "no undocumented property", error.instance[name]
                yield Difference("drift", "additionalProperties", (*path, name), expected, actual)
        case "anyOf":
            yield from _any_of(error, path, defs, at)
        case keyword:
            is_open = keyword == "enum" and "examples" in error.schema
            kind: Kind = "drift" if is_open else "violation"
            yield Difference(kind, keyword, path, _expected(error), error.instance)


def _absent(error: Error, path: Path, defs: Schema) -> Iterator[Difference]:
    properties = error.schema.get("properties", {})
    constant = properties.get("object", {}).get("const")
    needed = (*loader.IDENTITY, *_NEEDED.get(constant, ()))
    for name in error.schema["required"]:
        if name not in error.instance:
            kind: Kind = "violation" if name in needed else "drift"
            expected = _describe(properties.get(name, {}), defs)
            yield Difference(kind, "required", (*path, name), expected, ABSENT)


def _any_of(error: Error, path: Path, defs: Schema, at: Path) -> Iterator[Difference]:
    """Explains the one branch that the instance was meant for.

    That is the one of the instance's own type; of several objects, the one whose ``object``
    has the instance's name (every object that is one of several has such a name).
    """
    branches: dict[int, list[Error]] = defaultdict(list)
    for inner in error.context:
        branches[inner.relative_schema_path[0]].append(inner)
    left = [
        index
        for index, errors in branches.items()
        if not any(each.validator == "type" and not each.relative_path for each in errors)
    ]
    if not left:
        yield Difference("violation", "type", path, _describe(error.schema, defs), error.instance)
    if len(left) > 1:
        names = {index: _name(error.validator_value[index], defs) for index in left}
        given = error.instance.get("object", ABSENT)
        left = [index for index in left if names[index] == given]
        if not left:
            expected = _one_of(names.values(), given)
            yield Difference("violation", "const", (*path, "object"), expected, given)
    for index in left:
        for inner in branches[index]:
            yield from _explain(inner, defs, at)


def _expected(error: Error) -> str:
    limit = error.validator_value
    limits = error.schema.get("minimum"), error.schema.get("maximum")
    match error.validator:
        case "type":
            return _describe({"type": limit}, {})
        case "const":
            return _bare(limit)
        case "enum":
            return _one_of((each for each in limit if each is not None), error.instance)
        case "minimum" | "maximum" if limits in _RANGES:
            return _RANGES[limits]
        case keyword:
            return _PHRASES.get((keyword, limit)) or _WORDS[keyword].format(limit)


def _describe(schema: Schema, defs: Schema) -> str:
    """What a schema asks for, in words: ``integer or null``, ``one of draft, open or null``."""
    schema = _resolve(schema, defs)
    if "const" in schema:
        return _bare(schema["const"])
    if "enum" in schema and "type" not in schema:
        listed = _one_of((each for each in schema["enum"] if each is not None), ABSENT)
        return f"{listed} or null" if None in schema["enum"] else listed
    return _or(dict.fromkeys(_types(schema, defs)) or ["a value"])


def _types(schema: Schema, defs: Schema) -> Iterator[str]:
    schema = _resolve(schema, defs)
    for branch in schema.get("anyOf", ()):
        yield from _types(branch, defs)
    types = schema.get("type", ())
    yield from (types,) if isinstance(types, str) else types


def _name(schema: Schema, defs: Schema) -> object:
    """The one value of an object's ``object`` property."""
    return _resolve(schema, defs)["properties"]["object"]["const"]


def _resolve(schema: Schema, defs: Schema) -> Schema:
    reference: str = schema.get("$ref", "")
    return defs[reference.removeprefix("#/$defs/")] if reference else schema


def _one_of(values: Iterable[object], given: object) -> str:
    names = [_bare(value) for value in values]
    if len(names) > _MANY:
        near = get_close_matches(given[:LONGEST_ID], names) if isinstance(given, str) else ()
        return f"one of {len(names)} values ({', '.join(near or names[:3])}, …)"
    return f"one of {', '.join(names)}" if len(names) > 1 else names[0]


def _or(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


def _bare(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
