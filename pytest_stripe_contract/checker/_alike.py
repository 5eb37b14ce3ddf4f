"""What two payloads have in common if an upgrade changes the same properties of both."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from ..migrations import CHANGES, STEPS

_READ = (
    "amount amount_decimal amount_due amount_paid amount_remaining amount_tax_display "
    "billing_reason collection_method created currency data default_source deleted due_date "
    "enabled inclusive livemode margin object product quantity start status status_transitions "
    "unit_amount_decimal finalized_at paid_at voided_at lines"
)
"""Properties that a step reads, or writes, beside those that it adds or takes off."""

NAMES = {
    name: name
    for name in (
        *_READ.split(),
        *(change.property for change in CHANGES),
        *(
            name.removesuffix("[]")
            for step in STEPS
            for part in (step.invoice, step.line_item)
            for added in part.added
            for name in (added.name, *(name for path in added.paths for name in path.split(".")))
        ),
    )
}
"""All properties that steps know; one object each, however many payloads have it."""

_WORDS = ("billing_reason", "object", "status")
"""Properties whose very text steps look at; of others it counts whether there is any."""


def shape(value: Any) -> Hashable:
    """What decides which properties of a payload change: equal ones are alike in that.

    That is which of the properties that steps know are there, in which order, and what is empty.
    """
    if isinstance(value, list):
        return ("[]", *map(shape, value))
    if not isinstance(value, dict):
        return _scalar(value)
    parts: list[Hashable] = ["{}" if value else ""]
    for name, each in value.items():
        known = NAMES.get(name)
        if known is not None:
            parts.append(known)
            if each is not None and not (known in _WORDS and isinstance(each, str)):
                each = shape(each) if isinstance(each, (dict, list)) else _scalar(each)  # noqa: PLW2901
            parts.append(each)
    return tuple(parts)


def _scalar(value: Any) -> Hashable:
    """A number or a text, of which no step tells more than whether it is empty, or 0."""
    if value is None or isinstance(value, bool):
        return value
    kind = "text" if isinstance(value, str) else "number"
    return kind if value else f"no {kind}"
