"""Values that a schema allows, plain ones: what may be there where there is nothing yet."""

from __future__ import annotations

from typing import Any

from ..findings import LONGEST_ID
from ..guide import Guide, Schema, constant, types_of, values_of
from ..steps.shapes import Object

UNHEARD_OF = "unheard_of"
"""A value that no open enum documents."""

UNDOCUMENTED = "undocumented_property"

_TEXT = "text"
_NO_TEXT = {"boolean": True, "integer": 1000, "number": 19.5}
_TIME = 1_680_638_365
_OWN = "1MtG0nLkdIwHu7ixAaUw3Cb4"
_LATEST = 99_999_999_999
"""The largest integer that a time may be, by which it is told from an amount."""

_BY_PATTERN = {"^[a-z]{3}$": ("usd", "eur"), r"^-?[0-9]+(\.[0-9]{1,12})?$": ("1000", "250.5")}
_BY_NAME = {
    "country": "US",
    "email": "jenny.rosen@example.com",
    "name": "Jenny Rosen",
    "phone": "+15555550100",
    "url": "https://example.com",
}
_PREFIXES = {
    "account": "acct",
    "application": "ca",
    "bank_account": "ba",
    "charge": "ch",
    "coupon": "co",
    "credit_note": "cn",
    "customer": "cus",
    "discount": "di",
    "invoice": "in",
    "invoiceitem": "ii",
    "payment_intent": "pi",
    "payment_method": "pm",
    "price": "price",
    "product": "prod",
    "promotion_code": "promo",
    "quote": "qt",
    "setup_intent": "seti",
    "shipping_rate": "shr",
    "source": "src",
    "subscription": "sub",
    "subscription_item": "si",
    "tax_id": "txi",
    "tax_rate": "txr",
    "test_helpers.test_clock": "clock",
}
"""How ids begin, by the ``object`` that they are of: as those in Stripe's own samples do."""


def valid(guide: Guide, schema: Schema, name: str) -> Any:
    """A value for a property of that name that is not null; an object has what it must have.

    Raises ``LookupError`` if the schema allows nothing but null.
    """
    branches = [each for each in guide.branches(schema) if each.get("type") != "null"]
    branch = branches[0]
    if "const" in branch:
        return branch["const"]
    if known := values_of(branch):
        return known[0]
    kind = next(each for each in types_of(branch) if each != "null")
    if kind == "object":
        return _object(guide, branch)
    if kind == "array":
        return [valid(guide, branch["items"], name)]
    if kind != "string":
        return _TIME if branch.get("maximum") == _LATEST else _NO_TEXT[kind]
    named = constant(branches[1], "object") if len(branches) > 1 else None
    return f"{_PREFIXES.get(named, named)}_{_OWN}" if named else _text(branch, name)


def longer(id_: str) -> str:
    """An id as long as ids may run: https://docs.stripe.com/upgrades."""
    return id_ + "x" * (LONGEST_ID - len(id_))


def other(branch: Schema, value: Any, name: str) -> Any:
    """Another value of a scalar's type; the same one if the schema has no other."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    choices = _BY_PATTERN.get(branch.get("pattern", ""), (_text(branch, name), f"other {name}"))
    return next(choice for choice in choices if choice != value)


def expanded(guide: Guide, branch: Schema) -> Object:
    """An object that an id may stand for; the id is to be put in."""
    return _object(guide, branch)


def discriminated(guide: Guide, schema: Schema, target: Object) -> None:
    """Give an object whose ``type`` names another of its properties a value for that one."""
    named = str(target.get("type"))
    inner = schema.get("properties", {}).get(named)
    if inner is not None and target.get(named) is None:
        target[named] = valid(guide, inner, named)


def _object(guide: Guide, schema: Schema) -> Object:
    made: Object = {}
    for name, inner in schema.get("properties", {}).items():
        if name in schema.get("required", ()):
            made[name] = None if guide.is_nullable(inner) else _least(guide, inner, name)
    if isinstance(schema.get("additionalProperties"), dict):
        made["key"] = valid(guide, schema["additionalProperties"], "key")
    discriminated(guide, schema, made)
    return made


def _least(guide: Guide, schema: Schema, name: str) -> Any:
    """As `valid`, but an array has nothing in it."""
    is_array = [each.get("type") for each in guide.branches(schema)] == ["array"]
    return [] if is_array else valid(guide, schema, name)


def _text(branch: Schema, name: str) -> str:
    if known := _BY_PATTERN.get(branch.get("pattern", "")):
        return known[0]
    return next((text for part, text in _BY_NAME.items() if name.endswith(part)), _TEXT)
