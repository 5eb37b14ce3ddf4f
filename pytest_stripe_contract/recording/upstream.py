"""The server that answers while a cassette is recorded: Stripe, or a test server in its place."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import httpx

from ..errors import InvalidOption
from ..messages import Request, Response, origin
from ..stripe_api import STRIPE
from ..transport import network_block

TIMEOUT = 80.0
"""Seconds that an answer may take: as many as the official SDK waits for one."""

_HOP_BY_HOP = frozenset(
    (
        "connection",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    )
)
"""Headers that are about one connection: RFC 9110, sections 7.6.1 and 10.1.1."""


@dataclass(frozen=True, slots=True)
class ApiBase:
    """The address that is recorded from: Stripe's API, or a test server such as stripe-mock.

    Recordings of a test server name Stripe's address, so that they answer code that sends its
    requests to the test server and code that sends them to Stripe. Raises `InvalidOption` for a
    ``url`` that is no address.
    """

    url: str = STRIPE

    def __post_init__(self) -> None:
        url = self.url.rstrip("/") if isinstance(self.url, str) else self.url
        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            raise InvalidOption("stripe_api_base", url, "an address such as http://127.0.0.1:8420")
        object.__setattr__(self, "url", url)

    @property
    def is_stripe(self) -> bool:
        """Return True for Stripe itself."""
        return self.url == STRIPE

    def to_base(self, url: str) -> str:
        """Return the URL at this address for a URL at Stripe's."""
        return _move(url, STRIPE, self.url)

    def to_stripe(self, url: str) -> str:
        """Return the URL at Stripe's address for a URL at this one."""
        return _move(url, self.url, STRIPE)


def _move(url: str, old: str, new: str) -> str:
    """Return the URL below another address if it is below the old one, else as it is."""
    parts, path = urlsplit(url), urlsplit(old).path
    if origin(url) != origin(old) or not f"{parts.path}/".startswith(f"{path}/"):
        return url
    rest = urlunsplit(("", "", parts.path[len(path) :], parts.query, parts.fragment))
    return f"{new}{rest}"


def send(client: httpx.Client, request: Request, url: str) -> Response:
    """Return the answer to a request, sent to this URL with its own headers and body.

    Raises ``TimeoutError``, or ``ConnectionError`` for any other failure of the connection:
    each client of the code under test knows what to do with an ``OSError``.
    """
    sent = httpx.Request(request.method, url, headers=_end_to_end(request), content=request.body)
    with network_block.lifted():
        try:
            answer = client.send(sent, stream=True)
            body = b"".join(answer.iter_raw())
        except httpx.TimeoutException as error:
            raise TimeoutError(_describe(url, error)) from error
        except httpx.TransportError as error:
            raise ConnectionError(_describe(url, error)) from error
    headers = httpx.Headers(_end_to_end(answer))
    return Response(answer.status_code, headers, body, answer.reason_phrase)


def _describe(url: str, error: Exception) -> str:
    scheme, host, port = origin(url)
    return f"{type(error).__name__} at {scheme}://{host}:{port}: {error}"


def _end_to_end(message: Request | httpx.Response) -> list[tuple[bytes, bytes]]:
    """Return the headers of a message that are not about one connection alone."""
    return [
        (name, value)
        for name, value in message.headers.raw
        if name.lower().decode("latin-1") not in _HOP_BY_HOP
    ]
