"""The steps to the release lines 2024-04-10 and 2024-06-20."""

from __future__ import annotations

from typing import Any

from .._support.json_objects import Object, objects_at, put
from ._invoice_paths import LINES, PERMISSIONS
from .step import Added, Part, Step, absent

CHANGELOG = "https://docs.stripe.com/changelog"


def empty(_: Object) -> list[Any]:
    """Return an empty array: the value of a property that earlier answers have no items for."""
    return []


def no_nulls(target: Object, *names: str) -> None:
    """Replace null by an empty array."""
    target |= {name: [] for name in names if name in target and target[name] is None}


def name_invoice(now: Object, _: Object | None = None) -> None:
    """Set the id of the invoice in its line items."""
    for item in objects_at(now, LINES):
        if "invoice" not in item:
            put(item, "invoice", now.get("id"))


def settle_2024_04_10(now: Object, before: Object) -> None:
    """Move ``rendering_options`` to ``rendering``, and replace null discounts by an empty array."""
    display = next(objects_at(before, "rendering_options"), {}).get("amount_tax_display")
    rendering = now.get("rendering")
    if display is not None and rendering is None:
        put(now, "rendering", {"amount_tax_display": display, "pdf": None})
    elif display is not None and isinstance(rendering, dict):
        rendering["amount_tax_display"] = rendering.get("amount_tax_display") or display
    no_nulls(now, "discounts")
    name_invoice(now)


def restore_rendering_options(invoice: Object) -> None:
    """Set ``rendering_options`` from ``rendering``, which had the same value."""
    display = next(objects_at(invoice, "rendering"), {}).get("amount_tax_display")
    put(invoice, "rendering_options", display and {"amount_tax_display": display})


TO_2024_04_10 = Step(
    from_="2023-10-16",
    to="2024-04-10",
    changelog=(f"{CHANGELOG}/2024-04-10",),
    invoice=Part("invoice", settle=settle_2024_04_10, restore=restore_rendering_options),
    line_item=Part("line_item", settle=lambda now, _: no_nulls(now, "discounts")),
)
TO_2024_06_20 = Step(
    from_="2024-04-10",
    to="2024-06-20",
    changelog=(f"{CHANGELOG}/acacia/2024-09-30/automatically-finalizes-at-invoice",),
    invoice=Part(
        "invoice",
        added=(
            Added("automatically_finalizes_at"),
            Added("template", paths=("rendering",)),
            Added("template_version", paths=("rendering",)),
            Added("filters", absent, PERMISSIONS),
        ),
    ),
    line_item=Part(
        "line_item",
        added=(
            Added("tax_amounts", empty, known=True),
            Added("tax_rates", empty, known=True),
        ),
    ),
)
