"""Check that a changed payload keeps every rule of the contract that the payload kept before."""

from __future__ import annotations

from typing import Any

from ..contract import invoice_lifecycle as lifecycle
from ..contract import invoice_rules, kind_of
from ..schemas import tolerant_validator


def is_valid(payload: Any, line: str) -> bool:
    """Return True if a payload keeps the schema of its kind; drift is allowed.

    A payload of a kind without a contract is not valid.
    """
    kind = kind_of(payload)
    try:
        if kind is None or not tolerant_validator(kind, line).is_valid(payload):
            return False
    except (ValueError, RecursionError):  # of a number or a depth that no answer has
        return False
    return kind != "list" or all(is_valid(item, line) for item in payload["data"])


def is_legal(changed: Any, payload: Any, line: str) -> bool:
    """Return True if a changed payload is valid and breaks no rule that the payload keeps.

    Rules count whose breach is only drift, as real answers keep these too.
    """
    if not is_valid(changed, line):
        return False
    if kind_of(changed) == "list":
        before = payload["data"]
        pairs = zip(changed["data"], before + before[-1:], strict=False)
        return all(_keeps_rules(new, old) for new, old in pairs)
    return kind_of(changed) != "invoice" or _keeps_rules(changed, payload)


def _keeps_rules(changed: dict[str, Any], invoice: dict[str, Any]) -> bool:
    broken = {(each.rule, each.path) for each in invoice_rules.differences(changed)}
    known = {(each.rule, each.path) for each in invoice_rules.differences(invoice)}
    return broken <= known and not _has_property_of_other_status(changed, invoice)


def _has_property_of_other_status(changed: dict[str, Any], invoice: dict[str, Any]) -> bool:
    """Return True if a change adds a property that only invoices of another status have.

    Source: https://docs.stripe.com/invoicing/overview#invoice-statuses.
    """
    if changed.get("status") != invoice.get("status"):
        return False
    status = lifecycle.status_of(changed)
    nulls = [row.name for row in lifecycle.null_properties(changed) if row.condition == "status"]
    times = set(lifecycle.TRANSITIONS) - set(status.transitions) if status else set()
    now, before = (each.get("status_transitions") or {} for each in (changed, invoice))
    return any(_is_added(changed, invoice, name) for name in nulls) or any(
        _is_added(now, before, name) for name in times
    )


def _is_added(now: dict[str, Any], before: dict[str, Any], name: str) -> bool:
    return now.get(name) is not None and before.get(name) is None
