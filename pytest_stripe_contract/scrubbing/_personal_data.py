"""The properties of Stripe's objects and requests that hold personal data or secrets.

A property's name and the type of its object decide: the ``name`` of a customer is personal, that
of a product is not. Source: the objects of https://docs.stripe.com/api.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from urllib.parse import unquote

from .detectors import Secret

SECRET = "secret"  # noqa: S105 (the kind of one)
"""The kind of passwords and tokens; all other kinds are personal data."""

SECRET_NAME_PARTS = ("secret", "password", "_token")
"""One of them is in the name of each property that is secret whatever its value looks like."""

BIRTH = "date of birth"

_KINDS = {
    "name": (
        "account_holder_name account_name business_name cardholder_name customer_name family_name "
        "first_name first_name_kana first_name_kanji full_name given_name individual_name "
        "last_name last_name_kana last_name_kanji legal_name maiden_name name_kana name_kanji "
        "payer_name recipient_name sender_name verified_name"
    ),
    "e-mail": "email email_address",
    "phone": "phone phone_number",
    "address": "address address_line1 address_line2 line1 line2 town",
    "city": "address_city",
    "state": "address_state",
    "postal code": "address_zip postal_code zip",
    "tax id": "business_vat_id tax_id tax_id_number vat_id",
    "ip address": "client_ip customer_purchase_ip ip ip_address purchase_ip",
    BIRTH: "birthdate date_of_birth dob",
    "identity number": "account_number cvc iban id_number personal_id_number ssn ssn_last_4",
    "shipment": "tracking_number",
    SECRET: "access_token client_secret password refresh_token secret",
}
"""Names of properties by the kind of their values, whatever they are properties of."""

_BY_NAME = {name: kind for kind, names in _KINDS.items() for name in names.split()}
_BY_ENDING = (
    ("_email", "e-mail"),
    ("_phone", "phone"),
    ("_address", "address"),
    ("_secret", SECRET),
)
_IN_ADDRESS = {"city": "city", "state": "state"}
_IN_DATE = ("day", "month", "year")

_IMPERSONAL_TYPES = (
    "alert application attribute configuration coupon credit_grant custom_field event_destination "
    "event_type feature file file_link institution item location meter payment_link "
    "payment_method_configuration personalization_design physical_bundle plan price product "
    "promotion_code report_type scheduled_query_run secret shipping_rate sku supplier tax_code "
    "tax_rate test_clock value_list webhook_endpoint"
)
_IMPERSONAL = frozenset(_IMPERSONAL_TYPES.split())
"""Types of objects with a ``name`` that is no person's."""

_TYPE_OF_PROPERTY = {
    "customer_tax_ids": "tax_id",
    "discounts": "coupon",
    "marketing_features": "feature",
    "price_data": "price",
    "product_data": "product",
    "shipping_rate_data": "shipping_rate",
    "tax_id_data": "tax_id",
}
"""Types of the objects in a property, where they are not its name in the singular."""

_BRACKETS = re.compile(r"[\[\]]+")
_OBJECT_ID = re.compile(r"[a-z]{2,8}_[A-Za-z0-9]{8,}")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a payload: the names of the properties that lead to it, and its object's type.

    Outside of payloads (``is_payload`` is false) only names of secrets have a meaning.
    """

    keys: tuple[str, ...] = ()
    object_type: str = ""
    is_payload: bool = True

    def into(self, key: str) -> Place:
        """Return the place of a property; a form's name may hold several, as in ``a[b]``."""
        if "[" in key:
            names = [name for name in _BRACKETS.split(key) if name and not name.isdigit()]
            return reduce(Place.into, names, self)
        name = _TYPE_OF_PROPERTY.get(key, _singular(key))
        is_known = name in _IMPERSONAL or name == "tax_id"
        object_type = name if is_known else self.object_type
        return Place((*self.keys, key), object_type, self.is_payload)

    def of_type(self, object_type: object) -> Place:
        """Return the place for an object with this value of ``object``."""
        if not isinstance(object_type, str) or object_type == "list":
            return self
        return replace(self, object_type=object_type.rpartition(".")[2])

    @property
    def kind(self) -> str | None:  # noqa: PLR0911 (a table of cases)
        """The kind of personal data there, or `SECRET`; None if there is neither."""
        name = self.keys[-1] if self.keys else ""
        if kind := _BY_NAME.get(name):
            return kind
        if name == "name":
            return None if self.object_type in _IMPERSONAL else "name"
        if name in ("value", "payload"):
            return {"valuetax_id": "tax id", "payloadsecret": SECRET}.get(name + self.object_type)
        above = self.keys[-2] if len(self.keys) > 1 else ""
        if name in _IN_ADDRESS and "address" in above:
            return _IN_ADDRESS[name]
        if name in _IN_DATE and _BY_NAME.get(above) == BIRTH:
            return BIRTH
        if name == "display_name" and self.object_type in ("account", "customer", "person"):
            return "name"
        return next((kind for ending, kind in _BY_ENDING if name.endswith(ending)), None)


def request_place(url: str) -> Place:
    """Return the place of a request's parameters: the URL's path names the object's type."""
    names = [_singular(segment) for segment in unquote(url.partition("?")[0]).split("/")]
    known = [name for name in names if name in _IMPERSONAL or name == "tax_id"]
    return Place((), known[-1] if known else "")


def secret_kind(place: Place) -> str:
    """Return the name of the secret at a place, if it is one of Stripe's, for reports."""
    return next((name for name in place.keys[-1:] if _BY_NAME.get(name) == SECRET), SECRET)


def is_object_id(kind: str, text: str) -> bool:
    """Tell if a tax id is none, but the id of an object of Stripe's."""
    return kind == "tax id" and bool(_OBJECT_ID.fullmatch(text))


def _singular(name: str) -> str:
    return name.removesuffix("s")


# --- texts that are known to be personal --------------------------------------------------------

Learned = Mapping[str, tuple[str, str]]
"""Personal texts, each with its placeholder and its kind."""

_SHORTEST = 4
_LONGEST_AMOUNT = 8
_COMMON_TEXT = re.compile(r"[a-z0-9_.]*|[0-9 .,/-]{0,8}|Stripe|Test|None|True|False")
"""Texts that a property may hold for another reason: a status, an amount, a date."""

_WORDS_OF_PLACEHOLDERS = "Jenny Rosen 1 Example Street Example City Example State"
_KINDS_IN_TIME_ZONES = ("city", "state")
"""Kinds that are in the names of time zones too, such as ``Europe/Berlin``."""


@dataclass(frozen=True, slots=True)
class KnownTexts:
    """Detector of texts that were personal data somewhere in the document."""

    pattern: re.Pattern[str]
    learned: Learned

    @classmethod
    def of(cls, learned: Learned) -> KnownTexts | None:
        """Return the detector of those texts that mean nothing else; None if all of them may."""
        distinct = {text: found for text, found in learned.items() if _is_distinct(text)}
        if not distinct:
            return None
        longest_first = sorted(distinct, key=len, reverse=True)
        pattern = "|".join(_pattern(text, distinct[text][1]) for text in longest_first)
        return cls(re.compile(rf"(?<!\w)(?:{pattern})(?!\w)"), distinct)

    def find(self, text: str) -> Iterator[Secret]:
        """Yield the known texts in a text, in its order."""
        for match in self.pattern.finditer(text):
            placeholder, kind = self.learned[match[0]]
            yield Secret(kind, match.start(), match.end(), placeholder)


def _is_distinct(text: str) -> bool:
    if "@" in text or len(re.findall("[0-9]", text)) > _LONGEST_AMOUNT:
        return True
    is_common = _COMMON_TEXT.fullmatch(text) is not None or text in _WORDS_OF_PLACEHOLDERS
    return len(text) >= _SHORTEST and not is_common


def _pattern(text: str, kind: str) -> str:
    escaped = re.escape(text)
    return f"(?<!/){escaped}(?!/)" if kind in _KINDS_IN_TIME_ZONES else escaped
