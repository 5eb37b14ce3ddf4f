"""Stripe itself, or a stand-in for it: asked by this process while a cassette is recorded."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import httpx

from ..errors import InvalidOption
from ..messages import Request, Response, origin
from ..stripe_api import STRIPE
from ..transport import network_block

PATIENCE = 80.0
"""Seconds that an answer may take: as many as the official SDK waits for one."""

_BETWEEN_HOPS = frozenset(
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
class Base:
    """The address of what is recorded: Stripe's API, or a stand-in such as stripe-mock.

    Recordings of a stand-in name Stripe's address, so that code which is told of the stand-in
    and code which is not play the same cassette.
    """

    url: str = STRIPE

    def __post_init__(self) -> None:
        url = self.url.rstrip("/") if isinstance(self.url, str) else self.url
        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            raise InvalidOption("stripe_api_base", url, "an address such as http://127.0.0.1:8420")
        object.__setattr__(self, "url", url)

    @property
    def is_stripe(self) -> bool:
        """Whether it is Stripe itself."""
        return self.url == STRIPE

    def real(self, url: str) -> str:
        """Where to send what is meant for Stripe."""
        return _moved(url, STRIPE, self.url)

    def meant(self, url: str) -> str:
        """What a request to the stand-in would have been to Stripe."""
        return _moved(url, self.url, STRIPE)


def _moved(url: str, old: str, new: str) -> str:
    """The URL below another address, if it is below the old one, however that is written."""
    parts, path = urlsplit(url), urlsplit(old).path
    if origin(url) != origin(old) or not f"{parts.path}/".startswith(f"{path}/"):
        return url
    rest = urlunsplit(("", "", parts.path[len(path) :], parts.query, parts.fragment))
    return f"{new}{rest}"


class Upstream:
    """Connections to the network, for one recording; several threads may use it at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None

    def _opened(self) -> httpx.Client:
        with self._lock:
            if self._client is None:
                self._client = httpx.Client(timeout=PATIENCE)
            return self._client

    def ask(self, sent: Request, url: str) -> Response:
        """The answer to a request, which is sent as the client wrote it but to this address.

        What happens to the connection is raised as the ``OSError`` that a client knows:
        ``TimeoutError``, or ``ConnectionError`` for everything else.
        """
        request = httpx.Request(sent.method, url, headers=_end_to_end(sent), content=sent.body)
        with network_block.lifted():
            try:
                answer = self._opened().send(request, stream=True)
                body = b"".join(answer.iter_raw())
            except httpx.TimeoutException as error:
                raise TimeoutError(_told(url, error)) from error
            except httpx.TransportError as error:
                raise ConnectionError(_told(url, error)) from error
        headers = httpx.Headers(_end_to_end(answer))
        return Response(answer.status_code, headers, body, answer.reason_phrase)

    def close(self) -> None:
        """Hang up; it opens again if it is asked."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None


def _told(url: str, error: Exception) -> str:
    scheme, host, port = origin(url)
    return f"{type(error).__name__} at {scheme}://{host}:{port}: {error}"


def _end_to_end(message: Request | httpx.Response) -> list[tuple[bytes, bytes]]:
    return [
        (name, value)
        for name, value in message.headers.raw
        if name.lower().decode("latin-1") not in _BETWEEN_HOPS
    ]
