"""Events as they arrive at a webhook, signed as Stripe signs them, or with a wrong signature.

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
"""Seconds for which a signature is valid, unless the verifying code sets another limit."""

SECRET: Final = "whsec_test_not_a_real_secret"  # noqa: S105 (no real secret)
"""The default secret of an event's signature."""
OTHER_SECRET: Final = "whsec_test_another_secret"  # noqa: S105 (as above)
"""The secret of another endpoint, or the previous one of the same endpoint."""

FAR: Final = 60 * 60
"""Seconds by which a signature is too old or ahead of time: more than handlers tolerate."""

Accepted = Literal["properly", "with_v0", "rolled_secret", "in_the_future"]
Refused = Literal["long_ago", "tampered", "wrong_secret", "only_v0", "malformed", "not_at_all"]
Signed = Literal[Accepted, Refused]
"""The kinds of a signature, explained in `deliver`."""

ACCEPTED: Final[tuple[Accepted, ...]] = get_args(Accepted)
"""The signatures that ``stripe.Webhook.construct_event`` accepts."""
REFUSED: Final[tuple[Refused, ...]] = get_args(Refused)
"""The signatures for which it raises ``stripe.SignatureVerificationError``."""


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

    ``body`` is the signed body, ``secret`` the one of the signature, ``timestamp`` its time in unix
    seconds, and ``signed`` its kind: see `deliver`.
    """

    body: bytes = field(repr=False)
    secret: str | None = field(repr=False)
    timestamp: int
    signed: Signed

    @property
    def payload(self) -> bytes:
        """The body that arrives, byte for byte, as code must verify it."""
        return self._delivered()[0]

    @property
    def headers(self) -> dict[str, str]:
        """The headers that arrive: ``Stripe-Signature`` if the event is signed, and two more."""
        header = self._delivered()[1]
        return {**_HEADERS} if header is None else {HEADER: header, **_HEADERS}

    @property
    def id(self) -> str:
        """The id of the event, ``evt_…``, which is the same in each delivery."""
        return str(self.json()["id"])

    @property
    def type(self) -> str:
        """The type of the event, such as ``invoice.paid``."""
        return str(self.json()["type"])

    def json(self) -> dict[str, Any]:
        """Return the decoded body that arrives, as a new value."""
        event: dict[str, Any] = json.loads(self.payload)
        return event

    def redelivered(self, *, timestamp: int | None = None) -> Event:
        """Return the same event as Stripe delivers it again: the same body, signed later.

        Stripe does so if it got no answer, or none with a status 2xx. ``timestamp`` (unix seconds)
        defaults to now, and at least to a second after the delivery before.
        Source: https://docs.stripe.com/webhooks#retries.
        """
        later = max(int(time.time()), self.timestamp + 1) if timestamp is None else timestamp
        return replace(self, timestamp=later, signed="properly")

    def _delivered(self) -> tuple[bytes, str | None]:
        return deliver(self.body, self.secret, self.timestamp, self.signed)


def deliver(
    body: bytes, secret: str | None, timestamp: int, signed: Signed
) -> tuple[bytes, str | None]:
    """Return the body that arrives at the endpoint, and the value of ``Stripe-Signature``.

    ``timestamp`` is in unix seconds. Without a ``secret`` there is no signature. ``signed`` is:

    ``properly``
        as Stripe signs;
    ``with_v0``
        with an additional signature of the meaningless scheme v0, as Stripe sends it in test mode;
    ``rolled_secret``
        by two secrets, another one first, as Stripe does for up to a day after rolling a secret;
    ``in_the_future``
        an hour after ``timestamp`` (the SDK for Python accepts it, as it checks only the age);
    ``long_ago``
        an hour before ``timestamp``: a delivery that somebody stored and sends again;
    ``tampered``
        as Stripe signs, with another id in the body since;
    ``wrong_secret``
        by the secret of another endpoint;
    ``only_v0``
        by the meaningless scheme v0 alone;
    ``malformed``
        with a header that has no timestamp;
    ``not_at_all``
        without the header.

    Raises `errors.UnknownName` for another one.
    """
    if signed not in (*ACCEPTED, *REFUSED):
        raise UnknownName("kind of signature", signed, (*ACCEPTED, *REFUSED))
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
    """Return the signature of a body by a secret, as hexadecimal digits."""
    message = b"%d.%b" % (timestamp, body)
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def id_of(body: bytes) -> str:
    """Return an event id derived from the event's body."""
    number = int.from_bytes(hashlib.sha256(body).digest())
    digits = []
    for _ in range(_ID_LENGTH):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "evt_" + "".join(digits)


def encode(event: dict[str, Any]) -> bytes:
    """Return an event as Stripe writes it: JSON in UTF-8, indented by two spaces."""
    text = json.dumps(event, indent=2, ensure_ascii=False, allow_nan=False)
    return text.encode(errors="backslashreplace")  # escapes lone surrogates as JSON does


def _tampered(body: bytes) -> bytes:
    event = json.loads(body)
    event["data"]["object"]["id"] = "tampered_with"
    return encode(event)
