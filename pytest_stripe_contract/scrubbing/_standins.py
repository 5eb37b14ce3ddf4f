"""What stands for a secret or for a person's data: the same for the same input, everywhere.

A stand-in is a pure function of what it stands for (a short digest), so that a request, its
answer and the next recording agree on it; it shows what it is, so that it gets none itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

_TEST_DOMAINS = frozenset(("example.com", "example.org", "example.net"))
_TEST_ZONES = frozenset(("example", "test", "invalid", "localhost"))
_PUBLIC = frozenset(("support@stripe.com",))
"""Stripe's own address stands in its error messages, and is nobody's."""

_NAMES = re.compile(r"(?:Jenny|Rosen|Jenny Rosen(?: [0-9a-f]{6})?|Stripe Docs)")
_PHONE = re.compile(r"\+1555[0-9]{7}")
_ADDRESS_TEXT = re.compile(r"[0-9]{1,6} Example Street|Example (?:City|State) [0-9a-f]{4}")
_POSTAL_CODE = re.compile(r"000[0-9]{5}")
_DOCUMENTED_TAX_ID = re.compile(r"\D{0,3}12345678\d{0,3}")
_LIKE_TAX_ID = re.compile(r"[0-9A-Za-z ./-]{2,40}")
_COUNTRY = re.compile(r"[A-Z]{2}U?(?=[0-9])")
_TEST_ADDRESS = re.compile(r"(?:192\.0\.2|198\.51\.100|203\.0\.113|127\.0\.0)\.[0-9]+|2001:db8:.*")
_KEPT = r"(?:[0-9A-Za-z]+_+)*"
"""What may be left of a secret before its mask: a key's prefix, an object's id."""

_MASK = r"(?:eyJ)?\*{3,}[0-9A-Za-z]*"
_WORD = (
    r"redacted|filtered|masked|hidden|dummy|x{3,}"
    r"|<[a-z_ ]*(?:redacted|filtered|masked|hidden|key|secret|token)[a-z_ ]*>"
)
_MASKED = re.compile(rf"{_KEPT}(?:{_MASK}|{_WORD})", re.IGNORECASE)
_ALL_MASKED = re.compile(rf"{_MASK}|{_WORD}", re.IGNORECASE)


def digest(text: str, length: int = 8) -> str:
    """So many hexadecimal digits of the text's SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]


def is_placeholder(text: str) -> bool:
    """Whether no more than a prefix was left of a secret: ``sk_test_***``, ``pi_1_secret_xxxx``."""
    return _MASKED.fullmatch(text) is not None


def is_mask(text: str) -> bool:
    """Whether nothing was left of what was there: ``***1234``, ``REDACTED``, ``<token>``."""
    return _ALL_MASKED.fullmatch(text) is not None


def is_of_test(domain: str) -> bool:
    """Whether a domain is reserved for tests and documents, so that no person's mail is there.

    Source: https://www.rfc-editor.org/rfc/rfc2606 and https://www.rfc-editor.org/rfc/rfc6761
    """
    labels = domain.lower().rstrip(".").split(".")
    return labels[-1] in _TEST_ZONES or ".".join(labels[-2:]) in _TEST_DOMAINS


def is_nobodys(address: str) -> bool:
    """Whether an e-mail address is no person's: of a test domain, or Stripe's own."""
    return is_of_test(address.rpartition("@")[2]) or address.lower() in _PUBLIC


def secret(text: str) -> str:
    """For a secret of high entropy: two of them stay two, and neither can be had back."""
    return f"***{digest(text)}"


def email(address: str) -> str:
    """An address at example.com; a test domain's own stays."""
    if is_nobodys(address) and "@" in address:
        return address
    return f"jenny.rosen.{digest(address.casefold(), 6)}@example.com"


def name(text: str) -> str:
    """The documentation's person, told apart from others by a digest."""
    return text if _NAMES.fullmatch(text) else f"Jenny Rosen {digest(text, 6)}"


def phone(text: str) -> str:
    """A number in an area that North America's plan has not given out."""
    return text if _PHONE.fullmatch(text) else f"+1555{_number(text, 7)}"


def street(text: str) -> str:
    """For a line of an address."""
    if _ADDRESS_TEXT.fullmatch(text):
        return text
    return f"{int(_number(text, 5)) + 1} Example Street"


def city(text: str) -> str:
    """For the name of a city."""
    return text if _ADDRESS_TEXT.fullmatch(text) else f"Example City {digest(text, 4)}"


def state(text: str) -> str:
    """For a state, county or province."""
    return text if _ADDRESS_TEXT.fullmatch(text) else f"Example State {digest(text, 4)}"


def postal_code(text: str) -> str:
    """A code with three leading zeros, which no country gives out."""
    return text if _POSTAL_CODE.fullmatch(text) else f"000{_number(text, 5)}"


def tax_id(text: str) -> str:
    """The same form, the country's letters kept; the first digits are zeros."""
    if not _LIKE_TAX_ID.fullmatch(text):
        return generic(text)
    digits = re.sub(r"\D", "", text, flags=re.ASCII)
    zeros = "0" * (4 if len(digits) >= 8 else 3)  # noqa: PLR2004 (a number of eight may be real)
    if _DOCUMENTED_TAX_ID.fullmatch(text) or digits[: len(zeros)] == zeros[: len(digits)] != "":
        return text
    country = _COUNTRY.match(text)
    kept = country[0] if country else ""
    fresh = iter(zeros + _number(text, max(len(digits), 1)))
    rest = "".join(
        next(fresh) if "0" <= char <= "9" else "X" if char.isalnum() else char
        for char in text[len(kept) :]
    )
    return kept + (rest if digits else f"{zeros}{rest}")


def ip_address(text: str) -> str:
    """An address for documents: https://www.rfc-editor.org/rfc/rfc5737."""
    if _TEST_ADDRESS.fullmatch(text):
        return text
    return f"192.0.2.{int(digest(text), 16) % 254 + 1}"


def birthday(text: str) -> str:
    """One date of birth for all: https://docs.stripe.com/connect/testing names it."""
    return {1: "1", 2: "1", 4: "1901"}.get(len(text), "1901-01-01")


def digits(text: str) -> str:
    """Zeros, as many as there were characters: for numbers too short for a digest."""
    return "0" * min(len(text), 12)


def generic(text: str) -> str:
    """For what has no form of its own."""
    return text if is_placeholder(text) else secret(text)


def _number(text: str, length: int) -> str:
    """So many decimal digits, from the text's digest."""
    return str(int(digest(text, 32), 16))[-length:].zfill(length)


BY_KIND: dict[str, Callable[[str], str]] = {
    "name": name,
    "e-mail": email,
    "phone": phone,
    "address": street,
    "city": city,
    "state": state,
    "postal code": postal_code,
    "tax id": tax_id,
    "ip address": ip_address,
    "date of birth": birthday,
    "identity number": digits,
    "secret": generic,
    "shipment": generic,
}
"""The function for each kind of personal data, by the name that reports give the kind."""
