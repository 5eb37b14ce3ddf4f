"""The steps to the release lines of 2024 that a date alone names."""

from __future__ import annotations

from typing import Any

from .._support.json_objects import LINES, PERMISSIONS, Object, objects_at, put
from ._step import Added, Part, Step, absent

CHANGELOG = "https://docs.stripe.com/changelog"


def empty(_: Object) -> list[Any]:
    """The value of an array that nothing before has items for."""
    return []


def no_nulls(target: Object, *names: str) -> None:
    """What is null becomes an empty array."""
    target |= {name: [] for name in names if name in target and target[name] is None}


def name_invoice(now: Object, _: Object | None = None) -> None:
    """Line items say which invoice is theirs."""
    for item in objects_at(now, LINES):
        if "invoice" not in item:
            put(item, "invoice", now.get("id"))


def settle_2024_04_10(now: Object, before: Object) -> None:
    """``rendering`` has what ``rendering_options`` had, and no discounts are an empty array."""
    display = next(objects_at(before, "rendering_options"), {}).get("amount_tax_display")
    rendering = now.get("rendering")
    if display is not None and rendering is None:
        put(now, "rendering", {"amount_tax_display": display, "pdf": None})
    elif display is not None and isinstance(rendering, dict):
        rendering["amount_tax_display"] = rendering.get("amount_tax_display") or display
    no_nulls(now, "discounts")
    name_invoice(now)


def restore_rendering_options(invoice: Object) -> None:
    """``rendering_options`` said again what ``rendering`` says."""
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
