"""What follows from what was said of an invoice, but for its amounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..._support.json_path import Path, bare
from .made import LENGTH, Made, items, number
from .statuses import HOUR, MONTH, payment_ids

_CREATED: Path = ("created",)
_BEGIN: tuple[Path, ...] = (
    _CREATED,
    ("period_start",),
    ("period_end",),
    ("due_date",),
    ("next_payment_attempt",),
    ("automatically_finalizes_at",),
)
_FINALIZED_AT: Path = ("status_transitions", "finalized_at")
_FINALIZED: tuple[Path, ...] = (_FINALIZED_AT, ("effective_at",), ("webhooks_delivered_at",))
_ENDED: tuple[Path, ...] = (
    ("status_transitions", "paid_at"),
    ("status_transitions", "voided_at"),
    ("status_transitions", "marked_uncollectible_at"),
)
_COUNTS: tuple[Path, ...] = (LENGTH, ("lines", "has_more"), ("lines", "total_count"))
_OF_CUSTOMER = ("email", "name", "phone", "tax_exempt")


def identity(made: Made) -> None:
    """What has the invoice's id in it: its lines, the pages that Stripe hosts, its payment."""
    before, now = made.before.get("id"), made.invoice.get("id")
    if not (isinstance(before, str) and isinstance(now, str)):
        return
    if made.says("id") and isinstance(made.invoice.get("lines"), dict):
        made.follow(f"/v1/invoices/{now}/lines", "lines", "url")
    for path, item in made.lines():
        if item.get("invoice") == before:
            made.follow(now, *path, "invoice")
    mode = "live" if made.invoice.get("livemode") is True else "test"
    for name in ("hosted_invoice_url", "invoice_pdf"):
        url = made.invoice.get(name)
        if isinstance(url, str) and (made.says("id") or made.says("livemode")):
            for old in (f"/test_{before}", f"/live_{before}"):
                url = url.replace(old, f"/{mode}_{now}")
            made.follow(url, name)
    paid_by = payment_ids(made.before)
    for name, id_ in payment_ids(made.invoice).items():
        if made.invoice.get(name) == paid_by[name]:
            made.follow(id_, name)


def customer(made: Made) -> None:
    """The customer's data on the invoice are those of the expanded customer."""
    expanded = made.invoice.get("customer")
    if isinstance(expanded, dict) and made.says("customer"):
        for name in _OF_CUSTOMER:
            if isinstance(expanded.get(name), str):
                made.follow(expanded[name], f"customer_{name}")


def times(made: Made) -> None:
    """All times keep their distance from the first that was said.

    If several were said, each takes along what comes after it: finalizing comes after creating,
    and the last status after finalizing.
    """
    created = _moved_by(made, [_CREATED])
    finalized = _moved_by(made, [_FINALIZED_AT])
    ended = _moved_by(made, _ENDED)
    if said := [each for each in (created, finalized, ended) if each is not None]:
        periods = [(*path, "period", end) for path, _ in made.lines() for end in ("start", "end")]
        _move(made, [*_BEGIN, *periods], said[0])
        _move(made, _FINALIZED, said[0] if finalized is None else finalized)
        _move(made, _ENDED, next(each for each in (ended, finalized, *said) if each is not None))
    at, last = (
        _time(made, _FINALIZED_AT),
        [_time(made, path) for path in _ENDED if made.says(*path)],
    )
    if at is not None and (early := [each - at for each in last if each is not None and each < at]):
        _move(made, _FINALIZED, min(early))


def collection(made: Made) -> None:
    """An invoice that is sent has a date that it is due at, and no attempt to charge it.

    That is in thirty days if none is said. A draft that advances by itself does so in an hour.
    """
    invoice, created = made.invoice, made.number("created") or 0
    if not made.says("collection_method"):
        if made.says("due_date") and made.number("due_date") is not None:
            made.follow("send_invoice", "collection_method")
        elif made.says("next_payment_attempt") and made.number("next_payment_attempt") is not None:
            made.follow("charge_automatically", "collection_method")
    method = invoice.get("collection_method")
    if method != made.before.get("collection_method"):
        is_sent = method == "send_invoice"
        made.follow(created + MONTH if is_sent else None, "due_date")
        made.follow(None, "next_payment_attempt")
    advances = invoice.get("auto_advance") is True and made.says("auto_advance")
    if advances and invoice.get("status") == "draft":
        made.follow(created + HOUR, "automatically_finalizes_at")
        if method == "charge_automatically":
            made.follow(created + HOUR, "next_payment_attempt")


def listed(made: Made) -> None:
    """The list of lines says how many there are; each has the invoice's currency and mode."""
    invoice, lines = made.invoice, list(made.lines())
    said = [item.get("currency") for path, item in lines if made.says(*path, "currency")]
    if said and all(each == said[0] and isinstance(each, str) for each in said):
        made.follow(said[0], "currency")
    for name in ("currency", "livemode"):
        if invoice.get(name) != made.before.get(name) or made.says(name):
            for path, item in lines:
                made.follow(invoice[name], *path, name)
                for where in ("price", "plan"):
                    if isinstance(item.get(where), dict):
                        made.follow(invoice[name], *path, where, name)
    for path, item in lines:
        ours, theirs = invoice.get("currency"), item.get("currency")
        if made.says(*path, "currency") and isinstance(ours, str) and theirs != ours:
            made.refuse((*path, "currency"), f"the invoice's {bare(ours)}", theirs)
    _count(made)
    _own_ids(made)


def _count(made: Made) -> None:
    """``total_count`` counts all lines, and ``has_more`` says that not all are in the answer."""
    lines = made.invoice.get("lines")
    if not isinstance(lines, dict) or not any(made.says(*path) for path in _COUNTS):
        return
    here, total = len(items(made.invoice)), number(lines, "total_count")
    if not made.says("lines", "has_more"):
        said = made.says("lines", "total_count") and total is not None
        made.follow(said and (total or 0) > here, "lines", "has_more")
    made.follow(here + (lines.get("has_more") is True), "lines", "total_count")


def _own_ids(made: Made) -> None:
    """No line has the id of another one."""
    seen: set[str] = set()
    for path, item in made.lines():
        id_ = item.get("id")
        if isinstance(id_, str) and id_ in seen:
            made.refuse((*path, "id"), "an id of its own", id_)
        seen.add(str(id_))


def _moved_by(made: Made, paths: Iterable[Path]) -> int | None:
    """How far the first time that was said is from where it was."""
    for path in paths:
        now, before = _time(made, path), _time(made, path, was=True)
        if made.says(*path) and now is not None and before is not None:
            return now - before
    return None


def _move(made: Made, paths: Iterable[Path], seconds: int) -> None:
    for path in paths:
        if (time := _time(made, path)) is not None:
            made.follow(max(0, time + seconds), *path)


def _time(made: Made, path: Path, *, was: bool = False) -> int | None:
    """The time at a path, of the invoice as it is or as it was; None if there is none."""
    here: Any = made.before if was else made.invoice
    for step in path[:-1]:
        here = here.get(step) if isinstance(here, dict) else here[step]
    return number(here, str(path[-1])) if isinstance(here, dict) else None
