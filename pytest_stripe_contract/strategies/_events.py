"""Strategies of events."""

from __future__ import annotations

import time
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from .. import webhooks
from .._support.json_objects import Object, deep_copy, put
from ..contract import TYPES, happened
from ..errors import UnknownName
from ..factories import (
    SECRET,
    Event,
    EventFactory,
    event_invoice,
    make_invoice,
    repair_invoice,
)
from ..schemas import loader
from ..stripe_api import resolve
from ..webhooks import Signed
from . import _options, _values
from ._changes import changes
from ._facts import LATEST
from ._invoices import Source
from ._previous import attributes
from ._some import some_of

_FIRST = "invoice.marked_uncollectible"
_UPCOMING = "invoice.upcoming"
_SENT = frozenset({"invoice.overdue", "invoice.sent", "invoice.will_be_due"})
_OVERPAID = frozenset({"amount_overpaid", "amount_paid_off_stripe", "paid_out_of_band"})

_OF_FACTORY = ("account", "id", "request")
"""What `events.EventFactory` is told; the rest is put into the event."""


def events(
    *,
    api_version: str | None = None,
    type: str | None = None,  # noqa: A002  as Stripe calls it
) -> SearchStrategy[dict[str, Any]]:
    """Events about an invoice that Stripe may send to an endpoint of an API version.

    ``type`` is one such as ``invoice.paid``, None any that the release line knows. Each value is
    a new dict, with neither a violation nor drift under ``Contract(api_version, strict=True)``;
    the invoice in it is as `invoices` gives it, in a status that goes with the type, and, as in
    any event, nothing in it is expanded. `signed` makes of it what arrives at a webhook.

    The simplest is what the fixture ``stripe_event`` gives for the type, and, of any type, for
    ``invoice.marked_uncollectible``. Raises `errors.UnknownName` for a version that nobody knows,
    and for a type that is not about an invoice, or that the release line does not know;
    `errors.InvalidOption` for what is no text.
    """
    api_version = _options.version(api_version)
    _options.texts(type=type)
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
    """An event as it arrives at a webhook: its ``payload``, and ``headers`` with a signature.

    For ``events().map(signed)``. The options are those of the fixture ``stripe_event``:
    ``timestamp`` is in unix seconds, now if it is not named.
    """
    when = int(time.time()) if timestamp is None else timestamp
    return Event(webhooks.encode(event), secret, when, signed)


@st.composite
def _events(draw: DrawFn, api_version: str, name: str | None) -> Object:
    line = resolve(api_version).name
    chosen = draw(_drawn_types(line)) if name is None else name
    source = draw(_sources(api_version, chosen))
    invoice = source.draw(draw)
    said = draw(_envelope(line))
    event = EventFactory(api_version)(
        chosen,
        object=invoice,
        previous_attributes=_previous(draw, line, chosen, invoice),
        created=min(max(happened(chosen, invoice), 0), LATEST),
        secret=None,
        timestamp=0,
        **{key: said[key] for key in _OF_FACTORY if key in said},
    ).json()
    for key, value in said.items():
        if key not in _OF_FACTORY or value is None:
            put(event, key, value)
    return event


def _previous(draw: DrawFn, line: str, name: str, invoice: Object) -> Object | None:
    """What changed before an event that tells it: None for what `events` tells by itself."""
    if not TYPES[name].has_previous_attributes:
        return None
    before = deep_copy(invoice)
    for change in draw(changes("invoice", line, expands=False)):
        change.apply(before)
    repair_invoice(before, invoice)
    return attributes(before, invoice) or None


@cache
def _types(line: str) -> tuple[str, ...]:
    """The types that a release line lists, of those about an invoice; all, if it lists none."""
    listed = loader.documented("event", line)["properties"]["type"].get("examples", TYPES)
    return tuple(
        sorted((each for each in TYPES if each in listed), key=lambda each: each != _FIRST)
    )


@cache
def _drawn_types(line: str) -> SearchStrategy[str]:
    return st.sampled_from(_types(line))


@cache
def _sources(api_version: str, name: str) -> SearchStrategy[Source]:
    """Where the invoices of a type of event come from: one for each status."""
    usual = event_invoice(name, api_version, {}, livemode=False)
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
    """What an event may have otherwise beside its data."""
    known: dict[str, SearchStrategy[Any]] = {
        "id": _values.ids("evt_"),
        "account": _values.ids("acct_"),
        "api_version": st.none(),
        "context": _values.ids("acct_"),
        "pending_webhooks": st.integers(0, 20),
        "request": st.none()
        | some_of(
            {
                "id": _values.ids("req_"),
                "idempotency_key": st.uuids().map(str) | _values.ids("order-"),
            },
            2,
        ),
    }
    properties = loader.documented("event", line)["properties"]
    return some_of({name: each for name, each in known.items() if name in properties}, len(known))
