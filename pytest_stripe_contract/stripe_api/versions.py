"""Stripe's API versions, the release lines whose schema they share, and the installed SDK's line.

Source: Stripe's API changelog (https://docs.stripe.com/changelog), and the version that each
release of the official ``stripe`` package for Python sends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import metadata, util
from pathlib import Path
from typing import Final

from ..errors import UnknownName

VERSION: Final = "2023-10-16"
"""The API version of Stripe's page on mark_uncollectible; the default where none is named."""

STRIPE: Final = "https://api.stripe.com"
"""The address of Stripe's API: https://docs.stripe.com/api."""


@dataclass(frozen=True, slots=True)
class ReleaseLine:
    """The API versions that share one schema: ``first`` and the later ones under ``name``.

    ``changes`` describes what the line changed on the invoice; ``sdk`` names the releases of the
    ``stripe`` package for Python that send it.
    """

    name: str
    first: str
    changes: str
    sdk: str

    @property
    def since(self) -> str:
        """The date of the line's first version."""
        return self.first.partition(".")[0]

    @property
    def shipped(self) -> ReleaseLine:
        """The line itself, or the last shipped one if the line is a newer installed package's."""
        return self if self in LINES else LINES[-1]


LINES = (
    ReleaseLine("2020-08-27", "2020-08-27", "removes tax_percent", "none"),
    ReleaseLine("2022-08-01", "2022-08-01", "adds from_invoice and latest_revision", "none"),
    ReleaseLine(
        "2022-11-15",
        "2022-11-15",
        "adds amount_shipping, effective_at, shipping_cost, shipping_details and "
        "subscription_details",
        "none",
    ),
    ReleaseLine("2023-08-16", "2023-08-16", "adds rendering", "6"),
    ReleaseLine("2023-10-16", "2023-10-16", "adds issuer; line items: invoice", "7, 8"),
    ReleaseLine(
        "2024-04-10",
        "2024-04-10",
        "removes rendering_options; discounts are never null",
        "9",
    ),
    ReleaseLine("2024-06-20", "2024-06-20", "adds automatically_finalizes_at", "10"),
    ReleaseLine(
        "acacia",
        "2024-09-30.acacia",
        "adds total_pretax_credit_amounts and automatic_tax.disabled_reason; "
        "line items: pretax_credit_amounts",
        "11",
    ),
    ReleaseLine(
        "basil",
        "2025-03-31.basil",
        "moves charge, payment_intent, subscription, quote and tax into payments, parent and "
        "total_taxes; removes application_fee_amount, discount, paid, paid_out_of_band and "
        "transfer_data; line items: price, tax and proration move into pricing, taxes and parent",
        "12",
    ),
    ReleaseLine(
        "clover", "2025-09-30.clover", "adds customer_account; line items: subtotal", "13, 14"
    ),
    ReleaseLine(
        "dahlia",
        "2026-03-25.dahlia",
        "adds amount_paid_off_stripe; line items: quantity_decimal",
        "15",
    ),
    ReleaseLine("endive", "2026-09-30.endive", "adds status_details", "16"),
)
"""The release lines that the package ships a contract for, oldest first."""


@dataclass(frozen=True, slots=True)
class InstalledSdk:
    """An installed ``stripe`` package: its version, and the API version that it sends.

    ``root`` is the folder that holds ``stripe/``.
    """

    version: str
    api_version: str
    root: Path


@cache
def installed_sdk() -> InstalledSdk | None:
    """Return the installed ``stripe`` package, without importing it.

    None if there is none, or if it is older than 6.0 and sends no version of its own. Its files do
    not change during a run, so they are searched once.
    """
    spec = util.find_spec("stripe")
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent.parent
    api_version = sdk_api_version(root)
    return InstalledSdk(metadata.version("stripe"), api_version, root) if api_version else None


def sdk_api_version(root: Path) -> str | None:
    """Return the API version that the ``stripe`` package in the folder ``root`` sends, if any."""
    for path in sorted((root / "stripe").glob("*api_version.py")):
        if match := re.search(r'CURRENT = "(.+)"', path.read_text(encoding="utf-8")):
            return match[1]
    return None


def newer_line() -> ReleaseLine | None:
    """Return the release line of the installed package if it is later than all shipped ones."""
    sdk = installed_sdk()
    if sdk is None:
        return None
    date, _, name = sdk.api_version.partition(".")
    if name in {line.name for line in LINES} or date <= LINES[-1].since:
        return None
    return ReleaseLine(name or date, sdk.api_version, "read from its types", sdk.version)


def resolve(version: str) -> ReleaseLine:
    """Return the release line that covers an API version or has that name.

    Since 2024-09-30 a line has one version a month: it covers each date under its name from its
    first version on, until the next line begins. If the installed ``stripe`` package sends a
    later version than all shipped lines, its line counts too. Raises `UnknownName` if no line
    covers the version.
    """
    for line, later in zip(LINES, (*LINES[1:], None), strict=True):
        if _covers(line, version, later.since if later else "9999"):
            return line
    newer = newer_line()
    if newer and _covers(newer, version, "9999"):
        return newer
    raise UnknownName("API version", version, (line.first for line in LINES))


def full_version(version: str) -> str:
    """Return the API version itself, or the first one of the line if it is a line's name.

    Raises `UnknownName` if no line covers it.
    """
    line = resolve(version)
    return line.first if version == line.name else version


_DATED = re.compile(r"(\d{4}-\d{2}-\d{2})\.([a-z]+)")


def _covers(line: ReleaseLine, version: str, until: str) -> bool:
    if version in (line.name, line.first):
        return True
    dated = _DATED.fullmatch(str(version))
    return dated is not None and dated[2] == line.name and line.since <= dated[1] < until
