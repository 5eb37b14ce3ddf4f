"""An HTTP request of the code under test, and the response it got."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx

from ..stripe_api import keys
from .forms import Fields, nest

CONFLICT = 409
SERVER_ERROR = 500
"""The lowest HTTP status of a server error. Clients retry after one, and after a conflict."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request: ``method`` in upper case, the absolute ``url``, ``headers``, ``body``.

    `redact` hides the API key, of which only the prefix (``sk_test_***``) stays in ``api_key``.
    """

    method: str
    url: str
    headers: httpx.Headers = field(default_factory=httpx.Headers)
    body: bytes = b""
    api_key: str | None = None

    def redact(self) -> Request:
        """Return the request with its API key hidden, and the method in upper case."""
        headers = self.headers.copy()
        api_key = None
        if (authorization := headers.get("Authorization")) is not None:
            key = keys.api_key(authorization)
            api_key = keys.masked(key) if key else None
            headers["Authorization"] = keys.masked_authorization(authorization)
        return Request(self.method.upper(), self.url, headers, self.body, api_key)

    @property
    def path(self) -> str:
        """The path of the URL, percent-decoded."""
        return unquote(urlsplit(self.url).path)

    @property
    def idempotency_key(self) -> str | None:
        """The ``Idempotency-Key`` header."""
        value: str | None = self.headers.get("Idempotency-Key")
        return value

    @property
    def api_version(self) -> str | None:
        """The ``Stripe-Version`` header."""
        value: str | None = self.headers.get("Stripe-Version")
        return value

    @property
    def query(self) -> Fields:
        """The fields of the query string, in order; blank values count."""
        return tuple(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))

    @property
    def form(self) -> Fields | None:
        """The fields of the form body, in order; blank values count. None if it is no form."""
        kind = self.headers.get("Content-Type", "application/x-www-form-urlencoded")
        if not kind.lower().startswith("application/x-www-form-urlencoded"):
            return None if self.body else ()
        try:
            text = self.body.decode("ascii")
        except UnicodeDecodeError:
            return None
        return tuple(parse_qsl(text, keep_blank_values=True))

    @property
    def params(self) -> dict[str, Any]:
        """The parameters of query and form body, nested as Stripe reads their names."""
        return nest(self.query + (self.form or ()))

    def __str__(self) -> str:
        return f"{self.method} {keys.hide(self.url)}"


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response: ``status``, ``headers``, and the ``body`` as it was sent, encoded."""

    status: int
    headers: httpx.Headers
    body: bytes
    reason: str = ""

    def json(self) -> Any:
        """Return the decoded JSON body; raise ``ValueError`` if it is not JSON."""
        return json.loads(self.content)

    @property
    def content(self) -> bytes:
        """The body without its Content-Encoding; ``httpx.DecodingError`` if it has another."""
        if "Content-Encoding" not in self.headers:
            return self.body
        return httpx.Response(self.status, headers=self.headers, content=self.body).content

    def with_payload(self, payload: Any, *, indent: int | None = None) -> Response:
        """Return the response with another body: the payload as JSON."""
        headers = self.headers.copy()
        headers.pop("Content-Encoding", None)
        return replace(self, headers=headers, body=json.dumps(payload, indent=indent).encode())

    @property
    def content_or_body(self) -> bytes:
        """The body without its Content-Encoding, or as it is if it is in no such encoding."""
        try:
            return self.content
        except httpx.DecodingError:
            return self.body
