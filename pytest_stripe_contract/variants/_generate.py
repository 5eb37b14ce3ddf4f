"""Generate the variations of a recorded answer that are legal under its contract."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .._support.json_objects import deep_copy
from .._support.json_path import ABSENT, Path
from ..contract import kind_of
from ..errors import StripeContractError
from ..factories import make_invoice
from ..schemas import EVERY, Schema, SchemaWalker, load_schema, schema_path
from ..stripe_api import versions
from . import _legality
from ._candidates import candidates
from ._variation import Kind, Variation

_IDENTITY = frozenset({("id",), ("object",), ("error", "type")})
"""The places that the request and the HTTP status determine."""

_STATUS: Path = ("status",)
_PAID: Path = ("paid",)
_ITEMS: Path = ("data", EVERY)

_CARD_PROPERTIES = (
    "charge",
    "decline_code",
    "payment_intent",
    "payment_method",
    "payment_method_type",
    "setup_intent",
    "source",
)
"""Properties that only errors of cards and payments have: https://docs.stripe.com/api/errors."""

_KINDS = ("invoice", "error", "list", "deleted")

_FIXED_VALUES = ("livemode", "total_count")
"""Properties whose value depends on much else in an answer."""

_PREVIEW_REASON: Path = ("billing_reason",)
_PREVIEW_VALUE = "upcoming"
"""Only previews have it: https://docs.stripe.com/api/invoices/object."""

_IF_EXPANDED: Path = ("payments",)
"""Present if the request expands it: https://docs.stripe.com/changelog/basil."""

_WITH_DEPENDENTS: frozenset[Kind] = frozenset(
    {"null", "present", "enum", "empty", "longer", "value"}
)
"""The kinds of change on which other properties may depend."""


def variations_of(
    payload: Any, line: str, *, keeps_status: bool, with_values: bool = True
) -> tuple[Variation, ...]:
    """Return the variations of an answer's payload that are legal in a release line.

    There are none of a payload that the contract does not cover, or that breaks it. With
    ``keeps_status`` the invoice's status stays, as the endpoint sets it. ``with_values`` includes
    the kind ``value``.
    """
    if not _legality.is_valid(payload, line):
        return ()
    found: dict[str, Variation] = {}
    for variation in candidates(payload, SchemaWalker(_schema(str(kind_of(payload)), line))):
        name = str(variation)
        if name in found or _is_determined(variation, payload, keeps_status=keeps_status):
            continue
        if variation.kind == "value" and not with_values:
            continue
        forms = [variation]
        if variation.kind in _WITH_DEPENDENTS:
            forms.append(replace(variation, with_dependents=True))
        if variation.kind == "value":
            forms.reverse()  # an amount changes together with its sums
        for form in forms:
            if apply_variation(payload, form, line) is not None:
                found[name] = form
                break
    return tuple(found.values())


def apply_variation(payload: Any, variation: Variation, line: str) -> Any:
    """Return a copy of the payload with the variation; None if it does not fit, or is illegal.

    A variation that is illegal in one answer of a replay may be legal in another.
    """
    changed = deep_copy(payload)
    variation.change(changed)
    if variation.with_dependents:
        changed = _change_dependents(payload, changed, line)
    if changed is None or (changed == payload and variation.kind != "order"):
        return None
    if variation.path != _STATUS and changed.get("status") != payload.get("status"):
        return None  # an invoice that the change pays is another answer
    return changed if _legality.is_legal(changed, payload, line) else None


def _is_determined(variation: Variation, payload: Any, *, keeps_status: bool) -> bool:
    """Return True if the request, or the rest of the answer, allows no other value."""
    kind, path = variation.kind, variation.path
    if path in _IDENTITY or (keeps_status and path in (_STATUS, _PAID)):
        return True
    if path[:2] == _ITEMS:  # of a list: the request may ask for a status
        path = path[2:]
        if path == _STATUS:
            return True
    if path[:1] == ("error",):
        has_card = payload["error"].get("type") == "card_error"
        is_of_card = path[-1] in _CARD_PROPERTIES and not has_card
        return kind == "null" or (kind == "present" and is_of_card)
    return (
        (kind == "enum" and path == _PREVIEW_REASON and variation.value == _PREVIEW_VALUE)
        or (kind == "present" and path == _IF_EXPANDED)
        or (kind == "value" and path[-1] in _FIXED_VALUES)
    )


def _schema(kind: str, line: str) -> Schema:
    """Return the schema of a kind of payload; the items of a list are invoices."""
    schema = load_schema(kind, line)
    if kind != "list":
        return schema
    invoice = load_schema("invoice", line)
    item = {key: invoice[key] for key in ("type", "required", "properties")}
    data = {"type": "array", "items": item}
    return {
        **schema,
        "$id": invoice["$id"],
        "$defs": invoice["$defs"],
        "properties": {**schema["properties"], "data": data},
    }


def _change_dependents(payload: Any, changed: Any, line: str) -> Any:
    """Return the changed invoice, or list of them, with its dependents; None if there is none."""
    if kind_of(payload) == "list":
        pairs = list(zip(payload["data"], changed["data"], strict=False))
        data = [new if new == old else _change_dependents(old, new, line) for old, new in pairs]
        is_whole = None not in data and len(data) == len(changed["data"])
        return changed | {"data": data} if is_whole else None
    if kind_of(payload) != "invoice":
        return None
    overrides = {
        name: value for name, value in changed.items() if payload.get(name, ABSENT) != value
    }
    try:
        return make_invoice(line, overrides, payload)
    except StripeContractError:
        return None


def known_paths() -> frozenset[str]:
    """Return the JSON path of each place of an invoice, an error or a list, in any release line."""
    schemas = (_schema(kind, line.name) for line in versions.LINES for kind in _KINDS)
    return frozenset(
        schema_path(place.path)
        for schema in schemas
        for place in SchemaWalker(schema).places
        if not place.is_item
    )
