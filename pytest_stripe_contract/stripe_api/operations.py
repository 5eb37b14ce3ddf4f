"""The operations of Stripe's API that the contract knows.

Source: https://docs.stripe.com/api/invoices and Stripe's OpenAPI description.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

HOST = "api.stripe.com"


LONGEST_ID = 5000
"""Characters, by Stripe's OpenAPI description."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method on one path: ``path`` has the part that varies in braces.

    ``parameters`` are the names that query and form body may hold; ``docs`` is the page.
    ``has_siblings`` says that Stripe takes other methods on the same path, ``sets_status``
    which status an invoice has after it.
    """

    method: str
    path: str
    parameters: frozenset[str]
    docs: str
    has_siblings: bool = False
    sets_status: str | None = None


ENDPOINTS = (
    Endpoint(
        "POST",
        "/v1/invoices/{invoice}/mark_uncollectible",
        frozenset({"expand"}),
        "https://docs.stripe.com/api/invoices/mark_uncollectible",
        sets_status="uncollectible",
    ),
    Endpoint(
        "GET",
        "/v1/invoices/{invoice}",
        frozenset({"expand"}),
        "https://docs.stripe.com/api/invoices/retrieve",
        has_siblings=True,
    ),
)


_AN_ID = "((?!(?:create_preview|search|upcoming)(?:/|$))[^/]+)"
"""A segment that is no endpoint of its own."""


_PATHS = tuple(
    (re.compile(re.sub(r"\{\w+\}", lambda _: _AN_ID, endpoint.path)), endpoint)
    for endpoint in ENDPOINTS
)


@lru_cache(maxsize=256)
def template(url: str) -> tuple[Endpoint, str] | None:
    """The endpoint whose path a URL has, whatever its host, and the id in the path, decoded."""
    path = urlsplit(url).path
    for pattern, endpoint in _PATHS:
        if match := pattern.fullmatch(path):
            return endpoint, unquote(match[1])
    return None
