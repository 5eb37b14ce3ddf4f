"""Placeholders for secrets and personal data: e-mails, names, phones, addresses, tax ids.

A placeholder is a pure function of the value (a short digest), so that a request, its answer and
the next recording agree on it. It is recognised as one, so that it is not replaced again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from ..stripe_api import keys

_TEST_DOMAINS = frozenset(("example.com", "example.org", "example.net"))
_TEST_ZONES = frozenset(("example", "test", "invalid", "localhost"))
_PUBLIC = frozenset(("support@stripe.com",))
"""Stripe's own address, which its error messages hold."""

_NAMES = re.compile(r"(?:Jenny|Rosen|Jenny Rosen(?: [0-9a-f]{6})?|Stripe Docs)")
_PHONE = re.compile(r"\+1555[0-9]{7}")
_ADDRESS_TEXT = re.compile(r"[0-9]{1,6} Example Street|Example (?:City|State) [0-9a-f]{4}")
_POSTAL_CODE = re.compile(r"000[0-9]{5}")
_DOCUMENTED_TAX_ID = re.compile(r"\D{0,3}12345678\d{0,3}")
_LIKE_TAX_ID = re.compile(r"[0-9A-Za-z ./-]{2,40}")
_COUNTRY = re.compile(r"[A-Z]{2}U?(?=[0-9])")
_TEST_ADDRESS = re.compile(r"(?:192\.0\.2|198\.51\.100|203\.0\.113|127\.0\.0)\.[0-9]+|2001:db8:.*")


def digest(text: str, length: int = 8) -> str:
    """Return so many hexadecimal digits of the text's SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]


def is_reserved_address(address: str) -> bool:
    """Tell if an e-mail address is no person's: of a domain for tests, or Stripe's own.

    Source: https://www.rfc-editor.org/rfc/rfc2606 and https://www.rfc-editor.org/rfc/rfc6761
    """
    labels = address.lower().rpartition("@")[2].rstrip(".").split(".")
    is_for_tests = labels[-1] in _TEST_ZONES or ".".join(labels[-2:]) in _TEST_DOMAINS
    return is_for_tests or address.lower() in _PUBLIC


def secret(text: str) -> str:
    """Return stars and a digest: two secrets stay distinct, and neither can be restored."""
    return f"***{digest(text)}"


def email(address: str) -> str:
    """Return an address at example.com; an address of a reserved domain stays."""
    if is_reserved_address(address) and "@" in address:
        return address
    return f"jenny.rosen.{digest(address.casefold(), 6)}@example.com"


def name(text: str) -> str:
    """Return the name of the person in Stripe's documentation, with a digest."""
    return text if _NAMES.fullmatch(text) else f"Jenny Rosen {digest(text, 6)}"


def phone(text: str) -> str:
    """Return a number in an area code (555) that is not in use."""
    return text if _PHONE.fullmatch(text) else f"+1555{_number(text, 7)}"


def street(text: str) -> str:
    """Return a number on Example Street, for a line of an address."""
    if _ADDRESS_TEXT.fullmatch(text):
        return text
    return f"{int(_number(text, 5)) + 1} Example Street"


def city(text: str) -> str:
    """Return ``Example City`` with a digest."""
    return text if _ADDRESS_TEXT.fullmatch(text) else f"Example City {digest(text, 4)}"


def state(text: str) -> str:
    """Return ``Example State`` with a digest, for a state, county or province."""
    return text if _ADDRESS_TEXT.fullmatch(text) else f"Example State {digest(text, 4)}"


def postal_code(text: str) -> str:
    """Return a code with three leading zeros, which no country assigns."""
    return text if _POSTAL_CODE.fullmatch(text) else f"000{_number(text, 5)}"


def tax_id(text: str) -> str:
    """Return a tax id of the same form, with the country's letters and zeros as first digits."""
    if not _LIKE_TAX_ID.fullmatch(text):
        return generic(text)
    digits = re.sub(r"\D", "", text, flags=re.ASCII)
    zeros = "0" * (4 if len(digits) >= 8 else 3)  # noqa: PLR2004 (a number of eight may be real)
    if _DOCUMENTED_TAX_ID.fullmatch(text) or digits[: len(zeros)] == zeros[: len(digits)] != "":
        return text
    country = _COUNTRY.match(text)
    prefix = country[0] if country else ""
    new_digits = iter(zeros + _number(text, max(len(digits), 1)))
    rest = "".join(
        next(new_digits) if "0" <= char <= "9" else "X" if char.isalnum() else char
        for char in text[len(prefix) :]
    )
    return prefix + (rest if digits else f"{zeros}{rest}")


def ip_address(text: str) -> str:
    """Return an address reserved for documentation: https://www.rfc-editor.org/rfc/rfc5737."""
    if _TEST_ADDRESS.fullmatch(text):
        return text
    return f"192.0.2.{int(digest(text), 16) % 254 + 1}"


def birthday(text: str) -> str:
    """Return 1901-01-01, or its day, month or year: https://docs.stripe.com/connect/testing."""
    return {1: "1", 2: "1", 4: "1901"}.get(len(text), "1901-01-01")


def digits(text: str) -> str:
    """Return as many zeros as there are characters, for numbers too short for a digest."""
    return "0" * min(len(text), 12)


def generic(text: str) -> str:
    """Return stars and a digest; a secret that is masked already stays."""
    return text if keys.is_masked_secret(text) else secret(text)


def _number(text: str, length: int) -> str:
    """Return so many decimal digits of the text's digest."""
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
"""The function for each kind of personal data; reports give the kinds the same names."""
