"""What a test could say of an invoice, as a strategy: the rest follows as `invoices.make` has it.

Amounts are in the smallest unit of the currency, times in unix seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .. import schemas
from ..guide import Schema
from ..samples import TAIL, TIME, Sampler
from ..schemas import INT64
from ..steps.shapes import Object
from . import values
from .places import LINE, Place, guide_of, places
from .some import some_of

Facts = Mapping[str, Any]

LARGEST = INT64[1] - 10**6
"""The most that all amounts come to, with what the documented invoice has by itself."""

LATEST = 99_999_999_999
"""The last time that the schemas know."""
_USUAL = 10**6
_MANY = 25
_SEVERAL = 6
_SELDOM = 7
"""So much more often an invoice has a few lines than many: each takes its time."""
_MOST_FACTS = 8
_ENDS = {"uncollectible": "marked_uncollectible_at", "paid": "paid_at", "void": "voided_at"}

_amounts = st.integers(0, _USUAL) | st.integers(-LARGEST, LARGEST)
_positive = st.integers(0, _USUAL) | st.integers(0, LARGEST)
_seconds = st.integers(0, 10**8)


line_facts: SearchStrategy[Facts] = some_of(
    {
        "amount": _amounts,
        "unit": _amounts,
        "quantity": st.integers(1, _USUAL),
        "discount": _positive,
        "tax": st.tuples(_positive, st.booleans()),
    },
    _MOST_FACTS,
)
"""What may be said of one line item, by names that `_line` knows."""

_lines: SearchStrategy[list[Facts]] = st.builds(
    lambda several, more: several + [{}] * more,
    st.lists(line_facts, max_size=_SEVERAL),
    st.one_of([st.just(0)] * _SELDOM + [st.integers(1, _MANY - _SEVERAL)]),
)


@cache
def of_invoice(line: str, status: str, *, is_fixed: frozenset[str]) -> SearchStrategy[Facts]:
    """What may be said of an invoice in a status, but for the properties that are fixed."""
    known: dict[str, SearchStrategy[Any]] = {
        "total": _amounts,
        "amount_due": _positive,
        "starting_balance": _amounts,
        "lines": _lines,
        "id": values.ids("in_"),
        "created": st.integers(0, LATEST // 10),
        "livemode": st.just(True),  # noqa: FBT003  the value of a property
        "currency": values.currencies,
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
        known["paid_percent"] = st.integers(1, 100)
    if status in _ENDS:
        known["ended_after"] = _seconds
    properties = schemas.documented("invoice", line)["properties"]
    return some_of(
        {
            name: value
            for name, value in known.items()
            if name not in is_fixed
            and (name in properties or name not in _ONLY_IN_SOME)
            and not (name == "shipping" and "shipping_cost" not in properties)
        },
        _MOST_FACTS,
    )


_ONLY_IN_SOME = frozenset({"amount_overpaid", "amount_paid_off_stripe", "paid_out_of_band"})


def overrides(line: str, status: str, facts: Facts) -> Object:
    """What `invoices.make` is told, so that nothing contradicts and all fits into 64 bits."""
    said = _fitting(dict(facts))
    names = ("id", "livemode", "currency", "collection_method", "auto_advance", "attempt_count")
    made = {
        name: said[name]
        for name in (*names, "starting_balance", "pre_payment_credit_notes_amount", *_ONLY_IN_SOME)
        if name in said
    }
    if "lines" in said:
        made["lines"] = [_line(line, each, index) for index, each in enumerate(said["lines"])]
    elif "total" in said:
        made["total"] = said["total"]
    elif "amount_due" in said:
        made["amount_due"] = said["amount_due"]
    if "has_more" in said:
        made["lines__has_more"] = True
    if "shipping" in said:
        made["shipping_cost"] = _shipping(line, said["shipping"])
    return made | _times(status, said)


def _times(status: str, said: Object) -> Object:
    """When things happened, one after the other."""
    made: Object = {}
    at = said.get("created", TIME)
    if "created" in said:
        made["created"] = at
    if "finalized_after" in said:
        at += said["finalized_after"]
        made["status_transitions__finalized_at"] = at
    if "ended_after" in said and "finalized_after" in said:
        made[f"status_transitions__{_ENDS[status]}"] = at + said["ended_after"]
    return made


def _fitting(said: Object) -> Object:
    """The same facts, with all amounts divided so that no sum of them is too large."""
    names = (
        "starting_balance",
        "pre_payment_credit_notes_amount",
        "total",
        "amount_due",
        "shipping",
        "amount_overpaid",
        "amount_paid_off_stripe",
    )
    said = {name: value for name, value in said.items() if name != "total" or "lines" not in said}
    size = sum(abs(said.get(name, 0)) for name in names)
    for each in said.get("lines", ()):
        size += abs(each.get("amount", 0)) + each.get("discount", 0) + each.get("tax", (0,))[0]
        size += abs(each.get("unit", _PLAIN)) * each.get("quantity", 1)
    if size <= LARGEST:
        return said
    by = size // LARGEST + 1
    small = said | {name: _divided(said[name], by) for name in names if name in said}
    if "lines" in said:
        small["lines"] = [_smaller(each, by) for each in said["lines"]]
    return small


_PLAIN = 1099
"""What the documented line item costs."""


def _smaller(line: Object, by: int) -> Object:
    made = line | {
        name: _divided(line[name], by) for name in ("amount", "unit", "discount") if name in line
    }
    if "tax" in line:
        made["tax"] = (_divided(line["tax"][0], by), line["tax"][1])
    return made


def _divided(amount: int, by: int) -> int:
    return amount // by if amount >= 0 else -(-amount // by)


def _line(line: str, said: Object, index: int) -> Object:
    """What `invoices.make` is told of a line item."""
    known = _schema_of_line(line)["properties"]
    made: Object = {name: said[name] for name in ("amount", "quantity") if name in said}
    if "unit" in said and "amount" not in said:
        if "pricing" in known:
            made["pricing"] = {"unit_amount_decimal": str(said["unit"])}
        else:
            made["price"] = {"unit_amount": said["unit"]}
    if "discount" in said:
        discount = f"di_{TAIL}{index}"
        made["discount_amounts"] = [{"amount": said["discount"], "discount": discount}]
        made["discounts"] = [discount]
    if "tax" in said:
        amount, is_inclusive = said["tax"]
        name = "taxes" if "taxes" in known else "tax_amounts"
        tax = _sample(line, (*LINE, name, "*")) | {"amount": amount}
        if "inclusive" in tax:
            tax["inclusive"] = is_inclusive
        else:
            tax["tax_behavior"] = "inclusive" if is_inclusive else "exclusive"
        made[name] = [tax]
    return made


def _shipping(line: str, amount: int) -> Object:
    amounts = {"amount_subtotal": amount, "amount_tax": 0, "amount_total": amount}
    made: Object = _sample(line, ("shipping_cost",)) | amounts | {"taxes": []}
    return made


@cache
def _place(line: str, path: tuple[str, ...]) -> Place:
    return next(each for each in places("invoice", line) if each.path == path)


def _schema_of_line(line: str) -> Schema:
    return _place(line, (*LINE, "amount")).owner


def _sample(line: str, path: tuple[str, ...]) -> Any:
    place = _place(line, path)
    sampler = Sampler(guide_of("invoice", line), is_full=True, expands=False)
    return sampler.of(place.branches, path, place.owner)
