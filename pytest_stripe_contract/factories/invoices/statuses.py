"""An invoice in each of its statuses.

Source of what a status brings with it: https://docs.stripe.com/invoicing/overview, the
properties' own descriptions (https://docs.stripe.com/api/invoices/object), and what recorded
answers of each status have in common.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from ..._support.json_objects import Object, copied, put
from ...cassettes import load_shipped
from ...errors import UnknownName
from ...schemas import loader
from ...stripe_api import ReleaseLine
from .made import Made, number, tail

STATUSES = ("draft", "open", "paid", "uncollectible", "void")

HOUR = 60 * 60
_DAY = 24 * HOUR
MONTH = 30 * _DAY

_ENDS = {
    "uncollectible": ("marked_uncollectible_at", MONTH),
    "paid": ("paid_at", _DAY),
    "void": ("voided_at", _DAY),
}
"""The time that a last status is known by, and how long after the invoice was finalized it is."""

_KNOWN_WHEN_FINALIZED = ("ending_balance", "hosted_invoice_url", "invoice_pdf", "number")
_TIMES_OF_FINALIZING = ("effective_at", "webhooks_delivered_at")
_ID_LENGTH = 24
_PAYMENT_IDS = {"charge": "ch_", "payment_intent": "pi_"}


@cache
def opened(line: ReleaseLine) -> Object:
    """The open invoice that the others are made of: shared, so copy it before it is changed.

    It is what the shipped cassette ``invoice_lifecycle`` of the line begins with, but for the
    customer's balance, which nothing is taken from: what is due is what the lines come to. A line
    that is newer than all shipped ones has what the last of those has.
    """
    shipped = line.shipped
    cassette = load_shipped("invoice_lifecycle", shipped.name)
    invoice: Object = cassette.interactions[0].response.json()
    due = invoice["total"]
    return invoice | {"starting_balance": 0, "amount_due": due, "amount_remaining": due}


def asked_for(
    overrides: list[tuple[tuple[str, ...], Any]], line: ReleaseLine, *, is_new: bool
) -> str | None:
    """The status that overrides ask for, if they do; `UnknownName` if there is no such status.

    A paid invoice is asked for by ``paid`` and ``paid_out_of_band`` too, in versions that have
    them, and a new one has the status that it is told the time of. A preview, whose status is
    null, is like a draft.
    """
    said: Object = {}
    for path, value in overrides:
        said[".".join(path)] = value
        if path == ("status_transitions",) and isinstance(value, dict):
            said |= {f"status_transitions.{name}": time for name, time in value.items()}
    if "status" in said:
        status = said["status"]
        if status is not None and status not in STATUSES:
            raise UnknownName("status of an invoice", status, STATUSES)
        return status or "draft"
    documented = loader.documented("invoice", line.name)["properties"]
    if any(said.get(name) is True and name in documented for name in ("paid", "paid_out_of_band")):
        return "paid"
    ended = [s for s, end in _ENDS.items() if number(said, f"status_transitions.{end[0]}")]
    return ended[-1] if is_new and ended else None


def in_status(invoice: Object, status: str, line: ReleaseLine) -> Object:
    """A copy of an invoice as it would be in another status."""
    invoice = copied(invoice)
    if invoice.get("status") == status:
        return invoice
    was_paid = invoice.get("status") == "paid"
    changes: Object = {"status": status, "paid": status == "paid"}
    if status == "draft":
        changes |= dict.fromkeys((*_KNOWN_WHEN_FINALIZED, *_TIMES_OF_FINALIZING, *_PAYMENT_IDS))
        changes |= {"attempted": False, "attempt_count": 0}
    else:
        changes |= _finalized(invoice, line)
    changes["status_transitions"] = _transitions(invoice, status)
    if status != "draft":
        changes["automatically_finalizes_at"] = None
    if status in _ENDS:
        changes |= {"auto_advance": False, "next_payment_attempt": None}
    if status == "paid":
        changes |= _paid(invoice)
    elif was_paid:
        changes |= {"amount_paid": 0, "amount_remaining": invoice.get("amount_due"), "charge": None}
    invoice |= {name: value for name, value in changes.items() if name in invoice}
    return _explained(invoice, line)


def settle_payment(made: Made) -> None:
    """``attempted``, ``paid`` and what an invoice was paid by go with its status and amounts."""
    invoice = made.invoice
    if made.says("attempt_count") and (made.number("attempt_count") or 0) > 0:
        made.follow(True, "attempted")  # noqa: FBT003 - the value of a property
    status = invoice.get("status")
    is_paid = status == "paid"
    if made.says("paid") and invoice.get("paid") is not is_paid:
        expected = f"{str(is_paid).lower()} while status is {status}"
        made.refuse(("paid",), expected, invoice["paid"])
    nothing_due = invoice.get("amount_due") == 0 != made.before.get("amount_due")
    if is_paid and (nothing_due or invoice.get("paid_out_of_band") is True):
        for name in _PAYMENT_IDS:
            made.follow(None, name)
        made.follow(0, "attempt_count")


def payment_ids(invoice: Object) -> Object:
    """The ids of what an invoice was paid by, made of its own id: the real ones are not known."""
    own = tail(invoice)
    if len(own) == _ID_LENGTH and own.startswith("1"):
        own = f"3{own[1:]}"  # what Stripe's own begin with
    return {name: prefix + own for name, prefix in _PAYMENT_IDS.items()}


def _finalized(invoice: Object, line: ReleaseLine) -> Object:
    """What is null in a draft, and since when it is not."""
    spare = opened(line)
    url = {
        name: spare[name].replace(spare["id"], str(invoice.get("id")))
        for name in ("hosted_invoice_url", "invoice_pdf")
    }
    fresh = {name: spare[name] for name in _KNOWN_WHEN_FINALIZED} | url
    fresh |= dict.fromkeys(_TIMES_OF_FINALIZING, _finalized_at(invoice))
    return {name: value for name, value in fresh.items() if invoice.get(name) is None}


def _finalized_at(invoice: Object) -> int:
    """An hour after it was created, unless it says otherwise: when Stripe does so by itself."""
    known_at = number(invoice.get("status_transitions") or {}, "finalized_at")
    return (number(invoice, "created") or 0) + HOUR if known_at is None else known_at


def _transitions(invoice: Object, status: str) -> Object:
    """The times of the status, and of no other but when it was finalized."""
    times: Object = dict.fromkeys(invoice.get("status_transitions") or ())
    times |= dict.fromkeys(name for name, _ in _ENDS.values())
    times["finalized_at"] = None if status == "draft" else _finalized_at(invoice)
    if status in _ENDS:
        name, after = _ENDS[status]
        times[name] = _finalized_at(invoice) + after
    return times


def _paid(invoice: Object) -> Object:
    """What a payment of all that is due leaves behind."""
    due = invoice.get("amount_due")
    changes: Object = {"attempted": True, "amount_paid": due, "amount_remaining": 0}
    if due == 0:
        return changes
    own = {name: invoice.get(name) or id_ for name, id_ in payment_ids(invoice).items()}
    return changes | own | {"attempt_count": max(1, number(invoice, "attempt_count") or 0)}


def _explained(invoice: Object, line: ReleaseLine) -> Object:
    """Since endive, an uncollectible invoice says why it is, and no other one does.

    The reason is the one of who marks it by hand: https://docs.stripe.com/changelog/endive.
    """
    invoice.pop("status_details", None)
    documented = loader.documented("invoice", line.name)["properties"]
    if "status_details" in documented and invoice["status"] == "uncollectible":
        put(invoice, "status_details", {"uncollectible": {"reason": "user_forgiven"}})
    return invoice
