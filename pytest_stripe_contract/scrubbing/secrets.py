"""Secrets in a text: what they look like, and what is put in their place.

Sources: https://docs.stripe.com/keys (the prefixes of keys), https://docs.stripe.com/webhooks
(``whsec_``), https://docs.stripe.com/api/payment_intents/object (``client_secret``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from . import _cards, _hosted_urls, _mailboxes, _standins

Found = tuple[int, int, str]
"""Where a secret starts and ends, and its stand-in."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret at ``text[start:end]``: its ``kind`` in words, and what is to stand there."""

    kind: str
    start: int
    end: int
    placeholder: str


def find_secrets(text: str) -> Iterator[Secret]:
    """The secrets of a text, in order; none overlaps another."""
    found = [Secret(kind, *place) for kind, search in _SEARCHES for place in search(text)]
    end = 0
    for secret in sorted(found, key=lambda each: (each.start, -each.end)):
        if secret.start >= end:
            yield secret
        elif secret.end > end:  # two that share a part: of neither may an end be left
            yield Secret(secret.kind, end, secret.end, "***")
        end = max(end, secret.end)


def redact(text: str) -> str:
    """The text with a stand-in for each secret; the very same object if it has none."""
    while found := list(find_secrets(text)):
        parts, end = [], 0
        for secret in found:
            parts += [text[end : secret.start], secret.placeholder]
            end = secret.end
        text = "".join([*parts, text[end:]])
    return text


def _edge(behind: str) -> str:
    """That a word began so many characters before: a dot stands for one.

    An escape in front, of a URL or of JSON, is no part of the word.
    """
    return (
        rf"(?:(?<![A-Za-z0-9]{behind})|(?<=%[0-9A-Fa-f][0-9A-Fa-f]{behind})"
        rf"|(?<=\\[bfnrt]{behind})|(?<=\\u[0-9A-Fa-f]{{4}}{behind}))"
    )


# Each begins with a literal, which is found fast. Group 1 is where the secret's prefix starts,
# and group 2 what is secret.
_API_KEY = re.compile(
    r"k_(?<=([aemprsu])k_)"
    + _edge("...")
    + r"(?:org_(?:test_|live_)?+|test_|live_)([A-Za-z0-9_]{4,})"
)
_OLD_KEY = re.compile(r"k_(?<=([prs])k_)" + _edge("...") + r"((?=[A-Za-z]*[0-9])[A-Za-z0-9]{24,})")
_WEBHOOK_SECRET = re.compile(
    r"(whsec_)" + _edge("......") + r"([A-Za-z0-9][A-Za-z0-9_+/-]{2,}={0,2})"
)
_TOKEN = re.compile(r"(tok_)((?=[A-Za-z]*[0-9])[A-Za-z0-9]{14,})")
_AUTHORIZATION_CODE = re.compile(r"(ac_)" + _edge("...") + r"((?=[A-Za-z]*[0-9])[A-Za-z0-9]{14,})")
_REFRESH_TOKEN = re.compile(r"(rt_)" + _edge("...") + r"((?=[A-Za-z]*[0-9])[A-Za-z0-9]{14,})")
_JWT = re.compile(r"(eyJ)" + _edge("...") + r"([A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]{4,}){2,4})")
_USER_INFO = re.compile(r"://()([^\s/@\"'<>\\?#]+)(?=@)")

_SECRET_OF_CLIENT = re.compile(r"(_secret__?)([A-Za-z0-9](?:[A-Za-z0-9_-]|%[0-9A-Fa-f]{2}){2,})")
_OWNER = re.compile(
    r"(?<![A-Za-z0-9])(?:pi|seti|cs|src|vs|cuss|accs|fcsess|cpi|in|sub)(?:_[A-Za-z0-9]+)*\Z"
    r"|(?<![A-Za-z0-9])[a-z]{2,8}_(?=[A-Za-z]*[0-9])[A-Za-z0-9]+\Z"
)
"""What a client secret begins with: an object's id, or the name of its type."""

_LONGEST_OWNER = 255


def _search(
    *patterns: re.Pattern[str], stand_in: Callable[[str], str] = _standins.secret
) -> Callable[[str], Iterator[Found]]:
    def search(text: str) -> Iterator[Found]:
        for pattern in patterns:
            for match in pattern.finditer(text):
                start, secret = match.start(1), match[2]
                if not _standins.is_mask(secret):
                    yield start, match.end(), text[start : match.start(2)] + stand_in(secret)

    return search


def _hidden(_secret: str) -> str:
    """For keys and passwords: of a key, the package keeps no more than its prefix."""
    return "***"


def _client_secrets(text: str) -> Iterator[Found]:
    for match in _SECRET_OF_CLIENT.finditer(text):
        owner = _OWNER.search(text, max(0, match.start() - _LONGEST_OWNER), match.start())
        if owner is None:
            continue
        # Only a checkout session's has escapes of its own; behind another, one ends it.
        secret = match[2] if owner[0].startswith("cs_") else match[2].partition("%")[0]
        if not _standins.is_mask(secret):
            kept = owner[0] + match[1]
            yield owner.start(), match.start(2) + len(secret), kept + _standins.secret(secret)


_SEARCHES: tuple[tuple[str, Callable[[str], Iterator[Found]]], ...] = (
    ("API key", _search(_API_KEY, _OLD_KEY, stand_in=_hidden)),
    ("webhook secret", _search(_WEBHOOK_SECRET)),
    ("client_secret", _client_secrets),
    ("token", _search(_TOKEN, _AUTHORIZATION_CODE, _REFRESH_TOKEN, _JWT)),
    ("hosted url", _hosted_urls.find),
    ("credentials", _search(_USER_INFO, stand_in=_hidden)),
    ("e-mail", _mailboxes.find),
    ("card number", _cards.find),
)
"""A kind in words, and the search for secrets of it; the first of two at one place counts."""
