"""Find the secrets that can be read in a text, and replace them by placeholders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...stripe_api import keys
from .. import _placeholders
from . import _cards, _emails, _hosted_urls

_USER_INFO = re.compile(r"://([^\s/@\"'<>\\?#]+)(?=@)")


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret at ``text[start:end]``: its ``kind`` in words, and the text to put there."""

    kind: str
    start: int
    end: int
    placeholder: str


def find_secrets(text: str, known: Iterable[Secret] = ()) -> Iterator[Secret]:
    """Yield the secrets of a text, and those known already, in its order; none overlaps another."""
    found = list(known)
    for detect in _DETECTORS:
        found += detect(text)
    end = 0
    for secret in sorted(found, key=lambda each: (each.start, -each.end)):
        if secret.start >= end:
            yield secret
        elif secret.end > end:  # two that overlap: no end of either may stay
            yield Secret(secret.kind, end, secret.end, "***")
        end = max(end, secret.end)


def redact(text: str) -> str:
    """Return the text with a placeholder for each secret; the same object if it has none."""
    while found := list(find_secrets(text)):
        text = replace_secrets(text, found)
    return text


def replace_secrets(text: str, secrets: Iterable[Secret]) -> str:
    """Return the text with the placeholders of secrets, which are in its order."""
    parts, end = [], 0
    for secret in secrets:
        parts += [text[end : secret.start], secret.placeholder]
        end = secret.end
    return "".join([*parts, text[end:]])


def _keys(text: str) -> Iterator[Secret]:
    for found in keys.find(text):
        # No part of an API key is kept, not even as a digest.
        masked = "***" if found.kind == "API key" else _placeholders.secret(found.secret)
        yield Secret(found.kind, found.start, found.end, found.prefix + masked)


def _credentials(text: str) -> Iterator[Secret]:
    for match in _USER_INFO.finditer(text):
        if not keys.is_mask(match[1]):
            yield Secret("credentials", match.start(1), match.end(1), "***")


def _hosted_pages(text: str) -> Iterator[Secret]:
    return (Secret("hosted url", *found) for found in _hosted_urls.find(text))


def _mail_addresses(text: str) -> Iterator[Secret]:
    return (Secret("e-mail", *found) for found in _emails.find(text))


def _card_numbers(text: str) -> Iterator[Secret]:
    return (Secret("card number", *found) for found in _cards.find(text))


_DETECTORS = (_keys, _hosted_pages, _credentials, _mail_addresses, _card_numbers)
"""The detectors; the earlier one wins where two find secrets at one place."""

CLUES = rf"{keys.CLUES}|[.]stripe[.]com/|/pay/|@|%40|{_cards.CLUE}"
"""Pattern of which a part is in every text that a detector finds something in."""
