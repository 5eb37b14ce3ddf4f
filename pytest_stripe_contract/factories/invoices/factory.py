"""Make legal invoices, and refuse those that Stripe never sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..._support.json_objects import Object, deep_copy
from ..._support.json_path import unquoted
from ...contract import Contract, ContractViolation, kind_of
from ...errors import InvalidOption
from ...stripe_api import full_version, resolve
from . import _amounts, _dependents, _lines, lifecycle
from .overrides import Writer, parse
from .revision import Revision, line_items

_DERIVATIONS: tuple[Callable[[Revision], None], ...] = (
    _dependents.derive_ids,
    _dependents.derive_customer,
    _dependents.derive_times,
    _dependents.derive_collection,
    _dependents.derive_lines,
    _amounts.derive_shares,
    _amounts.derive_amounts,
    lifecycle.derive_payment,
)


@dataclass(frozen=True, slots=True)
class InvoiceFactory:
    """Makes invoices of an API version; the fixture ``stripe_invoice`` is one.

    ``stripe_invoice(status="paid", amount_due=4200, automatic_tax__enabled=True)`` returns a new
    dict. The same overrides give the same invoice, with the same ids: pass ``id`` to tell two
    invoices apart. Raises `UnknownName` for an API version that no release line covers.
    """

    api_version: str

    def __post_init__(self) -> None:
        resolve(self.api_version)

    def __call__(self, /, **overrides: Any) -> Object:
        """Return an invoice with overrides and what follows from them: see `make_invoice`."""
        __tracebackhide__ = True
        return make_invoice(self.api_version, overrides)


def make_invoice(
    api_version: str, overrides: Mapping[str, Any], base: Mapping[str, Any] | None = None
) -> Object:
    """Return an invoice of an API version with overrides and what follows from them.

    A name may be a path (``automatic_tax__enabled``, ``lines__data__0__amount``) and a value an
    object, which is merged into the one in the invoice. ``lines`` takes a list with the overrides
    of each line item. Amounts are in the smallest unit of the currency, times in unix seconds.
    ``base`` is the invoice to start from, which is not changed; by default it is the one of the
    documentation, in the requested status and without a customer's balance.

    An override takes precedence over what follows from another one. Raises `UnknownProperty` for a
    property that the version does not have, `UnknownName` for an unknown status or version,
    `InvalidOption` for a ``base`` that is not an invoice, and `ContractViolation` for what Stripe
    never sends: a violation that ``base`` does not have, properties that contradict each other, an
    inner object that lacks a required property.
    """
    __tracebackhide__ = True
    line = resolve(api_version)
    if base is not None and kind_of(base) != "invoice":
        raise InvalidOption("invoice", dict(overrides), "an answer that is an invoice to change")
    parsed = parse(overrides)
    example = lifecycle.load_open_invoice(line)
    start = dict(_without_balance(example) if base is None else base)  # not changed: copied below
    status = lifecycle.requested_status(parsed, is_new=base is None)
    if status is not None:
        start = lifecycle.change_status(start, status, line)
    revision = Revision(deep_copy(start), start)
    writer = Writer(revision, line, _lines.adopt(line_items(example)[0], start))
    for path, value in parsed:
        writer.write(path, value)
    if (tax := _amounts.plain_tax(revision)) is not None:
        writer.write(("total_tax_amounts",), [tax])
    if parsed:
        for derive in _DERIVATIONS:
            derive(revision)
        _check(api_version, revision, base)
    return revision.invoice


def _without_balance(invoice: Object) -> Object:
    """Return an open invoice whose amount due is its total."""
    due = invoice["total"]
    return invoice | {"starting_balance": 0, "amount_due": due, "amount_remaining": due}


def _check(api_version: str, revision: Revision, base: Mapping[str, Any] | None) -> None:
    """Raise the contradictions and violations of an invoice that its base does not have."""
    __tracebackhide__ = True
    checks = Contract(full_version(api_version))
    found = revision.refusals + [
        # Missing properties are drift in an answer, and mistakes in an override.
        finding
        for finding in checks.iter_findings(revision.invoice)
        if finding.kind == "violation" or finding.rule == "required"
    ]
    if found and base is not None:
        known = {(finding.rule, finding.path) for finding in checks.iter_findings(dict(base))}
        found = [finding for finding in found if (finding.rule, finding.path) not in known]
    if found:
        by_path = {finding.path: finding for finding in reversed(found)}
        id_ = revision.invoice.get("id")
        subject = f"invoice {unquoted(id_)}" if isinstance(id_, str) else "invoice"
        raise ContractViolation(subject, checks.api_version, reversed(by_path.values()))
