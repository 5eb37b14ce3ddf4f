"""Numbers of payment cards in a text.

Source: https://en.wikipedia.org/wiki/Payment_card_number (prefixes, lengths and Luhn's check).
Stripe's test numbers count too: what looks like a card is not told from one by its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_RUN = re.compile(
    r"[2-6](?<!\w.)(?<![0-9]\..)(?!(?<=\*\*\*.)[0-9]{3}(?![0-9]))"
    r"(?=(?:[ +-]?[0-9]){12})[0-9]*(?:[ +-][0-9]+)*"
)
"""Groups of digits, 13 or more, that begin as a card's number may, and as no stand-in does.

Between them is a space, as it is or as a form has it (``+``), or a dash.
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
_LENGTH_OF_PHONES = 13
"""Of mobile phones in Germany (+49); few cards of Visa are as short."""

_GOES_ON = re.compile(r"\w|\.[0-9]")


def find(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each card number starts and ends, and what is to stand there: its last four."""
    for run in _RUN.finditer(text):
        groups = [match.span() for match in _GROUP.finditer(text, run.start(), run.end())]
        taken = 0
        for first, (start, _) in enumerate(groups):
            if start >= taken and (card := _longest(text, groups[first : first + _LONGEST])):
                end, digits = card
                yield start, end, f"***{digits[-4:]}"
                taken = end


def _longest(text: str, groups: Sequence[tuple[int, int]]) -> tuple[int, str] | None:
    """The end and the digits of the longest number that begins with the first group."""
    digits, best = "", None
    begins = groups[0][0]
    has_plus = text[begins - 1 : begins] == "+"
    for start, end in groups:
        digits += text[start:end]
        if len(digits) > _LONGEST:
            break
        is_phone = has_plus and len(digits) == _LENGTH_OF_PHONES
        if _BRANDS.fullmatch(digits) and _is_luhn(digits) and not is_phone:
            best = best if _GOES_ON.match(text, end) else (end, digits)
        if end - start < _SHORTEST_GROUP:
            break  # only the last group of a number may be as short as this
    return best


def _is_luhn(digits: str) -> bool:
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[::-1][::2])) + doubled) % 10 == 0
