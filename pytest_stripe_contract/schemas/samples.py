"""Make sample values of a schema: with required properties only, or with a value in each property.

Ids have their prefix, times are unix seconds, and other texts are like Stripe's.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from ..stripe_api import resources, versions
from .loader import Schema
from .walker import EVERY, SchemaWalker, constant, is_expanded, types_of, values_of

EXPANDABLE = resources.SCHEMAS / "expandable"
"""The folder of whole API objects: a file for each release line."""

TAIL = "1MtG0nLkdIwHu7ixAaUw3Cb4"
"""The part of the documented ids after their prefix."""
TIME = 1_680_638_365
"""When the documented invoice was created, in unix seconds."""

PREFIXES = {
    "account": "acct_",
    "alipay_account": "aliacc_",
    "application": "ca_",
    "bank_account": "ba_",
    "bitcoin_receiver": "btcrcv_",
    "billing.credit_balance_transaction": "cbtxn_",
    "card": "card_",
    "charge": "ch_",
    "checkout_session": "cs_test_",
    "credit_balance_transaction": "cbtxn_",
    "credit_grant": "credgr_",
    "customer": "cus_",
    "customer_account": "acct_",
    "default_mandate": "mandate_",
    "default_payment_method": "pm_",
    "default_source": "src_",
    "discount": "di_",
    "discounts": "di_",
    "invoice": "in_",
    "invoice_item": "ii_",
    "invoice_line_items": "il_",
    "invoice_payment": "inpay_",
    "invoiceitem": "ii_",
    "latest_revision": "in_",
    "line_item": "il_",
    "line_item_ids": "il_",
    "margin": "margin_",
    "on_behalf_of": "acct_",
    "payment_intent": "pi_",
    "payment_method": "pm_",
    "payment_record": "pr_",
    "plan": "price_",
    "price": "price_",
    "product": "prod_",
    "products": "prod_",
    "promotion_code": "promo_",
    "quote": "qt_",
    "setup_intent": "seti_",
    "shipping_rate": "shr_",
    "source": "src_",
    "subscription": "sub_",
    "subscription_item": "si_",
    "tax_id": "txi_",
    "account_tax_ids": "txi_",
    "tax_rate": "txr_",
    "test_clock": "clock_",
    "test_helpers.test_clock": "clock_",
}
"""The prefixes of ids, by the name of the property or of the object."""

TEXTS = {
    "country": "US",
    "account_country": "US",
    "currency": "usd",
    "customer_email": "jenny.rosen@example.com",
    "email": "jenny.rosen@example.com",
}
URL = "https://docs.stripe.com/api/invoices"
DECIMAL = "[0-9]{1,12}"
"""A part that only the pattern of decimals has."""

_AMOUNT = frozenset({"amount", "amount_subtotal", "amount_tax", "amount_total", "taxable_amount"})
"""Amounts that samples set to 0, so that sums stay right."""


def id_prefix(path: tuple[str, ...], owner: Schema) -> str | None:
    """Return the prefix of the id at a path; None if the value there is not an id."""
    name = path[-1]
    if name == "id":
        return PREFIXES.get(owner.get("properties", {}).get("object", {}).get("const"), "id_")
    return PREFIXES.get(path[-2] if name == EVERY and len(path) > 1 else name)


def is_url(name: str) -> bool:
    """Return True if a property holds an address."""
    return name.endswith(("url", "invoice_pdf"))


class Sampler:
    """Makes samples of the schemas of a walker; ``is_full`` gives each property a value.

    Without ``expands``, samples have ids where an id or an object may be. An object in such a place
    is whole, although its schema requires only ``id`` and ``object``, as Stripe sends no less.
    """

    def __init__(self, walker: SchemaWalker, *, is_full: bool, expands: bool = True) -> None:
        self._walker = walker
        self._is_full = is_full
        self._expands = expands

    def of(self, branches: tuple[Schema, ...], path: tuple[str, ...], owner: Schema) -> Any:
        """Return the sample of a place: of one of its branches."""
        is_nullable = any("null" in types_of(each) for each in branches)
        branches = tuple(each for each in branches if each.get("type") != "null")
        if not branches or (is_nullable and not self._is_full):
            return None
        objects = [each for each in branches if "properties" in each and not is_expanded(each)]
        has_id = any("string" in types_of(each) for each in branches)
        takes_object = self._is_full and objects and (self._expands or not has_id)
        branch = objects[0] if takes_object else branches[0]
        return self.of_branch(branch, path, owner)

    def of_branch(self, branch: Schema, path: tuple[str, ...], owner: Schema) -> Any:
        """Return the sample of one branch; of a nullable one, a value other than null."""
        if "const" in branch:
            return branch["const"]
        if known := values_of(branch):
            return known[0]
        makers: dict[str, Callable[[], Any]] = {
            "object": partial(self._object, branch, path),
            "array": partial(self._array, branch, path),
            "boolean": partial(self._boolean, path),
            "integer": partial(_integer, branch, path),
            "number": lambda: 7.25 if self._is_full else 0,
            "string": partial(_text, branch, path, owner),
        }
        return next(makers[each]() for each in types_of(branch) if each != "null")

    def _object(self, schema: Schema, path: tuple[str, ...]) -> Any:
        if is_expanded(schema) and (whole := self._whole(constant(schema, "object"))):
            return whole
        sample: dict[str, Any] = {}
        inner: dict[str, Schema] = schema.get("properties", {})
        required = schema.get("required", ())
        for name, of in inner.items():
            if self._is_full or name in required:
                sample[name] = self.of(self._walker.branches(of), (*path, name), schema)
        others = schema.get("additionalProperties")
        if self._is_full and isinstance(others, dict) and others:
            branch = self._walker.branches(others)[0]
            key = "order_id" if "string" in types_of(branch) else "eur"
            sample[key] = self.of_branch(branch, (*path, key), schema)
        if tags := tags_of(schema):
            settle_tag(sample, tags, None)
        return sample

    def _whole(self, name: str) -> dict[str, Any] | None:
        line = self._walker.line
        return expanded_object(name, line) if line else None

    def _array(self, schema: Schema, path: tuple[str, ...]) -> list[Any]:
        if not self._is_full and not schema.get("minItems"):
            return []
        return [self.of(self._walker.branches(schema["items"]), (*path, EVERY), schema)]

    def _boolean(self, path: tuple[str, ...]) -> bool:
        return self._is_full and path[-1] != "livemode"


def tags_of(schema: Schema) -> tuple[list[str], list[str]] | None:
    """Return the properties that ``type`` chooses from and its other values, or None."""
    properties = schema.get("properties", {})
    values = values_of(properties.get("type", {}))
    names = [each for each in values if each in properties]
    return (names, [each for each in values if each not in names]) if names else None


def settle_tag(target: dict[str, Any], tags: tuple[list[str], list[str]], name: str | None) -> None:
    """Keep only the named property (or the first with a value), and set ``type`` to its name."""
    names, others = tags
    present = [each for each in names if target.get(each) is not None]
    if name not in present:
        name = present[0] if present else None
    target |= dict.fromkeys(each for each in present if each != name)
    if name is not None:
        target["type"] = name
    elif others:
        target["type"] = others[0]


def _integer(schema: Schema, path: tuple[str, ...]) -> int:
    if path[-1] in _AMOUNT:
        return 0
    return TIME if "maximum" in schema else 1


def _text(schema: Schema, path: tuple[str, ...], owner: Schema) -> str:
    name = path[-1]
    pattern = schema.get("pattern", "")
    if DECIMAL in pattern:
        return "1"
    if prefix := id_prefix(path, owner):
        return prefix + TAIL
    if is_url(name):
        return URL
    return "usd" if pattern else TEXTS.get(name, name)


def expanded_object(name: str, line: str) -> dict[str, Any] | None:
    """Return the API object with an ``object`` value, as Stripe sends it in the place of its id.

    It is the least that the types of Stripe's SDKs allow (docs/schemas.md); the caller replaces
    its id. Of a line newer than all shipped ones, it is that of the last one. None if no id in
    the line can be expanded to such an object.
    """
    return _shipped_object(name, "whole", line)


def deleted_object(name: str, line: str) -> dict[str, Any] | None:
    """Return what Stripe sends in the place of an object that is deleted; None if nothing."""
    return _shipped_object(name, "deleted", line)


def _shipped_object(name: str, kind: str, line: str) -> dict[str, Any] | None:
    text = _shipped_texts(line).get((name, kind))
    return json.loads(text) if text is not None else None


@cache
def _shipped_texts(line: str) -> dict[tuple[str, str], str]:
    """Return the objects of a line as JSON texts: decoding one is the fastest way to copy it."""
    path = EXPANDABLE / f"{line}.json"
    if not path.is_file():
        path = EXPANDABLE / f"{versions.LINES[-1].name}.json"
    samples: dict[str, dict[str, Any]] = json.loads(path.read_bytes())
    return {
        (name, kind): json.dumps(sample)
        for name, kinds in samples.items()
        for kind, sample in kinds.items()
    }
