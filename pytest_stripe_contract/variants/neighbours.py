"""Every legal neighbour of a recorded answer: the variations that its contract allows."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from .. import invoices, payloads, schemas
from ..errors import StripeContractError
from ..findings import ABSENT, Path
from ..guide import Guide, Schema
from ..steps.shapes import copied
from . import legal
from .candidates import candidates
from .variation import Kind, Variation

_OF_THE_ANSWER = frozenset({("id",), ("object",), ("error", "type")})
"""What an answer is about, and what kind of error has its HTTP status: the request decides it."""

STATUS: Path = ("status",)

_OF_PREVIEWS: dict[Path, str] = {("billing_reason",): "upcoming"}
"""Values that only the preview of an invoice has: https://docs.stripe.com/api/invoices/object."""

_IF_EXPANDED: Path = ("payments",)
"""Comes if the request expands it: https://docs.stripe.com/changelog/basil."""

_SETTLED: frozenset[Kind] = frozenset({"null", "present", "enum", "empty", "longer", "value"})
"""Kinds of change from which something may follow."""


def of(payload: Any, line: str, *, keeps_status: bool) -> tuple[Variation, ...]:
    """The variations of an answer's payload that are legal in a release line.

    None of what the contract does not cover. With ``keeps_status`` the invoice's status is what
    the endpoint guarantees. No variation touches what the answer is about.
    """
    return _of(_Frozen(payload), line, keeps_status)


def varied(payload: Any, variation: Variation, line: str) -> Any:
    """A copy of the payload with the variation; None if it has no such place, or would be illegal.

    Raises nothing: what is illegal in one answer of a replay may be legal in another.
    """
    changed = copied(payload)
    variation.change(changed)
    if variation.settles:
        changed = _settled(payload, changed, line)
    if changed is None or (changed == payload and variation.kind != "order"):
        return None
    return changed if legal.is_legal(changed, line) else None


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
def _of(frozen: _Frozen, line: str, keeps_status: bool) -> tuple[Variation, ...]:  # noqa: FBT001
    payload = frozen.payload
    kind = payloads.kind_of(payload)
    if kind is None:
        return ()
    found: dict[str, Variation] = {}
    for each in candidates(payload, Guide(_schema(kind, line))):
        if str(each) in found or _is_decided(each, keeps_status=keeps_status):
            continue
        if varied(payload, each, line) is not None:
            found[str(each)] = each
        elif each.kind in _SETTLED and varied(
            payload, settled := replace(each, settles=True), line
        ):
            found[str(each)] = settled
    return tuple(found.values())


def _is_decided(variation: Variation, *, keeps_status: bool) -> bool:
    """Whether the request leaves no choice."""
    path = variation.path
    is_fixed = path in _OF_THE_ANSWER or (keeps_status and path == STATUS)
    comes_if_expanded = variation.kind == "present" and path == _IF_EXPANDED
    is_of_previews = variation.kind == "enum" and _OF_PREVIEWS.get(path) == variation.value
    return is_fixed or comes_if_expanded or is_of_previews


def _schema(kind: str, line: str) -> Schema:
    """The schema of a payload; the items of a list are invoices, whatever its own schema says."""
    schema = schemas.documented(kind, line)
    if kind != "list":
        return schema
    invoice = schemas.documented("invoice", line)
    items = {
        "type": "array",
        "items": {key: invoice[key] for key in ("type", "required", "properties")},
    }
    return {
        **schema,
        "$defs": invoice["$defs"],
        "properties": {**schema["properties"], "data": items},
    }


def _settled(payload: Any, changed: Any, line: str) -> Any:
    """The invoice with what follows from a change; None if nothing can."""
    if payloads.kind_of(payload) != "invoice":
        return None
    said = {name: value for name, value in changed.items() if payload.get(name, ABSENT) != value}
    try:
        return invoices.make(line, said, payload)
    except StripeContractError:
        return None
