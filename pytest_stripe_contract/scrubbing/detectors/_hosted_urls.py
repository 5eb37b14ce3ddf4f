"""Detector of the secret parts of pages that Stripe hosts: their URL alone gives access to them.

Source: https://docs.stripe.com/invoicing/hosted-invoice-page and
https://docs.stripe.com/api/checkout/sessions/object (``url``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .. import _placeholders

_REST = r"([^\s\"'<>\\#]*)(?:#([^\s\"'<>\\]*[^\s\"'<>\\().,;:!?\[\]{}]))?"
_HOSTS = ("invoice", "pay", "checkout", "billing", "connect", "files", "hooks", "verify")
_ANY_HOST = "|".join(rf"(?<={host}[.]stripe[.]com/)" for host in _HOSTS)
_URLS = (
    re.compile(rf"\.stripe\.com/(?:{_ANY_HOST}){_REST}"),
    re.compile(rf"/pay/(?=cs_)(?<!\.stripe\.com/pay/)(?<!\.stripe\.com/c/pay/){_REST}"),
)
"""URLs of Stripe's own domain, and of checkouts on a domain of the account's."""

_PART = re.compile(r"[\w%,~+.*-]*\w")
_PLAIN_ID = r"[a-z]{2,8}_[A-Za-z0-9]+\Z"
"""An object's id, which payloads hold too, gives no access, not even behind ``test_``."""

_SECRET = re.compile(
    r"((?:acct|invst|rcpt|cs(?:_test|_live)?)_)((?=[A-Za-z]*[0-9])[A-Za-z0-9]{6,})"
    rf"|((?:test|live)_)(?!{_PLAIN_ID})([^*]{{6,}})"
    rf"|(?!(?:(?:test|live)_)?{_PLAIN_ID})()((?=[a-z_-]*[A-Z0-9])[\w-]{{12,}})"
)
_SHORTEST_FRAGMENT = 6


def find(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the start, the end and the placeholder of each secret part of a URL."""
    for url in (match for pattern in _URLS for match in pattern.finditer(text)):
        for part in _PART.finditer(text, *url.span(1)):
            if secret := _SECRET.fullmatch(part[0]):
                prefix, tail = (group for group in secret.groups() if group is not None)
                yield part.start(), part.end(), prefix + _placeholders.secret(tail)
        fragment = url[2] or ""
        if len(fragment) >= _SHORTEST_FRAGMENT and "***" not in fragment:
            yield url.start(2), url.end(2), _placeholders.secret(fragment)
