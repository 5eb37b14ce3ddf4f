"""Which properties of Stripe's objects and requests hold personal data, or a secret.

Told by a property's name and by what it is a property of: the ``name`` of a customer is a
person's, that of a product is not. Source: the objects of https://docs.stripe.com/api.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import reduce
from urllib.parse import unquote

SECRET = "secret"  # noqa: S105 (the kind of one)
"""The kind of what opens something; all other kinds are of personal data."""

BIRTH = "date of birth"

_KINDS: dict[str, tuple[str, ...]] = {
    "name": (
        "account_holder_name",
        "account_name",
        "business_name",
        "cardholder_name",
        "customer_name",
        "family_name",
        "first_name",
        "first_name_kana",
        "first_name_kanji",
        "full_name",
        "given_name",
        "individual_name",
        "last_name",
        "last_name_kana",
        "last_name_kanji",
        "legal_name",
        "maiden_name",
        "name_kana",
        "name_kanji",
        "payer_name",
        "recipient_name",
        "sender_name",
        "verified_name",
    ),
    "e-mail": ("email", "email_address"),
    "phone": ("phone", "phone_number"),
    "address": ("address", "address_line1", "address_line2", "line1", "line2", "town"),
    "city": ("address_city",),
    "state": ("address_state",),
    "postal code": ("address_zip", "postal_code", "zip"),
    "tax id": ("business_vat_id", "tax_id", "tax_id_number", "vat_id"),
    "ip address": ("client_ip", "customer_purchase_ip", "ip", "ip_address", "purchase_ip"),
    BIRTH: ("birthdate", "date_of_birth", "dob"),
    "identity number": (
        "account_number",
        "cvc",
        "iban",
        "id_number",
        "personal_id_number",
        "ssn",
        "ssn_last_4",
    ),
    "shipment": ("tracking_number",),
    SECRET: ("access_token", "client_secret", "password", "refresh_token", "secret"),
}
_BY_NAME = {name: kind for kind, names in _KINDS.items() for name in names}
_BY_ENDING = (
    ("_email", "e-mail"),
    ("_phone", "phone"),
    ("_address", "address"),
    ("_secret", SECRET),
)
_IN_ADDRESS = {"city": "city", "state": "state"}
_IN_DATE = ("day", "month", "year")

_THINGS = frozenset(
    {
        "alert",
        "application",
        "attribute",
        "configuration",
        "coupon",
        "credit_grant",
        "custom_field",
        "event_destination",
        "event_type",
        "feature",
        "file",
        "file_link",
        "institution",
        "item",
        "location",
        "meter",
        "payment_link",
        "payment_method_configuration",
        "personalization_design",
        "physical_bundle",
        "plan",
        "price",
        "product",
        "promotion_code",
        "report_type",
        "scheduled_query_run",
        "secret",
        "shipping_rate",
        "sku",
        "supplier",
        "tax_code",
        "tax_rate",
        "test_clock",
        "value_list",
        "webhook_endpoint",
    }
)
"""What has a ``name`` that is nobody's."""

_STANDS_FOR = {
    "customer_tax_ids": "tax_id",
    "discounts": "coupon",
    "marketing_features": "feature",
    "price_data": "price",
    "product_data": "product",
    "shipping_rate_data": "shipping_rate",
    "tax_id_data": "tax_id",
}
"""Of what a property's objects are parts, where its name does not say it."""

_BRACKETS = re.compile(r"[\[\]]+")
_OBJECT_ID = re.compile(r"[a-z]{2,8}_[A-Za-z0-9]{8,}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a payload something is: the properties that lead to it, and of ``what`` it is.

    Elsewhere (``is_payload`` is false), only names of secrets mean something.
    """

    keys: tuple[str, ...] = ()
    what: str = ""
    is_payload: bool = True

    def into(self, key: str) -> Place:
        """The place of a property; a form's name may stand for several, as in ``a[b]``."""
        if "[" in key:
            names = [name for name in _BRACKETS.split(key) if name and not name.isdigit()]
            return reduce(Place.into, names, self)
        name = _STANDS_FOR.get(key, _singular(key))
        is_known = name in _THINGS or name == "tax_id"
        return replace(self, keys=(*self.keys, key), what=name if is_known else self.what)

    def of(self, what: object) -> Place:
        """The same, if an object there says by its ``object`` what it is."""
        if not isinstance(what, str) or what == "list":
            return self
        return replace(self, what=what.rpartition(".")[2])

    @property
    def kind(self) -> str | None:  # noqa: PLR0911 (a table of cases)
        """The kind of personal data that is there, or `SECRET`; None if neither is."""
        name = self.keys[-1] if self.keys else ""
        if kind := _BY_NAME.get(name):
            return kind
        if name == "name":
            return None if self.what in _THINGS else "name"
        if name in ("value", "payload"):
            return {"valuetax_id": "tax id", "payloadsecret": SECRET}.get(name + self.what)
        above = self.keys[-2] if len(self.keys) > 1 else ""
        if name in _IN_ADDRESS and "address" in above:
            return _IN_ADDRESS[name]
        if name in _IN_DATE and _BY_NAME.get(above) == BIRTH:
            return BIRTH
        if name == "display_name" and self.what in ("account", "customer", "person"):
            return "name"
        return next((kind for ending, kind in _BY_ENDING if name.endswith(ending)), None)


def of_request(url: str) -> Place:
    """The place of what a request to that URL says: of what its path is."""
    names = [_singular(segment) for segment in unquote(url.partition("?")[0]).split("/")]
    known = [name for name in names if name in _THINGS or name == "tax_id"]
    return Place((), known[-1] if known else "")


def name_of_secret(place: Place) -> str:
    """What the secret at a place is called, if it has one of the names that Stripe gives."""
    return next((name for name in place.keys[-1:] if name in _KINDS[SECRET]), SECRET)


def stays(kind: str, text: str) -> bool:
    """Whether what stands there is no personal data: an id of Stripe's, where a tax id may be."""
    return kind == "tax id" and bool(_OBJECT_ID.fullmatch(text))


def _singular(name: str) -> str:
    return name.removesuffix("s")
