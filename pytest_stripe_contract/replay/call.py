"""A request of the code under test with the answer it got."""

from __future__ import annotations

from dataclasses import dataclass

from ..messages import Request, Response
from ..webhooks import SECRET, Event, Signed


@dataclass(frozen=True, slots=True)
class Call:
    """One request of the code under test with the answer it got.

    ``response`` is None if none arrived, and ``fault`` says what was in the way (``timeout()``).
    ``slept`` has the seconds that the official SDK would have waited before it sent this.
    """

    request: Request
    response: Response | None
    fault: str | None = None
    slept: float = 0.0

    def event(
        self,
        secret: str | None = SECRET,
        *,
        timestamp: int | None = None,
        signed: Signed = "properly",
    ) -> Event:
        """The event of a mark_uncollectible that went well, as Stripe sends it to a webhook.

        It is signed by ``secret`` (one made for tests, unless it is named; None: not at all), at
        ``timestamp`` (unix seconds; now, unless it is named), in the way ``signed``: see
        docs/events.md. Raises `events.NoEvent` for any other call.
        """
        from ..factories import event_of_call

        return event_of_call(self, secret, timestamp=timestamp, signed=signed)
