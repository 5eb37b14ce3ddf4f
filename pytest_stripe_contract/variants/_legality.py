"""Whether Stripe may send a payload instead of another: it breaks nothing that was kept before."""

from __future__ import annotations

from typing import Any

from ..contract import invoice_lifecycle as lifecycle
from ..contract import invoice_rules
from ..contract import payload as payloads
from ..schemas import tolerant_validator


def is_readable(payload: Any, line: str) -> bool:
    """Whether a payload keeps to the schema of what it says that it is, its drift forgiven."""
    kind = payloads.kind_of(payload)
    try:
        if kind is None or not tolerant_validator(kind, line).is_valid(payload):
            return False
    except (ValueError, RecursionError):  # of a number or a depth that no answer has
        return False
    return kind != "list" or all(is_readable(item, line) for item in payload["data"])


def is_legal(changed: Any, payload: Any, line: str) -> bool:
    """Whether a payload that was changed keeps to all that it kept to before: rules too.

    Also to those whose breach is no more than drift: real answers keep them.
    """
    if not is_readable(changed, line):
        return False
    if payloads.kind_of(changed) == "list":
        before = payload["data"]
        pairs = zip(changed["data"], before + before[-1:], strict=False)
        return all(_keeps_rules(new, old) for new, old in pairs)
    return payloads.kind_of(changed) != "invoice" or _keeps_rules(changed, payload)


def _keeps_rules(changed: dict[str, Any], invoice: dict[str, Any]) -> bool:
    broken = {(each.rule, each.path) for each in invoice_rules.differences(changed)}
    known = {(each.rule, each.path) for each in invoice_rules.differences(invoice)}
    return broken <= known and _is_of_its_time(changed, invoice)


def _is_of_its_time(changed: dict[str, Any], invoice: dict[str, Any]) -> bool:
    """Whether nothing is known of a status that the invoice has not had, or is past.

    Source: https://docs.stripe.com/invoicing/overview#invoice-statuses.
    """
    if changed.get("status") != invoice.get("status"):
        return True
    nulls = [row.name for row in lifecycle.null_properties(changed) if row.condition == "status"]
    if any(_is_new(changed, invoice, name) for name in nulls):
        return False
    status = lifecycle.status_of(changed)
    now, before = changed.get("status_transitions"), invoice.get("status_transitions")
    if not isinstance(now, dict) or not isinstance(before, dict) or status is None:
        return True
    others = set(lifecycle.TRANSITIONS) - set(status.transitions)
    return not any(_is_new(now, before, name) for name in others)


def _is_new(now: dict[str, Any], before: dict[str, Any], name: str) -> bool:
    return now.get(name) is not None and before.get(name) is None
