"""What the parts of an event say about each other, and about the invoice that it carries.

Unless another source is named, a rule's is the description of the event's type at
https://docs.stripe.com/api/events/types, or of its property at
https://docs.stripe.com/api/events/object.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .._support.json_path import ABSENT, Path, show
from ..errors import UnknownName
from ..stripe_api import resolve
from . import payload
from .event_types import ANY, PREFIX, TYPES
from .finding import Difference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Check = Callable[[dict[str, Any], str], list[Difference]]

Payload = dict[str, Any]

NAMES = frozenset(
    {
        "event_api_version",
        "event_livemode",
        "event_status",
        "overpaid",
        "previous_attributes",
        "upcoming_id",
    }
)

_OBJECT = ("data", "object")
_PREVIOUS = ("data", "previous_attributes")
_UPCOMING = "invoice.upcoming"
_PREVIEW = "upcoming_in"
"""What the id of a preview begins with: https://docs.stripe.com/api/invoices/create_preview."""


def differences(event: Payload, line: str, check: Check) -> list[Difference]:
    """What in an event breaks the rules, and what is wrong with the invoice that it carries.

    ``line`` is the release line of the contract; the invoice is held to that of the version that
    the event says it was made under. ``check`` is what holds an invoice to a line.
    """
    event = payload.plain(event)
    found = list(_api_version(event, line))
    name, data = event.get("type"), event.get("data")
    data = data if isinstance(data, dict) else {}
    carried = data.get("object")
    if not isinstance(name, str) or not isinstance(carried, dict):
        return found
    found += _livemode(event, carried)
    kind = carried.get("object", ABSENT)
    if kind != "invoice":
        if name.startswith(PREFIX):
            found.append(_broken("object", (*_OBJECT, "object"), "invoice", kind))
        return found
    own = _line_of(event, line) or line
    of_invoice = check(carried, own)
    previous = data.get("previous_attributes")
    if name.startswith(PREFIX) and previous is not None:
        found += _previous(name, previous, carried, lambda invoice: check(invoice, own))
    if name == _UPCOMING:
        of_invoice = [
            each for each in of_invoice if (each.rule, each.path) != ("required", ("id",))
        ]
    of_invoice += [*_status(name, carried), *_upcoming_id(name, carried), *_overpaid(name, carried)]
    return found + [replace(each, path=(*_OBJECT, *each.path)) for each in of_invoice]


def _line_of(event: Payload, line: str) -> str | None:
    """The release line that an event's data is of; None if its version has no contract."""
    version = event.get("api_version")
    if not isinstance(version, str):
        return line
    try:
        return resolve(version).name
    except UnknownName:
        return None


def _api_version(event: Payload, line: str) -> Iterator[Difference]:
    """An event says under which version its data was made: the endpoint's own. Drift.

    Source: https://docs.stripe.com/webhooks/versioning; it need not be the one that the code's
    requests name, so that what a handler gets may have another form.
    """
    if _line_of(event, line) != line:
        expected = f"API version {line}, to which it is held"
        yield Difference(
            "drift", "event_api_version", ("api_version",), expected, event["api_version"]
        )


def _livemode(event: Payload, carried: Payload) -> Iterator[Difference]:
    """An event and what it carries are of one mode."""
    modes = event.get("livemode"), carried.get("livemode")
    if modes in ((True, False), (False, True)):
        expected = f"{show(modes[0])}, as the event's"
        yield _broken("event_livemode", (*_OBJECT, "livemode"), expected, modes[1])


def _status(name: str, invoice: Payload) -> Iterator[Difference]:
    """The status of the invoice is one that it can have when such a thing happens."""
    allowed = TYPES[name].statuses if name in TYPES else ANY
    status = invoice.get("status")
    if status in ANY and status not in allowed:
        expected = f"{' or '.join(dict.fromkeys(allowed))} in an event {name}"
        yield _broken("event_status", ("status",), expected, status)


def _upcoming_id(name: str, invoice: Payload) -> Iterator[Difference]:
    """The invoice of ``invoice.upcoming`` does not exist yet, and has no id of one that does."""
    id = invoice.get("id")  # noqa: A001  as Stripe calls it
    if name == _UPCOMING and isinstance(id, str) and not id.startswith(_PREVIEW):
        expected = "no id, as the invoice is still to be made"
        yield _broken("upcoming_id", ("id",), expected, id)


def _overpaid(name: str, invoice: Payload) -> Iterator[Difference]:
    if name == "invoice.overpaid" and invoice.get("amount_overpaid") == 0:
        expected = "an amount other than 0 in an event invoice.overpaid"
        yield _broken("overpaid", ("amount_overpaid",), expected, 0)


def _previous(
    name: str, previous: object, invoice: Payload, check: Callable[[Payload], list[Difference]]
) -> Iterator[Difference]:
    """``previous_attributes`` is what changed, as it was: only ``*.updated`` events have it.

    The invoice as it was before kept to the contract as well.
    """
    if name in TYPES and not TYPES[name].has_previous_attributes:
        expected = f"nothing, as only *.updated events have it, and this is {name}"
        yield _broken("previous_attributes", _PREVIOUS, expected, previous)
        return
    if not isinstance(previous, dict):
        return  # the schema says it
    for path, value in _unchanged(previous, invoice, ()):
        expected = "another value than the invoice has now"
        yield _broken("previous_attributes", (*_PREVIOUS, *path), expected, value)
    now = {(each.rule, each.path) for each in check(invoice)}
    for each in check(before(invoice, previous)):
        is_new = (each.rule, each.path) not in now
        if is_new and (each.kind == "violation" or each.rule == "additionalProperties"):
            actual = each.actual if _reaches(previous, each.path) else ABSENT
            yield replace(each, path=(*_PREVIOUS, *each.path), actual=actual)


def before(invoice: Payload, previous: Payload) -> Payload:
    """The invoice as it was before what ``previous`` lists changed: a new value.

    Of an inner object only what changed is listed; a key of ``metadata`` that was not there, as
    null.
    """
    merged = dict(invoice)
    for name, value in previous.items():
        known = merged.get(name)
        if isinstance(known, dict) and isinstance(value, dict):
            value = before(known, value)  # noqa: PLW2901  what is put there
        merged[name] = value
        if name == "metadata" and isinstance(value, dict):
            merged[name] = {key: each for key, each in value.items() if each is not None}
    return merged


def _unchanged(previous: Payload, now: Payload, path: Path) -> Iterator[tuple[Path, object]]:
    """What is listed as changed, and has the same value now: its place, and the value."""
    for name, value in previous.items():
        current = now.get(name, ABSENT)
        if isinstance(value, dict) and value and isinstance(current, dict):
            yield from _unchanged(value, current, (*path, name))
        elif current == value and type(current) is type(value):
            yield (*path, name), value


def _reaches(value: Any, path: Path) -> bool:
    """Whether there is something at a place."""
    for step in path:
        among = (
            value
            if isinstance(value, dict)
            else range(len(value))
            if isinstance(value, list)
            else ()
        )
        if step not in among:
            return False
        value = value[step]
    return True


def _broken(rule: str, path: Path, expected: str, actual: object) -> Difference:
    return Difference("violation", rule, path, expected, actual)
