"""Explain jsonschema's errors: the path, the expected value, and drift or violation."""

from __future__ import annotations

import json
from collections import defaultdict
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from .._support.json_path import ABSENT, LONGEST_ID, Path
from ..schemas import IDENTITY, INT64, exact_schema, fast_validator, reference_validator
from .finding import Difference, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jsonschema.protocols import Validator

Schema = dict[str, Any]
Error = Any
"""A ``jsonschema.ValidationError``: its attributes are declared as possibly unset."""

_NEEDED = {"event": ("type", "data")}
"""Further properties that an object must have to be read, by its ``object`` value."""

_MANY = 12
"""The longest list of values in a text; a longer one shows its length and the nearest values."""

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
_RANGES = {INT64: "an integer of 64 bits", (0, 99_999_999_999): "unix seconds"}


def differences(name: str, line: str, value: Any) -> list[Difference]:
    """Return the differences of a JSON value from the exact schema of an object.

    One for each place and keyword; where the type is wrong, only that.
    """
    defs = exact_schema(name, line).get("$defs", {})
    unique: dict[tuple[Path, str], Difference] = {}
    for error in _validator(name, line, value).iter_errors(value):
        for difference in _explain(error, defs):
            unique.setdefault((difference.path, difference.rule), difference)
    return [
        difference
        for (path, rule), difference in unique.items()
        if rule == "type" or (path, "type") not in unique
    ]


def _validator(name: str, line: str, value: Any) -> Validator:
    """Return the jsonschema validator, for those properties that jsonschema-rs finds fault with.

    Most properties of a broken invoice are right, and jsonschema takes milliseconds for them.
    """
    validator = reference_validator(name, line)
    try:
        paths = [error.instance_path for error in fast_validator(name, line).iter_errors(value)]
    except ValueError:
        return validator  # a value is not JSON, or a text is not Unicode
    broken = {"object", *(path[0] for path in paths if path)}
    whole: Any = validator.schema
    properties = {
        key: {} if key in value and key not in broken else schema
        for key, schema in whole["properties"].items()
    }
    # With "$schema", evolve would return jsonschema's own validator for it.
    schema = {key: each for key, each in whole.items() if key != "$schema"}
    return validator.evolve(schema={**schema, "properties": properties})


def _explain(error: Error, defs: Schema) -> Iterator[Difference]:
    path: Path = tuple(error.absolute_path)
    match error.validator:
        case "required":
            yield from _absent(error, path, defs)
        case "additionalProperties":
            for name in error.instance.keys() - error.schema["properties"].keys():
                expected, actual = "no undocumented property", error.instance[name]
                yield Difference("drift", "additionalProperties", (*path, name), expected, actual)
        case "anyOf":
            yield from _any_of(error, path, defs)
        case keyword:
            is_open = keyword == "enum" and "examples" in error.schema
            kind: Kind = "drift" if is_open else "violation"
            yield Difference(kind, keyword, path, _expected(error), error.instance)


def _absent(error: Error, path: Path, defs: Schema) -> Iterator[Difference]:
    properties = error.schema.get("properties", {})
    constant = properties.get("object", {}).get("const")
    needed = (*IDENTITY, *_NEEDED.get(constant, ()))
    for name in error.schema["required"]:
        if name not in error.instance:
            kind: Kind = "violation" if name in needed else "drift"
            expected = _describe(properties.get(name, {}), defs)
            yield Difference(kind, "required", (*path, name), expected, ABSENT)


def _any_of(error: Error, path: Path, defs: Schema) -> Iterator[Difference]:
    """Explain the branch of the instance's type.

    Of several objects, it is the one whose ``object`` the instance has: each object that is
    one of several has a constant there.
    """
    branches: dict[int, list[Error]] = defaultdict(list)
    for inner in error.context:
        branches[inner.relative_schema_path[0]].append(inner)
    candidates = [
        index
        for index, errors in branches.items()
        if not any(inner.validator == "type" and not inner.relative_path for inner in errors)
    ]
    if not candidates:
        yield Difference("violation", "type", path, _describe(error.schema, defs), error.instance)
    if len(candidates) > 1:
        names = {index: _name(error.validator_value[index], defs) for index in candidates}
        actual = error.instance.get("object", ABSENT)
        candidates = [index for index in candidates if names[index] == actual]
        if not candidates:
            expected = _one_of(names.values(), actual)
            yield Difference("violation", "const", (*path, "object"), expected, actual)
    for index in candidates:
        for inner in branches[index]:
            yield from _explain(inner, defs)


def _expected(error: Error) -> str:
    limit = error.validator_value
    limits = error.schema.get("minimum"), error.schema.get("maximum")
    match error.validator:
        case "type":
            return _describe({"type": limit}, {})
        case "const":
            return _plain(limit)
        case "enum":
            return _one_of((each for each in limit if each is not None), error.instance)
        case "minimum" | "maximum" if limits in _RANGES:
            return _RANGES[limits]
        case keyword:
            return _PHRASES.get((keyword, limit)) or _WORDS[keyword].format(limit)


def _describe(schema: Schema, defs: Schema) -> str:
    """Return a schema in words: ``integer or null``, ``one of draft, open or null``."""
    schema = _resolve(schema, defs)
    if "const" in schema:
        return _plain(schema["const"])
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
    """Return the constant of an object's ``object`` property."""
    return _resolve(schema, defs)["properties"]["object"]["const"]


def _resolve(schema: Schema, defs: Schema) -> Schema:
    reference: str = schema.get("$ref", "")
    return defs[reference.removeprefix("#/$defs/")] if reference else schema


def _one_of(values: Iterable[object], actual: object) -> str:
    names = [_plain(value) for value in values]
    if len(names) > _MANY:
        nearest = get_close_matches(actual[:LONGEST_ID], names) if isinstance(actual, str) else ()
        return f"one of {len(names)} values ({', '.join(nearest or names[:3])}, …)"
    return f"one of {', '.join(names)}" if len(names) > 1 else names[0]


def _or(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
