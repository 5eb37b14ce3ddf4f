"""Detector of payment card numbers.

Source: https://en.wikipedia.org/wiki/Payment_card_number (prefixes, lengths and Luhn's check).
Stripe's test numbers count too: nothing in a number tells a test card from a real one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

CLUE = r"[2-6](?<!\w.)(?=(?:[ +-]?[0-9]){12})"
"""Pattern of the first digit of what may be a number."""

_DIGITS = re.compile(
    rf"{CLUE}(?<![0-9]\..)(?!(?<=\*\*\*.)[0-9]{{3}}(?![0-9]))[0-9]*(?:[ +-][0-9]+)*"
)
"""Groups of 13 or more digits, which begin as a card's number may, and as no placeholder does.

A space, a space of a form (``+``) or a dash separates groups.
"""

_GROUP = re.compile("[0-9]+")
_BRANDS = re.compile(
    r"4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})"  # Visa
    r"|(?:5[1-5][0-9]{2}|222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}"
    r"|3[47][0-9]{13}"  # American Express
    r"|(?:6011|65[0-9]{2}|64[4-9][0-9])[0-9]{12}"  # Discover
    r"|3(?:0[0-5]|[68][0-9])[0-9]{11}"  # Diners Club
    r"|35(?:2[89]|[3-8][0-9])[0-9]{12}"  # JCB
    r"|62[0-9]{14,17}"  # UnionPay
)
_LONGEST = 19
_SHORTEST_GROUP = 3
_PHONE_LENGTH = 13
"""Digits of mobile phones in Germany (+49); few cards of Visa are as short."""

_CONTINUATION = re.compile(r"\w|\.[0-9]")


def find(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the start, the end and the placeholder of each number; its last four digits stay."""
    for run in _DIGITS.finditer(text):
        groups = [match.span() for match in _GROUP.finditer(text, run.start(), run.end())]
        taken = 0
        for first, (start, _) in enumerate(groups):
            if start >= taken and (card := _longest(text, groups[first : first + _LONGEST])):
                end, digits = card
                yield start, end, f"***{digits[-4:]}"
                taken = end


def _longest(text: str, groups: Sequence[tuple[int, int]]) -> tuple[int, str] | None:
    """Return the end and the digits of the longest number that begins with the first group."""
    digits, longest = "", None
    number_start = groups[0][0]
    has_plus = text[number_start - 1 : number_start] == "+"
    for start, end in groups:
        digits += text[start:end]
        if len(digits) > _LONGEST:
            break
        is_phone = has_plus and len(digits) == _PHONE_LENGTH
        is_card = _BRANDS.fullmatch(digits) and _has_valid_checksum(digits) and not is_phone
        if is_card and not _CONTINUATION.match(text, end):
            longest = end, digits
        if end - start < _SHORTEST_GROUP:
            break  # only the last group of a number may be as short as this
    return longest


def _has_valid_checksum(digits: str) -> bool:
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[::-1][::2])) + doubled) % 10 == 0
