"""Convert a recorded response to another API version, and check it against that version."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from ..contract import Contract, Finding
from ..contract import payload as payloads
from ..errors import StripeContractError, UnknownName
from ..messages import Response
from ..migrations import NoStepBack, payment_list, upgrade
from ..stripe_api import LINES, full_version, resolve
from .library import load_shipped
from .model import Cassette


class ConversionError(StripeContractError, ValueError):
    """A recorded response has no form in API version ``version``; ``problem`` says why.

    ``advice`` says what to do.
    """

    def __init__(self, version: str, problem: str) -> None:
        self.advice = "name another version by api_version, or record it under this one"
        self.version = version
        self.problem = problem
        super().__init__(version, problem)

    def __str__(self) -> str:
        return f"it cannot be shown in API version {self.version}: {self.problem}"


# Steps between versions take milliseconds, and every test that plays the recording needs them.
@lru_cache(maxsize=1024)
def convert_response(
    cassette: Cassette, number: int, version: str, *, with_payments: bool = False
) -> Response:
    """Return the response of a cassette's recording (from 1) in an API version.

    Of a shipped cassette it is the recording of the version's release line; any other is
    converted from the version that it was recorded under. A line that is newer than all
    shipped ones gets the response of the last shipped line. ``with_payments`` says that the
    request expands ``payments``; else an invoice has none. Raises `ConversionError`.

    Callers share the response: copy its headers before you change them.
    """
    try:
        line = resolve(version).shipped.name
        if cassette.is_shipped:
            cassette = load_shipped(cassette.name, line)
        response = cassette.interactions[number - 1].response
        recorded = cassette.interactions[number - 1].api_version
        if recorded is None:
            problem = "the cassette names no API version (api_version of its metadata)"
            raise ConversionError(version, problem)
        before = resolve(recorded).shipped.name
        try:
            payload = response.json()
        except ValueError:
            return _named(response, version)
        converted = payload if before == line else upgrade(payload, recorded, line)
    except (NoStepBack, UnknownName) as error:
        raise ConversionError(version, str(error)) from error
    kind = payloads.kind_of(converted)
    if kind == "error":
        converted = _convert_error(converted, line)
    if kind == "invoice":
        if with_payments:
            is_complete = cassette.is_shipped or not _has_payments(before)
            converted = _add_payments(converted, version, line, is_complete=is_complete)
        else:  # https://docs.stripe.com/changelog/basil: they come only if they are expanded
            converted = {key: value for key, value in converted.items() if key != "payments"}
    if converted != payload:
        return _named(response.with_payload(converted, indent=2), version)
    if before != line and kind is None:  # no step knows such an object
        return response
    return _named(response, version)


# An answer is checked once, and not in every test that plays it.
@lru_cache(maxsize=1024)
def check_response(
    cassette: Cassette, number: int, version: str, *, with_payments: bool
) -> tuple[Finding, ...]:
    """Return what the contract of an API version finds in the response of `convert_response`."""
    response = convert_response(cassette, number, version, with_payments=with_payments)
    return tuple(Contract(version).iter_findings(response))


def _named(response: Response, version: str) -> Response:
    headers = response.headers.copy()
    headers["Stripe-Version"] = full_version(version)
    return replace(response, headers=headers)


def _convert_error(payload: dict[str, Any], line: str) -> dict[str, Any]:
    """Leave ``request_log_url`` out of the oldest line: https://docs.stripe.com/changelog."""
    error = payload["error"]
    if line != LINES[0].name or not isinstance(error, dict):
        return payload
    return {"error": {name: value for name, value in error.items() if name != "request_log_url"}}


def _has_payments(line: str) -> bool:
    names = [each.name for each in LINES]
    return names.index(line) >= names.index("basil")


def _add_payments(
    invoice: dict[str, Any], version: str, line: str, *, is_complete: bool
) -> dict[str, Any]:
    """Return the invoice with ``payments``, which are an empty list if it ``is_complete``."""
    if not _has_payments(line):
        raise ConversionError(version, "payments cannot be expanded before 2025-03-31.basil")
    if "payments" not in invoice and not is_complete:
        raise ConversionError(version, 'it was recorded without expand=["payments"]')
    return {"payments": payment_list([])} | invoice
