"""A request of the code under test and the answer that it got."""

from __future__ import annotations

from dataclasses import dataclass

from ..messages import Request, Response
from ..webhooks import SECRET, Event, Signed


@dataclass(frozen=True, slots=True)
class Call:
    """A request of the code under test and the answer that it got.

    ``response`` is None if no answer arrived; ``fault`` names the fault that the request met
    (``timeout()``). ``slept`` is the back-off before the request: the seconds that the official
    SDK would have slept.
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
        """Return the event that Stripe sends to webhooks after a mark_uncollectible succeeds.

        ``secret`` signs it (by default one made for tests; None leaves the signature out) at
        ``timestamp`` (unix seconds, by default now), in the way that ``signed`` names: see
        docs/events.md. Raises `NoEvent` for any other call.
        """
        from ..factories import event_of_call

        return event_of_call(
            self.request,
            self.response,
            self.fault,
            secret=secret,
            timestamp=timestamp,
            signed=signed,
        )
