"""Strategies of events about invoices."""

from __future__ import annotations

import time
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from .. import webhooks
from .._support.json_objects import Object, deep_copy, put
from ..contract import TYPES, event_time
from ..errors import UnknownName
from ..factories import (
    SECRET,
    Event,
    EventFactory,
    make_event_invoice,
    make_invoice,
    repair_invoice,
)
from ..schemas import load_schema
from ..stripe_api import resolve
from ..webhooks import Signed
from . import _arguments, _values
from ._invoices import Source
from ._mutations import mutations
from ._traits import LATEST_TIME
from ._values import subsets

_FIRST = "invoice.marked_uncollectible"
_UPCOMING = "invoice.upcoming"
_SENT = frozenset({"invoice.overdue", "invoice.sent", "invoice.will_be_due"})
_OVERPAID = frozenset({"amount_overpaid", "amount_paid_off_stripe", "paid_out_of_band"})

_OF_FACTORY = ("account", "id", "request")
"""The properties that `EventFactory` takes; the others are put into the event."""


def events(
    *,
    api_version: str | None = None,
    type: str | None = None,  # noqa: A002  as Stripe calls it
) -> SearchStrategy[dict[str, Any]]:
    """Return a strategy of invoice events for a webhook endpoint of an API version.

    ``type`` is one such as ``invoice.paid``; None is any type of the release line. Each value is
    a new dict, with neither a violation nor drift under ``Contract(api_version, strict=True)``;
    its invoice is one of `invoices`, in a status that goes with the type. Nothing in it is
    expanded, as in any event. `signed` signs it for a webhook.

    The simplest is what the fixture ``stripe_event`` gives for the type, and, of any type, for
    ``invoice.marked_uncollectible``. Raises `errors.UnknownName` for an unknown version,
    and for a type that is not about an invoice or that the release line does not have;
    `errors.InvalidOption` for an argument that is not a string.
    """
    api_version = _arguments.api_version_of(api_version)
    _arguments.check_texts(type=type)
    types = _types(resolve(api_version).name)
    if type is not None and type not in types:
        raise UnknownName(f"type of an event about an invoice in {api_version}", type, types)
    return _events(api_version, type)


def signed(
    event: Object,
    *,
    secret: str | None = SECRET,
    timestamp: int | None = None,
    signed: Signed = "properly",
) -> Event:
    """Return an event as a webhook receives it: ``payload``, and ``headers`` with a signature.

    For ``events().map(signed)``. The options are those of the fixture ``stripe_event``:
    ``timestamp`` is in unix seconds; the default is now.
    """
    when = int(time.time()) if timestamp is None else timestamp
    return Event(webhooks.encode(event), secret, when, signed)


@st.composite
def _events(draw: DrawFn, api_version: str, name: str | None) -> Object:
    line = resolve(api_version).name
    branches_of = draw(_drawn_types(line)) if name is None else name
    source = draw(_sources(api_version, branches_of))
    invoice = source.draw(draw)
    traits = draw(_envelope(line))
    event = EventFactory(api_version)(
        branches_of,
        object=invoice,
        previous_attributes=_previous(draw, line, branches_of, invoice),
        created=min(max(event_time(branches_of, invoice), 0), LATEST_TIME),
        secret=None,
        timestamp=0,
        **{key: traits[key] for key in _OF_FACTORY if key in traits},
    ).json()
    for key, value in traits.items():
        if key not in _OF_FACTORY or value is None:
            put(event, key, value)
    return event


def _previous(draw: DrawFn, line: str, name: str, invoice: Object) -> Object | None:
    """Draw the previous attributes of an event; None if `EventFactory` sets them."""
    if not TYPES[name].has_previous_attributes:
        return None
    before = deep_copy(invoice)
    for change in draw(mutations("invoice", line, expands=False)):
        change.apply(before)
    repair_invoice(before, invoice)
    return previous_attributes(before, invoice) or None


@cache
def _types(line: str) -> tuple[str, ...]:
    """Return the invoice event types of a release line; all known types if it lists none."""
    listed = load_schema("event", line)["properties"]["type"].get("examples", TYPES)
    return tuple(
        sorted((each for each in TYPES if each in listed), key=lambda each: each != _FIRST)
    )


@cache
def _drawn_types(line: str) -> SearchStrategy[str]:
    return st.sampled_from(_types(line))


@cache
def _sources(api_version: str, name: str) -> SearchStrategy[Source]:
    """Return a strategy of the sources of invoices for a type of event, one for each status."""
    usual = make_event_invoice(name, api_version, {}, livemode=False)
    if name == _UPCOMING:
        return st.just(Source(api_version, usual, None, expands=False))
    fixed = frozenset({"collection_method"}) if name in _SENT else frozenset()
    if name == "invoice.overpaid":
        fixed |= _OVERPAID
    statuses = dict.fromkeys(TYPES[name].statuses)
    return st.sampled_from(
        [
            Source(api_version, _in_status(api_version, usual, each), fixed, expands=False)
            for each in statuses
        ]
    )


def _in_status(api_version: str, invoice: Object, status: str) -> Object:
    if status == invoice["status"]:
        return invoice
    return make_invoice(api_version, {"status": status}, invoice)


@cache
def _envelope(line: str) -> SearchStrategy[Object]:
    """Return a strategy of the properties of an event beside its data."""
    known: dict[str, SearchStrategy[Any]] = {
        "id": _values.ids("evt_"),
        "account": _values.ids("acct_"),
        "api_version": st.none(),
        "context": _values.ids("acct_"),
        "pending_webhooks": st.integers(0, 20),
        "request": st.none()
        | subsets(
            {
                "id": _values.ids("req_"),
                "idempotency_key": st.uuids().map(str) | _values.ids("order-"),
            },
            2,
        ),
    }
    properties = load_schema("event", line)["properties"]
    return subsets({name: each for name, each in known.items() if name in properties}, len(known))


def previous_attributes(before: Object, now: Object) -> Object:
    """Return the properties that changed between two states of an invoice, with their old values.

    An inner object lists only its changed properties; a new key of ``metadata`` is null.
    Source: https://docs.stripe.com/api/events/object.
    """
    found: Object = {}
    for name in now:
        if name in before and not _same(before[name], now[name]):
            found |= _changed(name, before[name], now[name])
    return found


def _changed(name: str, before: Any, now: Any) -> Object:
    if not (isinstance(before, dict) and isinstance(now, dict)):
        return {name: before}
    if name == "metadata":
        added = {key: None for key in now if key not in before}
        changed = {key: each for key, each in before.items() if each != now.get(key)}
        return {name: changed | added}
    inner = previous_attributes(before, now)
    return {name: inner} if inner else {}


def _same(one: Any, other: Any) -> bool:
    return one is other or (one == other and type(one) is type(other))
