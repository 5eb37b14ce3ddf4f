"""How large the amounts are that a test could say of an invoice: no sum of them leaves 64 bits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._support.json_objects import Object
from ..schemas import INT64

Facts = Mapping[str, Any]

LARGEST = INT64[1] - 10**6
"""The most that all amounts come to, with what the documented invoice has by itself."""
_ADDED = ("discount", "tax", "inclusive_tax")
_PLAIN = 1099
"""What the documented line item costs."""


def fitting(said: Object) -> Object:
    """The same facts, with all amounts divided so that no sum of them is too large."""
    names = (
        "starting_balance",
        "pre_payment_credit_notes_amount",
        "shipping",
        "amount_overpaid",
        "amount_paid_off_stripe",
    )
    size = sum(abs(said.get(name, 0)) for name in names)
    for index, each in enumerate(said.get("lines", ())):
        size += abs(amount(index, each)) + sum(each.get(name, 0) for name in _ADDED)
    if size <= LARGEST:
        return said
    by = size // LARGEST + 1
    small = said | {name: _divided(said[name], by) for name in names if name in said}
    if "lines" in said:
        small["lines"] = [_smaller(each, by) for each in said["lines"]]
    return small


def _smaller(line: Object, by: int) -> Object:
    return line | {
        name: _divided(line[name], by) for name in ("amount", "unit", *_ADDED) if name in line
    }


def _divided(amount: int, by: int) -> int:
    return amount // by if amount >= 0 else -(-amount // by)


def amount(index: int, said: Facts) -> int:
    """What a line comes to: the first is the documented one, the others cost nothing."""
    plain: int = 0 if index else _PLAIN
    if "unit" in said:
        plain = said["unit"] * said.get("quantity", 1)
    size: int = said.get("amount", plain)
    return size


def part(drawn: int, of: int) -> int:
    """An amount of at most another one."""
    return drawn % (of + 1) if of > 0 else 0
