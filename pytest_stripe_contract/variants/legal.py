"""Whether a payload is one that Stripe may send: it breaks nothing, drift aside."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import jsonschema_rs

from .. import payloads, rules, schemas
from ..explain import IDENTITY


def is_legal(payload: Any, line: str) -> bool:
    """Whether an answer keeps to the contract of a release line, its drift forgiven."""
    kind = payloads.kind_of(payload)
    if kind is None or not _verdict(kind, line)(payload):
        return False
    if kind == "list":
        return all(is_legal(item, line) for item in payload["data"])
    if kind != "invoice":
        return True
    return not any(each.kind == "violation" for each in rules.differences(payload))


@cache
def _verdict(kind: str, line: str) -> Callable[[Any], bool]:
    schema = _forgiving(schemas.exact(kind, line))
    is_valid: Callable[[Any], bool] = jsonschema_rs.validator_for(schema).is_valid
    return is_valid


def _forgiving(schema: Any) -> Any:
    """The schema without what only drift offends against."""
    if not isinstance(schema, dict):
        return schema
    kept = {name: value for name, value in schema.items() if value is not False}
    for keyword in ("$defs", "properties"):
        if keyword in schema:
            kept[keyword] = {name: _forgiving(each) for name, each in schema[keyword].items()}
    for keyword in ("items", "additionalProperties"):
        if keyword in kept:
            kept[keyword] = _forgiving(schema[keyword])
    if "anyOf" in schema:
        kept["anyOf"] = [_forgiving(branch) for branch in schema["anyOf"]]
    if "required" in schema and "properties" in schema:
        kept["required"] = [name for name in schema["required"] if name in IDENTITY]
    if "examples" in schema:
        del kept["enum"]
    return kept
