"""Events made for a test: what Stripe would send to a webhook, signed, and held to the contract.

Source: https://docs.stripe.com/api/events.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final, Protocol

from .. import webhooks
from ..contract import FAILED, TYPES, Contract, all_types, happened
from ..contract import payload as payloads
from ..errors import InvalidOption, StripeContractError, UnknownName
from ..messages import Request, Response
from ..stripe_api import full_version, template, versions
from ..webhooks import SECRET, Event, Signed
from .event_invoices import event_invoice, unexpanded

__all__ = ["SECRET", "Event", "EventFactory", "NoEvent", "event_of_call"]

Payload = dict[str, Any]

_NEAR: Final = 6
"""Of all other types, so many are named if one is not known."""


class Call(Protocol):
    """A request with its answer, as `replay.Replay` has them in ``calls``."""

    @property
    def request(self) -> Request:
        """What the code under test sent."""

    @property
    def response(self) -> Response | None:
        """What it got; None if nothing arrived."""

    @property
    def fault(self) -> str | None:
        """What was in the way of the answer."""


class NoEvent(StripeContractError, ValueError):
    """A call that has no event known here; ``call`` is its request, and what came of it."""

    def __init__(self, call: str) -> None:
        self.call = call
        super().__init__(call)

    def __str__(self) -> str:
        return f"{self.call}: only a mark_uncollectible that went well has an event"


@dataclass(frozen=True, slots=True)
class EventFactory:
    """Makes events of one API version: what Stripe sends to an endpoint of that version.

    `errors.UnknownName` is raised by its first event if no release line covers the version.
    """

    api_version: str

    def __call__(  # noqa: PLR0913  each is a part of an event, or of its delivery
        self,
        type: str,  # noqa: A002  as Stripe calls it
        *,
        invoice: object = None,
        object: object = None,  # noqa: A002  as Stripe calls it
        previous_attributes: Mapping[str, Any] | None = None,
        id: str | None = None,  # noqa: A002  as Stripe calls it
        account: str | None = None,
        request: Mapping[str, str | None] | None = None,
        livemode: bool | None = None,
        created: int | None = None,
        secret: str | None = SECRET,
        timestamp: int | None = None,
        signed: Signed = "properly",
    ) -> Event:
        """An event of that type, signed. The same arguments give the same body, and the same id.

        ``invoice`` is the whole invoice, if it says that it is one (``"object": "invoice"``), in
        any form that `Contract` takes, or else what it has otherwise than the usual one.
        ``object`` is what an event about anything else carries: it is not looked into.
        ``previous_attributes`` is what an ``invoice.updated`` has changed, as it was before.
        ``account`` is the connected account that the event is of; ``request`` the ``id`` and the
        ``idempotency_key`` of the request that caused it; ``created`` when it happened (unix
        seconds), which else follows from the invoice; ``livemode`` that of the invoice. An ``id``
        that is not named is made of all this.

        ``secret`` is the endpoint's (None: the event is not signed), ``timestamp`` when it is
        signed (unix seconds; now, unless it is named), and ``signed`` how, and what is wrong with
        that: see `webhooks.deliver`.

        Raises `errors.UnknownName` for a type that Stripe does not list, `errors.InvalidOption`
        for arguments that do not go together, `payloads.Unreadable` for what JSON has no form
        for, and `findings.ContractViolation` for an event that Stripe would never send.
        """
        __tracebackhide__ = True
        _check_kinds(secret=secret, id=id, account=account, timestamp=timestamp, created=created)
        _check_request(request)
        carried = _carried(type, self.api_version, invoice, object, livemode=livemode)
        event: Payload = {
            "id": id,
            "object": "event",
            **({} if account is None else {"account": account}),
            "api_version": full_version(self.api_version),
            "created": happened(type, carried) if created is None else created,
            "data": _data(type, carried, previous_attributes),
            "livemode": carried.get("livemode", False) if livemode is None else livemode,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None, **(request or {})},
            "type": type,
        }
        body = _encoded(event)
        if id is None:
            event["id"] = webhooks.id_of(body)
            body = _encoded(event)
        Contract(self.api_version).validate(event)
        when = int(time.time()) if timestamp is None else timestamp
        webhooks.deliver(b"{}", None, when, signed)  # knows whether there is such a way
        return Event(body, secret, when, signed)


def event_of_call(
    call: Call,
    secret: str | None = SECRET,
    *,
    timestamp: int | None = None,
    signed: Signed = "properly",
) -> Event:
    """The event of a replayed mark_uncollectible: with the invoice of its answer, in its version.

    A request that is tried again under the same idempotency key gives the same event again, as
    nothing happened twice. ``secret``, ``timestamp`` and ``signed`` are as `EventFactory` takes
    them. Raises `NoEvent` for any other call, and one that failed, and what `EventFactory` does.
    """
    __tracebackhide__ = True
    request, answer = call.request, call.response
    known = template(request.url)
    is_write_off = known is not None and known[0].sets_status == "uncollectible"
    if answer is None or answer.status >= FAILED or not is_write_off or request.method != "POST":
        raise NoEvent(f"{request} ({call.fault if answer is None else answer.status})")
    headers = answer.headers
    version = headers.get("Stripe-Version") or request.api_version or versions.VERSION
    return EventFactory(version)(
        "invoice.marked_uncollectible",
        object=unexpanded(payloads.parse(answer.content), version),
        request={
            "id": headers.get("Original-Request") or headers.get("Request-Id"),
            "idempotency_key": request.idempotency_key,
        },
        secret=secret,
        timestamp=timestamp,
        signed=signed,
    )


def _check_kinds(**options: object) -> None:
    """Raise `errors.InvalidOption` for what is neither a text nor unix seconds, as it should be."""
    for name, value in options.items():
        is_time = name in ("timestamp", "created")
        if value is None or (isinstance(value, int if is_time else str) and value is not True):
            continue
        raise InvalidOption(name, value, "unix seconds" if is_time else "a text")


def _check_request(request: object) -> None:
    known = {"id", "idempotency_key"}
    if request is not None and not (isinstance(request, Mapping) and request.keys() <= known):
        expected = "the id and the idempotency_key of a request, in a dict"
        raise InvalidOption("request", request, expected)


def _carried(
    name: str, version: str, invoice: object, other: object, *, livemode: bool | None
) -> Payload:
    """What is in ``data.object``."""
    if invoice is not None and other is not None:
        raise InvalidOption("object", other, "nothing beside an invoice")
    if name not in TYPES:
        if name not in (known := all_types()):
            near = get_close_matches(str(name), known, _NEAR, cutoff=0)
            raise UnknownName("event type", name, dict.fromkeys([*TYPES, *near]))
        if other is None:
            raise InvalidOption("object", other, f"what an event {name} carries")
        return _read("object", other)
    given = {} if invoice is None else _read("invoice", invoice)
    if other is not None:
        return _read("object", other)
    if "object" in given:
        return given
    return event_invoice(name, version, given, livemode=livemode or False)


def _read(option: str, payload: object) -> Payload:
    value = payloads.plain(payloads.read(payload)[0])
    if not isinstance(value, dict):
        raise InvalidOption(option, value, "an object, as a dict")
    return value


def _data(name: str, carried: Payload, previous: Mapping[str, Any] | None) -> Payload:
    """What the event carries, and, if the invoice was updated, what that changed: metadata, say."""
    if previous is not None:
        return {"object": carried, "previous_attributes": payloads.plain(previous)}
    if name not in TYPES or not TYPES[name].has_previous_attributes:
        return {"object": carried}
    metadata = carried.get("metadata")
    changed: Payload = {"order_id": "6735"}
    if isinstance(metadata, dict) and metadata:
        changed = {next(iter(metadata)): None}
    return {"object": carried, "previous_attributes": {"metadata": changed}}


def _encoded(event: Payload) -> bytes:
    try:
        return webhooks.encode(event)
    except (TypeError, ValueError):
        raise payloads.Unreadable("an event that JSON has a form for", event["data"]) from None
