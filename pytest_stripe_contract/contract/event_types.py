"""The types of Stripe's events about an invoice.

Sources: https://docs.stripe.com/api/events/types, the types that the official ``stripe`` packages
list, and, for ``since``, the changelogs of those.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from ..schemas import load_schema
from ..stripe_api import versions
from .invoice_lifecycle import DAY, HOUR, STATUSES

PREFIX = "invoice."
ANY = tuple(STATUSES)
_UNPAID = ("open", "uncollectible")


@dataclass(frozen=True, slots=True)
class EventType:
    """A type of event about an invoice.

    ``statuses`` are the statuses that the invoice can have, the usual one first: they follow from
    the type's description and https://docs.stripe.com/invoicing/overview. The event happens
    ``later`` seconds after the time of the invoice named ``at``. ``since`` is the day on which the
    type was published; None if it is older than every release line.
    """

    name: str
    statuses: tuple[str, ...]
    at: str
    later: int = 0
    since: str | None = None

    @property
    def has_previous_attributes(self) -> bool:
        """Return True for the types with ``previous_attributes``: https://docs.stripe.com/api/events."""
        return self.name.endswith(".updated")


TYPES = {
    each.name: each
    for each in (
        # The first invoice of a subscription is finalized at once, and paid if nothing is due.
        EventType("invoice.created", ("draft", "open", "paid"), "created"),
        EventType("invoice.deleted", ("draft",), "created", 60),
        EventType("invoice.finalization_failed", ("draft",), "created", HOUR),
        EventType("invoice.finalized", ("open", "paid"), "finalized_at"),
        EventType("invoice.marked_uncollectible", ("uncollectible",), "marked_uncollectible_at"),
        EventType("invoice.overdue", _UNPAID, "due_date", DAY, since="2024-07-25"),
        EventType("invoice.overpaid", ("paid",), "paid_at", since="2025-03-31"),
        EventType("invoice.paid", ("paid",), "paid_at"),
        # An uncollectible invoice can still be paid, and stays uncollectible if that fails.
        EventType("invoice.payment_action_required", _UNPAID, "finalized_at"),
        EventType("invoice.payment_attempt_required", _UNPAID, "finalized_at", since="2025-10-29"),
        EventType("invoice.payment_failed", _UNPAID, "finalized_at"),
        # A part of an invoice can be paid since 2025-03-31.basil.
        EventType("invoice.payment_succeeded", ("paid", *_UNPAID), "paid_at"),
        EventType("invoice.sent", ("open", "paid", "uncollectible"), "finalized_at"),
        EventType("invoice.upcoming", ("draft",), "next_payment_attempt", -7 * DAY),
        EventType("invoice.updated", ("open", *ANY), "finalized_at"),
        EventType("invoice.voided", ("void",), "voided_at"),
        EventType("invoice.will_be_due", ("open",), "due_date", -7 * DAY, since="2024-07-25"),
    )
}
"""By name. Stripe sends each of them in every API version."""

_SOME_TIME: Final = 1_680_638_365
"""The time of an event whose object has none."""


@cache
def all_types() -> tuple[str, ...]:
    """Return every type of event that a release line lists."""
    typed = [load_schema("event", line.name)["properties"]["type"] for line in versions.LINES]
    return tuple(dict.fromkeys(name for each in typed for name in each.get("examples", ())))


def event_time(name: str, carried: dict[str, Any]) -> int:
    """Return the time of an event in unix seconds, by the times of the object that it carries."""
    transitions = carried.get("status_transitions")
    times = transitions if isinstance(transitions, dict) else {}
    if name in TYPES and isinstance(at := {**carried, **times}.get(TYPES[name].at), int):
        return at + TYPES[name].later
    known = [time for time in (carried.get("created"), *times.values()) if isinstance(time, int)]
    return max(known, default=_SOME_TIME)
