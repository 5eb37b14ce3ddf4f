"""The operations of Stripe's API that the contract knows.

Source: https://docs.stripe.com/api/invoices and Stripe's OpenAPI description.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

HOST = "api.stripe.com"


LONGEST_ID = 5000
"""The most characters of an id in a path, by Stripe's OpenAPI description."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path, whose variable part is in braces.

    ``parameters`` are the allowed names in query and form body; ``docs`` is the page's address.
    ``has_siblings`` says that Stripe takes other methods on the same path; ``sets_status`` is the
    status of the invoice afterwards.
    """

    method: str
    path: str
    parameters: frozenset[str]
    docs: str
    has_siblings: bool = False
    sets_status: str | None = None


OPERATIONS = (
    Operation(
        "POST",
        "/v1/invoices/{invoice}/mark_uncollectible",
        frozenset({"expand"}),
        "https://docs.stripe.com/api/invoices/mark_uncollectible",
        sets_status="uncollectible",
    ),
    Operation(
        "GET",
        "/v1/invoices/{invoice}",
        frozenset({"expand"}),
        "https://docs.stripe.com/api/invoices/retrieve",
        has_siblings=True,
    ),
)


_ID = "((?!(?:create_preview|search|upcoming)(?:/|$))[^/]+)"
"""A segment that is not the name of another operation."""


_PATHS = tuple(
    (re.compile(re.sub(r"\{\w+\}", lambda _: _ID, operation.path)), operation)
    for operation in OPERATIONS
)


def find_operation(url: str) -> tuple[Operation, str] | None:
    """Return the operation of a URL's path, on any host, and the decoded id in the path."""
    path = urlsplit(url).path
    for pattern, operation in _PATHS:
        if match := pattern.fullmatch(path):
            return operation, unquote(match[1])
    return None
