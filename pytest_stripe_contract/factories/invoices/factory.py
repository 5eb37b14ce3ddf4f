"""Makes the invoices that a test asks for, and refuses those that Stripe would never send."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..._support.json_objects import Object, copied
from ..._support.json_path import bare, json_path
from ...contract import ContractViolation, Difference, Finding, contract, payload
from ...errors import InvalidOption
from ...stripe_api import full_version, resolve
from . import _amounts, _follows, _lines, _shares, statuses
from ._overrides import Writer, parsed
from .made import Made, items

_FOLLOW: tuple[Callable[[Made], None], ...] = (
    _follows.identity,
    _follows.customer,
    _follows.times,
    _follows.collection,
    _follows.listed,
    _shares.settle,
    _amounts.settle,
    statuses.settle_payment,
)


@dataclass(frozen=True, slots=True)
class InvoiceFactory:
    """Makes invoices of an API version; the fixture ``stripe_invoice`` is one.

    ``stripe_invoice(status="paid", amount_due=4200, automatic_tax__enabled=True)`` gives a dict,
    a new one at each call. Whoever says the same gets the same, ids too: say ``id`` to tell two
    invoices apart. `errors.UnknownName` is raised for an API version that no release line covers.
    """

    api_version: str

    def __post_init__(self) -> None:
        resolve(self.api_version)

    def __call__(self, /, **overrides: Any) -> Object:
        """An invoice with these properties, and all that follows from them; see `make`."""
        __tracebackhide__ = True
        return make(self.api_version, overrides)


def make(
    api_version: str, overrides: Mapping[str, Any], base: Mapping[str, Any] | None = None
) -> Object:
    """An invoice of an API version with what ``overrides`` say, and what follows from that.

    A name may be a path (``automatic_tax__enabled``, ``lines__data__0__amount``) and a value an
    object, which is merged into the one that is there. ``lines`` takes a list of what each line
    has otherwise than a plain one. Amounts are in the smallest unit of the currency, times in
    unix seconds. ``base`` is the invoice to change, which stays as it is; without one it is an
    open one that the shipped cassettes have, in the status that is asked for.

    What was said goes before what follows from it. Raises `names.UnknownProperty` for a property
    that the version does not have, `errors.UnknownName` for another status or version,
    `errors.InvalidOption` for a ``base`` that is no invoice, and `findings.ContractViolation` for
    what Stripe would never send: a violation that was not in ``base``, properties that contradict
    each other, an inner object of which a part is missing.
    """
    __tracebackhide__ = True
    line = resolve(api_version)
    if base is not None and payload.kind_of(base) != "invoice":
        raise InvalidOption("invoice", dict(overrides), "an answer that is an invoice to change")
    given = parsed(overrides)
    opened = statuses.opened(line)
    start = dict(opened if base is None else base)  # read only: what is changed are copies
    status = statuses.asked_for(given, line, is_new=base is None)
    if status is not None:
        start = statuses.in_status(start, status, line)
    made = Made(copied(start), start)
    writer = Writer(made, line, _lines.spare(items(opened)[0], start))
    for path, value in given:
        writer.write(path, value)
    if _shares.is_implied(made):
        writer.write(("total_tax_amounts",), _shares.implied(made))
    if given:
        for follow in _FOLLOW:
            follow(made)
        _check(api_version, made, base)
    return made.invoice


def _check(api_version: str, made: Made, base: Mapping[str, Any] | None) -> None:
    """Raise what is wrong with an invoice: if it can be told, what is where something was said."""
    __tracebackhide__ = True
    checks = contract.Contract(full_version(api_version))
    found = [_finding(each) for each in made.refused]
    found += [each for each in checks.iter_findings(made.invoice) if _is_refused(each)]
    if found and base is not None:
        known = {(each.rule, each.path) for each in checks.iter_findings(dict(base))}
        found = [each for each in found if (each.rule, each.path) not in known]
    if found:
        said = [json_path(path) for path in made.said]
        own = [each for each in found if any(map(partial(_is_about, each.path), said))]
        findings = {each.path: each for each in reversed(own or found)}
        id_ = made.invoice.get("id")
        subject = f"invoice {bare(id_)}" if isinstance(id_, str) else "invoice"
        raise ContractViolation(subject, checks.api_version, reversed(findings.values()))


def _is_about(path: str, said: str) -> bool:
    """Whether one JSON path is the other one, or leads to something in it."""
    short, long = sorted((path, said), key=len)
    return long == short or (long.startswith(short) and long[len(short)] in ".[")


def _is_refused(finding: Finding) -> bool:
    """Drift is what Stripe may do: only a part that is missing is no more than a mistake."""
    return finding.kind == "violation" or finding.rule == "required"


def _finding(difference: Difference) -> Finding:
    docs = contract.LINE_ITEM if difference.path[:1] == ("lines",) else contract.INVOICE
    return Finding(
        difference.kind,
        difference.rule,
        json_path(difference.path),
        difference.expected,
        difference.actual,
        docs,
    )
