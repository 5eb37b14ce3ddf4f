"""Rules between the properties of an event, and between an event and its invoice.

Sources, unless a rule names another: the descriptions of the event's type at
https://docs.stripe.com/api/events/types and of its property at
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
"""Prefix of the id of a preview: https://docs.stripe.com/api/invoices/create_preview."""


def differences(event: Payload, line: str, check: Check) -> list[Difference]:
    """Return the differences of an event from the rules, and those of the invoice in it.

    ``line`` is the release line of the contract. ``check`` checks an invoice against a release
    line: here, the line of the event's own ``api_version``.
    """
    event = payload.plain(event)
    result = list(_api_version(event, line))
    name, data = event.get("type"), event.get("data")
    data = data if isinstance(data, dict) else {}
    object_ = data.get("object")
    if not isinstance(name, str) or not isinstance(object_, dict):
        return result
    result += _livemode(event, object_)
    kind = object_.get("object", ABSENT)
    if kind != "invoice":
        if name.startswith(PREFIX):
            result.append(_broken("object", (*_OBJECT, "object"), "invoice", kind))
        return result
    own_line = _line_of(event, line) or line
    of_object = check(object_, own_line)
    previous = data.get("previous_attributes")
    if name.startswith(PREFIX) and previous is not None:
        result += _previous(name, previous, object_, lambda invoice: check(invoice, own_line))
    if name == _UPCOMING:
        of_object = [
            difference
            for difference in of_object
            if (difference.rule, difference.path) != ("required", ("id",))
        ]
    of_object += [*_status(name, object_), *_upcoming_id(name, object_), *_overpaid(name, object_)]
    return result + [
        replace(difference, path=(*_OBJECT, *difference.path)) for difference in of_object
    ]


def _line_of(event: Payload, line: str) -> str | None:
    """Return the release line of an event's data; None if no line covers its version."""
    version = event.get("api_version")
    if not isinstance(version, str):
        return line
    try:
        return resolve(version).name
    except UnknownName:
        return None


def _api_version(event: Payload, line: str) -> Iterator[Difference]:
    """Report drift if an event's data was made under another API version than the contract's.

    Stripe uses the version of the webhook endpoint, which may differ from that of the requests.
    Source: https://docs.stripe.com/webhooks/versioning.
    """
    if _line_of(event, line) != line:
        expected = f"API version {line}"
        yield Difference(
            "drift", "event_api_version", ("api_version",), expected, event["api_version"]
        )


def _livemode(event: Payload, object_: Payload) -> Iterator[Difference]:
    """Require the same mode of an event and of its object."""
    modes = event.get("livemode"), object_.get("livemode")
    if modes in ((True, False), (False, True)):
        expected = f"{show(modes[0])} as in the event"
        yield _broken("event_livemode", (*_OBJECT, "livemode"), expected, modes[1])


def _status(name: str, invoice: Payload) -> Iterator[Difference]:
    """Require a status that the invoice can have at such an event."""
    allowed = TYPES[name].statuses if name in TYPES else ANY
    status = invoice.get("status")
    if status in ANY and status not in allowed:
        expected = f"{' or '.join(dict.fromkeys(allowed))} in an event {name}"
        yield _broken("event_status", ("status",), expected, status)


def _upcoming_id(name: str, invoice: Payload) -> Iterator[Difference]:
    """Refuse the id of an existing invoice in ``invoice.upcoming``, which is about a preview."""
    id = invoice.get("id")  # noqa: A001  as Stripe calls it
    if name == _UPCOMING and isinstance(id, str) and not id.startswith(_PREVIEW):
        expected = f"no id, or one of a preview ({_PREVIEW}_…)"
        yield _broken("upcoming_id", ("id",), expected, id)


def _overpaid(name: str, invoice: Payload) -> Iterator[Difference]:
    if name == "invoice.overpaid" and invoice.get("amount_overpaid") == 0:
        expected = "an amount other than 0 in an event invoice.overpaid"
        yield _broken("overpaid", ("amount_overpaid",), expected, 0)


def _previous(
    name: str, previous: object, invoice: Payload, check: Callable[[Payload], list[Difference]]
) -> Iterator[Difference]:
    """Check ``previous_attributes``: the earlier values of what changed, in ``*.updated`` events.

    The earlier invoice must keep the contract as well.
    """
    if name in TYPES and not TYPES[name].has_previous_attributes:
        expected = f"none in an event {name} (only *.updated events have them)"
        yield _broken("previous_attributes", _PREVIOUS, expected, previous)
        return
    if not isinstance(previous, dict):
        return  # the schema reports it
    for path, value in _unchanged(previous, invoice, ()):
        expected = "another value than the invoice has now"
        yield _broken("previous_attributes", (*_PREVIOUS, *path), expected, value)
    current = {(difference.rule, difference.path) for difference in check(invoice)}
    for difference in check(before(invoice, previous)):
        is_new = (difference.rule, difference.path) not in current
        if is_new and (difference.kind == "violation" or difference.rule == "additionalProperties"):
            actual = difference.actual if _reaches(previous, difference.path) else ABSENT
            yield replace(difference, path=(*_PREVIOUS, *difference.path), actual=actual)


def before(invoice: Payload, previous: Payload) -> Payload:
    """Return a copy of the invoice with the values that ``previous_attributes`` lists.

    Of an inner object it lists only the changed properties. A key that ``metadata`` did not have
    is null there.
    """
    merged = dict(invoice)
    for name, value in previous.items():
        current = merged.get(name)
        if isinstance(current, dict) and isinstance(value, dict):
            value = before(current, value)  # noqa: PLW2901  what is put there
        merged[name] = value
        if name == "metadata" and isinstance(value, dict):
            merged[name] = {key: text for key, text in value.items() if text is not None}
    return merged


def _unchanged(previous: Payload, now: Payload, path: Path) -> Iterator[tuple[Path, object]]:
    """Yield path and value of difference listed property that has the same value now."""
    for name, value in previous.items():
        current = now.get(name, ABSENT)
        if isinstance(value, dict) and value and isinstance(current, dict):
            yield from _unchanged(value, current, (*path, name))
        elif current == value and type(current) is type(value):
            yield (*path, name), value


def _reaches(value: Any, path: Path) -> bool:
    """Return True if a path leads to a value."""
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
