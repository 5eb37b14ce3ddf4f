"""Failures that no recording can hold, for use in a sequence of cassettes.

A fault answers the request of the recording after it in the sequence (or before it, at the end):
``stripe_replay(timeout(), "mark_uncollectible")`` lets the first request time out and answers the
second. Alone, it answers a request to mark an invoice as uncollectible.
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
_FIRST_ERROR: Final = 400
_FIRST_API_ERROR: Final = 500
_LAST_STATUS: Final = 599
_PAGE: Final = "<html><head><title>502 Bad Gateway</title></head><body></body></html>"


@dataclass(frozen=True, slots=True, repr=False)
class Fault:
    """One failure on the way; ``name`` is the call that makes it, as written in a test.

    ``failure`` is that of the connection, ``delay`` the virtual seconds before the answer that
    follows arrives, ``response`` an answer in place of it, and ``is_truncated`` says that the
    answer ends after half of its body.
    """

    name: str
    failure: Failure | None = None
    delay: float = 0.0
    response: Response | None = None
    is_truncated: bool = False

    def reply(self, recorded: Response) -> Reply:
        """Return the reply to a request that the response ``recorded`` would have answered."""
        if self.failure is not None:
            return Reply(None, failure=self.failure)
        return Reply(self.response or recorded, delay=self.delay, is_truncated=self.is_truncated)

    def __repr__(self) -> str:
        return self.name


def timeout() -> Fault:
    """Let a request time out, whatever the client's timeout; the test does not wait for it."""
    return Fault("timeout()", failure="timeout")


def connection_reset() -> Fault:
    """Reset the connection after the request was sent and before an answer arrives."""
    return Fault("connection_reset()", failure="reset")


def dns_failure() -> Fault:
    """Fail to resolve the host's name, so that nothing is sent."""
    return Fault("dns_failure()", failure="dns")


def tls_failure() -> Fault:
    """Fail to verify the host's certificate, so that nothing is sent."""
    return Fault("tls_failure()", failure="tls")


def truncated_body() -> Fault:
    """Close the connection in the middle of the answer's body."""
    return Fault("truncated_body()", is_truncated=True)


def not_json(html: str = _PAGE, status: int = 502) -> Fault:
    """Answer with an HTML page, as a proxy does, and an HTTP status from 200 to 599.

    Raises `InvalidOption` for another status, or a page that is no text.
    """
    if not isinstance(html, str):
        raise InvalidOption("not_json", html, "a text")
    response = Response(status, httpx.Headers({"Content-Type": "text/html"}), html.encode())
    return Fault(f"not_json(status={status})", response=_valid(response))


def status(code: int) -> Fault:
    """Answer with an error that has an HTTP status from 400 to 599 and only a ``type``.

    Raises `InvalidOption` for another status. Source: https://docs.stripe.com/api/errors (``type``
    is the only property that every error has).
    """
    kind = "api_error" if isinstance(code, int) and code >= _FIRST_API_ERROR else None
    kind = kind or _TYPES.get(code, "invalid_request_error")
    body = json.dumps({"error": {"type": kind}}, indent=2).encode()
    response = Response(code, httpx.Headers({"Content-Type": "application/json"}), body)
    return Fault(f"status({code})", response=_valid(response, first=_FIRST_ERROR))


def slow(seconds: float) -> Fault:
    """Delay the answer that follows in the sequence by virtual seconds.

    A client with a shorter timeout times out, and its next request gets the answer. Any other
    client gets the answer at once. Raises `InvalidOption` unless ``seconds`` is above 0.
    """
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not seconds > 0:
        raise InvalidOption("slow", seconds, "seconds, more than 0")
    return Fault(f"slow({seconds})", delay=float(seconds))


def _valid(response: Response, first: int = 200) -> Response:
    code = response.status
    if isinstance(code, bool) or not isinstance(code, int) or not first <= code <= _LAST_STATUS:
        raise InvalidOption("status", code, f"an HTTP status from {first} to {_LAST_STATUS}")
    return replace(response, headers=httpx.Headers(response.headers))
