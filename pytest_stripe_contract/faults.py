"""What no recording can hold: values to put in a sequence of cassettes, beside their names.

A fault meets the request of the recording that comes after it in the sequence (or before it, at
the end): ``stripe_replay(timeout(), "mark_uncollectible")`` lets the first request time out and
answers the second. Alone, it meets a request to mark an invoice as uncollectible.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Final

import httpx

from .errors import InvalidOption
from .messages import Response
from .transport import Failure, Reply

_TYPES: Final = {402: "card_error"}
_LEAST_ERROR: Final = 400
_LEAST_API_ERROR: Final = 500
_MOST: Final = 599
_PAGE: Final = "<html><head><title>502 Bad Gateway</title></head><body></body></html>"


@dataclass(frozen=True, slots=True, repr=False)
class Fault:
    """One thing that goes wrong on the way; ``name`` says what, as it is written in a test.

    ``failure`` is what happens to the connection instead of an answer, ``delay`` the virtual
    seconds before the answer that follows arrives, ``response`` an answer of its own; with
    ``is_cut`` it is the first half of the answer that the request would have had.
    """

    name: str
    failure: Failure | None = None
    delay: float = 0.0
    response: Response | None = None
    is_cut: bool = False

    def reply(self, recorded: Response) -> Reply:
        """What the client meets, where ``recorded`` is what it would have had."""
        if self.failure is not None:
            return Reply(None, failure=self.failure)
        return Reply(self.response or recorded, delay=self.delay, is_truncated=self.is_cut)

    def __repr__(self) -> str:
        return self.name


def timeout() -> Fault:
    """No answer within the client's patience; nobody waits for it."""
    return Fault("timeout()", failure="timeout")


def connection_reset() -> Fault:
    """The request was sent, and the connection is reset before an answer arrives."""
    return Fault("connection_reset()", failure="reset")


def dns_failure() -> Fault:
    """The host's name cannot be resolved; nothing is sent."""
    return Fault("dns_failure()", failure="dns")


def tls_failure() -> Fault:
    """The host's certificate cannot be verified; nothing is sent."""
    return Fault("tls_failure()", failure="tls")


def truncated_body() -> Fault:
    """The answer breaks off in the middle of its body."""
    return Fault("truncated_body()", is_cut=True)


def not_json(html: str = _PAGE, status: int = 502) -> Fault:
    """A page from something between the client and Stripe, with an HTTP status."""
    if not isinstance(html, str):
        raise InvalidOption("not_json", html, "a text")
    response = Response(status, httpx.Headers({"Content-Type": "text/html"}), html.encode())
    return Fault(f"not_json(status={status})", response=_valid(response))


def status(code: int) -> Fault:
    """An error of that HTTP status (400 to 599) of which nothing else is known.

    Source: https://docs.stripe.com/api/errors (``type`` is all that an error always has).
    """
    kind = "api_error" if isinstance(code, int) and code >= _LEAST_API_ERROR else None
    kind = kind or _TYPES.get(code, "invalid_request_error")
    body = json.dumps({"error": {"type": kind}}, indent=2).encode()
    response = Response(code, httpx.Headers({"Content-Type": "application/json"}), body)
    return Fault(f"status({code})", response=_valid(response, least=_LEAST_ERROR))


def slow(seconds: float) -> Fault:
    """The answer that follows in the sequence arrives after so many virtual seconds.

    A client that is less patient times out (the answer is then left for its next try); any
    other gets the answer at once.
    """
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not seconds > 0:
        raise InvalidOption("slow", seconds, "seconds, more than 0")
    return Fault(f"slow({seconds})", delay=float(seconds))


def _valid(response: Response, least: int = 200) -> Response:
    code = response.status
    if isinstance(code, bool) or not isinstance(code, int) or not least <= code <= _MOST:
        raise InvalidOption("status", code, f"an HTTP status from {least} to {_MOST}")
    return replace(response, headers=httpx.Headers(response.headers))
