"""A request of the code under test, and the answer it got."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx

from ..stripe_api import keys
from .forms import Fields, nest

CONFLICT = 409
SERVER_ERROR = 500
"""The least HTTP status of a server's own failure. After it and a conflict, clients try again."""


@dataclass(frozen=True)
class Request:
    """One HTTP request: ``method`` in upper case, the absolute ``url``, ``headers``, ``body``.

    `received` makes one from what a client put on the wire, and hides the API key in it:
    no more than the key's prefix (``sk_test_***``) is ever kept.
    """

    method: str
    url: str
    headers: httpx.Headers = field(default_factory=httpx.Headers)
    body: bytes = b""
    api_key: str | None = None

    @classmethod
    def received(cls, method: str, url: str, headers: httpx.Headers, body: bytes) -> Request:
        """The request as it may be kept: with what is secret in its headers hidden."""
        return cls(method, url, headers, body).hidden()

    def hidden(self) -> Request:
        """The same, as it may be kept."""
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

    @cached_property
    def idempotency_key(self) -> str | None:
        """The ``Idempotency-Key`` header."""
        value: str | None = self.headers.get("Idempotency-Key")
        return value

    @cached_property
    def api_version(self) -> str | None:
        """The ``Stripe-Version`` header."""
        value: str | None = self.headers.get("Stripe-Version")
        return value

    @cached_property
    def query(self) -> Fields:
        """The fields of the query string, in order; blank values count."""
        return tuple(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))

    @cached_property
    def form(self) -> Fields | None:
        """The fields of the form body, in order; blank values count. None: it is no form."""
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
    """One HTTP response: ``status``, ``headers``, and the ``body`` as it was sent."""

    status: int
    headers: httpx.Headers
    body: bytes
    reason: str = ""

    def json(self) -> Any:
        """The body, decoded: `ValueError` if it is not JSON."""
        return json.loads(self.content)

    @property
    def content(self) -> bytes:
        """The body without its Content-Encoding."""
        if "Content-Encoding" not in self.headers:
            return self.body
        return httpx.Response(self.status, headers=self.headers, content=self.body).content

    def with_payload(self, payload: Any, *, indent: int | None = None) -> Response:
        """The same with another body, which is that payload as JSON."""
        headers = self.headers.copy()
        headers.pop("Content-Encoding", None)
        return replace(self, headers=headers, body=json.dumps(payload, indent=indent).encode())

    @property
    def legible(self) -> bytes:
        """The same, or the body as it is if it is not in the coding that its header names."""
        try:
            return self.content
        except httpx.DecodingError:
            return self.body
