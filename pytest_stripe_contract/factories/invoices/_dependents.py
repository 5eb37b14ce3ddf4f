"""Properties that follow from overrides, without the amounts: ids, customer, times, lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..._support.json_path import Path, unquoted
from ...contract import invoice_lifecycle as table
from .lifecycle import payment_ids
from .revision import LENGTH, Revision, integer, line_items

_CREATED: Path = ("created",)
_DRAFT_TIMES: tuple[Path, ...] = (
    _CREATED,
    ("period_start",),
    ("period_end",),
    ("due_date",),
    ("next_payment_attempt",),
    ("automatically_finalizes_at",),
)
_FINALIZED_AT: Path = ("status_transitions", table.FINALIZED_AT)
_FINALIZED_TIMES: tuple[Path, ...] = (_FINALIZED_AT, *((name,) for name in table.FINALIZED_TIMES))
_CLOSED_TIMES: tuple[Path, ...] = tuple(
    ("status_transitions", name) for name in table.TRANSITIONS if name != table.FINALIZED_AT
)
_COUNTS: tuple[Path, ...] = (LENGTH, ("lines", "has_more"), ("lines", "total_count"))
_CUSTOMER_PROPERTIES = ("email", "name", "phone", "tax_exempt")


def derive_ids(revision: Revision) -> None:
    """Derive what contains the invoice's id: lines, hosted pages, ids of the payment."""
    old_id, new_id = revision.before.get("id"), revision.invoice.get("id")
    if not isinstance(new_id, str):
        return
    if revision.overrides("id") and isinstance(revision.invoice.get("lines"), dict):
        revision.derive(f"/v1/invoices/{new_id}/lines", "lines", "url")
    if not isinstance(old_id, str):
        return
    for path, item in revision.lines():
        if item.get("invoice") == old_id:
            revision.derive(new_id, *path, "invoice")
    if revision.overrides("id") or revision.overrides("livemode"):
        _derive_hosted_pages(revision, old_id, new_id)
    old_ids = payment_ids(revision.before)
    for name, payment_id in payment_ids(revision.invoice).items():
        if revision.invoice.get(name) == old_ids[name]:
            revision.derive(payment_id, name)


def _derive_hosted_pages(revision: Revision, old_id: str, new_id: str) -> None:
    mode = "live" if revision.invoice.get("livemode") is True else "test"
    for name in ("hosted_invoice_url", "invoice_pdf"):
        if isinstance(url := revision.invoice.get(name), str):
            for old in (f"/test_{old_id}", f"/live_{old_id}"):
                url = url.replace(old, f"/{mode}_{new_id}")
            revision.derive(url, name)


def derive_customer(revision: Revision) -> None:
    """Copy the data of an expanded customer to the invoice."""
    customer = revision.invoice.get("customer")
    if isinstance(customer, dict) and revision.overrides("customer"):
        for name in _CUSTOMER_PROPERTIES:
            if isinstance(customer.get(name), str):
                revision.derive(customer[name], f"customer_{name}")


def derive_times(revision: Revision) -> None:
    """Move all times by as much as the first overridden one.

    Several overridden times move what comes after each: finalization comes after creation, and the
    last status after finalization.
    """
    created = _shift(revision, [_CREATED])
    finalized = _shift(revision, [_FINALIZED_AT])
    closed = _shift(revision, _CLOSED_TIMES)
    if shifts := [shift for shift in (created, finalized, closed) if shift is not None]:
        periods = [
            (*path, "period", end) for path, _ in revision.lines() for end in ("start", "end")
        ]
        _move(revision, [*_DRAFT_TIMES, *periods], shifts[0])
        _move(revision, _FINALIZED_TIMES, shifts[0] if finalized is None else finalized)
        last = next(shift for shift in (closed, finalized, *shifts) if shift is not None)
        _move(revision, _CLOSED_TIMES, last)
    at = _time(revision.invoice, _FINALIZED_AT)
    ends = [_time(revision.invoice, path) for path in _CLOSED_TIMES if revision.overrides(*path)]
    if at is not None and (early := [end - at for end in ends if end is not None and end < at]):
        _move(revision, _FINALIZED_TIMES, min(early))


def derive_collection(revision: Revision) -> None:
    """Derive when an invoice is due, charged and finalized from how it is collected.

    By default an invoice that is sent is due in thirty days, and a draft that advances
    automatically is finalized, and charged, an hour after it was created.
    """
    invoice, created = revision.invoice, revision.integer("created") or 0
    if not revision.overrides("collection_method"):
        if revision.overrides("due_date") and revision.integer("due_date") is not None:
            revision.derive("send_invoice", "collection_method")
        elif revision.overrides("next_payment_attempt") and invoice.get("next_payment_attempt"):
            revision.derive("charge_automatically", "collection_method")
    if revision.differs("collection_method"):
        is_sent = invoice.get("collection_method") == "send_invoice"
        revision.derive(created + table.MONTH if is_sent else None, "due_date")
        revision.derive(None, "next_payment_attempt")
    advances = invoice.get("auto_advance") is True and revision.overrides("auto_advance")
    if advances and invoice.get("status") == "draft":
        revision.derive(created + table.HOUR, "automatically_finalizes_at")
        if invoice.get("collection_method") == "charge_automatically":
            revision.derive(created + table.HOUR, "next_payment_attempt")


def derive_lines(revision: Revision) -> None:
    """Derive the length of the list, and the currency and the mode of each line."""
    invoice, lines = revision.invoice, list(revision.lines())
    currencies = [
        item.get("currency") for path, item in lines if revision.overrides(*path, "currency")
    ]
    first = currencies[0] if currencies else None
    if isinstance(first, str) and all(currency == first for currency in currencies):
        revision.derive(first, "currency")
    for name in ("currency", "livemode"):
        if revision.differs(name) or revision.overrides(name):
            for path, item in lines:
                revision.derive(invoice[name], *path, name)
                for owner in ("price", "plan"):
                    if isinstance(item.get(owner), dict):
                        revision.derive(invoice[name], *path, owner, name)
    for path, item in lines:
        expected, actual = invoice.get("currency"), item.get("currency")
        is_overridden = revision.overrides(*path, "currency")
        if is_overridden and isinstance(expected, str) and actual != expected:
            revision.refuse((*path, "currency"), f"the invoice's {unquoted(expected)}", actual)
    _derive_counts(revision)


def _derive_counts(revision: Revision) -> None:
    """Derive ``total_count``, of all lines, and ``has_more``, if some are not in the answer."""
    lines = revision.invoice.get("lines")
    if not isinstance(lines, dict) or not any(revision.overrides(*path) for path in _COUNTS):
        return
    count, total = len(line_items(revision.invoice)), integer(lines, "total_count")
    if not revision.overrides("lines", "has_more"):
        is_longer = revision.overrides("lines", "total_count") and (total or 0) > count
        revision.derive(is_longer, "lines", "has_more")
    revision.derive(count + (lines.get("has_more") is True), "lines", "total_count")


def _shift(revision: Revision, paths: Iterable[Path]) -> int | None:
    """Return by how many seconds the first overridden time differs from before."""
    for path in paths:
        new, old = _time(revision.invoice, path), _time(revision.before, path)
        if revision.overrides(*path) and new is not None and old is not None:
            return new - old
    return None


def _move(revision: Revision, paths: Iterable[Path], seconds: int) -> None:
    for path in paths:
        if (time := _time(revision.invoice, path)) is not None:
            revision.derive(max(0, time + seconds), *path)


def _time(invoice: Any, path: Path) -> int | None:
    """Return the time at a path, None if there is none."""
    owner = invoice
    for step in path[:-1]:
        owner = owner.get(step) if isinstance(owner, dict) else owner[step]
    return integer(owner, str(path[-1])) if isinstance(owner, dict) else None
