"""The schemas of each release line, and the two validators that are made of one.

A schema file says what is documented. The validators ask for exactly that (see `exact`), so
that drift is found by them as well; `explain` tells drift from violations. jsonschema-rs gives
the verdict in microseconds. jsonschema, which takes milliseconds, is imported and asked only
when there is something to explain.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from ..stripe_api import resources, versions
from . import installed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

Schema = dict[str, Any]

IDENTITY = ("id", "object")
"""Properties that say what an object is: one without them cannot be read as any."""

INT64 = (-(2**63), 2**63 - 1)
"""The integers that the typed SDKs of Stripe can hold (``int64``, ``long``)."""

BUILT: dict[str, Schema] = {
    # https://docs.stripe.com/api/pagination; the items are checked one by one.
    "list": {
        "type": "object",
        "required": ["object", "data", "has_more", "url"],
        "properties": {
            "object": {"const": "list"},
            "data": {"type": "array"},
            "has_more": {"type": "boolean"},
            "url": {"type": "string"},
            "total_count": {"type": "integer"},
        },
    },
    # https://docs.stripe.com/api/invoices/delete
    "deleted": {
        "type": "object",
        "required": ["id", "object", "deleted"],
        "properties": {
            "id": {"type": "string"},
            "object": {"const": "invoice"},
            "deleted": {"const": True},
        },
    },
}


@cache
def documented(name: str, line: str) -> Schema:
    """The schema of an object in a release line: of a file, or one of the two built here.

    If no file is shipped, the line is the installed package's, and so are the types.
    """
    if name in BUILT:
        return BUILT[name]
    path = resources.SCHEMAS / name / f"{line}.json"
    if not path.is_file():
        return installed.schema(name, versions.LINES[-1].name)
    schema: Schema = json.loads(path.read_bytes())
    return schema


@cache
def exact(name: str, line: str) -> Schema:
    """The schema that what is documented fulfils, and nothing else does.

    An object has no properties but the documented ones, an open enum no values but the known
    ones (its ``examples`` stay beside the ``enum``, by which it is told from a closed one),
    and an integer has 64 bits.
    """
    return _closed(documented(name, line))


@cache
def verdict(name: str, line: str) -> Callable[[Any], bool]:
    """Says whether a value fulfils the exact schema; `ValueError` if it is no plain JSON."""
    is_valid: Callable[[Any], bool] = compiled(name, line).is_valid
    return is_valid


@cache
def compiled(name: str, line: str) -> Any:
    """The validator of jsonschema-rs, of the exact schema: for its verdict, and where it fails."""
    return jsonschema_rs.validator_for(exact(name, line))


@cache
def tolerance(name: str, line: str) -> Callable[[Any], bool]:
    """Says whether a value has no violation of the schema, whatever drift it has.

    It may lack properties but those that say what an object is, and have undocumented ones and
    new values of open enums. `ValueError` if it is no plain JSON.
    """
    schema = _open(documented(name, line))
    is_valid: Callable[[Any], bool] = jsonschema_rs.validator_for(schema).is_valid
    return is_valid


@cache
def reference(name: str, line: str) -> Validator:
    """The validator whose errors can be explained, of the exact schema."""
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    strict = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]
    validator: Validator = strict(exact(name, line))
    return validator


def _closed(schema: Schema) -> Schema:
    closed = _mapped(schema, _closed)
    if "properties" in schema:
        closed.setdefault("additionalProperties", False)
    types = schema.get("type", ())
    if "examples" in schema:
        closed["enum"] = [*schema["examples"], *([None] if "null" in types else [])]
    return _bounded(closed)


def _open(schema: Schema) -> Schema:
    opened = _mapped(schema, _open)
    if "required" in schema and "properties" in schema:
        opened["required"] = [name for name in schema["required"] if name in IDENTITY]
    return _bounded(opened)


def _bounded(schema: Schema) -> Schema:
    if "integer" in schema.get("type", ()):
        schema.setdefault("minimum", INT64[0])
        schema.setdefault("maximum", INT64[1])
    return schema


def _mapped(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """A copy of a schema, with each schema in it changed."""
    new = dict(schema)
    for keyword in ("$defs", "properties"):
        if keyword in schema:
            new[keyword] = {name: change(each) for name, each in schema[keyword].items()}
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            new[keyword] = change(schema[keyword])
    if "anyOf" in schema:
        new["anyOf"] = [change(branch) for branch in schema["anyOf"]]
    return new


def _pattern(
    _validator: Validator, pattern: str, instance: object, _schema: Schema
) -> Iterator[ValidationError]:
    """The ``pattern`` keyword as ECMA-262 has it, and jsonschema-rs: ``$`` is the very end."""
    from jsonschema import ValidationError

    if isinstance(instance, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), instance):
        yield ValidationError("does not match")
