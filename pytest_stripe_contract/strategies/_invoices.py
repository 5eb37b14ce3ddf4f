"""Strategies of invoices."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from .._support.json_objects import Object, deep_copy
from ..contract import invoice_lifecycle
from ..errors import UnknownName
from ..factories import make_invoice, open_invoice, repair_invoice
from ..stripe_api import resolve
from . import _facts, _options
from ._changes import Change, Sweep, changes
from ._sizes import Facts

_FIRST = ("uncollectible", "open", "draft", "paid", "void")
"""The statuses, that of the documented payload first."""


def invoices(
    *,
    api_version: str | None = None,
    status: str | None = None,
    currency: str | None = None,
    collection_method: str | None = None,
) -> SearchStrategy[dict[str, Any]]:
    """Invoices that Stripe may send under an API version (a release line's name is one too).

    ``status`` is one of ``draft``, ``open``, ``paid``, ``uncollectible`` and ``void``. ``currency``
    is three lower-case letters, ``collection_method`` one of ``charge_automatically`` and
    ``send_invoice``. None is any of them: no invoice has a status that is null. ``api_version``
    is `versions.VERSION` unless named. Each value is a new dict, with neither a violation nor drift
    under ``Contract(api_version, strict=True)``: cross-field rules are kept, and amounts add up.

    The simplest is the answer of the shipped cassette ``mark_uncollectible_open``, and in another
    status the same invoice in that status. (The sample that the documentation prints, which is
    the cassette ``mark_uncollectible``, has drift: it is a draft of which only the status was
    replaced.) A test that fails for one property shrinks to that with the one property changed,
    and what follows from it.

    Raises `errors.UnknownName` for a version or a status that nobody knows,
    `findings.ContractViolation` for another property that Stripe would not send, and
    `errors.InvalidOption` for what is no text.
    """
    api_version = _options.version(api_version)
    _options.texts(status=status, currency=currency, collection_method=collection_method)
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
    """Where invoices of one status come from: the simplest, and strategies of what differs.

    ``is_fixed`` names what stays as it is, None for all that the rest follows from. Without
    ``expands`` they are as events have them.
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
        self._facts: SearchStrategy[Facts] = (
            st.just({})
            if is_fixed is None
            else _facts.of_invoice(line, simplest["status"], is_fixed=is_fixed)
        )
        self._changes = changes("invoice", line, expands=expands)

    def draw(self, draw: DrawFn) -> Object:
        """Draw an invoice."""
        return made(self._api_version, self.simplest, draw(self._facts), draw(self._changes))


@cache
def sources(
    api_version: str, status: str | None, currency: str | None, collection_method: str | None
) -> tuple[Source, ...]:
    """Where the invoices come from that are asked for: one for each status."""
    given = {"currency": currency, "collection_method": collection_method}
    fixed = {name: value for name, value in given.items() if value is not None}
    return tuple(
        Source(api_version, base(api_version, each, tuple(fixed.items())), frozenset(fixed))
        for each in (_FIRST if status is None else (status,))
    )


def made(api_version: str, simplest: Object, said: Facts, changed: list[Change | Sweep]) -> Object:
    """The invoice of which facts were said, and that was changed then."""
    invoice = settled(api_version, simplest, said)
    if changed:
        before = dict(invoice)
        for change in changed:
            change.apply(invoice)
        repair_invoice(invoice, before)
    return invoice


def settled(api_version: str, simplest: Object, said: Facts) -> Object:
    """The invoice of which facts were said, with what follows from them."""
    if not said:
        same: Object = deep_copy(simplest)
        return same
    told = _facts.overrides(resolve(api_version).name, simplest, said)
    invoice: Object = make_invoice(api_version, told, simplest)
    due = invoice["amount_due"]
    if due and (paid := said.get("paid_of_it")):
        invoice["amount_paid"] = 1 + (paid - 1) % due
        invoice["amount_remaining"] = due - invoice["amount_paid"]
    return invoice


@cache
def base(api_version: str, status: str, fixed: tuple[tuple[str, str], ...]) -> Object:
    """The simplest invoice in a status: shared, so copy it before it is changed."""
    opened = open_invoice(resolve(api_version))
    invoice: Object = make_invoice(api_version, {"status": status, **dict(fixed)}, opened)
    return invoice
