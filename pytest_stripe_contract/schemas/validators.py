"""The validators made of a schema.

A schema file has what is documented. The exact schema allows nothing else, so that validators
find drift as well; the contract then tells drift from violations. jsonschema-rs decides within
microseconds whether a payload is valid. jsonschema, which takes milliseconds, explains why not, and
is imported only then.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from .loader import Schema, load_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

IDENTITY = ("id", "object")
"""The properties that identify an object: it cannot be read without them."""

INT64 = (-(2**63), 2**63 - 1)
"""The integers that Stripe's typed SDKs can hold (``int64``, ``long``)."""


# The functions here are cached, as compiling a schema takes milliseconds.


@cache
def exact_schema(name: str, line: str) -> Schema:
    """Return the schema that allows only what is documented.

    Objects have no other properties, open enums no other values (their ``examples`` stay beside
    ``enum``, which marks them as open), and integers have 64 bits.
    """
    return _closed(load_schema(name, line))


@cache
def fast_validator(name: str, line: str) -> Any:
    """Return jsonschema-rs's validator of the exact schema.

    Its methods raise ``ValueError`` for a value that is not plain JSON.
    """
    return jsonschema_rs.validator_for(exact_schema(name, line))


@cache
def tolerant_validator(name: str, line: str) -> Any:
    """Return jsonschema-rs's validator that accepts drift, and refuses only violations.

    Properties may be absent except `IDENTITY`; undocumented ones and new values of open enums are
    accepted. Its methods raise ``ValueError`` for a value that is not plain JSON.
    """
    return jsonschema_rs.validator_for(_open(load_schema(name, line)))


@cache
def reference_validator(name: str, line: str) -> Validator:
    """Return jsonschema's validator of the exact schema, whose errors can be explained."""
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    strict = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]
    validator: Validator = strict(exact_schema(name, line))
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
    """Return a copy of a schema with each schema inside it changed."""
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
    """Check ``pattern`` by ECMA-262, as jsonschema-rs does: ``$`` matches only the end."""
    from jsonschema import ValidationError

    if isinstance(instance, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), instance):
        yield ValidationError("does not match")
