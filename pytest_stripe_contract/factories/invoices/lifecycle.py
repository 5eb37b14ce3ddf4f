"""Invoices in each status, after the table in `contract.invoice_lifecycle`."""

from __future__ import annotations

from functools import cache
from typing import Any

from ..._support.json_objects import Object, deep_copy, objects_at, put
from ...cassettes import load_shipped
from ...contract import invoice_lifecycle as table
from ...errors import UnknownName
from ...schemas import load_schema
from ...stripe_api import ReleaseLine
from .revision import Revision, id_suffix, integer, line_items

_ID_LENGTH = 24
_PAYMENT_IDS = {"charge": "ch_", "payment_intent": "pi_"}
_UPCOMING = "upcoming"


@cache  # Reading it takes a quarter of the time in which an invoice is made.
def load_open_invoice(line: ReleaseLine) -> Object:
    """Return the open invoice of the documentation, as the shipped cassettes have it in a line.

    The value is shared: copy it before changing it.
    """
    cassette = load_shipped("invoice_lifecycle", line.shipped.name)
    invoice: Object = cassette.interactions[0].response.json()
    return invoice


def requested_status(overrides: list[tuple[tuple[str, ...], Any]], *, is_new: bool) -> str | None:
    """Return the status that overrides imply, None if they imply none.

    ``paid`` and ``paid_out_of_band`` imply a paid invoice; a time in ``status_transitions`` implies
    its status for a new invoice. A preview, whose status is null, is treated as a draft. Raises
    `UnknownName` for an unknown status.
    """
    values: Object = {}
    for path, value in overrides:
        values[".".join(path)] = value
        if path == ("status_transitions",) and isinstance(value, dict):
            values |= {f"status_transitions.{name}": time for name, time in value.items()}
    if "status" in values:
        status = values["status"]
        if status is not None and status not in tuple(table.STATUSES):
            raise UnknownName("status of an invoice", status, table.STATUSES)
        return status or "draft"
    if values.get("paid") is True or values.get("paid_out_of_band") is True:
        return "paid"
    closed = [
        name
        for name, status in table.STATUSES.items()
        if not status.is_collected and integer(values, f"status_transitions.{status.transition}")
    ]
    return closed[-1] if is_new and closed else None


def change_status(invoice: Object, name: str, line: ReleaseLine) -> Object:
    """Return a copy of an invoice in another status."""
    invoice = deep_copy(invoice)
    if invoice.get("status") == name:
        return invoice
    was_paid = invoice.get("status") == "paid"
    status = table.STATUSES[name]
    changes: Object = {"status": name, "paid": name == "paid"}
    if status.is_finalized:
        changes |= _finalization(invoice, line)
    else:
        changes |= dict.fromkeys((*table.FINALIZED_PROPERTIES, *table.FINALIZED_TIMES))
        changes |= {"attempted": False, "attempt_count": 0, **dict.fromkeys(_PAYMENT_IDS)}
    changes |= {
        row.name: None for row in table.null_properties(changes) if row.condition == "status"
    }
    changes["status_transitions"] = _transitions(invoice, status)
    if not status.is_collected:
        changes["auto_advance"] = False
    if name == "paid":
        changes |= _payment(invoice)
    elif was_paid:
        changes |= {"amount_paid": 0, "amount_remaining": invoice.get("amount_due"), "charge": None}
    invoice |= {name: value for name, value in changes.items() if name in invoice}
    invoice.pop("status_details", None)
    properties = load_schema("invoice", line.name)["properties"]
    if name == "uncollectible" and "status_details" in properties:
        put(invoice, "status_details", deep_copy(table.UNCOLLECTIBLE_DETAILS))
    return invoice


def derive_payment(revision: Revision) -> None:
    """Derive ``attempted`` and the payment's ids from the status and the amounts."""
    invoice = revision.invoice
    if revision.overrides("attempt_count") and (revision.integer("attempt_count") or 0) > 0:
        revision.derive(True, "attempted")  # noqa: FBT003 - the value of a property
    status = invoice.get("status")
    is_paid = status == "paid"
    if revision.overrides("paid") and invoice.get("paid") is not is_paid:
        expected = f"{str(is_paid).lower()} while status is {status}"
        revision.refuse(("paid",), expected, invoice["paid"])
    nothing_due = invoice.get("amount_due") == 0 and revision.differs("amount_due")
    if is_paid and (nothing_due or invoice.get("paid_out_of_band") is True):
        for name in _PAYMENT_IDS:
            revision.derive(None, name)
        revision.derive(0, "attempt_count")


def payment_ids(invoice: Object) -> Object:
    """Return ids for the charge and the payment intent, made from the invoice's id."""
    suffix = id_suffix(invoice)
    if len(suffix) == _ID_LENGTH and suffix.startswith("1"):
        suffix = f"3{suffix[1:]}"  # what Stripe's own begin with
    return {name: prefix + suffix for name, prefix in _PAYMENT_IDS.items()}


def repair_invoice(invoice: Object, before: Object) -> None:
    """Restore in place what the status and other properties imply, after a legal invoice changed.

    ``before`` is the legal invoice. Amounts are left alone: `make_invoice` derives those.
    """
    is_finalized = invoice["status"] != "draft"
    for name in table.FINALIZED_PROPERTIES:
        if is_finalized and invoice.get(name, name) is None:
            _restore(name, invoice, before)
    if _UPCOMING in (before.get("billing_reason"), invoice.get("billing_reason")):
        _restore("billing_reason", invoice, before)
    for row in table.null_properties(invoice):
        if row.name in invoice:
            invoice[row.name] = None
    if invoice["status"] != "uncollectible":
        invoice.pop("status_details", None)
    for item in line_items(invoice):
        if item.get("invoice") is not None:
            item["invoice"] = invoice.get("id")
        _repair_prices(item)


def _restore(name: str, invoice: Object, before: Object) -> None:
    if name in before:
        invoice[name] = before[name]
    else:
        invoice.pop(name, None)


def _repair_prices(item: Object) -> None:
    """Give the prices of a line item its currency, and an expanded price its unit amount."""
    for price in objects_at(item, "plan", "price", "pricing.price_details.price"):
        price["currency"] = item["currency"]
    for pricing in objects_at(item, "pricing"):
        for price in objects_at(pricing, "price_details.price"):
            decimal = pricing["unit_amount_decimal"]
            is_whole = decimal is not None and "." not in decimal
            price["unit_amount_decimal"] = decimal
            price["unit_amount"] = int(decimal) if is_whole else None


def _finalization(invoice: Object, line: ReleaseLine) -> Object:
    """Return what finalization adds to a draft."""
    example = load_open_invoice(line)
    values = {name: example[name] for name in table.FINALIZED_PROPERTIES}
    for name in ("hosted_invoice_url", "invoice_pdf"):
        values[name] = values[name].replace(example["id"], str(invoice.get("id")))
    values["ending_balance"] = table.ending_balance(invoice)
    values |= dict.fromkeys(table.FINALIZED_TIMES, _finalized_at(invoice))
    return {name: value for name, value in values.items() if invoice.get(name) is None}


def _finalized_at(invoice: Object) -> int:
    """Return the time of finalization; by default, when Stripe finalizes a draft by itself."""
    known_at = integer(invoice.get("status_transitions") or {}, table.FINALIZED_AT)
    if known_at is not None:
        return known_at
    return (integer(invoice, "created") or 0) + table.STATUSES["open"].delay


def _transitions(invoice: Object, status: table.InvoiceStatus) -> Object:
    """Return ``status_transitions`` with the times of a status alone."""
    times: Object = dict.fromkeys((*(invoice.get("status_transitions") or ()), *table.TRANSITIONS))
    at = _finalized_at(invoice)
    for name in status.transitions:
        times[name] = at
        at += status.delay
    return times


def _payment(invoice: Object) -> Object:
    """Return what a payment of the whole amount due adds."""
    due = invoice.get("amount_due")
    changes: Object = {"attempted": True, "amount_paid": due, "amount_remaining": 0}
    if due == 0:
        return changes
    ids = {name: invoice.get(name) or id_ for name, id_ in payment_ids(invoice).items()}
    return changes | ids | {"attempt_count": max(1, integer(invoice, "attempt_count") or 0)}
