"""A recorded answer as another API version shows it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from ..contract import Contract, Finding
from ..contract import payload as payloads
from ..errors import StripeContractError, UnknownName
from ..messages import Response
from ..migrations import NoStepBack, payment_list, upgrade
from ..stripe_api import full_version, resolve, versions
from . import library
from .library import Cassette


class NotShown(StripeContractError, ValueError):
    """A recorded answer that cannot be shown in an API version; ``problem`` says why.

    ``advice`` is what to do about it.
    """

    def __init__(self, version: str, problem: str) -> None:
        self.advice = "name another version by api_version, or record it under this one"
        self.version = version
        self.problem = problem
        super().__init__(version, problem)

    def __str__(self) -> str:
        return f"it cannot be shown in API version {self.version}: {self.problem}"


@lru_cache(maxsize=1024)
def in_version(
    cassette: Cassette, number: int, version: str, *, with_payments: bool = False
) -> Response:
    """The answer of a cassette's recording (from 1) in a version, which its headers then name.

    Of a shipped cassette it is the recording of the version's release line; any other is
    stepped from the version that it was recorded under. In a line that is newer than all
    shipped ones, it is what the last of those shows. ``with_payments`` says that the request
    expands ``payments``; else an invoice has none. `NotShown` if there is no way there.

    The same one is given again: whoever changes its headers, changes a copy of them.
    """
    try:
        line = resolve(version)
        shown = line.shipped
        response, is_known = _in_line(cassette, number, shown.name, with_payments=with_payments)
    except (NoStepBack, UnknownName) as error:
        raise NotShown(version, str(error)) from error
    except _NotRecorded as error:
        raise NotShown(version, str(error)) from None
    headers = response.headers.copy()
    if is_known:
        headers["Stripe-Version"] = full_version(version)
    return replace(response, headers=headers)


@lru_cache(maxsize=1024)
def findings(
    cassette: Cassette, number: int, version: str, *, with_payments: bool
) -> tuple[Finding, ...]:
    """What the contract of a version finds in the answer; whatever id takes the recorded one's."""
    response = in_version(cassette, number, version, with_payments=with_payments)
    return tuple(Contract(version).iter_findings(response))


class _NotRecorded(Exception):
    """What a recording lacks that an answer in the asked version would have."""


@lru_cache(maxsize=1024)
def _in_line(
    cassette: Cassette, number: int, line: str, *, with_payments: bool
) -> tuple[Response, bool]:
    """The answer, and whether it is one of the line: no step knows other objects."""
    if cassette.is_shipped:
        cassette = library.shipped_in(cassette.name, line)
    response = cassette.interactions[number - 1].response
    recorded = cassette.interactions[number - 1].api_version
    if recorded is None:
        raise _NotRecorded("the cassette names no API version (api_version of its metadata)")
    before = versions.resolve(recorded).shipped.name
    try:
        payload = response.json()
    except ValueError:
        return response, True
    shown = payload if before == line else upgrade(payload, recorded, line)
    if payloads.kind_of(shown) == "error":
        shown = _error_in(shown, line)
    if payloads.kind_of(shown) == "invoice":
        may_have = cassette.is_shipped or not _has_payments(before)
        shown = _with_payments(shown, line, may_have) if with_payments else _without_payments(shown)
    if shown == payload:
        return response, before == line or payloads.kind_of(shown) is not None
    return response.with_payload(shown, indent=2), True


def _error_in(shown: dict[str, Any], line: str) -> dict[str, Any]:
    """The addresses of logs came with 2022-08-01: https://docs.stripe.com/changelog."""
    error = shown["error"]
    if line != versions.LINES[0].name or not isinstance(error, dict):
        return shown
    return {"error": {name: value for name, value in error.items() if name != "request_log_url"}}


def _has_payments(line: str) -> bool:
    names = [each.name for each in versions.LINES]
    return names.index(line) >= names.index("basil")


def _without_payments(invoice: dict[str, Any]) -> dict[str, Any]:
    """As Stripe answers: https://docs.stripe.com/changelog/basil (they come if expanded)."""
    return {name: value for name, value in invoice.items() if name != "payments"}


def _with_payments(invoice: dict[str, Any], line: str, may_have: object) -> dict[str, Any]:
    """The same with ``payments``; if ``may_have``, there were none if there are none."""
    if not _has_payments(line):
        raise _NotRecorded("payments cannot be expanded before 2025-03-31.basil")
    if "payments" not in invoice and not may_have:
        raise _NotRecorded('it was recorded without expand=["payments"]')
    return {"payments": payment_list([])} | invoice
