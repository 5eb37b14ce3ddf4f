"""What a test could say of an invoice, as a strategy: the rest follows as `invoices.make` has it.

Amounts are in the smallest unit of the currency, times in unix seconds.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from .._support.json_objects import Object
from ..schemas import TAIL, Place, Sampler, Schema, loader, schema_walker
from . import _values
from ._bounds import LINE
from ._sizes import LARGEST, Facts, amount, fitting, part
from ._some import some_of

LATEST = 99_999_999_999
"""The last time that the schemas know."""
_USUAL = 10**6
_NO_FLOAT = 2**53 + 1
_MANY = 25
_SEVERAL = 6
_MOST_MORE = _MANY - _SEVERAL
_SELDOM = 6
"""So much more often an invoice has a few lines than many: each takes its time."""
_MOST_FACTS = 8
_MOST_OF_LINE = 4
_ENDS = {"uncollectible": "marked_uncollectible_at", "paid": "paid_at", "void": "voided_at"}

_amounts = (
    st.integers(0, _USUAL)
    | st.integers(-LARGEST, LARGEST)
    | st.integers(_NO_FLOAT, LARGEST)
    | st.integers(-LARGEST, -_NO_FLOAT)
)
_positive = st.integers(0, _USUAL) | st.integers(0, LARGEST)
_seconds = st.integers(0, 10**9)


line_facts: SearchStrategy[Facts] = some_of(
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
"""What may be said of one line item, by names that `_line` knows."""

_more = st.one_of(
    [st.just(0)] * _SELDOM + [st.integers(1, _MOST_MORE), st.integers(_MOST_MORE - 5, _MOST_MORE)]
)
_several = st.lists(line_facts, max_size=_SEVERAL)


@st.composite
def _lines(draw: DrawFn) -> list[Facts]:
    """What is said of each line: of some, and nothing of more."""
    return draw(_several) + [{}] * draw(_more)


@cache
def of_invoice(line: str, status: str, *, is_fixed: frozenset[str]) -> SearchStrategy[Facts]:
    """What may be said of an invoice in a status, but for the properties that are fixed."""
    known: dict[str, SearchStrategy[Any]] = {
        "amount": _amounts,
        "starting_balance": _amounts,
        "lines": _lines(),
        "id": _values.ids("in_"),
        "created": st.integers(0, LATEST // 10),
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
    if status in _ENDS:
        known["ended_after"] = _seconds
    properties = loader.documented("invoice", line)["properties"]
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


def overrides(line: str, simplest: Object, facts: Facts) -> Object:
    """What `invoices.make` is told, so that nothing contradicts and all fits into 64 bits.

    A fact says one thing, and no other one takes its place: an amount is that of a line, another
    line costs nothing unless that is said of it, and what is added to an amount is no more than
    that. So what a failure does not need may go, one by one, and what it needs is what remains.
    """
    said = dict(facts)
    if "amount" in said and "lines" not in said:
        said["lines"] = [{"amount": said["amount"]}]
    said = fitting(said)
    names = ("id", "livemode", "currency", "collection_method", "auto_advance", "attempt_count")
    made = {
        name: said[name]
        for name in (*names, "starting_balance", "pre_payment_credit_notes_amount", *_ONLY_IN_SOME)
        if name in said
    }
    if "lines" in said:
        made["lines"] = [_line(line, each, index) for index, each in enumerate(said["lines"])]
    if "has_more" in said:
        made["lines__has_more"] = True
    if "shipping" in said:
        most = sum(amount(*each) for each in enumerate(said.get("lines", [{}])))
        made["shipping_cost"] = _shipping(line, part(said["shipping"], most))
    return made | _times(simplest, said)


def _times(simplest: Object, said: Object) -> Object:
    """When things happened, one after the other: what came before a time that is said stays."""
    if not said.keys() & {"created", "finalized_after", "ended_after"}:
        return {}
    created, finalized = simplest["created"], simplest["status_transitions"]["finalized_at"]
    at = said.get("created", created)
    made: Object = {"created": at}
    at += said.get("finalized_after", 0 if finalized is None else finalized - created)
    if "finalized_after" in said or "ended_after" in said:
        made["status_transitions__finalized_at"] = at
    if "ended_after" in said:
        made[f"status_transitions__{_ENDS[simplest['status']]}"] = at + said["ended_after"]
    return made


def _line(line: str, said: Object, index: int) -> Object:
    """What `invoices.make` is told of a line item."""
    known = _schema_of_line(line)["properties"]
    size = amount(index, said)
    made: Object = {"quantity": said["quantity"]} if "quantity" in said else {}
    if "unit" in said and "amount" not in said:
        if "pricing" in known:
            made["pricing"] = {"unit_amount_decimal": str(said["unit"])}
        else:
            made["price"] = {"unit_amount": said["unit"]}
    elif "amount" in said or "quantity" in said or index:
        made["amount"] = size
    if "discount" in said:
        discount, less = f"di_{TAIL}{index}", part(said["discount"], size)
        made["discount_amounts"] = [{"amount": less, "discount": discount}]
        made["discounts"] = [discount]
    taxes = [name for name in ("tax", "inclusive_tax") if name in said]
    if taxes:
        name = "taxes" if "taxes" in known else "tax_amounts"
        made[name] = [
            _tax(line, name, part(said[each], size), is_inclusive=each == "inclusive_tax")
            for each in taxes
        ]
    return made


def _tax(line: str, name: str, amount: int, *, is_inclusive: bool) -> Object:
    tax: Object = _sample(line, (*LINE, name, "*")) | {"amount": amount}
    if "inclusive" in tax:
        tax["inclusive"] = is_inclusive
    else:
        tax["tax_behavior"] = "inclusive" if is_inclusive else "exclusive"
    return tax


def _shipping(line: str, amount: int) -> Object:
    amounts = {"amount_subtotal": amount, "amount_tax": 0, "amount_total": amount}
    made: Object = _sample(line, ("shipping_cost",)) | amounts | {"taxes": []}
    return made


@cache
def _place(line: str, path: tuple[str, ...]) -> Place:
    return next(each for each in schema_walker("invoice", line).places if each.path == path)


def _schema_of_line(line: str) -> Schema:
    return _place(line, (*LINE, "amount")).owner


def _sample(line: str, path: tuple[str, ...]) -> Any:
    place = _place(line, path)
    sampler = Sampler(schema_walker("invoice", line), is_full=True, expands=False)
    return sampler.of(place.branches, path, place.owner)
