"""The traits that a test could ask of an invoice, and the overrides of the factory for them.

Amounts are in the smallest unit of the currency, times in unix seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from .._support.json_objects import Object
from ..contract import invoice_lifecycle
from ..schemas import INT64, TAIL, Place, Sampler, Schema, load_schema, schema_walker
from . import _values
from ._mutations import LINE
from ._values import subsets

Traits = Mapping[str, Any]

LARGEST = INT64[1] - 10**6
"""The largest sum of all amounts, without those of the documented invoice."""
_ADDED = ("discount", "tax", "inclusive_tax")
_PLAIN = 1099
"""The amount of the documented line item."""


def fit_into_64_bits(traits: Object) -> Object:
    """Return the traits with all amounts divided so that no sum leaves 64 bits."""
    names = (
        "starting_balance",
        "pre_payment_credit_notes_amount",
        "shipping",
        "amount_overpaid",
        "amount_paid_off_stripe",
    )
    size = sum(abs(traits.get(name, 0)) for name in names)
    for index, each in enumerate(traits.get("lines", ())):
        size += abs(line_amount(index, each)) + sum(each.get(name, 0) for name in _ADDED)
    if size <= LARGEST:
        return traits
    by = size // LARGEST + 1
    small = traits | {name: _divided(traits[name], by) for name in names if name in traits}
    if "lines" in traits:
        small["lines"] = [_smaller(each, by) for each in traits["lines"]]
    return small


def _smaller(line: Object, by: int) -> Object:
    return line | {
        name: _divided(line[name], by) for name in ("amount", "unit", *_ADDED) if name in line
    }


def _divided(amount: int, by: int) -> int:
    return amount // by if amount >= 0 else -(-amount // by)


def line_amount(index: int, traits: Traits) -> int:
    """Return the amount of a line item: the first is the documented one, the others are free."""
    plain: int = 0 if index else _PLAIN
    if "unit" in traits:
        plain = traits["unit"] * traits.get("quantity", 1)
    size: int = traits.get("amount", plain)
    return size


def limit_amount(drawn: int, of: int) -> int:
    """Return an amount between 0 and another one."""
    return drawn % (of + 1) if of > 0 else 0


LATEST_TIME = 99_999_999_999
"""The latest time that the schemas allow, in unix seconds."""
_USUAL = 10**6
_NO_FLOAT = 2**53 + 1
_MANY = 25
_SEVERAL = 6
_MOST_MORE = _MANY - _SEVERAL
_SELDOM = 6
"""The weight of invoices with few line items: each line item takes time."""
_MOST_TRAITS = 8
_MOST_OF_LINE = 4

_amounts = (
    st.integers(0, _USUAL)
    | st.integers(-LARGEST, LARGEST)
    | st.integers(_NO_FLOAT, LARGEST)
    | st.integers(-LARGEST, -_NO_FLOAT)
)
_positive = st.integers(0, _USUAL) | st.integers(0, LARGEST)
_seconds = st.integers(0, 10**9)


line_traits: SearchStrategy[Traits] = subsets(
    {
        "amount": _amounts,
        "unit": _amounts,
        "quantity": st.integers(1, _USUAL),
        "discount": _positive,
        "tax": _positive,
        "inclusive_tax": _positive,
    },
    _MOST_OF_LINE,
)
"""The traits of one line item, by the names that `_line` knows."""

_more = st.one_of(
    [st.just(0)] * _SELDOM + [st.integers(1, _MOST_MORE), st.integers(_MOST_MORE - 5, _MOST_MORE)]
)
_several = st.lists(line_traits, max_size=_SEVERAL)


@st.composite
def _lines(draw: DrawFn) -> list[Traits]:
    """Draw the traits of each line item; many have none."""
    return draw(_several) + [{}] * draw(_more)


@cache
def invoice_traits(line: str, status: str, *, is_fixed: frozenset[str]) -> SearchStrategy[Traits]:
    """Return a strategy of the traits of an invoice in a status, without the fixed ones."""
    known: dict[str, SearchStrategy[Any]] = {
        "amount": _amounts,
        "starting_balance": _amounts,
        "lines": _lines(),
        "id": _values.ids("in_"),
        "created": st.integers(0, LATEST_TIME // 10),
        "livemode": st.just(True),  # noqa: FBT003  the value of a property
        "currency": _values.currencies,
        "collection_method": st.just("send_invoice"),
        "auto_advance": st.just(True),  # noqa: FBT003
        "has_more": st.just(True),  # noqa: FBT003
        "pre_payment_credit_notes_amount": _positive,
        "shipping": _positive,
    }
    if status != "draft":
        known |= {"attempt_count": st.integers(1, 2**31), "finalized_after": _seconds}
    if status == "paid":
        known |= dict.fromkeys(("amount_overpaid", "amount_paid_off_stripe"), _positive)
        known["paid_out_of_band"] = st.just(True)  # noqa: FBT003
    elif status != "draft":
        known["paid_of_it"] = st.integers(1, _USUAL) | st.integers(1, LARGEST)
    if invoice_lifecycle.STATUSES[status].transition not in (None, "finalized_at"):
        known["ended_after"] = _seconds
    properties = load_schema("invoice", line)["properties"]
    return subsets(
        {
            name: value
            for name, value in known.items()
            if name not in is_fixed
            and (name in properties or name not in _ONLY_IN_SOME)
            and not (name == "shipping" and "shipping_cost" not in properties)
        },
        _MOST_TRAITS,
    )


_ONLY_IN_SOME = frozenset({"amount_overpaid", "amount_paid_off_stripe", "paid_out_of_band"})


def overrides_for(line: str, simplest: Object, traits: Traits) -> Object:
    """Return the overrides of `make_invoice` for traits: consistent, and within 64 bits.

    Traits are independent, so that Hypothesis can remove one by one those that a failure does
    not need: an amount is the one of a line item, another line item is free unless it has an
    amount, and a discount or a tax is at most the amount that it belongs to.
    """
    traits = dict(traits)
    if "amount" in traits and "lines" not in traits:
        traits["lines"] = [{"amount": traits["amount"]}]
    traits = fit_into_64_bits(traits)
    names = ("id", "livemode", "currency", "collection_method", "auto_advance", "attempt_count")
    overrides = {
        name: traits[name]
        for name in (*names, "starting_balance", "pre_payment_credit_notes_amount", *_ONLY_IN_SOME)
        if name in traits
    }
    if "lines" in traits:
        overrides["lines"] = [
            _line(line, each, index) for index, each in enumerate(traits["lines"])
        ]
    if "has_more" in traits:
        overrides["lines__has_more"] = True
    if "shipping" in traits:
        most = sum(line_amount(*each) for each in enumerate(traits.get("lines", [{}])))
        overrides["shipping_cost"] = _shipping(line, limit_amount(traits["shipping"], most))
    return overrides | _times(simplest, traits)


def _times(simplest: Object, traits: Object) -> Object:
    """Return the overrides of times, in the order in which things happen."""
    if not traits.keys() & {"created", "finalized_after", "ended_after"}:
        return {}
    created, finalized = simplest["created"], simplest["status_transitions"]["finalized_at"]
    at = traits.get("created", created)
    overrides: Object = {"created": at}
    at += traits.get("finalized_after", 0 if finalized is None else finalized - created)
    if "finalized_after" in traits or "ended_after" in traits:
        overrides["status_transitions__finalized_at"] = at
    if "ended_after" in traits:
        end = invoice_lifecycle.STATUSES[simplest["status"]].transition
        overrides[f"status_transitions__{end}"] = at + traits["ended_after"]
    return overrides


def _line(line: str, traits: Object, index: int) -> Object:
    """Return the overrides of a line item for its traits."""
    known = _schema_of_line(line)["properties"]
    size = line_amount(index, traits)
    overrides: Object = {"quantity": traits["quantity"]} if "quantity" in traits else {}
    if "unit" in traits and "amount" not in traits:
        if "pricing" in known:
            overrides["pricing"] = {"unit_amount_decimal": str(traits["unit"])}
        else:
            overrides["price"] = {"unit_amount": traits["unit"]}
    elif "amount" in traits or "quantity" in traits or index:
        overrides["amount"] = size
    if "discount" in traits:
        discount, less = f"di_{TAIL}{index}", limit_amount(traits["discount"], size)
        overrides["discount_amounts"] = [{"amount": less, "discount": discount}]
        overrides["discounts"] = [discount]
    taxes = [name for name in ("tax", "inclusive_tax") if name in traits]
    if taxes:
        name = "taxes" if "taxes" in known else "tax_amounts"
        overrides[name] = [
            _tax(line, name, limit_amount(traits[each], size), is_inclusive=each == "inclusive_tax")
            for each in taxes
        ]
    return overrides


def _tax(line: str, name: str, amount: int, *, is_inclusive: bool) -> Object:
    tax: Object = _sample(line, (*LINE, name, "*")) | {"amount": amount}
    if "inclusive" in tax:
        tax["inclusive"] = is_inclusive
    else:
        tax["tax_behavior"] = "inclusive" if is_inclusive else "exclusive"
    return tax


def _shipping(line: str, amount: int) -> Object:
    amounts = {"amount_subtotal": amount, "amount_tax": 0, "amount_total": amount}
    shipping: Object = _sample(line, ("shipping_cost",)) | amounts | {"taxes": []}
    return shipping


@cache
def _place(line: str, path: tuple[str, ...]) -> Place:
    return next(each for each in schema_walker("invoice", line).places if each.path == path)


def _schema_of_line(line: str) -> Schema:
    return _place(line, (*LINE, "amount")).owner


def _sample(line: str, path: tuple[str, ...]) -> Any:
    place = _place(line, path)
    sampler = Sampler(schema_walker("invoice", line), is_full=True, expands=False)
    return sampler.of(place.branches, path, place.owner)
