"""Signed events for tests: what Stripe sends to a webhook, checked against the contract.

Source: https://docs.stripe.com/api/events.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .. import webhooks
from ..contract import FAILED, TYPES, Contract, Unreadable, all_types, event_time, parse, payload
from ..errors import InvalidOption, StripeContractError, UnknownName
from ..messages import Request, Response
from ..stripe_api import find_operation, full_version, versions
from ..webhooks import SECRET, Event, Signed
from .event_invoices import make_event_invoice, unexpand

__all__ = ["SECRET", "Event", "EventFactory", "NoEvent", "event_of_call"]

Payload = dict[str, Any]

_METADATA: Final = {"order_id": "6735"}
_REQUEST_KEYS: Final = {"id", "idempotency_key"}


class NoEvent(StripeContractError, ValueError):
    """A call that causes no known event; ``call`` has its request and its outcome."""

    def __init__(self, call: str) -> None:
        self.call = call
        super().__init__(call)

    def __str__(self) -> str:
        return (
            f"{self.call}: no event, as only a successful mark_uncollectible has one here; "
            "fix: make the event with the fixture stripe_event"
        )


@dataclass(frozen=True, slots=True)
class EventFactory:
    """Makes events as Stripe sends them to an endpoint of an API version.

    The first event raises `UnknownName` if no release line covers the version.
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
        """Return a signed event; the same arguments give the same body and the same id.

        ``invoice`` has overrides of the usual invoice (docs/invoices.md), or is a whole one (with
        ``"object": "invoice"``) in any form that `Contract` takes. ``object`` is what an event
        about another object carries; it is not checked. ``previous_attributes`` has the properties
        that an ``invoice.updated`` changed, with their old values. ``account`` is the id of a
        connected account; ``request`` has the ``id`` and the ``idempotency_key`` of the request
        that caused the event. ``created``, in unix seconds, and ``livemode`` default to those of
        the invoice, ``id`` to one that is made from the body.

        ``secret`` is the endpoint's (None sends no signature), ``timestamp`` the time of signing
        in unix seconds (default: now), ``signed`` the kind of signature: see `webhooks.deliver`.

        Raises `UnknownName` for a type that Stripe does not list, `InvalidOption` for arguments
        that exclude each other, `Unreadable` for values that JSON does not have, and
        `ContractViolation` for an event that Stripe never sends.
        """
        __tracebackhide__ = True
        _check_types(secret=secret, id=id, account=account, timestamp=timestamp, created=created)
        if request is not None and not (
            isinstance(request, Mapping) and request.keys() <= _REQUEST_KEYS
        ):
            raise InvalidOption("request", request, "a dict of id and idempotency_key")
        carried = _carried_object(type, self.api_version, invoice, object, livemode=livemode)
        event: Payload = {
            "id": id,
            "object": "event",
            **({} if account is None else {"account": account}),
            "api_version": full_version(self.api_version),
            "created": event_time(type, carried) if created is None else created,
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
        webhooks.deliver(b"{}", None, when, signed)  # raises for an unknown kind of signature
        return Event(body, secret, when, signed)


def event_of_call(  # noqa: PLR0913  the parts of a call, and of the delivery
    request: Request,
    answer: Response | None,
    fault: str | None = None,
    *,
    secret: str | None = SECRET,
    timestamp: int | None = None,
    signed: Signed = "properly",
) -> Event:
    """Return the event of a replayed mark_uncollectible: the answer's invoice, in its version.

    ``fault`` describes what took the place of the answer. A retry under the same idempotency key
    gives the same event. ``secret``, ``timestamp`` and ``signed`` are those of `EventFactory`,
    which also has the other errors; `NoEvent` is raised for any other request and a failed one.
    """
    __tracebackhide__ = True
    operation = find_operation(request.url)
    is_write_off = operation is not None and operation[0].sets_status == "uncollectible"
    if answer is None or answer.status >= FAILED or not is_write_off or request.method != "POST":
        raise NoEvent(f"{request} ({fault if answer is None else answer.status})")
    headers = answer.headers
    version = headers.get("Stripe-Version") or request.api_version or versions.VERSION
    return EventFactory(version)(
        "invoice.marked_uncollectible",
        object=unexpand(parse(answer.content), version),
        request={
            "id": headers.get("Original-Request") or headers.get("Request-Id"),
            "idempotency_key": request.idempotency_key,
        },
        secret=secret,
        timestamp=timestamp,
        signed=signed,
    )


def _check_types(**options: object) -> None:
    """Raise `InvalidOption` for an option that is not a string, or not unix seconds."""
    for name, value in options.items():
        is_time = name in ("timestamp", "created")
        if value is None or (isinstance(value, int if is_time else str) and value is not True):
            continue
        raise InvalidOption(name, value, "unix seconds" if is_time else "a string")


def _carried_object(
    name: str, version: str, invoice: object, other: object, *, livemode: bool | None
) -> Payload:
    """Return ``data.object`` of an event."""
    if name not in TYPES and name not in (known := all_types()):
        raise UnknownName("event type", name, dict.fromkeys([*TYPES, *known]))
    if invoice is not None and other is not None:
        raise InvalidOption("object", other, "no object beside an invoice")
    if other is not None:
        return _read("object", other)
    if name not in TYPES:
        raise InvalidOption("object", other, f"the object of the event {name}")
    given = {} if invoice is None else _read("invoice", invoice)
    if "object" in given:
        return given
    return make_event_invoice(name, version, given, livemode=livemode or False)


def _read(option: str, source: object) -> Payload:
    value = payload.plain(payload.read(source)[0])
    if not isinstance(value, dict):
        raise InvalidOption(option, value, "an object, as a dict")
    return value


def _data(name: str, carried: Payload, previous: Mapping[str, Any] | None) -> Payload:
    """Return ``data`` of an event; by default, an updated invoice has new metadata."""
    if previous is not None:
        return {"object": carried, "previous_attributes": payload.plain(previous)}
    if name not in TYPES or not TYPES[name].has_previous_attributes:
        return {"object": carried}
    metadata = carried.get("metadata")
    changed: Payload = _METADATA
    if isinstance(metadata, dict) and metadata:
        changed = {next(iter(metadata)): None}
    return {"object": carried, "previous_attributes": {"metadata": changed}}


def _encoded(event: Payload) -> bytes:
    try:
        return webhooks.encode(event)
    except (TypeError, ValueError):
        raise Unreadable("an event of JSON values", event["data"]) from None
