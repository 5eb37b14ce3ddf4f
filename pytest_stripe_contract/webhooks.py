"""What arrives at a webhook: an event, signed as Stripe signs it, or wrong in one of many ways.

The header ``Stripe-Signature`` is ``t=<unix seconds>,v1=<hex>``; ``v1`` is the HMAC-SHA256 of
``<t>.<raw body>``, keyed by the endpoint's whole secret.
Source: https://docs.stripe.com/webhooks#verify-manually.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, get_args

from .errors import UnknownName

HEADER: Final = "Stripe-Signature"
TOLERANCE: Final = 300
"""Seconds that a signature is good for, unless the code that verifies it says otherwise."""

SECRET: Final = "whsec_test_not_a_real_secret"  # noqa: S105  it says so itself
"""The secret that an event is signed with if none is named."""
OTHER_SECRET: Final = "whsec_test_another_secret"  # noqa: S105
"""The secret of another endpoint, or of this one before it was rolled."""

FAR: Final = 60 * 60
"""Seconds by which a signature is too old, or of the future: more than handlers put up with."""

Accepted = Literal["properly", "with_v0", "rolled_secret", "in_the_future"]
Refused = Literal["long_ago", "tampered", "wrong_secret", "only_v0", "malformed", "not_at_all"]
Signed = Literal[Accepted, Refused]
"""How an event is signed; each is explained in `deliver`."""

ACCEPTED: Final[tuple[Accepted, ...]] = get_args(Accepted)
"""What ``stripe.Webhook.construct_event`` lets pass."""
REFUSED: Final[tuple[Refused, ...]] = get_args(Refused)
"""What it raises ``stripe.SignatureVerificationError`` for."""


_ID_LENGTH: Final = 24
"""Characters of an id after ``evt_``."""
_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

_HEADERS: Final = {
    "Content-Type": "application/json; charset=utf-8",
    "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
}


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it arrives at a webhook.

    ``body`` is what Stripe signed, ``secret`` what by, ``timestamp`` when (unix seconds), and
    ``signed`` how: see `deliver`.
    """

    body: bytes = field(repr=False)
    secret: str | None = field(repr=False)
    timestamp: int
    signed: Signed

    @property
    def payload(self) -> bytes:
        """The body that arrives, to be verified as it is."""
        return self._delivered()[0]

    @property
    def headers(self) -> dict[str, str]:
        """The headers that arrive: ``Stripe-Signature``, unless it is not signed, and two more."""
        header = self._delivered()[1]
        return {**_HEADERS} if header is None else {HEADER: header, **_HEADERS}

    @property
    def id(self) -> str:
        """The id of the event, ``evt_…``: the same however often it is delivered."""
        return str(self.json()["id"])

    @property
    def type(self) -> str:
        """What happened, such as ``invoice.paid``."""
        return str(self.json()["type"])

    def json(self) -> dict[str, Any]:
        """The body that arrives, decoded: a new value."""
        event: dict[str, Any] = json.loads(self.payload)
        return event

    def redelivered(self, *, timestamp: int | None = None) -> Event:
        """The same event as Stripe delivers it again: the same body, signed properly, and later.

        Stripe does so if an answer was lost, or was no 2xx. ``timestamp`` (unix seconds) is now,
        or a second after the delivery before. Source: https://docs.stripe.com/webhooks#retries.
        """
        later = max(int(time.time()), self.timestamp + 1) if timestamp is None else timestamp
        return replace(self, timestamp=later, signed="properly")

    def _delivered(self) -> tuple[bytes, str | None]:
        return deliver(self.body, self.secret, self.timestamp, self.signed)


def deliver(
    body: bytes, secret: str | None, timestamp: int, signed: Signed
) -> tuple[bytes, str | None]:
    """What arrives at the endpoint: the body, and the value of ``Stripe-Signature``.

    ``timestamp`` is in unix seconds. Without a ``secret`` there is no signature. ``signed`` is

    ``properly``
        as Stripe does it;
    ``with_v0``
        beside a signature of another scheme that means nothing, as Stripe sends it in test mode;
    ``rolled_secret``
        by two secrets, as Stripe does for up to a day after one was rolled: first by another;
    ``in_the_future``
        an hour ahead of ``timestamp`` (the SDK for Python lets that pass: it asks only for age);
    ``long_ago``
        an hour before ``timestamp``: a delivery that somebody kept, and sends again;
    ``tampered``
        as Stripe does it, but then somebody put another id into the body;
    ``wrong_secret``
        by the secret of another endpoint;
    ``only_v0``
        by nothing but a scheme that means nothing;
    ``malformed``
        by a header that has no timestamp;
    ``not_at_all``
        without the header.

    `errors.UnknownName` if it is none of these.
    """
    if signed not in (*ACCEPTED, *REFUSED):
        raise UnknownName("way of signing", signed, (*ACCEPTED, *REFUSED))
    if secret is None or signed == "not_at_all":
        return body, None
    timestamp += {"in_the_future": FAR, "long_ago": -FAR}.get(signed, 0)
    by_secret = f"v1={signature(body, secret, timestamp)}"
    by_other = f"v1={signature(body, OTHER_SECRET, timestamp)}"
    meaningless = f"v0={hashlib.sha256(body).hexdigest()}"
    signatures = {
        "with_v0": [by_secret, meaningless],
        "rolled_secret": [by_other, by_secret],
        "wrong_secret": [by_other],
        "only_v0": [meaningless],
    }.get(signed, [by_secret])
    stamp = [] if signed == "malformed" else [f"t={timestamp}"]
    arrives = _tampered(body) if signed == "tampered" else body
    return arrives, ",".join([*stamp, *signatures])


def signature(body: bytes, secret: str, timestamp: int) -> str:
    """The signature of a body by a secret, as hexadecimal digits."""
    message = b"%d.%b" % (timestamp, body)
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def id_of(body: bytes) -> str:
    """An id that follows from what the event says."""
    number = int.from_bytes(hashlib.sha256(body).digest())
    digits = []
    for _ in range(_ID_LENGTH):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "evt_" + "".join(digits)


def encode(event: dict[str, Any]) -> bytes:
    """An event as Stripe writes it: JSON in UTF-8, two spaces to a level."""
    text = json.dumps(event, indent=2, ensure_ascii=False, allow_nan=False)
    return text.encode(errors="backslashreplace")  # half a character: JSON escapes it alike


def _tampered(body: bytes) -> bytes:
    event = json.loads(body)
    event["data"]["object"]["id"] = "tampered_with"
    return encode(event)
