"""Every legal neighbour of a recorded answer: the variations that its contract allows."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, lru_cache
from typing import Any

from .._support.json_objects import deep_copy
from .._support.json_path import ABSENT, Path
from ..contract import payload as payloads
from ..errors import StripeContractError
from ..factories import make_invoice
from ..schemas import EVERY, Schema, SchemaWalker, load_schema, schema_path
from ..stripe_api import versions
from . import _legality
from ._candidates import candidates
from ._variation import Kind, Variation

_OF_THE_ANSWER = frozenset({("id",), ("object",), ("error", "type")})
"""What an answer is about, and what kind of error has its HTTP status: the request decides it."""

STATUS: Path = ("status",)
_PAID: Path = ("paid",)
_ITEMS: Path = ("data", EVERY)

_OF_CARDS = (
    "charge",
    "decline_code",
    "payment_intent",
    "payment_method",
    "payment_method_type",
    "setup_intent",
    "source",
)
"""What only errors of cards and payments have: https://docs.stripe.com/api/errors."""

_KINDS = ("invoice", "error", "list", "deleted")

_OF_OTHERS = ("livemode", "total_count")
"""What has another value only together with much else."""

_OF_PREVIEWS: dict[Path, str] = {("billing_reason",): "upcoming"}
"""Values that only the preview of an invoice has: https://docs.stripe.com/api/invoices/object."""

_IF_EXPANDED: Path = ("payments",)
"""Comes if the request expands it: https://docs.stripe.com/changelog/basil."""

_SETTLED: frozenset[Kind] = frozenset({"null", "present", "enum", "empty", "longer", "value"})
"""Kinds of change from which something may follow."""


def of(
    payload: Any, line: str, *, keeps_status: bool, with_values: bool = True
) -> tuple[Variation, ...]:
    """The variations of an answer's payload that are legal in a release line.

    None of what the contract does not cover, or of what breaks it. With ``keeps_status`` the
    invoice's status is what the endpoint guarantees. No variation touches what the answer is about.
    """
    if not _legality.is_readable(payload, line):
        return ()
    return _of(_Frozen(payload), line, keeps_status, with_values)


def varied(payload: Any, variation: Variation, line: str) -> Any:
    """A copy of the payload with the variation; None if it has no such place, or would be illegal.

    Raises nothing: what is illegal in one answer of a replay may be legal in another.
    """
    changed = deep_copy(payload)
    variation.change(changed)
    if variation.settles:
        changed = _settled(payload, changed, line)
    if changed is None or (changed == payload and variation.kind != "order"):
        return None
    if variation.path != STATUS and changed.get("status") != payload.get("status"):
        return None  # it is another answer if it is paid by that
    return changed if _legality.is_legal(changed, payload, line) else None


class _Frozen:
    """A payload as a key of a cache: it counts as the same if it reads the same."""

    def __init__(self, payload: Any) -> None:
        self.payload = payload
        self._text = repr(payload)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Frozen) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


@lru_cache(maxsize=64)
def _of(
    frozen: _Frozen,
    line: str,
    keeps_status: bool,  # noqa: FBT001
    with_values: bool,  # noqa: FBT001
) -> tuple[Variation, ...]:
    payload = frozen.payload
    kind = payloads.kind_of(payload)
    found: dict[str, Variation] = {}
    for each in candidates(payload, SchemaWalker(_schema(str(kind), line))):
        if str(each) in found or _is_decided(each, payload, keeps_status=keeps_status):
            continue
        if each.kind == "value" and not with_values:
            continue
        tried = [each, replace(each, settles=True)] if each.kind in _SETTLED else [each]
        if each.kind == "value":
            tried.reverse()  # an amount is nothing without those that it is a part of
        fitting = (one for one in tried if varied(payload, one, line) is not None)
        if (one := next(fitting, None)) is not None:
            found[str(each)] = one
    return tuple(found.values())


def _is_decided(variation: Variation, payload: Any, *, keeps_status: bool) -> bool:
    """Whether what the request was, or the rest of the answer, leaves no choice."""
    kind, path = variation.kind, variation.path
    if path in _OF_THE_ANSWER or (keeps_status and path in (STATUS, _PAID)):
        return True
    if path[:2] == _ITEMS:  # of a list: the request may ask for a status
        path = path[2:]
        if path == STATUS:
            return True
    if path[:1] == ("error",):
        has_card = payload["error"].get("type") == "card_error"
        return kind == "null" or (kind == "present" and path[-1] in _OF_CARDS and not has_card)
    if kind == "enum":
        return bool(_OF_PREVIEWS.get(path) == variation.value)
    return (kind == "present" and path == _IF_EXPANDED) or (
        kind == "value" and path[-1] in _OF_OTHERS
    )


def _schema(kind: str, line: str) -> Schema:
    """The schema of a payload; the items of a list are invoices, whatever its own schema says."""
    schema = load_schema(kind, line)
    if kind != "list":
        return schema
    invoice = load_schema("invoice", line)
    items = {
        "type": "array",
        "items": {key: invoice[key] for key in ("type", "required", "properties")},
    }
    return {
        **schema,
        "$id": invoice["$id"],
        "$defs": invoice["$defs"],
        "properties": {**schema["properties"], "data": items},
    }


def _settled(payload: Any, changed: Any, line: str) -> Any:
    """The invoice, or those of a list, with what follows from a change; None if nothing can."""
    if payloads.kind_of(payload) == "list":
        pairs = list(zip(payload["data"], changed["data"], strict=False))
        data = [new if new == old else _settled(old, new, line) for old, new in pairs]
        return (
            None if None in data or len(data) < len(changed["data"]) else changed | {"data": data}
        )
    if payloads.kind_of(payload) != "invoice":
        return None
    said = {name: value for name, value in changed.items() if payload.get(name, ABSENT) != value}
    try:
        return make_invoice(line, said, payload)
    except StripeContractError:
        return None


@cache
def known_paths() -> frozenset[str]:
    """The JSON path of each place of an invoice, an error or a list, in any release line."""
    schemas_of = (_schema(kind, line.name) for line in versions.LINES for kind in _KINDS)
    return frozenset(
        schema_path(place.path)
        for schema in schemas_of
        for place in SchemaWalker(schema).places
        if not place.is_item
    )
