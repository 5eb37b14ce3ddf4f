"""Strategies of invoices and of line items."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from .._support.json_objects import Object, deep_copy
from ..contract import invoice_lifecycle
from ..errors import UnknownName
from ..factories import load_open_invoice, make_invoice, repair_invoice
from ..stripe_api import resolve
from . import _arguments, _traits
from ._mutations import LINE, Change, ObjectChange, mutations
from ._traits import Traits

_FIRST = ("uncollectible", "open", "draft", "paid", "void")
"""The statuses, that of the documented payload first."""


def invoices(
    *,
    api_version: str | None = None,
    status: str | None = None,
    currency: str | None = None,
    collection_method: str | None = None,
) -> SearchStrategy[dict[str, Any]]:
    """Return a strategy of the invoices that Stripe may send under an API version.

    ``status`` is one of ``draft``, ``open``, ``paid``, ``uncollectible`` and ``void``. ``currency``
    is three lower-case letters, ``collection_method`` one of ``charge_automatically`` and
    ``send_invoice``. None is any of them. ``api_version`` may be the name of a
    release line; the default is `versions.VERSION`. Each value is a new dict, with neither a
    violation nor drift under ``Contract(api_version, strict=True)``: cross-field rules are
    kept, and amounts add up.

    The simplest is the answer of the shipped cassette ``mark_uncollectible_open``, and in another
    status the same invoice in that status. (The sample of the documentation page, the
    cassette ``mark_uncollectible``, has drift: it is a draft with another status.) A test that
    fails for one property shrinks to this invoice with that property changed, and the
    properties that depend on it.

    Raises `errors.UnknownName` for an unknown version or status, `ContractViolation` for a
    currency or a collection method that Stripe does not send, and `errors.InvalidOption` for an
    argument that is not a string.
    """
    api_version = _arguments.api_version_of(api_version)
    _arguments.check_texts(status=status, currency=currency, collection_method=collection_method)
    if status is not None and status not in invoice_lifecycle.STATUSES:
        raise UnknownName("status of an invoice", status, invoice_lifecycle.STATUSES)
    sources(api_version, status, currency, collection_method)
    return _invoices(api_version, status, currency, collection_method)


@st.composite
def _invoices(
    draw: DrawFn,
    api_version: str,
    status: str | None,
    currency: str | None,
    collection_method: str | None,
) -> Object:
    of_status = sources(api_version, status, currency, collection_method)
    return draw(st.sampled_from(of_status)).draw(draw)


class Source:
    """The source of invoices of one status: the simplest one, and strategies of its differences.

    ``is_fixed`` names the traits that stay; None fixes all of them. Without ``expands`` no object
    is expanded, as in events.
    """

    def __init__(
        self,
        api_version: str,
        simplest: Object,
        is_fixed: frozenset[str] | None,
        *,
        expands: bool = True,
    ) -> None:
        line = resolve(api_version).name
        self.simplest = simplest
        self._api_version = api_version
        self._traits: SearchStrategy[Traits] = (
            st.just({})
            if is_fixed is None
            else _traits.invoice_traits(line, simplest["status"], is_fixed=is_fixed)
        )
        self._changes = mutations("invoice", line, expands=expands)

    def draw(self, draw: DrawFn) -> Object:
        """Draw an invoice."""
        return build_invoice(
            self._api_version, self.simplest, draw(self._traits), draw(self._changes)
        )


@cache
def sources(
    api_version: str, status: str | None, currency: str | None, collection_method: str | None
) -> tuple[Source, ...]:
    """Return the sources of the requested invoices, one for each status."""
    given = {"currency": currency, "collection_method": collection_method}
    fixed = {name: value for name, value in given.items() if value is not None}
    return tuple(
        Source(
            api_version, simplest_invoice(api_version, each, tuple(fixed.items())), frozenset(fixed)
        )
        for each in (_FIRST if status is None else (status,))
    )


def build_invoice(
    api_version: str, simplest: Object, traits: Traits, changed: list[Change | ObjectChange]
) -> Object:
    """Return the simplest invoice with traits and mutations applied."""
    invoice = apply_traits(api_version, simplest, traits)
    if changed:
        before = dict(invoice)
        for change in changed:
            change.apply(invoice)
        repair_invoice(invoice, before)
    return invoice


def apply_traits(api_version: str, simplest: Object, traits: Traits) -> Object:
    """Return the simplest invoice with traits applied, and all that depends on them."""
    if not traits:
        same: Object = deep_copy(simplest)
        return same
    overrides = _traits.overrides_for(resolve(api_version).name, simplest, traits)
    invoice: Object = make_invoice(api_version, overrides, simplest)
    due = invoice["amount_due"]
    if due and (paid := traits.get("paid_of_it")):
        invoice["amount_paid"] = 1 + (paid - 1) % due
        invoice["amount_remaining"] = due - invoice["amount_paid"]
    return invoice


@cache
def simplest_invoice(api_version: str, status: str, fixed: tuple[tuple[str, str], ...]) -> Object:
    """Return the simplest invoice in a status; it is shared, so copy it before a change."""
    opened = load_open_invoice(resolve(api_version))
    invoice: Object = make_invoice(api_version, {"status": status, **dict(fixed)}, opened)
    return invoice


def line_items(
    *, api_version: str | None = None, currency: str | None = None
) -> SearchStrategy[dict[str, Any]]:
    """Return a strategy of the line items of an invoice under an API version; see `invoices`.

    The simplest is the one of the documented invoice. Raises what `invoices` does.
    """
    api_version = _arguments.api_version_of(api_version)
    _arguments.check_texts(currency=currency)
    _simplest(api_version, currency)
    return _line_items(api_version, currency)


@st.composite
def _line_items(draw: DrawFn, api_version: str, currency: str | None) -> Object:
    line = resolve(api_version).name
    traits = draw(_traits.line_traits)
    changed = draw(mutations("invoice", line, expands=True, within=LINE))
    of_invoice = {"lines": [traits]} if traits else {}
    invoice = build_invoice(api_version, _simplest(api_version, currency), of_invoice, changed)
    item: Object = invoice["lines"]["data"][0]
    return item


def _simplest(api_version: str, currency: str | None) -> Object:
    fixed = () if currency is None else (("currency", currency),)
    return simplest_invoice(api_version, "uncollectible", fixed)
