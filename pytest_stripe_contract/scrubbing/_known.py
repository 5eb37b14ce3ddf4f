"""Texts that are known to be personal data, so that they are replaced wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .edits import Edit, Note

Learned = Mapping[str, tuple[str, str]]
"""Texts, each with its stand-in and with the kind of data that it is."""

_SHORTEST = 4
_WORD_OF_STRIPE = re.compile(r"[a-z0-9_.]*|[0-9 .,/-]{0,8}|Stripe|Test|None|True|False")
"""What may be a property's value for another reason: a status, an amount, a date."""

_OF_STAND_INS = "Jenny Rosen 1 Example Street Example City Example State"
_PLACES = ("city", "state")
"""They are in the names of time zones too, such as ``Europe/Berlin``."""


@dataclass(frozen=True, slots=True)
class Known:
    """Finds texts that are known, and what is to take their places."""

    pattern: re.Pattern[str]
    learned: Learned

    def edits(self, text: str) -> Iterator[Edit]:
        """Where they are in a text."""
        for match in self.pattern.finditer(text):
            stand_in, kind = self.learned[match[0]]
            yield Edit(match.start(), match.end(), stand_in, [Note((), kind)])


def of(learned: Learned) -> Known | None:
    """What of that can be told from anything else wherever it stands; None if nothing can."""
    telling = {text: found for text, found in learned.items() if _is_telling(text)}
    if not telling:
        return None
    longest_first = sorted(telling, key=len, reverse=True)
    pattern = "|".join(_pattern(text, telling[text][1]) for text in longest_first)
    return Known(re.compile(rf"(?<!\w)(?:{pattern})(?!\w)"), telling)


def _is_telling(text: str) -> bool:
    if "@" in text or len(re.findall("[0-9]", text)) > 8:  # noqa: PLR2004 (no amount is so long)
        return True
    is_word = _WORD_OF_STRIPE.fullmatch(text) is not None or text in _OF_STAND_INS
    return len(text) >= _SHORTEST and not is_word


def _pattern(text: str, kind: str) -> str:
    escaped = re.escape(text)
    return f"(?<!/){escaped}(?!/)" if kind in _PLACES else escaped
